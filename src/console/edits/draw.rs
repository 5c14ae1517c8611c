//! The form over the view: what is asked, and what it would do.

use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::update::{forecast, share_of};
use super::{EditForm, EditedThing, PlannedUndo, RampForecast};
use crate::config::edit::ScalarValue;
use crate::console::layout::centered;
use crate::console::model::Model;
use crate::console::panels::pen::{Pen, Spans, span};
use crate::diagnostic::visible;
use crate::numbers::{counted, thousands};
use crate::plan::taken_words;
use crate::report::percent;
use crate::text;

/// The maximum width of the form.
const MAX_WIDTH: u16 = 76;
/// The columns of the screen that it leaves.
const MARGIN: u16 = 2;

pub(in crate::console) fn draw(model: &Model, form: &EditForm, frame: &mut Frame<'_>) {
    let title = match form {
        EditForm::Ramp { thing, .. } => format!(" Ramp {} ", visible(thing.experiment_id.as_str())),
        EditForm::Complete { thing, .. } => {
            format!(" Complete {} ", visible(thing.experiment_id.as_str()))
        }
        EditForm::Undo(planned) => format!(" Undo journal {} ", planned.journal_id),
    };
    draw_form(model, &title, frame, |pen| lines(model, pen, form));
}

/// Draws a form of these lines in the middle of the screen.
pub(in crate::console) fn draw_form(
    model: &Model,
    title: &str,
    frame: &mut Frame<'_>,
    lines: impl FnOnce(&Pen<'_>) -> Vec<Line<'static>>,
) {
    let theme = &model.startup.theme;
    let screen = frame.area();
    let width = MAX_WIDTH.min(screen.width.saturating_sub(MARGIN));
    let pen = Pen::new(&model.startup, width.saturating_sub(2));
    let mut lines = lines(&pen);
    let room = usize::from(width).saturating_sub(4);
    // A title that is cut is whole below.
    if text::width(title) > room {
        lines.splice(0..0, pen.paragraph(Spans::new(), title, pen.theme.title));
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = centered(screen, width, height);
    let title = text::cut_middle(title, room, model.startup.symbols.ellipsis);
    let block = Block::bordered()
        .border_set(model.startup.symbols.border_focused)
        .border_style(theme.accent)
        .style(theme.text)
        .title_top(Line::styled(title, theme.title_focused));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
}

fn lines(model: &Model, pen: &Pen<'_>, form: &EditForm) -> Vec<Line<'static>> {
    let mut lines = match form {
        EditForm::Ramp { thing, typed, .. } => ramp(model, pen, thing, typed),
        EditForm::Complete {
            variants, winner, ..
        } => complete(pen, variants, *winner),
        EditForm::Undo(planned) => undo(pen, planned),
    };
    lines.push(Line::default());
    let next = match form {
        EditForm::Undo(planned) if !planned.obstacles.is_empty() => {
            "An entry is undone whole or not at all: nothing is written. Esc closes."
        }
        _ => "Enter edits the file; the plan then shows it, and nothing is applied. Esc cancels.",
    };
    lines.extend(pen.paragraph(Spans::new(), next, pen.theme.dim));
    lines
}

fn ramp(model: &Model, pen: &Pen<'_>, thing: &EditedThing, typed: &str) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let (less, more) = (pen.symbols.left, pen.symbols.right);
    let mut lines = vec![pen.line(vec![
        span(format!("{less} "), theme.dim),
        span(format!("{}%", visible(typed)), theme.accent),
        span(" ", theme.selection),
        span(format!(" {more}"), theme.dim),
        pen.dim(format!(
            "   type, {}{} 1%, {}{} 5%",
            less, more, pen.symbols.down, pen.symbols.up
        )),
    ])];
    lines.push(Line::default());
    let Some(to) = share_of(typed) else {
        let cross = span(format!("{} ", pen.symbols.cross), theme.error);
        lines.extend(pen.paragraph(vec![cross], "a number from 0 to 100", theme.error));
        return lines;
    };
    let Some(forecast) = forecast(model.context(), thing, to) else {
        return lines;
    };
    lines.extend(effects(pen, &forecast));
    lines
}

/// Says what the ramp would do to slots and units.
fn effects(pen: &Pen<'_>, forecast: &RampForecast) -> Vec<Line<'static>> {
    let slots = |count: u32| counted(u64::from(count), "slot", "slots");
    let share = |count: u32| percent(f64::from(count) / f64::from(forecast.total.max(1)));
    let mut lines = vec![pen.line(vec![pen.text(format!(
        "{} of {} active now, {} after the ramp",
        thousands(forecast.active),
        slots(forecast.total),
        thousands(forecast.wanted)
    ))])];
    if let Some(why) = forecast.obstacle() {
        let cross = span(format!("{} ", pen.symbols.cross), pen.theme.error);
        lines.extend(pen.paragraph(vec![cross], &why, pen.theme.error));
        return lines;
    }
    let joining = forecast.joining();
    let said = match (joining, forecast.why_nobody_joins) {
        (0, _) => "nobody joins, leaves or switches".to_owned(),
        (_, Some(why)) => format!("nobody joins: {why}"),
        (_, None) => {
            let switching: u32 = forecast.inherited.iter().map(|(_, count)| count).sum();
            let moves = [
                (joining.saturating_sub(switching), "join"),
                (switching, "switch to it"),
            ];
            let moves = moves.into_iter().filter(|(count, _)| *count > 0);
            let moves: Vec<String> = moves
                .map(|(count, verb)| format!("{} of the layer's units {verb}", share(count)))
                .collect();
            format!("{}; nobody else moves", moves.join(", "))
        }
    };
    lines.extend(pen.paragraph(Spans::new(), &said, pen.theme.text));
    let from = match (forecast.from_reserve, joining) {
        (_, 0) => String::new(),
        (0, _) => "all from slots that the plan leaves free; ".to_owned(),
        (reserve, joining) if reserve == joining => "all from its reserve; ".to_owned(),
        (reserve, _) => format!("{} of them from its reserve; ", slots(reserve)),
    };
    let left = format!(
        "{from}{} ({}) stay free",
        slots(forecast.free),
        share(forecast.free)
    );
    lines.extend(pen.paragraph(Spans::new(), &left, pen.theme.dim));
    for (id, count) in &forecast.inherited {
        let mark = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
        let said = taken_words(*count, &visible(id.as_str()));
        lines.extend(pen.paragraph(vec![mark], &said, pen.theme.warning));
    }
    lines
}

/// The most values or obstacles that are listed; the others are counted.
const LISTED: usize = 6;

/// Lists what the undo edits, or what can't be undone.
fn undo(pen: &Pen<'_>, planned: &PlannedUndo) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let mut lines = Vec::new();
    for obstacle in planned.obstacles.iter().take(LISTED) {
        let cross = span(format!("{} ", pen.symbols.cross), theme.error);
        lines.extend(pen.paragraph(vec![cross], &visible(&obstacle.message), theme.text));
        lines.extend(pen.paragraph(vec![pen.text("  ")], &visible(&obstacle.help), theme.dim));
    }
    let files = planned.edits.files.iter();
    let values = files.flat_map(|file| file.edits.iter().map(move |edit| (file, edit)));
    for (file, edit) in values.clone().take(LISTED) {
        let words = |value: &Option<ScalarValue>| {
            let value = value.as_ref();
            value.map_or_else(
                || "nothing".to_owned(),
                |value| visible(&value.to_string()).into_owned(),
            )
        };
        let said = format!(
            "{} {} {} {}",
            visible(&edit.path),
            words(&edit.from),
            pen.symbols.right,
            words(&edit.to)
        );
        let place = span(
            format!("{}:{} ", visible(&file.file), edit.line),
            theme.accent,
        );
        lines.extend(pen.paragraph(vec![place], &said, theme.text));
    }
    let more =
        planned.obstacles.len().saturating_sub(LISTED) + values.count().saturating_sub(LISTED);
    if more > 0 {
        lines.push(pen.line(vec![pen.dim(format!("and {more} more"))]));
    }
    lines
}

fn complete(pen: &Pen<'_>, variants: &[String], winner: Option<usize>) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let choice = |text: String, is_chosen: bool| {
        let (mark, style) = if is_chosen {
            (pen.symbols.right, theme.selection)
        } else {
            (" ", theme.text)
        };
        pen.line(vec![
            span(format!("{mark} "), theme.accent),
            span(format!(" {text} "), style),
        ])
    };
    let mut lines = vec![choice("no winner".to_owned(), winner.is_none())];
    lines.extend(variants.iter().enumerate().map(|(index, variant)| {
        choice(format!("{} wins", visible(variant)), winner == Some(index))
    }));
    lines.push(Line::default());
    let warning = match winner {
        None => {
            "A completion can't be taken back. Its slots become free, and its units get nothing."
        }
        Some(_) => {
            "A completion can't be taken back. Its slots become free, and no unit gets the winner \
             from AVOS afterwards: ship it first."
        }
    };
    let mark = span(format!("{} ", pen.symbols.warning), theme.warning);
    lines.extend(pen.paragraph(vec![mark], warning, theme.warning));
    lines
}
