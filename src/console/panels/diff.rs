//! What an apply would change, as text: database against files.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Content;
use super::pen::{Pen, Spans, foreign, span};
use super::text;
use crate::console::model::{DiffDetail, Loaded, Model};
use crate::plan::{DiffLine, LayerDiff, LineKind};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

pub(super) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(model, width);
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
    let mut lines = Vec::new();
    let mut total = (0, 0);
    for diff in diffs {
        let (added, removed) = diff.counts();
        total = (total.0 + added, total.1 + removed);
        if !lines.is_empty() && model.diff_detail != DiffDetail::Summary {
            lines.push(Line::default());
        }
        let id = foreign(&diff.layer_id, pen.theme.accent);
        lines.push(pen.sides(vec![id], counts(&pen, added, removed)));
        lines.extend(body(&pen, diff, model.diff_detail));
    }
    let detail = match model.diff_detail {
        DiffDetail::Summary => "summary",
        DiffDetail::Changed => "changed",
        DiffDetail::Everything => "everything",
    };
    let mut badge = pen.facts(vec![pen.dim(detail), pen.text("")]);
    badge.spans.extend(counts(&pen, total.0, total.1));
    Content::saying(lines).with_badge(badge)
}

fn nothing(loaded: &Loaded) -> &'static str {
    if loaded.is_in_agreement() && loaded.files.standing().is_some() {
        "nothing differs: the plan changes nothing"
    } else if loaded.is_in_agreement() {
        "nothing differs: the database says what the files say"
    } else if loaded.review.is_some() {
        "nothing that can be compared differs: see Problems"
    } else {
        "nothing can be compared: see Problems"
    }
}

fn counts(pen: &Pen<'_>, added: usize, removed: usize) -> Spans {
    let (theme, symbols) = (pen.theme, pen.symbols);
    vec![
        span(format!("{}{added}", symbols.plus), theme.added),
        span(format!(" {}{removed}", symbols.minus), theme.removed),
    ]
}

/// The lines of one layer, with what is far from any change folded.
fn body(pen: &Pen<'_>, diff: &LayerDiff, detail: DiffDetail) -> Vec<Line<'static>> {
    let shown = match detail {
        DiffDetail::Summary => return Vec::new(),
        DiffDetail::Changed => near_changes(&diff.lines),
        DiffDetail::Everything => vec![true; diff.lines.len()],
    };
    let mut lines = Vec::new();
    let mut next = 0;
    for stretch in shown.chunk_by(|one, other| one == other) {
        let all = &diff.lines[next..next + stretch.len()];
        next += stretch.len();
        // To fold a single line would save nothing.
        if stretch[0] || all.len() == 1 {
            lines.extend(all.iter().map(|line| written(pen, line)));
        } else {
            let count = text::counted(all.len() as u64, "unchanged line", "unchanged lines");
            lines.push(pen.line(vec![pen.dim(format!("  {} {count}", pen.symbols.ellipsis))]));
        }
    }
    lines
}

/// For each line whether it is a change or stands near one.
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
