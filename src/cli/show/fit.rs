//! Texts cut to a width, with this output's ellipsis.

use crate::text;

pub(super) use crate::text::width;

/// The text, or as much of its beginning as fits into `room` columns with a `…` after it.
pub(in crate::cli) fn cut(text: &str, room: usize) -> String {
    text::cut(text, room, "…")
}

/// The text, or as much of its end as fits into `room` columns with a `…` before it.
pub(super) fn cut_start(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    match room.checked_sub(1) {
        Some(rest) => format!("…{}", text::tail(text, rest)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_cut_with_its_ellipsis_before_it() {
        assert_eq!(cut_start("slots", 5), "slots");
        assert_eq!(cut_start("slots", 4), "…ots");
        assert_eq!(
            (cut_start("中文字", 4), cut_start("slots", 0)),
            ("…字".into(), String::new())
        );
    }
}
