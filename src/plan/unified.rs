//! A unified text diff, read back: what is left of the two sides when only the diff was kept.

use super::{DiffLine, DiffPart, LayerDiff, LineKind};
use crate::domain::LayerId;

const BEFORE: &str = "--- database: ";
const AFTER: &str = "+++ files: ";

/// What a line of a unified diff is, by itself: how it is coloured. A removed line that begins with
/// `-- ` looks like a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnifiedLine {
    /// It names a side.
    Header,
    /// It says where a hunk begins.
    Hunk,
    /// It stands only on the side of the files.
    Added,
    /// It stands only on the side of the database.
    Removed,
    /// It stands on both sides.
    Equal,
}

impl UnifiedLine {
    /// What this line is.
    #[must_use]
    pub fn of(line: &str) -> Self {
        if line.starts_with("--- ") || line.starts_with("+++ ") {
            return Self::Header;
        }
        match line.chars().next() {
            Some('+') => Self::Added,
            Some('-') => Self::Removed,
            Some('@') => Self::Hunk,
            _ => Self::Equal,
        }
    }
}

impl LayerDiff {
    /// The diffs of the layers in a plan's text. Between two hunks of a layer stands the line
    /// that says where the next one begins, since the unchanged lines there aren't known any more;
    /// nor are the words that changed within a line.
    ///
    /// Lines that belong to no layer are left out: the text is for reading, and whoever applies a
    /// plan compares it with what its changes do.
    #[must_use]
    pub fn parse(text: &str) -> Vec<Self> {
        let mut diffs: Vec<Self> = Vec::new();
        let mut lines = text.lines().peekable();
        let mut open = Hunk::default();
        while let Some(line) = lines.next() {
            // A removed line can look like a header; the lengths in `@@` tell them apart.
            if open.is_over()
                && let Some(id) = line.strip_prefix(BEFORE)
                && let Some(header) = lines.next_if(|next| next.starts_with(AFTER))
            {
                diffs.push(Self {
                    layer_id: LayerId::from(id),
                    lines: Vec::new(),
                    unified: format!("{line}\n{header}\n"),
                });
                continue;
            }
            let Some(diff) = diffs.last_mut() else {
                continue;
            };
            diff.unified.push_str(line);
            diff.unified.push('\n');
            if open.is_over() {
                open = Hunk::begin(line);
                if !diff.lines.is_empty() {
                    diff.lines.push(whole(LineKind::Equal, line));
                }
            } else {
                diff.lines.push(open.line(line));
            }
        }
        diffs
    }
}

fn whole(kind: LineKind, text: &str) -> DiffLine {
    let part = DiffPart {
        text: text.to_owned(),
        is_changed: false,
    };
    DiffLine {
        kind,
        parts: vec![part],
    }
}

/// How many lines of a hunk are still to come, on either side.
#[derive(Default)]
struct Hunk {
    before: usize,
    after: usize,
}

impl Hunk {
    /// From `@@ -1,4 +1,9 @@`; a length that is left out is 1.
    fn begin(header: &str) -> Self {
        let mut ranges = header.split(' ').filter(|word| !word.starts_with('@'));
        let mut length = |sign| {
            let range = ranges.next()?.strip_prefix(sign)?;
            match range.split_once(',') {
                Some((_, length)) => length.parse().ok(),
                None => Some(1),
            }
        };
        Self {
            before: length('-').unwrap_or(0),
            after: length('+').unwrap_or(0),
        }
    }

    fn is_over(&self) -> bool {
        self.before == 0 && self.after == 0
    }

    fn line(&mut self, line: &str) -> DiffLine {
        let (kind, text) = if let Some(text) = line.strip_prefix('-') {
            (LineKind::Removed, text)
        } else if let Some(text) = line.strip_prefix('+') {
            (LineKind::Added, text)
        } else {
            (LineKind::Equal, line.strip_prefix(' ').unwrap_or(line))
        };
        if kind != LineKind::Added {
            self.before = self.before.saturating_sub(1);
        }
        if kind != LineKind::Removed {
            self.after = self.after.saturating_sub(1);
        }
        whole(kind, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(diffs: &[LayerDiff]) -> String {
        let mut text = String::new();
        for diff in diffs {
            text += &format!("[{}]\n", diff.layer_id);
            for line in &diff.lines {
                let parts: Vec<&str> = line.parts.iter().map(|part| part.text.as_str()).collect();
                text += &format!("{:?} {}\n", line.kind, parts.concat());
            }
        }
        text
    }

    #[test]
    fn a_diff_is_read_back_and_its_text_stays() {
        let text = "\
--- database: a
+++ files: a
@@ -1,2 +1,2 @@
 kept
--- database: no header
+++ files: no header either
@@ -9 +9 @@
-x
+y
--- database: b
+++ files: b
@@ -0,0 +1,2 @@
+one
+two
";
        let diffs = LayerDiff::parse(text);
        insta::assert_snapshot!(shown(&diffs), @r"
        [a]
        Equal kept
        Removed -- database: no header
        Added ++ files: no header either
        Equal @@ -9 +9 @@
        Removed x
        Added y
        [b]
        Added one
        Added two
        ");
        let again: String = diffs.iter().map(|diff| diff.unified.as_str()).collect();
        assert_eq!(again, text);
    }

    #[test]
    fn a_line_is_known_by_its_beginning() {
        use UnifiedLine::{Added, Equal, Header, Hunk, Removed};
        let lines = ["--- a", "+++ b", "@@ -1 +1 @@", "--", "++", " same", ""];
        assert_eq!(
            lines.map(UnifiedLine::of),
            [Header, Header, Hunk, Removed, Added, Equal, Equal]
        );
    }

    #[test]
    fn what_is_no_diff_is_read_as_nothing() {
        for text in [
            "",
            "\n",
            "hello",
            "@@",
            "--- database: a",
            "+x\n-y",
            "@@ -9,9 +9",
        ] {
            assert!(LayerDiff::parse(text).is_empty(), "{text:?}");
        }
        let cut = LayerDiff::parse("--- database: a\n+++ files: a\n@@ -1,99 +x @@\n-b");
        insta::assert_snapshot!(shown(&cut), @r"
        [a]
        Removed b
        ");
    }
}
