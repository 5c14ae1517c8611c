//! The palette and the help: all commands, with their keys and what they do.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Palette;
use crate::console::commands::{Command, Group, why_disabled};
use crate::console::layout::centered;
use crate::console::model::Model;
use crate::console::panels::cut;
use crate::diagnostic::visible;
use crate::text;

/// The least columns of a key, and the most: keys from the settings may be long.
const KEY: (usize, usize) = (6, 16);
/// Between two columns.
const GAP: usize = 2;

/// The columns of the list, the same whatever is found.
#[derive(Clone, Copy)]
struct Columns {
    key: usize,
    label: usize,
    /// The columns of all, within the borders.
    all: usize,
}

impl Columns {
    fn new(model: &Model, screen: Rect) -> Self {
        let specs = Command::specs();
        let keys = specs
            .iter()
            .filter_map(|spec| model.startup.key(spec.command));
        let key = keys.map(|key| text::width(&key)).max().unwrap_or(0);
        let key = key.clamp(KEY.0, KEY.1);
        let label = text::widest(specs.iter().map(|spec| spec.label));
        let help = text::widest(specs.iter().map(|spec| spec.help));
        // Borders, and a blank on both sides.
        let frame = 4;
        let widest = frame + key + label + 2 * GAP + help;
        let most = usize::from(screen.width.saturating_sub(4));
        Self {
            key,
            label,
            all: widest.min(most).saturating_sub(2),
        }
    }

    /// Returns the columns of what a command does.
    fn help(&self) -> usize {
        let taken = 2 + self.key + self.label + 2 * GAP;
        self.all.saturating_sub(taken)
    }
}

pub(in crate::console) fn draw(model: &Model, list: &Palette, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let screen = frame.area();
    let columns = Columns::new(model, screen);
    let width = u16::try_from(columns.all + 2).unwrap_or(u16::MAX);
    let most = usize::from(screen.height.saturating_sub(5));
    let entries = entries(list);
    // Whichever is selected has room to be whole, so that the box stays as it is.
    let found = list.found.iter();
    let tallest = found.map(|command| help(model, *command, columns).0.len());
    let more = tallest.max().unwrap_or(1) - 1;
    let shown = (entries.len() + more).clamp(1, most);
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
    let first = (selected.unwrap_or(0) + more).saturating_sub(shown - 1);
    let mut lines = vec![query(model, list)];
    if list.found.is_empty() {
        lines.push(Line::styled(" no matching command", theme.dim));
    }
    let visible = entries.into_iter().skip(first);
    lines.extend(visible.flat_map(|entry| match entry {
        Entry::Heading(group) => {
            vec![Line::styled(format!(" {}", group.title()), theme.title)]
        }
        Entry::Command(index) => {
            let is_selected = index == list.selected;
            rows(model, list.found[index], columns, is_selected)
        }
    }));
    lines.truncate(shown + 1);
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

/// Returns the lines of a command: the selected one is whole, and of any other what fits one line.
fn rows(
    model: &Model,
    command: Command,
    columns: Columns,
    is_selected: bool,
) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    let spec = command.spec();
    let ellipsis = model.startup.symbols.ellipsis;
    let key = model.startup.key(command).unwrap_or_default();
    let key = cut(&key, columns.key, ellipsis);
    let (key_style, label_style) = if why_disabled(command, model).is_some() {
        (theme.disabled, theme.disabled)
    } else {
        (theme.key_hint, theme.text)
    };
    let (mut says, help_style) = help(model, command, columns);
    if !is_selected && says.len() > 1 {
        let whole = says.join(" ");
        says = vec![cut(&whole, columns.help(), ellipsis)];
    }
    let says = says.into_iter().enumerate();
    let lines = says.map(|(index, says)| {
        let (key, label) = if index == 0 {
            (&*key, spec.label)
        } else {
            ("", "")
        };
        Line::from(vec![
            Span::styled(format!(" {}", text::pad(key, columns.key + GAP)), key_style),
            Span::styled(text::pad(label, columns.label + GAP), label_style),
            Span::styled(says, help_style),
        ])
    });
    lines
        .map(|line| {
            if is_selected {
                line.style(theme.selection)
            } else {
                line
            }
        })
        .collect()
}

/// Returns what a command does, or why it can't run, in lines that fit; and their style.
fn help(model: &Model, command: Command, columns: Columns) -> (Vec<String>, Style) {
    let theme = &model.startup.theme;
    let (said, style) = match why_disabled(command, model) {
        Some(why) => (format!("not now: {}", visible(&why)), theme.warning),
        None => (command.spec().help.to_owned(), theme.dim),
    };
    (text::wrap(&said, columns.help()), style)
}
