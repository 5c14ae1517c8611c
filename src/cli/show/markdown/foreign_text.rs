//! Foreign text in Markdown: code, so that nothing in it is markup, a mention or a reference.

use crate::diagnostic::visible;

/// How many characters of a name are shown; the diff has all of it.
const LONGEST_NAME: usize = 80;
/// The length of the shortest fence.
const FENCE: usize = 3;

/// Returns a name as code, for prose and table cells.
pub(super) fn code(name: &str) -> String {
    let name = shortened(name);
    let name = visible(&name);
    let is_plain = !name.trim().is_empty() && !name.contains(['`', '|']);
    if is_plain {
        return format!("`{name}`");
    }
    // A backtick would end the code and a bar the cell; as entities they do neither, but then
    // everything else that could be markup must be an entity as well.
    let mut text = String::from("<code>");
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || !character.is_ascii() {
            text.push(character);
        } else {
            text.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    text + "</code>"
}

/// Cuts by characters rather than columns, since there may be any number of zero-width marks.
fn shortened(name: &str) -> String {
    let mut characters = name.chars();
    let mut head: String = characters.by_ref().take(LONGEST_NAME).collect();
    if characters.next().is_some() {
        head.push('…');
    }
    head
}

/// Returns lines of foreign text in a fence that none of them can close, as many as fit into `room`
/// bytes, and how many don't fit. The lines are already safe for a terminal.
pub(super) fn fenced(language: &str, text: &str, room: usize) -> (String, usize) {
    let mut fence = FENCE;
    let mut taken = 0;
    let mut lines = text.lines();
    let mut shown = String::new();
    for line in lines.by_ref() {
        let needed = fence.max(longest_run(line) + 1);
        taken += line.len() + 1;
        if taken + 2 * (needed + 1) + language.len() > room {
            let left_out = 1 + lines.count();
            return (enclosed(language, &shown, fence), left_out);
        }
        fence = needed;
        shown.push_str(line);
        shown.push('\n');
    }
    (enclosed(language, &shown, fence), 0)
}

fn enclosed(language: &str, lines: &str, fence: usize) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(fence);
    format!("{fence}{language}\n{lines}{fence}\n")
}

/// Returns the length of the longest run of backticks.
fn longest_run(line: &str) -> usize {
    let runs = line.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code_whatever_is_in_them() {
        assert_eq!(code("hero_v1"), "`hero_v1`");
        assert_eq!(code("@all #1 <b>&amp;"), "`@all #1 <b>&amp;`");
        assert_eq!(code("中文 ✓"), "`中文 ✓`");
        assert_eq!(code("a\n\u{1b}b"), r"`a\n\u{1b}b`");
        assert_eq!(code("a`b"), "<code>a&#96;b</code>");
        assert_eq!(code("a|<b>@c"), "<code>a&#124;&#60;b&#62;&#64;c</code>");
        assert_eq!(code(" "), "<code>&#32;</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(code(&"x".repeat(4096)), format!("`{}…`", "x".repeat(80)));
        let marks = format!("e{}", "\u{301}".repeat(4096));
        assert_eq!(code(&marks).chars().count(), 83);
    }

    #[test]
    fn no_line_closes_the_fence() {
        assert_eq!(fenced("diff", "+a\n", 99), ("```diff\n+a\n```\n".into(), 0));
        let (text, _) = fenced("", "a\n```\n`````x\n", 99);
        assert_eq!(text, "``````\na\n```\n`````x\n``````\n");
    }

    #[test]
    fn as_many_lines_are_shown_as_there_is_room_for() {
        let text = "one\ntwo\n`````\nfour\n";
        for room in 0..60 {
            let (shown, left_out) = fenced("text", text, room);
            assert!(shown.len() <= room, "{shown}");
            let lines = shown.lines().count().saturating_sub(2);
            assert_eq!(lines + left_out, 4, "{shown}");
        }
        assert_eq!(fenced("text", text, 60).1, 0);
        assert_eq!(fenced("text", "", 60), (String::new(), 0));
    }
}
