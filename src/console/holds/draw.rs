//! The form over the view: what will happen, and the reason.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::{HoldForm, HoldPurpose};
use crate::console::edits::draw_form;
use crate::console::model::Model;
use crate::console::panels::pen::{Pen, Spans, span};
use crate::diagnostic::visible;

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

fn cursor(pen: &Pen<'_>, has_keys: bool) -> Span<'static> {
    if has_keys {
        span(" ", pen.theme.selection)
    } else {
        pen.text("")
    }
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
    if let Some(hold) = form.purpose.present() {
        let time = |at| model.startup.date_and_minute(at);
        let until = hold.until.map(|until| format!(" until {}", time(until)));
        let held = format!(
            "held by {} since {}{}: {}",
            visible(&hold.actor),
            time(hold.since),
            until.unwrap_or_default(),
            visible(&hold.reason)
        );
        lines.extend(pen.paragraph(Spans::new(), &held, theme.dim));
    }
    lines.push(Line::default());
    lines.push(pen.line(vec![
        span("Why: ", theme.dim),
        span(visible(&form.typed).into_owned(), theme.accent),
        cursor(pen, !form.is_at_until),
    ]));
    if !form.purpose.is_release() {
        lines.push(pen.line(vec![
            span("Until: ", theme.dim),
            span(visible(&form.until).into_owned(), theme.accent),
            cursor(pen, form.is_at_until),
            pen.dim(" Tab; 30m, 2h, 3d or a time; empty until it is released"),
        ]));
    }
    lines.push(Line::default());
    let next = "Enter does it at once and enters it in the journal. Esc cancels.";
    lines.extend(pen.paragraph(Spans::new(), next, theme.dim));
    lines
}
