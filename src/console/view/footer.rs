//! The footer: the most useful keys, and the outcome of the last action.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::line::{fitting, styled};
use crate::console::commands::{Command, footer_commands};
use crate::console::long_outcome;
use crate::console::model::{Model, Overlay, Tone};
use crate::console::panels::{cut, refusal_word};
use crate::console::time_jump::{self, TimeJump};
use crate::diagnostic::visible;
use crate::numbers::counted;
use crate::text;

/// Between two keys.
const GAP: &str = "   ";

pub(super) fn draw(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let width = usize::from(area.width).saturating_sub(2);
    if matches!(model.overlay, Some(Overlay::Filter)) {
        frame.render_widget(filter_field(model), area);
        return;
    }
    if let Some(Overlay::TimeJump(jump)) = &model.overlay {
        frame.render_widget(jump_field(model, jump, width), area);
        return;
    }
    let outcome = outcome(model);
    // The outcome matters more than the keys, but takes the whole line only if there are none.
    let most = if model.overlay.is_some() {
        width
    } else {
        long_outcome::room(model)
    };
    let outcome = Line::from(Span::styled(
        cut(&outcome.to_string(), most, model.startup.symbols.ellipsis),
        outcome
            .spans
            .first()
            .map(|span| span.style)
            .unwrap_or_default(),
    ));
    // Help and quit stay visible on the smallest screen.
    let (last, first): (Vec<_>, Vec<_>) = footer_commands(model)
        .into_iter()
        .partition(|command| matches!(command, Command::Help | Command::Quit));
    let room = width.saturating_sub(outcome.width() + 2);
    let last = fitting(hints(model, &last), GAP, room);
    let left = room.saturating_sub(last.width() + GAP.len());
    let mut keys = fitting(hints(model, &first), GAP, left);
    if keys.width() > 0 && last.width() > 0 {
        keys.spans.push(Span::raw(GAP));
    }
    keys.spans.extend(last.spans);
    frame.render_widget(
        keys,
        Rect {
            x: area.x + 1,
            width: area.width - 1,
            ..area
        },
    );
    let right = Rect {
        width: area.width - 1,
        ..area
    };
    frame.render_widget(outcome.alignment(Alignment::Right), right);
}

fn hints(model: &Model, commands: &[Command]) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    commands
        .iter()
        .filter_map(|command| {
            let spec = command.spec();
            let key = model.startup.key(spec.command)?;
            Some(Line::from(vec![
                Span::styled(key, theme.key_hint),
                Span::styled(format!(" {}", spec.label), theme.text),
            ]))
        })
        .collect()
}

fn filter_field(model: &Model) -> Line<'static> {
    let theme = &model.startup.theme;
    Line::from(vec![
        Span::styled(" / ", theme.key_hint),
        Span::styled(visible(model.filter()).into_owned(), theme.text),
        Span::styled(" ", theme.selection),
        Span::styled("   Enter keeps the filter   Esc clears it", theme.dim),
    ])
}

/// Returns the field that asks where to go in the journal. What can be typed, or what is wrong with what
/// was, is never cut by a long text.
fn jump_field(model: &Model, jump: &TimeJump, width: usize) -> Line<'static> {
    let theme = &model.startup.theme;
    let (says, style) = match &jump.error {
        Some(error) => (error.clone(), theme.error),
        None => (time_jump::forms(model.size.0.into()), theme.dim),
    };
    let label = " @ ";
    let room = width.saturating_sub(label.len() + text::width(&says) + GAP.len());
    let typed = visible(&jump.text);
    let typed = text::cut_start(&typed, room, model.startup.symbols.ellipsis);
    let field = Line::from(vec![
        Span::styled(label, theme.key_hint),
        Span::styled(typed, theme.text),
        Span::styled(" ", theme.selection),
        Span::styled(format!("{}{says}", &GAP[1..]), style),
    ]);
    let keys = ["Enter goes there", "Esc closes"];
    let keys = keys.map(|key| Line::styled(key, theme.dim));
    fitting([vec![field], keys.to_vec()].concat(), GAP, width + 1)
}

/// Returns the outcome of the last action, else the current activity, else the overall status.
fn outcome(model: &Model) -> Line<'static> {
    let theme = &model.startup.theme;
    let symbols = model.startup.symbols;
    if model.running.apply.is_some() {
        return styled(format!("applying{}", symbols.ellipsis), theme.accent);
    }
    if model.type_ahead.is_waiting() {
        return styled(format!("preparing{}", symbols.ellipsis), theme.accent);
    }
    if long_outcome::shown(model).is_some() {
        return Line::default();
    }
    if let Some(outcome) = &model.outcome {
        let style = match outcome.tone {
            Tone::Good => theme.success,
            Tone::Plain | Tone::Aside => theme.text,
            Tone::Bad => theme.error,
        };
        return styled(visible(&outcome.text).into_owned(), style);
    }
    if !model.filter().is_empty() {
        return styled(
            format!("filter: {}   Esc clears it", visible(model.filter())),
            theme.warning,
        );
    }
    let Some(loaded) = &model.loaded else {
        return styled(format!("reading{}", symbols.ellipsis), theme.dim);
    };
    if let Some(refused) = model.plan_refused() {
        return Line::from(refusal_word(theme, &refused));
    }
    let errors = loaded.error_count() + loaded.troubles().count();
    let alarms = model.incident_view();
    let alarms = alarms.alarms().map(|split| &split.experiment_id);
    let alarmed = alarms.collect::<HashSet<_>>().len();
    match errors {
        0 if alarmed > 0 => {
            let experiments = counted(alarmed as u64, "experiment", "experiments");
            let text = format!("{} SRM in {experiments}", symbols.cross);
            styled(text, theme.error)
        }
        0 if loaded.is_in_agreement() => styled("No changes", theme.dim),
        0 => styled("No errors", theme.dim),
        1 => styled("1 error", theme.error),
        _ => styled(format!("{errors} errors"), theme.error),
    }
}
