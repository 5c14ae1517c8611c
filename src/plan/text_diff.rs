//! Database against files as text: canonical YAML on both sides, compared with `similar`, and the
//! parser for the unified text, which is all that is kept of some diffs.

use std::ops::Range;

use serde::Serialize;
use similar::udiff::UnifiedDiffHunk;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff, group_diff_ops};

use crate::diagnostic::visible;
use crate::domain::{LayerId, LayerRecord, LayerState};

/// The number of unchanged lines around a change in the unified text.
const CONTEXT: usize = 3;

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// On both sides.
    Equal,
    /// Only in the database.
    Removed,
    /// Only in the files.
    Added,
}

/// A part of a line; in a line that was changed rather than added, the changed words are marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffPart {
    /// The text, without a line break.
    pub text: String,
    /// Whether it differs from the line's counterpart.
    pub is_changed: bool,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// The side that it is on.
    pub kind: LineKind,
    /// Its parts, in order.
    pub parts: Box<[DiffPart]>,
}

/// The difference between a layer in the database and in the files.
#[derive(Clone, Debug)]
pub struct LayerDiff {
    /// The layer.
    pub layer_id: LayerId,
    /// Every line of both sides, unchanged ones too: what to fold is the viewer's choice.
    pub lines: Vec<DiffLine>,
    /// The unified text diff, with headers and three lines of context.
    pub unified: String,
}

impl LayerDiff {
    /// Returns the difference, or `None` if both texts are equal. `after` is canonical YAML; a
    /// layer that the database doesn't have is added as a whole.
    #[must_use]
    pub fn new(layer_id: &LayerId, before: Option<&LayerState>, after: &str) -> Option<Self> {
        Self::between(layer_id, before, after, ["database", "files"])
    }

    /// Returns the difference between two states of the database, of which no file tells.
    #[must_use]
    pub fn within_database(before: Option<&LayerState>, after: &LayerState) -> Option<Self> {
        let text = Self::text_of(after);
        Self::between(&after.layer.layer_id, before, &text, ["before", "after"])
    }

    fn between(
        layer_id: &LayerId,
        before: Option<&LayerState>,
        after: &str,
        [from, to]: [&str; 2],
    ) -> Option<Self> {
        let before = before.map(Self::text_of).unwrap_or_default();
        if before == after {
            return None;
        }
        let diff = TextDiff::from_lines(before.as_str(), after);
        let ops = ops(&diff);
        let lines = ops.iter().flat_map(|op| diff.iter_inline_changes(op));
        let lines = lines
            .map(|change| DiffLine {
                kind: match change.tag() {
                    ChangeTag::Equal => LineKind::Equal,
                    ChangeTag::Delete => LineKind::Removed,
                    ChangeTag::Insert => LineKind::Added,
                },
                parts: change
                    .iter_strings_lossy()
                    .map(|(is_changed, text)| DiffPart {
                        text: text.trim_end_matches('\n').to_owned(),
                        is_changed,
                    })
                    .filter(|part| !part.text.is_empty())
                    .collect(),
            })
            .collect();
        // A line break in an id would end the header early.
        let id = visible(layer_id.as_str());
        let mut unified = format!("--- {from}: {id}\n+++ {to}: {id}\n");
        for hunk in group_diff_ops(ops, CONTEXT) {
            unified += &UnifiedDiffHunk::new(hunk, &diff, true).to_string();
        }
        Some(Self {
            layer_id: layer_id.clone(),
            lines,
            unified,
        })
    }

    /// Returns a layer as canonical YAML: keys in a fixed order, defaults omitted.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "records of plain values are always YAML"
    )]
    pub fn text_of(layer: &LayerState) -> String {
        serde_yaml::to_string(&LayerRecord::from(layer))
            // Records are strings, numbers, lists and maps with string keys: YAML has them all.
            .expect("a record of plain values is YAML")
    }

    /// Returns the numbers of added and removed lines.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let count = |kind| self.lines.iter().filter(|line| line.kind == kind).count();
        (count(LineKind::Added), count(LineKind::Removed))
    }
}

/// The steps from one side to the other, experiment by experiment: both sides have them in one
/// order, new ones last. Compared as a whole, one experiment's percentage would be matched with
/// that of another, and a ramp-up would look like an insertion.
fn ops(diff: &TextDiff<'_, '_, str>) -> Vec<DiffOp> {
    let (old, new) = (
        sections(diff.iter_old_slices()),
        sections(diff.iter_new_slices()),
    );
    let mut ops: Vec<DiffOp> = Vec::new();
    for index in 0..old.len().max(new.len()) {
        let section = |sections: &[Range<usize>], lines: usize| {
            sections.get(index).cloned().unwrap_or(lines..lines)
        };
        let steps = capture_diff(
            Algorithm::default(),
            diff.old_lookup(),
            section(&old, diff.old_len()),
            diff.new_lookup(),
            section(&new, diff.new_len()),
        );
        for step in steps {
            match (ops.last_mut(), step) {
                // A single range, so that the context around changes is cut to its length.
                (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) => *len += more,
                _ => ops.push(step),
            }
        }
    }
    ops
}

/// The lines of the layer itself, then those of each experiment.
fn sections<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Range<usize>> {
    let mut sections = vec![Range::default()];
    for (index, line) in lines.enumerate() {
        // Nothing else in a layer's canonical YAML is a list without indentation.
        if line.starts_with("- ") {
            sections.push(index..index);
        }
        if let Some(section) = sections.last_mut() {
            section.end = index + 1;
        }
    }
    sections
}

const BEFORE: &str = "--- database: ";
const AFTER: &str = "+++ files: ";

/// What a single line of a unified diff is, which decides its color. A removed line that begins
/// with `-- ` looks like a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnifiedLine {
    /// It names a side.
    Header,
    /// It says where a hunk begins.
    Hunk,
    /// It is only on the side of the files.
    Added,
    /// It is only on the side of the database.
    Removed,
    /// It is on both sides.
    Equal,
}

impl UnifiedLine {
    /// Classifies a line.
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
    /// Parses the diffs of the layers in a plan's text. Between two hunks of a layer is the line
    /// that says where the next one begins, since the unchanged lines there aren't known anymore;
    /// nor are the words that changed within a line.
    ///
    /// Lines outside of any layer are dropped: the text is only for reading. An apply compares it
    /// with what the changes do.
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
        parts: [part].into(),
    }
}

/// The number of remaining lines of a hunk, on either side.
#[derive(Default)]
struct Hunk {
    before: usize,
    after: usize,
}

impl Hunk {
    /// Parses `@@ -1,4 +1,9 @@`; a missing length is 1.
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
