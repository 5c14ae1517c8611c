//! Texts of a given width on the screen: columns, not characters.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns the text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, or as much of its beginning as fits into `room` columns with a `…` after it.
pub(super) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 0;
    for grapheme in text.graphemes(true) {
        taken += width(grapheme);
        if taken >= room {
            break;
        }
        kept.push_str(grapheme);
    }
    if room > 0 {
        kept.push('…');
    }
    kept
}

/// The text, or as much of its end as fits into `room` columns with a `…` before it.
pub(super) fn cut_start(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut kept = Vec::new();
    let mut taken = 0;
    for grapheme in text.graphemes(true).rev() {
        taken += width(grapheme);
        if taken >= room {
            break;
        }
        kept.push(grapheme);
    }
    if room > 0 {
        kept.push("…");
    }
    kept.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_never_takes_more_columns_than_there_are() {
        assert_eq!(cut("slots", 5), "slots");
        assert_eq!(cut("slots", 4), "slo…");
        assert_eq!(cut("中文字", 5), "中文…");
        assert_eq!(cut("中文字", 4), "中…");
        assert_eq!(cut("slots", 0), "");
        assert_eq!(cut_start("slots", 4), "…ots");
        assert_eq!(cut_start("slots", 5), "slots");
    }
}
