//! Draws a list over the view, with the detail of its selected row below it or in its place.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::frame::{mark_row, mark_scrolling};
use crate::console::browser::{Browse, Parts, areas, outer};
use crate::console::model::Model;
use crate::console::panels::Content;

pub(super) fn draw(model: &Model, list: &impl Browse, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let set = model.startup.symbols.border_focused;
    let outer = outer(model.size);
    let content = list.content(model.context(), outer.width.saturating_sub(2));
    let browser = content.browser;
    let areas = areas(model.size, Parts::of(&content));
    let block = Block::bordered()
        .border_set(set)
        .border_style(theme.accent)
        .style(theme.text)
        .title_top(Line::styled(
            format!(" {} ", content.title),
            theme.title_focused,
        ))
        .title_bottom(Line::styled(format!(" {} ", content.hint), theme.dim));
    frame.render_widget(Clear, outer);
    frame.render_widget(block, outer);
    frame.render_widget(Paragraph::new(content.head.clone()), areas.head);

    let offset = browser.list.offset;
    show(&content.list, offset, areas.list, frame);
    if let Some(index) = content.list.selected(&browser.list) {
        let row = content.list.row(index);
        mark_row(model, &row, content.has_keys, offset, areas.list, frame);
    }
    if areas.rule.height > 0 {
        let rule = set.horizontal_top.repeat(usize::from(areas.rule.width));
        frame.render_widget(Span::styled(rule, theme.accent), areas.rule);
        let (total, around) = (content.list.total(), around(outer, areas.list));
        mark_scrolling(model, total, offset, around, theme.accent, frame);
    }

    let offset = browser.offset;
    show(&content.detail, offset, areas.detail, frame);
    let (total, around) = (content.detail.total(), around(outer, areas.detail));
    mark_scrolling(model, total, offset, around, theme.accent, frame);
}

fn show(content: &Content<'_>, offset: usize, area: Rect, frame: &mut Frame<'_>) {
    let shown = content.lines(offset..offset + usize::from(area.height));
    frame.render_widget(Paragraph::new(shown), area);
}

/// Returns a part with the lines above and below it, as wide as the whole.
fn around(outer: Rect, part: Rect) -> Rect {
    Rect {
        y: part.y.saturating_sub(1),
        height: part.height + 2,
        ..outer
    }
}
