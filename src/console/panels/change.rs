//! A change, a note and an impact in words.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::Span;

use super::pen::{Pen, Spans, span};
use super::text::counted;
use crate::diagnostic::visible;
use crate::domain::LayerState;
use crate::plan::{Change, Impact, Note, NoteCode, Sign};
use crate::report::{ChangeContext, details, moves, rounded_percent};

/// A change as its line shows it.
pub(in crate::console) struct Said {
    pub(in crate::console) symbol: &'static str,
    pub(in crate::console) style: Style,
    /// What happens: `create`, `ramp up`.
    pub(in crate::console) verb: &'static str,
    /// To what: the experiment, or the layer itself.
    pub(in crate::console) name: String,
    /// How much of it.
    pub(in crate::console) details: Spans,
}

/// What a change does. `after` is its layer as it will be, where that is known; `inherits` whether the experiment takes
/// slots, and with them units, of another one.
pub(in crate::console) fn say(
    pen: &Pen<'_>,
    what: &Change,
    after: Option<&LayerState>,
    inherits: bool,
) -> Said {
    let (theme, symbols) = (pen.theme, pen.symbols);
    let (symbol, style) = match what.action.sign() {
        Sign::Adds => (symbols.plus, theme.added),
        Sign::Changes => (symbols.tilde, theme.changed),
        Sign::Ends => (symbols.minus, theme.removed),
        Sign::Stays => (symbols.equals, theme.dim),
    };
    let context = ChangeContext {
        marks: pen.symbols.marks(),
        after,
        name: &|name| visible(name).into_owned(),
    };
    let mut spans = Spans::new();
    if inherits {
        // First, where no narrow panel cuts it.
        spans.push(span(format!("{} ", symbols.warning), theme.warning));
    }
    spans.push(pen.text(details(what, &context)));
    Said {
        symbol,
        style,
        verb: what.action.verb(),
        name: name(what).into_owned(),
        details: spans,
    }
}

/// What a change is of: the experiment, or the layer itself.
pub(in crate::console) fn name(what: &Change) -> Cow<'_, str> {
    visible(match &what.experiment_id {
        Some(id) => id.as_str(),
        None => what.layer_id.as_str(),
    })
}

/// What happens to a layer's units, one item each.
pub(in crate::console) fn impact(pen: &Pen<'_>, impact: &Impact) -> Vec<Spans> {
    let theme = pen.theme;
    let style = |word: &str, share: f64| match word {
        "leaves" if share > 0.0 => theme.warning,
        "switches" if share > 0.0 => theme.error,
        "switches" => theme.success,
        _ => theme.dim,
    };
    let item = |(word, share): (&'static str, f64)| {
        let text = format!("{word} {}", rounded_percent(share, 1));
        vec![span(text, style(word, share))]
    };
    moves(impact).map(item).to_vec()
}

/// The beginning of a note's line, and the style of its text.
pub(in crate::console) fn note(pen: &Pen<'_>, note: &Note) -> (Span<'static>, Style) {
    let (symbol, style) = match note.code {
        NoteCode::InheritsSlots | NoteCode::KeyLeftOut => (pen.symbols.warning, pen.theme.warning),
        NoteCode::OnlyInDatabase | NoteCode::CompletedUnseen => (pen.symbols.equals, pen.theme.dim),
    };
    (span(format!("{symbol} "), style), pen.theme.dim)
}

/// `3 changes`.
pub(in crate::console) fn count(changes: usize) -> String {
    counted(changes as u64, "change", "changes")
}
