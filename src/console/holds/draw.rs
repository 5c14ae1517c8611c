//! The form over the view: what will happen, and the reason.

use ratatui::Frame;
use ratatui::text::Line;

use super::{HoldForm, HoldPurpose};
use crate::console::edits::draw_form;
use crate::console::model::Model;
use crate::console::panels::pen::{Pen, Spans, span};
use crate::console::text_field;
use crate::diagnostic::visible;
use crate::report::hold_words;

pub(in crate::console) fn draw(model: &Model, form: &HoldForm, frame: &mut Frame<'_>) {
    let verb = match &form.purpose {
        HoldPurpose::Place => "Hold",
        HoldPurpose::Replace(_) => "Replace the hold on",
        HoldPurpose::Release(_) => "Release",
    };
    let id = visible(form.thing.experiment_id.as_str());
    draw_form(model, &format!(" {verb} {id} "), frame, |pen| {
        lines(model, pen, form)
    });
}

/// Says what is wrong with the field above.
fn error(pen: &Pen<'_>, form: &HoldForm) -> Vec<Line<'static>> {
    let Some(error) = &form.error else {
        return Vec::new();
    };
    let cross = span(format!("{} ", pen.symbols.cross), pen.theme.error);
    pen.paragraph(vec![cross], error, pen.theme.error)
}

fn lines(model: &Model, pen: &Pen<'_>, form: &HoldForm) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let says = match &form.purpose {
        HoldPurpose::Place => {
            "It is paused in the database now, without an apply. Nothing resumes it until it is \
             released, whatever the files say."
        }
        HoldPurpose::Replace(_) => {
            "It stays paused in the database. What you type replaces the hold that is there: its \
             reason and its end."
        }
        HoldPurpose::Release(_) => {
            "Its status stays as it is. The next apply makes it what its file says. A reason is \
             welcome."
        }
    };
    let mut lines = pen.paragraph(Spans::new(), says, theme.text);
    if let Some((hold, loaded)) = form.purpose.present().zip(model.loaded.as_ref()) {
        let held = hold_words(hold, loaded.at);
        lines.extend(pen.paragraph(Spans::new(), &held, theme.dim));
    }
    lines.push(Line::default());
    let (typed, until) = (&form.typed, &form.until);
    lines.extend(text_field::lines(
        pen,
        "Why: ",
        typed,
        !form.is_at_until,
        "",
    ));
    if !form.is_at_until {
        lines.extend(error(pen, form));
    }
    if !form.purpose.is_release() {
        let hint = if form.is_at_until {
            "   30m, 2h, 3d or a time; empty: until released"
        } else {
            "   Tab goes there; empty: until released"
        };
        lines.extend(text_field::lines(
            pen,
            "Until: ",
            until,
            form.is_at_until,
            hint,
        ));
    }
    if form.is_at_until {
        lines.extend(error(pen, form));
    }
    lines.push(Line::default());
    let next = "Enter does it at once and enters it in the journal. Esc cancels.";
    lines.extend(pen.paragraph(Spans::new(), next, theme.dim));
    lines
}
