//! Database against files as text: canonical YAML on both sides, compared with `similar`.

use std::ops::Range;

use serde::Serialize;
use similar::udiff::UnifiedDiffHunk;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff, group_diff_ops};

use crate::domain::{LayerId, LayerRecord, LayerState};

/// How many unchanged lines stand around a change in the unified text.
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
    /// Which side it stands on.
    pub kind: LineKind,
    /// Its parts, in order.
    pub parts: Vec<DiffPart>,
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
    /// The difference, or none where both texts are equal. `after` is canonical YAML; a layer that
    /// the database doesn't have is all added.
    #[must_use]
    pub fn new(layer_id: &LayerId, before: Option<&LayerState>, after: &str) -> Option<Self> {
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
        let mut unified = format!("--- database: {layer_id}\n+++ files: {layer_id}\n");
        for hunk in group_diff_ops(ops, CONTEXT) {
            unified += &UnifiedDiffHunk::new(hunk, &diff, true).to_string();
        }
        Some(Self {
            layer_id: layer_id.clone(),
            lines,
            unified,
        })
    }

    /// A layer as canonical YAML: keys in one order, defaults left out. It is also a layer file
    /// that asks for just this layer: texts are quoted wherever a reader might take them for
    /// something else.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "records of plain values are always YAML"
    )]
    pub fn text_of(layer: &LayerState) -> String {
        let options = serde_saphyr::ser_options! {
            // One line a text, so that the diff compares texts and not their indentation.
            prefer_block_scalars: false,
        };
        serde_saphyr::to_string_with_options(&LayerRecord::from(layer), options)
            // Records are strings, numbers, lists and maps with string keys: YAML has them all.
            .expect("a record of plain values is YAML")
    }

    /// How many lines are added and removed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let count = |kind| self.lines.iter().filter(|line| line.kind == kind).count();
        (count(LineKind::Added), count(LineKind::Removed))
    }
}

/// The steps from one side to the other, experiment by experiment: both sides have them in one
/// order, new ones last. Compared as a whole, one experiment's percentage would be taken for that of
/// another, and a ramp-up look like an insertion.
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
                // One stretch, so that the context around changes is cut to its length.
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
