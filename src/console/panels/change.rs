//! A change, a note and an impact in words.

use std::borrow::Cow;

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Line;

use super::layer_changes::is_warning;
use super::pen::{Pen, Spans, span};
use super::text::counted;
use crate::diagnostic::visible;
use crate::domain::LayerState;
use crate::plan::{Change, Impact, Note, Sign};
use crate::report::{ChangeContext, UnitMove, details, moves, note_words, rounded_percent};

/// The cells of a change's line.
pub(in crate::console) struct ChangeCells {
    pub(in crate::console) symbol: &'static str,
    pub(in crate::console) style: Style,
    /// The action: `create`, `ramp up`.
    pub(in crate::console) verb: &'static str,
    /// The experiment, or the layer itself.
    pub(in crate::console) name: String,
    /// The details of the action.
    pub(in crate::console) details: Spans,
}

/// Returns the cells of a change. `after` is its layer after the plan, if known; `inherits` is whether
/// the experiment takes slots, and with them units, from another one.
pub(in crate::console) fn cells(
    pen: &Pen<'_>,
    what: &Change,
    after: Option<&LayerState>,
    inherits: bool,
) -> ChangeCells {
    let (theme, symbols) = (pen.theme, pen.symbols);
    let sign = what.action.sign();
    let symbol = match sign {
        Sign::Adds => symbols.plus,
        Sign::Changes => symbols.tilde,
        Sign::Ends => symbols.minus,
        Sign::Stays => symbols.equals,
    };
    let context = ChangeContext {
        marks: pen.symbols.marks(),
        after,
        name: &|name| visible(name).into_owned(),
    };
    let mut spans = Spans::new();
    if inherits {
        // First, so that no narrow panel cuts it.
        spans.push(span(format!("{} ", symbols.warning), theme.warning));
    }
    spans.push(pen.text(details(what, &context)));
    ChangeCells {
        symbol,
        style: theme.style(sign.into()),
        verb: what.action.verb(),
        name: name(what).into_owned(),
        details: spans,
    }
}

/// Returns the name of what changes: the experiment, or the layer itself.
pub(in crate::console) fn name(what: &Change) -> Cow<'_, str> {
    visible(match &what.experiment_id {
        Some(id) => id.as_str(),
        None => what.layer_id.as_str(),
    })
}

/// Returns what happens to a layer's units, one item per move.
pub(in crate::console) fn impact(pen: &Pen<'_>, impact: &Impact) -> Vec<Spans> {
    let theme = pen.theme;
    let item = |(units, share): (UnitMove, f64)| {
        let style = match units {
            UnitMove::Leaves if share > 0.0 => theme.warning,
            UnitMove::Switches if share > 0.0 => theme.error,
            _ => theme.dim,
        };
        let text = format!("{} {}", units.word(), rounded_percent(share, 1));
        vec![span(text, style)]
    };
    moves(impact).map(item).to_vec()
}

/// Returns a note's lines, with its symbol and with ages as of `now`; a warning is indented by `indent`, to stand
/// below what it is about.
pub(in crate::console) fn note_lines(
    pen: &Pen<'_>,
    note: &Note,
    now: Timestamp,
    indent: &str,
) -> Vec<Line<'static>> {
    let lead = if is_warning(note) {
        let symbol = format!("{indent}{} ", pen.symbols.warning);
        span(symbol, pen.theme.warning)
    } else {
        pen.dim(format!("{} ", pen.symbols.equals))
    };
    pen.paragraph(vec![lead], &note_words(note, now), pen.theme.dim)
}

/// Returns a count such as `3 changes`.
pub(in crate::console) fn count(changes: usize) -> String {
    counted(changes as u64, "change", "changes")
}
