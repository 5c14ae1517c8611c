//! Texts cut to a width, with this output's ellipsis.

use crate::text;

pub(super) use crate::text::width;

/// The text, or as much of its beginning as fits into `room` columns with a `…` after it.
pub(in crate::cli) fn cut(text: &str, room: usize) -> String {
    text::cut(text, room, "…")
}

/// As many whole items as fit into `room` columns, then how many more there are: `a, b +3`. The
/// first is cut where not even it fits.
pub(super) fn cut_list(items: &[String], room: usize) -> String {
    let shown = |count: usize| {
        let more = items.len() - count;
        format!("{} +{more}", items[..count].join(", "))
    };
    let texts = (1..items.len()).map(shown);
    let fitting = texts.take_while(|text| width(text) <= room).last();
    fitting.unwrap_or_else(|| {
        let more = format!(" +{}", items.len() - 1);
        let first = cut(&items[0], room.saturating_sub(width(&more)));
        format!("{first}{more}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_list_whole_items_are_shown_and_the_rest_is_counted() {
        let items = ["web", "checkout", "中文"].map(str::to_owned);
        assert_eq!(cut_list(&items, 16), "web, checkout +1");
        assert_eq!(cut_list(&items, 15), "web +2");
        assert_eq!(cut_list(&items, 5), "w… +2");
    }
}
