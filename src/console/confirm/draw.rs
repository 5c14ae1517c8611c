//! Where the parts of the dialog are, and what of the changes is in sight.

use std::rc::Rc;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Confirm;
use super::content::{KeptDialog, plan, question, title};
use crate::console::layout::centered;
use crate::console::model::{Model, Overlay};
use crate::console::panels::cut;

/// The maximum width of the dialog: longer lines are hard to read.
const MAX_WIDTH: u16 = 120;
/// The columns of the screen that it leaves.
const MARGIN: u16 = 2;

/// How far the changes can be scrolled.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::console) struct Reach {
    /// The most lines that can be scrolled out above.
    pub(super) most: usize,
    /// How many lines of them are in sight.
    pub(super) height: usize,
}

/// The dialog on a screen.
struct Placed {
    plan: Rc<KeptDialog>,
    question: Vec<Line<'static>>,
    outer: Rect,
    /// The changes; below them is a line, then the question.
    changes: Rect,
}

impl Placed {
    fn new(model: &Model, dialog: &Confirm, screen: Rect) -> Self {
        let width = MAX_WIDTH.min(screen.width.saturating_sub(MARGIN));
        let inner = width.saturating_sub(2);
        let plan = plan(model, dialog, inner);
        let question = question(model, dialog, &plan, inner);
        let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
        let (above, below) = (rows(plan.changes.len()), rows(question.len() + 1));
        let height = above.saturating_add(below).saturating_add(2);
        let outer = centered(screen, width, height);
        let changes = Rect {
            x: outer.x + 1,
            y: outer.y + 1,
            width: inner,
            height: outer.height.saturating_sub(2).saturating_sub(below),
        };
        Self {
            plan,
            question,
            outer,
            changes,
        }
    }

    fn reach(&self) -> Reach {
        let height = usize::from(self.changes.height);
        Reach {
            most: self.plan.changes.len().saturating_sub(height),
            height,
        }
    }
}

/// Returns how far the changes of the open dialog can be scrolled.
pub(in crate::console) fn reach(model: &Model) -> Reach {
    let Some(Overlay::Confirm(dialog)) = &model.overlay else {
        return Reach::default();
    };
    let (width, height) = model.size;
    Placed::new(model, dialog, Rect::new(0, 0, width, height)).reach()
}

pub(in crate::console) fn draw(model: &Model, dialog: &Confirm, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let placed = Placed::new(model, dialog, frame.area());
    let (outer, changes) = (placed.outer, placed.changes);
    let border = if dialog.stale.is_some() {
        theme.warning
    } else {
        theme.accent
    };
    let title = cut(
        &title(dialog),
        usize::from(outer.width).saturating_sub(4),
        model.startup.symbols.ellipsis,
    );
    let block = Block::bordered()
        .border_set(model.startup.symbols.border_focused)
        .border_style(border)
        .style(theme.text)
        .title_top(Line::styled(title, theme.title_focused));
    frame.render_widget(Clear, outer);
    frame.render_widget(block, outer);

    let Reach { most, height } = placed.reach();
    let offset = dialog.offset.min(most);
    let lines = &placed.plan.changes;
    let shown = lines[offset..lines.len().min(offset + height)].to_vec();
    frame.render_widget(Paragraph::new(shown), changes);
    let rule = Rect {
        y: changes.bottom(),
        height: 1,
        ..changes
    };
    if most > 0 {
        frame.render_widget(scrolling(model, offset, most, rule.width), rule);
    }
    let asked = Rect {
        y: rule.bottom(),
        height: outer.bottom().saturating_sub(rule.bottom() + 1),
        ..changes
    };
    frame.render_widget(Paragraph::new(placed.question), asked);
}

/// Returns a line between changes and question that says how many lines are out of sight.
fn scrolling(model: &Model, offset: usize, most: usize, width: u16) -> Line<'static> {
    let (theme, symbols) = (&model.startup.theme, model.startup.symbols);
    let above = match offset {
        0 => String::new(),
        _ => format!(" {offset} more {}", symbols.up),
    };
    let below = match most - offset {
        0 => String::new(),
        below => format!(" {below} more {}", symbols.down),
    };
    let text = format!("{above}{below} ");
    let rule = usize::from(width).saturating_sub(crate::text::width(&text) + 2);
    let rule = symbols.border.horizontal_top.repeat(rule);
    Line::from(vec![
        Span::styled(format!(" {rule}"), theme.dim),
        Span::styled(text, theme.text),
    ])
}
