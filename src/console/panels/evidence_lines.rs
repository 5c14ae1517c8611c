//! What the log says for a ramp-up or a winner: one sentence, in the dialog and in the review of the change.

use ratatui::text::Line;

use super::pen::{Pen, span};
use crate::console::model::Model;
use crate::report::{Role, evidence_words};
use crate::review::WeighedEvidence;

/// Returns the sentence, with a symbol that says whether the split holds.
pub(in crate::console) fn evidence_lines(
    model: &Model,
    pen: &Pen<'_>,
    weighed: &WeighedEvidence,
) -> Vec<Line<'static>> {
    let view = model.incident_view();
    let (role, words) = evidence_words(weighed, |at| view.log_clock(at));
    let symbol = match role {
        Role::Success => pen.symbols.check,
        Role::Error => pen.symbols.cross,
        _ => pen.symbols.warning,
    };
    let style = pen.theme.style(role);
    let mark = span(format!("{symbol} "), style);
    pen.paragraph(vec![mark], &words, style)
}
