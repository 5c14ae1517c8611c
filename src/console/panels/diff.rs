//! What an apply would change, as text: database against files.

use std::rc::Rc;
use std::sync::Arc;

use ratatui::style::Style;
use ratatui::text::Line;

use super::Content;
use super::kept::{DiffFrom, DiffRow, KeptDiff};
use super::pen::{Pen, Spans, foreign, span};
use super::rows::{KeptPlaces, Places, Rows, place_rows};
use super::text;
use crate::console::memo::Identity;
use crate::console::model::{DiffDetail, Loaded, Model, RowKey};
use crate::plan::{DiffLine, LayerDiff, LineKind, UnifiedLine};

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
    let from = DiffFrom {
        loaded: Identity::of(loaded),
        detail: model.diff_detail,
    };
    let kept = model
        .memos
        .diff
        .get(from, || rows(diffs, model.diff_detail));
    let mut badge = pen.facts(vec![pen.dim(detail), pen.text("")]);
    badge.spans.extend(counts(&pen, kept.counts));
    Content::scrolling(Vec::new(), Diff { pen, diffs, kept }).with_badge(badge)
}

/// The diff, which may have thousands of lines.
struct Diff<'a> {
    pen: Pen<'a>,
    diffs: &'a [Arc<LayerDiff>],
    kept: Rc<KeptDiff>,
}

impl Rows for Diff<'_> {
    fn count(&self) -> usize {
        self.kept.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(index.to_string())
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(matches!(
            self.kept.rows[index],
            DiffRow::Layer { has_gap: true, .. }
        ))
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn places(&self, start: usize) -> Places {
        let places = self.kept.places.get_or_init(|| place_rows(self, start));
        places.clone()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let pen = &self.pen;
        vec![match self.kept.rows[index] {
            DiffRow::Layer {
                diff, counts: of, ..
            } => {
                let id = &self.diffs[diff].layer_id;
                pen.sides(vec![foreign(id, pen.theme.accent)], counts(pen, of))
            }
            DiffRow::Line { diff, line } => written(pen, &self.diffs[diff].lines[line]),
            DiffRow::Folded(count) => {
                let count = text::counted(count as u64, "unchanged line", "unchanged lines");
                pen.line(vec![pen.dim(format!("  {} {count}", pen.symbols.ellipsis))])
            }
        }]
    }
}

fn rows(diffs: &[Arc<LayerDiff>], detail: DiffDetail) -> KeptDiff {
    let mut kept = KeptDiff {
        rows: Vec::new(),
        counts: (0, 0),
        places: KeptPlaces::default(),
    };
    for (index, diff) in diffs.iter().enumerate() {
        let (added, removed) = diff.counts();
        kept.counts.0 += added;
        kept.counts.1 += removed;
        kept.rows.push(DiffRow::Layer {
            diff: index,
            counts: (added, removed),
            has_gap: index > 0 && detail != DiffDetail::Summary,
        });
        kept.rows.extend(body(diff, index, detail));
    }
    kept
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

/// Returns the style of a line of a unified diff.
pub(in crate::console) fn unified_style(pen: &Pen<'_>, line: &str) -> Style {
    let theme = pen.theme;
    match UnifiedLine::of(line) {
        UnifiedLine::Header => theme.title,
        UnifiedLine::Added => theme.added,
        UnifiedLine::Removed => theme.removed,
        UnifiedLine::Hunk => theme.accent,
        UnifiedLine::Equal => theme.dim,
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
fn body(diff: &LayerDiff, index: usize, detail: DiffDetail) -> Vec<DiffRow> {
    let shown = match detail {
        DiffDetail::Summary => return Vec::new(),
        DiffDetail::Changed => near_changes(&diff.lines),
        DiffDetail::Everything => vec![true; diff.lines.len()],
    };
    let mut rows = Vec::new();
    let mut next = 0;
    for stretch in shown.chunk_by(|one, other| one == other) {
        let all = next..next + stretch.len();
        next = all.end;
        // Folding a single line would save nothing.
        if stretch[0] || all.len() == 1 {
            rows.extend(all.map(|line| DiffRow::Line { diff: index, line }));
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
                    parts: Box::default(),
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
