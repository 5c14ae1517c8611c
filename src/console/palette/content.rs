//! The palette and the help: all commands, with their keys and what they do.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Palette;
use crate::console::commands::{Command, Group, why_disabled};
use crate::console::layout::centered;
use crate::console::model::Model;
use crate::console::panels::cut;
use crate::diagnostic::visible;

/// The width of the list if the screen has room.
const WIDTH: u16 = 110;
/// The columns of a key.
const KEY: usize = 8;
/// The columns of a command's name.
const LABEL: usize = 16;

pub(in crate::console) fn draw(model: &Model, list: &Palette, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let screen = frame.area();
    let width = WIDTH.min(screen.width.saturating_sub(4));
    let most = usize::from(screen.height.saturating_sub(5));
    let entries = entries(list);
    let shown = entries.len().clamp(1, most);
    let height = u16::try_from(shown + 3).unwrap_or(u16::MAX);
    let area = centered(screen, width, height);
    let title = if list.is_help { " Help " } else { " Commands " };
    let block = Block::bordered()
        .border_set(model.startup.symbols.border_focused)
        .border_style(theme.accent)
        .style(theme.text)
        .title_top(Line::styled(title, theme.title_focused))
        .title_bottom(Line::styled(" Enter runs, Esc closes ", theme.dim));

    // The selected command stays visible.
    let selected = entries
        .iter()
        .position(|entry| *entry == Entry::Command(list.selected));
    let first = selected.unwrap_or(0).saturating_sub(shown - 1);
    let inner_width = usize::from(width.saturating_sub(2));
    let mut lines = vec![query(model, list)];
    if list.found.is_empty() {
        lines.push(Line::styled(" no matching command", theme.dim));
    }
    let visible = entries.into_iter().skip(first).take(shown);
    lines.extend(visible.map(|entry| match entry {
        Entry::Heading(group) => Line::styled(format!(" {}", group.title()), theme.title),
        Entry::Command(index) => {
            let line = row(model, list.found[index], inner_width);
            if index == list.selected {
                line.style(theme.selection)
            } else {
                line
            }
        }
    }));
    let inner = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
}

/// A line of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Heading(Group),
    /// A command, by its index among those found.
    Command(usize),
}

fn entries(list: &Palette) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut group = None;
    for (index, command) in list.found.iter().enumerate() {
        let next = Some(command.group()).filter(|_| list.is_grouped());
        if group != next {
            entries.extend(next.map(Entry::Heading));
            group = next;
        }
        entries.push(Entry::Command(index));
    }
    entries
}

fn query(model: &Model, list: &Palette) -> Line<'static> {
    let theme = &model.startup.theme;
    Line::from(vec![
        Span::styled(" : ", theme.key_hint),
        Span::styled(visible(&list.query).into_owned(), theme.text),
        Span::styled(" ", theme.selection),
    ])
}

fn row(model: &Model, command: Command, width: usize) -> Line<'static> {
    let theme = &model.startup.theme;
    let symbols = model.startup.symbols;
    let spec = command.spec();
    let key = model.startup.key(command);
    let disabled = why_disabled(command, model);
    let (key_style, label_style) = if disabled.is_some() {
        (theme.disabled, theme.disabled)
    } else {
        (theme.key_hint, theme.text)
    };
    let (help, help_style) = match disabled {
        Some(why) => (format!("not now: {}", visible(&why)), theme.warning),
        None => (spec.help.to_owned(), theme.dim),
    };
    let room = width.saturating_sub(KEY + LABEL + 2);
    Line::from(vec![
        Span::styled(format!(" {:<KEY$}", key.unwrap_or_default()), key_style),
        Span::styled(format!("{:<LABEL$}", spec.label), label_style),
        Span::styled(cut(&help, room, symbols.ellipsis), help_style),
    ])
}
