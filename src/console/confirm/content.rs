//! The dialog before an apply: what it changes, and the confirmation it needs.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Confirm;
use crate::console::layout::centered;
use crate::console::model::Model;
use crate::console::panels::{change_lines, cut};
use crate::diagnostic::visible;
use crate::numbers::counted;
use crate::plan::Scope;
use crate::review::Confirmation;
use crate::text::wrap;

/// The width of the dialog if the screen has room.
const WIDTH: u16 = 78;

pub(in crate::console) fn draw(model: &Model, dialog: &Confirm, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let screen = frame.area();
    let width = WIDTH
        .max(name_width(dialog))
        .min(screen.width.saturating_sub(4));
    let inner_width = width.saturating_sub(4);
    let question = question(model, dialog, usize::from(inner_width).saturating_sub(1));
    let room = usize::from(screen.height.saturating_sub(4)).saturating_sub(question.len() + 1);
    let mut lines = summary(model, dialog, inner_width, room);
    lines.push(Line::default());
    // The summary's lines begin with a blank column; so do these.
    lines.extend(question.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw(" "));
        line
    }));

    let height = u16::try_from(lines.len() + 2)
        .unwrap_or(u16::MAX)
        .min(screen.height);
    let area = centered(screen, width, height);
    let border = if dialog.stale.is_some() {
        theme.warning
    } else {
        theme.accent
    };
    let block = Block::bordered()
        .border_set(model.startup.symbols.border_focused)
        .border_style(border)
        .style(theme.text)
        .title_top(Line::styled(title(dialog), theme.title_focused));
    let inner = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: inner_width,
        height: area.height.saturating_sub(2),
    };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
}

fn title(dialog: &Confirm) -> String {
    let changes = counted(dialog.review.changes.len() as u64, "change", "changes");
    let scope = match &dialog.review.scope {
        Scope::All => "all layers".to_owned(),
        Scope::Layers(chosen) => {
            let chosen: Vec<_> = chosen.iter().map(|id| visible(id.as_str())).collect();
            chosen.join(", ")
        }
    };
    format!(" Apply {changes}: {scope} ")
}

/// Returns the changes and their impact as the panel shows them; what doesn't fit is counted.
fn summary(model: &Model, dialog: &Confirm, width: u16, room: usize) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    let mut lines = change_lines(model, &dialog.review, width);
    if lines.len() > room {
        let hidden = lines.len() - room.saturating_sub(1);
        lines.truncate(room.saturating_sub(1));
        let text = format!("{} {hidden} more lines", model.startup.symbols.ellipsis);
        lines.push(Line::styled(text, theme.dim));
    }
    lines
}

fn question(model: &Model, dialog: &Confirm, width: usize) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    if let Some(stale) = &dialog.stale {
        let text = format!("Stale: {}", visible(&stale.what));
        let next = if model.startup.proposal.is_plan() {
            "Nothing was applied. Esc closes this; then check the plan's status."
        } else {
            "Nothing was applied. Esc closes this; then look at the new plan."
        };
        return vec![
            Line::styled(
                cut(&text, width, model.startup.symbols.ellipsis),
                theme.warning,
            ),
            Line::styled(next, theme.text),
        ];
    }
    match &dialog.review.confirmation {
        Confirmation::OneKey => {
            let (cancel, apply) = if dialog.is_apply_focused {
                (theme.text, theme.selection)
            } else {
                (theme.selection, theme.text)
            };
            vec![Line::from(vec![
                Span::styled(" Cancel (Esc) ", cancel),
                Span::raw("  "),
                Span::styled(" Apply (y) ", apply),
                Span::styled("   Tab moves, Enter selects", theme.dim),
            ])]
        }
        Confirmation::Type { name, reasons } => {
            let hint = if dialog.is_wrong {
                Span::styled("   that is not the name", theme.error)
            } else {
                Span::styled("   Enter applies, Esc cancels", theme.dim)
            };
            let reasons = reasons
                .iter()
                .flat_map(|reason| wrap(&visible(reason), width));
            let mut lines: Vec<_> = reasons
                .map(|line| Line::styled(line, theme.warning))
                .collect();
            lines.extend([
                Line::from(vec![
                    Span::styled("Type ", theme.text),
                    Span::styled(visible(name).into_owned(), theme.warning),
                    Span::styled(" to apply", theme.text),
                ]),
                Line::from(vec![
                    Span::styled(format!("{} ", model.startup.symbols.right), theme.accent),
                    Span::styled(visible(&dialog.typed).into_owned(), theme.text),
                    Span::styled(" ", theme.selection),
                    hint,
                ]),
            ]);
            lines
        }
    }
}

/// Returns the width that keeps the name to type on one line.
fn name_width(dialog: &Confirm) -> u16 {
    match &dialog.review.confirmation {
        Confirmation::OneKey => 0,
        Confirmation::Type { name, .. } => {
            u16::try_from(name.chars().count() + 20).unwrap_or(u16::MAX)
        }
    }
}
