//! The panel that lists what needs somebody.

use std::rc::Rc;

use ratatui::style::Style;
use ratatui::text::Line;

use super::{Attention, AttentionKind};
use crate::console::model::{Model, Panel, RowKey};
use crate::console::pages::Destination;
use crate::console::panels::pen::{Pen, span, width};
use crate::console::panels::{Content, Rows};
use crate::domain::LayerId;
use crate::numbers::counted;

/// Between id, words and key.
const GAP: &str = "  ";
/// The columns that the words keep from the id.
const MIN_WORDS: usize = 16;

pub(in crate::console) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    if model.loaded.is_none() {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    }
    let all = model.attention();
    let cx = model.context();
    let passes = |item: &&Attention| cx.passes_filter([&item.id, &item.says]);
    let shown: Vec<Attention> = all.iter().filter(passes).cloned().collect();
    let opening = match (all.len(), shown.len()) {
        (0, _) => vec![calm(&pen)],
        (_, 0) => pen.hint("nothing that needs attention matches the filter"),
        _ => Vec::new(),
    };
    let badge = badge(&pen, &all);
    Content::new(opening, AttentionRows { model, pen, shown }).with_badge(badge)
}

/// Returns the selected item, if there is one.
pub(in crate::console) fn selected(model: &Model) -> Option<Attention> {
    let all: Rc<Vec<Attention>> = model.attention();
    let state = model.panel(Panel::Attention);
    let index = state.selected_index(all.len(), |index| all[index].key.clone())?;
    all.get(index).cloned()
}

fn calm(pen: &Pen<'_>) -> Line<'static> {
    pen.line(vec![
        pen.dim(format!("{} nothing needs attention", pen.symbols.check)),
    ])
}

fn badge(pen: &Pen<'_>, all: &[Attention]) -> Line<'static> {
    if all.is_empty() {
        return Line::default();
    }
    let worst = all
        .first()
        .map_or(pen.theme.text, |item| look(pen, item.kind).1);
    Line::from(span(counted(all.len() as u64, "thing", "things"), worst))
}

struct AttentionRows<'a> {
    model: &'a Model,
    pen: Pen<'a>,
    shown: Vec<Attention>,
}

impl Rows for AttentionRows<'_> {
    fn count(&self) -> usize {
        self.shown.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.shown[index].key.clone()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.shown[index].layer.as_ref()
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        Some(self.shown[index].leads.clone())
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (pen, item) = (&self.pen, &self.shown[index]);
        let (symbol, style) = look(pen, item.kind);
        let key = self.model.startup.key(item.command).unwrap_or_default();
        let right = vec![pen.dim(key)];
        let room = pen.columns.saturating_sub(width(&right) + 4 + MIN_WORDS);
        let mut left = vec![span(format!("{symbol} "), style)];
        left.extend(pen.cut(vec![pen.text(item.id.clone())], room.max(MIN_WORDS)));
        left.push(span(
            format!("{GAP}{}", item.says),
            style_of_words(pen, item.kind),
        ));
        vec![pen.sides(left, right)]
    }
}

/// Returns the symbol of a kind, and its style. Only trouble is colored.
fn look(pen: &Pen<'_>, kind: AttentionKind) -> (&'static str, Style) {
    let (symbols, theme) = (pen.symbols, pen.theme);
    match kind {
        AttentionKind::Alarm | AttentionKind::Lost | AttentionKind::Error => {
            (symbols.cross, theme.error)
        }
        AttentionKind::DestructiveChange | AttentionKind::ChangedOutside => {
            (symbols.warning, theme.warning)
        }
        AttentionKind::Change => (symbols.tilde, theme.text),
        AttentionKind::PastEnd | AttentionKind::NearlyFull | AttentionKind::StaleDraft => {
            (symbols.separator, theme.dim)
        }
    }
}

fn style_of_words(pen: &Pen<'_>, kind: AttentionKind) -> Style {
    match kind {
        AttentionKind::Alarm | AttentionKind::Lost => pen.theme.error,
        _ => pen.theme.dim,
    }
}
