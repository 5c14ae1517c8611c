//! A panel's border, title, selection and scroll marks, around its content.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use crate::console::commands::Command;
use crate::console::layout::PanelArea;
use crate::console::model::{Model, Panel, Place};
use crate::console::panels::{Content, Row};
use crate::console::{marks, pages};
use crate::text::cut_middle;

pub(super) fn draw(model: &Model, place: Place, area: PanelArea, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let symbols = model.startup.symbols;
    let is_focused = model.place() == place;
    let (border, title_style, set) = if is_focused {
        (
            theme.border_focused,
            theme.title_focused,
            symbols.border_focused,
        )
    } else {
        (theme.border, theme.title, symbols.border)
    };
    let inner = area.inner();
    let content = model.content_of(place, inner.width, inner.height);
    // Text on the border doesn't take its color.
    let on_border = Style::reset().patch(theme.text);
    let name = match (place, model.page()) {
        (Place::Panel(panel), _) => numbered(model, panel),
        (Place::Page, Some(page)) => pages::title(model, page),
        (Place::Page, None) => String::new(),
    };
    let name = cut_middle(
        &name,
        usize::from(area.outer.width).saturating_sub(6),
        symbols.ellipsis,
    );
    let title = format!(" {name} ");
    let title = Line::styled(title, on_border.patch(title_style));
    let room = usize::from(area.outer.width).saturating_sub(title.width() + 4);
    let borders = if area.is_folded {
        Borders::TOP
    } else {
        Borders::ALL
    };
    let mut block = Block::new()
        .borders(borders)
        .border_set(set)
        .border_style(border)
        .title_top(title);
    if content.badge.width() > 0 && content.badge.width() + 2 <= room {
        let mut badge = content.badge.clone();
        badge.style = on_border.patch(badge.style);
        badge.spans.insert(0, Span::raw(" "));
        badge.spans.push(Span::raw(" "));
        block = block.title_top(badge.alignment(Alignment::Right));
    }
    frame.render_widget(block, area.outer);
    if area.is_folded {
        return;
    }
    let state = model.state_of(place);
    let total = content.total();
    let offset = state.offset.min(total);
    let shown = content.lines(offset..offset + usize::from(inner.height));
    frame.render_widget(Paragraph::new(shown), inner);
    if let Some(index) = content.selected(&state) {
        let row = content.row(index);
        mark_row(model, &row, is_focused, offset, inner, frame);
    }
    show_marks(model, &content, offset, inner, frame);
    mark_scrolling(model, total, offset, area.outer, border, frame);
}

/// Returns a panel's title with the number that leads to it.
fn numbered(model: &Model, panel: Panel) -> String {
    let panels = model.view.panels().iter();
    let number = panels.take_while(|other| **other != panel).count();
    match model.startup.key(Command::Panel(number)) {
        Some(key) => format!("{key} {}", panel.title()),
        None => panel.title().to_owned(),
    }
}

/// Highlights the first line of the selected row, and marks all of its lines.
pub(super) fn mark_row(
    model: &Model,
    row: &Row,
    is_focused: bool,
    offset: usize,
    inner: Rect,
    frame: &mut Frame<'_>,
) {
    let theme = &model.startup.theme;
    for line in row.lines.clone() {
        let Some(y) = line.checked_sub(offset).and_then(|y| u16::try_from(y).ok()) else {
            continue;
        };
        if y >= inner.height {
            break;
        }
        let y = inner.y + y;
        if line == row.lines.start {
            let style = if is_focused {
                theme.selection
            } else {
                theme.selection_unfocused
            };
            frame.buffer_mut().set_style(
                Rect {
                    y,
                    height: 1,
                    ..inner
                },
                style,
            );
        }
        if is_focused {
            let mark = Span::styled(model.startup.symbols.selected, theme.accent);
            frame.buffer_mut().set_span(inner.x, y, &mark, 1);
        }
    }
}

/// Shows before each row whether it is marked for a staged apply.
fn show_marks(
    model: &Model,
    content: &Content<'_>,
    offset: usize,
    inner: Rect,
    frame: &mut Frame<'_>,
) {
    if model.marks.is_empty() || model.is_in_the_past() {
        return;
    }
    for row in content.rows_in(offset..offset + usize::from(inner.height)) {
        let line = row.lines.start.max(offset) - offset;
        if let Some(sign) = marks::sign_of_row(model, &row)
            && let Ok(line) = u16::try_from(line)
        {
            let sign = Span::styled(sign, model.startup.theme.accent);
            frame
                .buffer_mut()
                .set_span(inner.x, inner.y + line, &sign, 1);
        }
    }
}

/// Shows on the border, or on a line in its place, whether there is more above or below.
pub(super) fn mark_scrolling(
    model: &Model,
    total: usize,
    offset: usize,
    outer: Rect,
    style: Style,
    frame: &mut Frame<'_>,
) {
    let symbols = model.startup.symbols;
    let height = usize::from(outer.height.saturating_sub(2));
    let right = outer.right().saturating_sub(1);
    if offset > 0 {
        frame
            .buffer_mut()
            .set_span(right, outer.y + 1, &Span::styled(symbols.up, style), 1);
    }
    let hidden = total.saturating_sub(offset + height);
    if hidden > 0 {
        let text = format!(" {hidden} more {} ", symbols.down);
        let width = u16::try_from(text.len())
            .unwrap_or(u16::MAX)
            .min(outer.width.saturating_sub(4));
        let x = outer.right().saturating_sub(width + 2);
        let y = outer.bottom().saturating_sub(1);
        frame
            .buffer_mut()
            .set_span(x, y, &Span::styled(text, model.startup.theme.dim), width);
    }
}
