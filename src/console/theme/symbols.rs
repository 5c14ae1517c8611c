//! Symbols by role: with box-drawing characters, or in ASCII for terminals and fonts without them. A sign
//! has one meaning; only drawings, such as bars and borders, share signs with others.

use crate::report::{EIGHTHS, Marks};
use ratatui::symbols::border;

/// The symbols of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbols {
    /// Whether everything here is ASCII.
    pub ascii: bool,
    /// A panel's border.
    pub border: border::Set<'static>,
    /// The border of the panel that has the keys; distinct without color too.
    pub border_focused: border::Set<'static>,
    /// Slots of an active experiment: how slots are held can be told without color.
    pub active: &'static str,
    /// Slots of a paused experiment.
    pub paused: &'static str,
    /// Slots of a draft.
    pub draft: &'static str,
    /// Free slots.
    pub free: &'static str,
    /// Slots that are only reserved.
    pub reserved: &'static str,
    /// Slots above a layer's share of traffic.
    pub capped: &'static str,
    /// A column filled by 0 to 8 eighths, growing from the left.
    pub eighths: [&'static str; 9],
    /// A row filled by 1 to 8 eighths, growing from below.
    pub sparks: [&'static str; 8],
    /// Where a bar is expected to end.
    pub expected: &'static str,
    /// A threshold, across a chart.
    pub line: &'static str,
    /// A moment on a time axis.
    pub mark: &'static str,
    /// When a mismatch probably began, on a time axis.
    pub onset: &'static str,
    /// An apply that is suspected of a mismatch.
    pub suspect: &'static str,
    /// Before the selected row.
    pub selected: &'static str,
    /// Before an item of a list.
    pub bullet: &'static str,
    /// Marked for a staged apply.
    pub marked: &'static str,
    /// A part of it is marked.
    pub partly_marked: &'static str,
    /// Success.
    pub check: &'static str,
    /// An error.
    pub cross: &'static str,
    /// A warning.
    pub warning: &'static str,
    /// Added.
    pub plus: &'static str,
    /// Removed.
    pub minus: &'static str,
    /// Changed.
    pub tilde: &'static str,
    /// Before a number of changes.
    pub delta: &'static str,
    /// Between two numbers, of columns and rows or multiplied.
    pub times: &'static str,
    /// Unchanged.
    pub equals: &'static str,
    /// Leads from one value to the next.
    pub right: &'static str,
    /// Back.
    pub left: &'static str,
    /// More above.
    pub up: &'static str,
    /// More below.
    pub down: &'static str,
    /// Between files and database.
    pub both: &'static str,
    /// Something was cut or is in progress.
    pub ellipsis: &'static str,
    /// Between the ends of a range.
    pub dash: &'static str,
    /// In the place of what isn't known.
    pub unknown: &'static str,
    /// Between a thing and a part of it.
    pub below: &'static str,
    /// Between two facts on one line.
    pub separator: &'static str,
    /// The name of the chi-squared statistic; two columns, in ASCII four.
    pub chi_squared: &'static str,
}

impl Symbols {
    /// Returns the symbols used between words.
    pub(crate) const fn marks(&self) -> Marks {
        Marks {
            arrow: self.right,
            dash: self.dash,
            ellipsis: self.ellipsis,
            times: self.times,
            chi_squared: self.chi_squared,
        }
    }

    /// The symbols of a terminal that shows Unicode.
    pub const UNICODE: Self = Self {
        ascii: false,
        border: border::ROUNDED,
        border_focused: border::THICK,
        active: "█",
        paused: "║",
        draft: "░",
        free: "·",
        reserved: "╱",
        capped: "╎",
        eighths: EIGHTHS,
        sparks: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        expected: "│",
        line: "┄",
        mark: "▲",
        onset: "▼",
        suspect: "◆",
        selected: "▌",
        bullet: "■",
        marked: "◉",
        partly_marked: "○",
        check: "✓",
        cross: "✗",
        warning: "⚠",
        plus: "+",
        minus: "−",
        tilde: "~",
        delta: "Δ",
        times: "×",
        equals: "=",
        right: "→",
        left: "←",
        up: "↑",
        down: "↓",
        both: "⇄",
        ellipsis: "…",
        dash: "–",
        unknown: "–",
        below: "›",
        separator: "·",
        chi_squared: "χ²",
    };

    /// The symbols of a terminal that doesn't.
    pub const ASCII: Self = Self {
        ascii: true,
        border: ASCII_BORDER,
        border_focused: ASCII_BORDER_FOCUSED,
        active: "#",
        paused: "\"",
        draft: "o",
        free: ".",
        reserved: "/",
        capped: ":",
        eighths: [" ", " ", " ", "-", "-", "-", "=", "=", "#"],
        sparks: ["_", ".", ",", "-", "~", "=", "*", "#"],
        expected: "|",
        line: "-",
        mark: "A",
        onset: "O",
        suspect: "&",
        selected: ">",
        bullet: "@",
        marked: "$",
        partly_marked: "%",
        check: "*",
        cross: "X",
        warning: "!",
        plus: "+",
        minus: "-",
        tilde: "~",
        delta: "d",
        times: "x",
        equals: "=",
        right: "->",
        left: "<-",
        up: "^",
        down: "v",
        both: "<>",
        ellipsis: "..",
        dash: "-",
        unknown: "?",
        below: "::",
        separator: ";",
        chi_squared: "chi2",
    };

    /// Returns one set or the other.
    #[must_use]
    pub fn new(ascii: bool) -> &'static Self {
        if ascii { &Self::ASCII } else { &Self::UNICODE }
    }
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

const ASCII_BORDER_FOCUSED: border::Set<'static> = border::Set {
    top_left: "#",
    top_right: "#",
    bottom_left: "#",
    bottom_right: "#",
    horizontal_top: "=",
    horizontal_bottom: "=",
    ..ASCII_BORDER
};

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn drawings(set: &Symbols) -> Vec<&'static str> {
        let borders = [set.border, set.border_focused];
        let borders = borders.into_iter().flat_map(|border| {
            [
                border.top_left,
                border.top_right,
                border.bottom_left,
                border.bottom_right,
                border.vertical_left,
                border.vertical_right,
                border.horizontal_top,
                border.horizontal_bottom,
            ]
        });
        let drawn = borders.chain(set.eighths).chain(set.sparks);
        drawn.chain([set.expected, set.line]).collect()
    }

    /// Every sign with a meaning that is one column wide.
    fn signs(set: &Symbols) -> Vec<&'static str> {
        vec![
            set.active,
            set.paused,
            set.draft,
            set.free,
            set.reserved,
            set.capped,
            set.mark,
            set.onset,
            set.suspect,
            set.selected,
            set.bullet,
            set.check,
            set.cross,
            set.warning,
            set.plus,
            set.minus,
            set.tilde,
            set.delta,
            set.times,
            set.equals,
            set.up,
            set.down,
            set.unknown,
            set.separator,
        ]
    }

    /// Every sign between words, which may be wider in ASCII.
    fn wide_signs(set: &Symbols) -> Vec<&'static str> {
        vec![set.right, set.left, set.both, set.ellipsis, set.below]
    }

    #[test]
    fn symbols_in_columns_are_one_column_wide() {
        for set in [&Symbols::UNICODE, &Symbols::ASCII] {
            let single = drawings(set).into_iter().chain(signs(set));
            for symbol in single.chain([set.dash]) {
                assert_eq!(symbol.width(), 1, "{symbol}");
            }
        }
        let unicode = wide_signs(&Symbols::UNICODE);
        assert!(unicode.iter().all(|symbol| symbol.width() == 1));
        let set = &Symbols::ASCII;
        let all = drawings(set)
            .into_iter()
            .chain(signs(set))
            .chain(wide_signs(set));
        assert!(all.chain([set.dash]).all(str::is_ascii));
    }

    #[test]
    fn in_ascii_a_sign_has_one_meaning() {
        let set = &Symbols::ASCII;
        let mut all = signs(set);
        all.extend(wide_signs(set));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "{all:?}");
    }

    #[test]
    fn bars_are_distinct_without_color() {
        for set in [&Symbols::UNICODE, &Symbols::ASCII] {
            let mut bars = vec![set.active, set.paused, set.draft];
            bars.extend([set.reserved, set.free, set.capped]);
            bars.sort_unstable();
            bars.dedup();
            assert_eq!(bars.len(), 6);
        }
    }
}
