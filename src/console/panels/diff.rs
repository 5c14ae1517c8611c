//! What an apply would change, as text: database against files.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Content;
use super::pen::{Pen, Spans, foreign, span};
use super::rows::Rows;
use super::text;
use crate::console::model::{DiffDetail, Loaded, Model, RowKey};
use crate::domain::LayerId;
use crate::plan::{DiffLine, LayerDiff, LineKind};

/// The number of unchanged lines shown around a change.
const CONTEXT: usize = 3;

pub(super) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let diffs = loaded
        .review
        .as_ref()
        .map_or(&[][..], |review| &review.diffs);
    if diffs.is_empty() {
        return Content::saying(pen.hint(nothing(loaded)));
    }
    let detail = match model.diff_detail {
        DiffDetail::Summary => "summary",
        DiffDetail::Changed => "changed",
        DiffDetail::Everything => "everything",
    };
    let rows = rows(diffs, model.diff_detail);
    let total = rows.iter().fold((0, 0), |total, row| match row {
        DiffRow::Layer { counts, .. } => (total.0 + counts.0, total.1 + counts.1),
        DiffRow::Line(_) | DiffRow::Folded(_) => total,
    });
    let mut badge = pen.facts(vec![pen.dim(detail), pen.text("")]);
    badge.spans.extend(counts(&pen, total));
    Content::scrolling(Vec::new(), Diff { pen, rows }).with_badge(badge)
}

/// The diff, which may have thousands of lines.
struct Diff<'a> {
    pen: Pen<'a>,
    rows: Vec<DiffRow<'a>>,
}

/// A line of it.
enum DiffRow<'a> {
    Layer {
        id: &'a LayerId,
        /// How many lines are added, and removed.
        counts: (usize, usize),
        has_gap: bool,
    },
    Line(&'a DiffLine),
    /// A number of folded unchanged lines.
    Folded(usize),
}

impl Rows for Diff<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(index.to_string())
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(matches!(
            self.rows[index],
            DiffRow::Layer { has_gap: true, .. }
        ))
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let pen = &self.pen;
        vec![match &self.rows[index] {
            DiffRow::Layer { id, counts: of, .. } => {
                pen.sides(vec![foreign(id, pen.theme.accent)], counts(pen, *of))
            }
            DiffRow::Line(line) => written(pen, line),
            DiffRow::Folded(count) => {
                let count = text::counted(*count as u64, "unchanged line", "unchanged lines");
                pen.line(vec![pen.dim(format!("  {} {count}", pen.symbols.ellipsis))])
            }
        }]
    }
}

fn rows(diffs: &[LayerDiff], detail: DiffDetail) -> Vec<DiffRow<'_>> {
    let mut rows = Vec::new();
    for diff in diffs {
        rows.push(DiffRow::Layer {
            id: &diff.layer_id,
            counts: diff.counts(),
            has_gap: !rows.is_empty() && detail != DiffDetail::Summary,
        });
        rows.extend(body(diff, detail));
    }
    rows
}

fn nothing(loaded: &Loaded) -> &'static str {
    if loaded.is_in_agreement() && loaded.files.standing().is_some() {
        "no differences: the plan changes nothing"
    } else if loaded.is_in_agreement() {
        "no differences: database and files agree"
    } else if loaded.review.is_some() {
        "no differences in what can be compared: see Problems"
    } else {
        "nothing can be compared: see Problems"
    }
}

fn counts(pen: &Pen<'_>, (added, removed): (usize, usize)) -> Spans {
    let (theme, symbols) = (pen.theme, pen.symbols);
    vec![
        span(format!("{}{added}", symbols.plus), theme.added),
        span(format!(" {}{removed}", symbols.minus), theme.removed),
    ]
}

/// Returns the lines of one layer, with lines far from any change folded.
fn body(diff: &LayerDiff, detail: DiffDetail) -> Vec<DiffRow<'_>> {
    let shown = match detail {
        DiffDetail::Summary => return Vec::new(),
        DiffDetail::Changed => near_changes(&diff.lines),
        DiffDetail::Everything => vec![true; diff.lines.len()],
    };
    let mut rows = Vec::new();
    let mut next = 0;
    for stretch in shown.chunk_by(|one, other| one == other) {
        let all = &diff.lines[next..next + stretch.len()];
        next += stretch.len();
        // Folding a single line would save nothing.
        if stretch[0] || all.len() == 1 {
            rows.extend(all.iter().map(DiffRow::Line));
        } else {
            rows.push(DiffRow::Folded(all.len()));
        }
    }
    rows
}

/// Returns for each line whether it is a change or near one.
fn near_changes(lines: &[DiffLine]) -> Vec<bool> {
    let mut shown = vec![false; lines.len()];
    for (index, line) in lines.iter().enumerate() {
        if line.kind != LineKind::Equal {
            let end = (index + CONTEXT + 1).min(lines.len());
            shown[index.saturating_sub(CONTEXT)..end].fill(true);
        }
    }
    shown
}

fn written(pen: &Pen<'_>, line: &DiffLine) -> Line<'static> {
    let theme = pen.theme;
    let (gutter, style, word): (&str, Style, Style) = match line.kind {
        LineKind::Equal => (" ", theme.dim, theme.dim),
        LineKind::Added => (
            pen.symbols.plus,
            theme.added,
            theme.added.patch(theme.added_word),
        ),
        LineKind::Removed => {
            let word = theme.removed.patch(theme.removed_word);
            (pen.symbols.minus, theme.removed, word)
        }
    };
    let mut spans = vec![span(format!("{gutter} "), style)];
    spans.extend(
        line.parts
            .iter()
            .map(|part| foreign(&part.text, if part.is_changed { word } else { style })),
    );
    pen.line(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_near_a_change_are_shown() {
        let lines = |kinds: &str| -> Vec<DiffLine> {
            kinds
                .chars()
                .map(|kind| DiffLine {
                    kind: if kind == '+' {
                        LineKind::Added
                    } else {
                        LineKind::Equal
                    },
                    parts: Vec::new(),
                })
                .collect()
        };
        let shown = |kinds: &str| -> String {
            near_changes(&lines(kinds))
                .into_iter()
                .map(|is_shown| if is_shown { '1' } else { '0' })
                .collect()
        };
        assert_eq!(shown("     +     "), "00111111100");
        assert_eq!(shown("+          +"), "111100001111");
        assert_eq!(shown("    "), "0000");
    }
}
