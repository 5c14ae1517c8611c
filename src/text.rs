//! Plain text in columns, for the console and the verbs: how wide it is, cutting and wrapping it.
//!
//! Widths are counted by grapheme, as a terminal does, so that wide characters and combining marks
//! keep their columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// Returns the number of columns that the text takes.
pub(crate) fn width(text: &str) -> usize {
    // Most texts are plain, and a screen is made of thousands.
    if is_plain(text.as_bytes()) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Returns whether each byte is a column.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Returns the width of the widest of these texts.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(width).max().unwrap_or(0)
}

/// Returns the longest beginning of the text that takes at most `columns` columns.
pub(crate) fn head(text: &str, columns: usize) -> &str {
    // Check no further than the next byte, which may be a mark on the last column: the text may be
    // long, and is cut into many lines.
    let beginning = text.len().min(columns.saturating_add(1));
    if is_plain(&text.as_bytes()[..beginning]) {
        return &text[..columns.min(text.len())];
    }
    let mut taken = 0;
    for (index, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > columns {
            return &text[..index];
        }
    }
    text
}

/// Returns the longest end of the text that takes at most `columns` columns.
pub(crate) fn tail(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (index, grapheme) in text.grapheme_indices(true).rev() {
        taken += grapheme.width();
        if taken > columns {
            return &text[index + grapheme.len()..];
        }
    }
    text
}

/// Returns the text, or as much of it as fits with an ellipsis after it.
pub(crate) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(width(ellipsis)) {
        Some(rest) => format!("{}{ellipsis}", head(text, rest)),
        None => String::new(),
    }
}

/// Returns the text, or as much of its end as fits with an ellipsis before it.
pub(crate) fn cut_start(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(width(ellipsis)) {
        Some(rest) => format!("{ellipsis}{}", tail(text, rest)),
        None => String::new(),
    }
}

/// Returns the text, or as much of its start and its end as fits with an ellipsis between them: ids often
/// differ only there. The end gets the larger half.
pub(crate) fn cut_middle(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns.checked_sub(width(ellipsis)) {
        Some(rest) => {
            let start = head(text, rest / 2);
            let end = tail(text, rest - width(start));
            format!("{start}{ellipsis}{end}")
        }
        None => String::new(),
    }
}

/// Pads the text with spaces at its end to `columns` columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Pads the text with spaces at its start to `columns` columns.
pub(crate) fn pad_start(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Wraps the text into lines of at most `columns` columns, between words; a word that is longer
/// than a line is broken anywhere.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            if width(&line) + 1 + width(word) <= columns {
                line.push(' ');
                line.push_str(word);
                continue;
            }
            lines.push(std::mem::take(&mut line));
        }
        let mut begin = head(word, columns);
        // It is empty for a wide character on a line of one column.
        while begin.len() < word.len() && !begin.is_empty() {
            lines.push(begin.to_owned());
            word = &word[begin.len()..];
            begin = head(word, columns);
        }
        line.push_str(begin);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks the text into full lines of at most `columns` columns, without losing anything.
pub(crate) fn fold(text: &str, columns: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let begin = head(rest, columns);
        // The whole text, or a wide character on a line of one column.
        if begin.len() == rest.len() || begin.is_empty() {
            lines.push(rest);
            return lines;
        }
        lines.push(begin);
        rest = &rest[begin.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_and_combining_marks_are_cut_whole() {
        assert_eq!(width("中文"), 4);
        assert_eq!(cut("中文字", 6, "…"), "中文字");
        assert_eq!(cut("中文字", 5, "…"), "中文…");
        // Half of a wide character can't be shown: its column stays empty.
        assert_eq!(cut("中文字", 4, "…"), "中…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(head("abe\u{301}d", 3), "abe\u{301}");
        assert_eq!(tail("a中文", 3), "文");
        assert_eq!(
            ["中文字", "slots", "four"].map(|text| cut_start(text, 4, "…")),
            ["…字", "…ots", "four"]
        );
        assert_eq!(cut_start("slots", 0, "…"), "");
        let middles = [8, 7, 4, 2, 1, 0].map(|columns| cut_middle("hero_v3a", columns, "…"));
        assert_eq!(middles, ["hero_v3a", "her…v3a", "h…3a", "…a", "…", ""]);
        assert_eq!(cut_middle("中文字母", 6, "…"), "中…母");
        assert_eq!(
            (cut("abc", 1, "…"), cut("abc", 0, "…")),
            ("…".into(), String::new())
        );
        assert_eq!(
            (pad("中", 3), pad_start("中", 3)),
            ("中 ".into(), " 中".into())
        );
    }

    #[test]
    fn text_wraps_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible", 7), ["incompr", "ehensib", "le"]);
        assert_eq!(
            wrap("a incomprehensible b", 8),
            ["a", "incompre", "hensible", "b"]
        );
        assert_eq!(wrap("中文", 1), [""; 0]);
        assert_eq!(wrap("  ", 5), [""; 0]);
    }

    #[test]
    fn text_folds_where_lines_are_full() {
        assert_eq!(fold("a  b c", 3), ["a  ", "b c"]);
        assert_eq!(fold("中文字", 5), ["中文", "字"]);
        assert_eq!(fold("", 5), [""]);
        assert_eq!(fold("中文", 1), ["中文"]);
    }
}
