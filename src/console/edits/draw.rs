//! The form over the view: what is asked, and what it would do.

use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::update::{forecast, perhaps_meant, share_of};
use super::{EditForm, EditedThing, PlannedUndo, RampEffects, RampForecast};
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
        lines.extend(pen.paragraph(vec![cross], "a percentage from 0 to 100", theme.error));
        return lines;
    };
    if let Some(meant) = perhaps_meant(typed) {
        let mark = span(format!("{} ", pen.symbols.warning), theme.warning);
        let says = format!(
            "{}% is less than 1%: for {meant}% type {meant}",
            visible(typed)
        );
        lines.extend(pen.paragraph(vec![mark], &says, theme.warning));
    }
    let Some(forecast) = forecast(model.context(), thing, to) else {
        return lines;
    };
    lines.extend(effects(pen, &forecast));
    lines
}

/// Says what the ramp would do to slots and units.
fn effects(pen: &Pen<'_>, forecast: &RampForecast) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let in_file = match forecast.planned {
        same if same == forecast.active => String::new(),
        planned => format!("{} with the file as it is, ", thousands(planned)),
    };
    let says = format!(
        "{} of {} active now, {in_file}{} after the ramp",
        thousands(forecast.active),
        slots(forecast.total),
        thousands(forecast.wanted)
    );
    let mut lines = pen.paragraph(Spans::new(), &says, theme.text);
    if let Some(why) = &forecast.obstacle {
        let cross = span(format!("{} ", pen.symbols.cross), theme.error);
        lines.extend(pen.paragraph(vec![cross], why, theme.error));
        return lines;
    }
    if let Some(effects) = &forecast.effects {
        lines.extend(effects_on_units(pen, forecast, effects));
    } else {
        let mark = span(format!("{} ", pen.symbols.warning), theme.warning);
        let says = "an error concerns the layer: what else it does isn't known";
        lines.extend(pen.paragraph(vec![mark], says, theme.warning));
    }
    lines
}

fn slots(count: u32) -> String {
    counted(u64::from(count), "slot", "slots")
}

/// Says whose units join or switch, and where the slots come from.
fn effects_on_units(
    pen: &Pen<'_>,
    forecast: &RampForecast,
    effects: &RampEffects,
) -> Vec<Line<'static>> {
    let moves = [
        (effects.joining, "join"),
        (effects.switching, "switch to it"),
    ];
    let moves = moves.into_iter().filter(|(share, _)| *share > 0.0);
    let moves: Vec<String> = moves
        .map(|(share, verb)| format!("{} of the layer's units {verb}", percent(share)))
        .collect();
    let joins = match effects.why_nobody_joins {
        Some(why) => format!("nobody joins: {why}"),
        None if moves.is_empty() => "nobody joins or switches to it".to_owned(),
        None => moves.join(", "),
    };
    let others = if effects.moves_others {
        "; the plan moves units of other experiments too"
    } else {
        "; nobody else moves"
    };
    let says = format!("{joins}{others}");
    let mut lines = pen.paragraph(Spans::new(), &says, pen.theme.text);
    let new = forecast.wanted.saturating_sub(forecast.active);
    let from = match effects.from_reserve {
        _ if new == 0 => String::new(),
        0 => "all from free slots; ".to_owned(),
        all if all == new => "all from its reserve; ".to_owned(),
        some => format!("{} of them from its reserve; ", slots(some)),
    };
    let share = f64::from(effects.free) / f64::from(forecast.total.max(1));
    let left = format!(
        "{from}{} ({}) stay free",
        slots(effects.free),
        percent(share)
    );
    lines.extend(pen.paragraph(Spans::new(), &left, pen.theme.dim));
    for (id, count) in &effects.inherited {
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
        let owner = edit.experiment_id.as_ref();
        let said = format!(
            "{}{} {} {} {}",
            owner.map_or_else(String::new, |id| format!("`{}` ", visible(id.as_str()))),
            visible(edit.key()),
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
