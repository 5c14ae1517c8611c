//! The panel that lists what needs somebody.

use std::rc::Rc;

use ratatui::style::Style;
use ratatui::text::Line;

use super::{Attention, AttentionKind};
use crate::console::model::{Model, Panel, Place, RowKey};
use crate::console::pages::Destination;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::{Content, Rows};
use crate::domain::LayerId;
use crate::numbers::counted;
use crate::text::{self, widest};

/// Between id, words and key.
const GAP: usize = 2;
/// The ids of all items begin and end in one column, which takes at most this part of the panel.
const IDS: (usize, usize) = (1, 2);
/// On the title line, around title and badge.
const FRAME: usize = 6;
/// The maximum width of an id that is new.
const MAX_NEW: usize = 20;

pub(in crate::console) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    if model.loaded.is_none() {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    }
    let all = model.attention();
    let shown = shown(model, &all);
    let opening = match (all.len(), shown.len()) {
        (0, _) => vec![calm(&pen)],
        (_, 0) => pen.hint("nothing that needs attention matches the filter"),
        _ => Vec::new(),
    };
    let badge = badge(model, &pen, &all, shown.len());
    let selected = model.panel(Panel::Attention);
    let selected = selected.selected_index(shown.len(), |index| all[shown[index]].key.clone());
    let most = pen.columns * IDS.0 / IDS.1;
    let rows = AttentionRows {
        ids: widest(shown.iter().map(|index| all[*index].id.as_str())).min(most),
        model,
        pen,
        all,
        shown,
        selected: selected.filter(|_| model.place() == Place::Panel(Panel::Attention)),
    };
    Content::new(opening, rows).with_badge(badge)
}

/// Returns the selected item, if one is listed.
pub(in crate::console) fn selected(model: &Model) -> Option<Attention> {
    let all = model.attention();
    let shown = shown(model, &all);
    let state = model.panel(Panel::Attention);
    let index = state.selected_index(shown.len(), |index| all[shown[index]].key.clone())?;
    Some(all[shown[index]].clone())
}

/// Returns the places of the items that pass the filter.
fn shown(model: &Model, all: &[Attention]) -> Vec<usize> {
    let cx = model.context();
    let passes = |index: &usize| cx.passes_filter([&all[*index].id, &all[*index].says]);
    (0..all.len()).filter(passes).collect()
}

fn calm(pen: &Pen<'_>) -> Line<'static> {
    pen.line(vec![
        pen.dim(format!("{} nothing needs attention", pen.symbols.check)),
    ])
}

/// Returns what came since the last key, and the number of items: those that are wrong, and the others.
fn badge(model: &Model, pen: &Pen<'_>, all: &[Attention], shown: usize) -> Line<'static> {
    let mut facts = Vec::new();
    let mut new = all.iter().filter(|item| model.news.contains(&item.key));
    if let Some(first) = new.next() {
        let id = text::cut_middle(&first.id, MAX_NEW, pen.symbols.ellipsis);
        let more = match new.count() {
            0 => String::new(),
            more => format!(" +{more}"),
        };
        facts.push(span(format!("new: {id}{more}"), pen.theme.accent));
    }
    if shown < all.len() {
        facts.push(pen.text(format!("{shown} of {}", all.len())));
    }
    let is_bad = |item: &&Attention| item.kind <= AttentionKind::Error;
    let bad = all.iter().filter(is_bad).count();
    if bad > 0 {
        let bad = format!("{} {bad}", pen.symbols.cross);
        facts.push(span(bad, pen.theme.error));
    }
    if all.len() > bad {
        let rest = counted((all.len() - bad) as u64, "item", "items");
        facts.push(pen.dim(rest));
    }
    let room = pen
        .columns
        .saturating_sub(Panel::Attention.title().len() + FRAME);
    // What is new is said first, and left out last.
    while pen.facts(facts.clone()).width() > room && facts.pop().is_some() {}
    pen.facts(facts)
}

struct AttentionRows<'a> {
    model: &'a Model,
    pen: Pen<'a>,
    all: Rc<Vec<Attention>>,
    /// The places of the items that pass the filter.
    shown: Vec<usize>,
    /// The columns of the ids.
    ids: usize,
    /// The row that the keys are on.
    selected: Option<usize>,
}

impl AttentionRows<'_> {
    fn item(&self, index: usize) -> &Attention {
        &self.all[self.shown[index]]
    }

    /// Returns whether the row is shown in full: the keys are on it, and it doesn't fit on a line.
    fn is_unfolded(&self, index: usize) -> bool {
        let item = self.item(index);
        let room = self.room(item);
        let taken = self.ids + text::width(&item.says);
        self.selected == Some(index) && (text::width(&item.id) > self.ids || taken > room)
    }

    /// Returns the columns beside an item's symbol and key.
    fn room(&self, item: &Attention) -> usize {
        let key = text::width(&self.key_of(item));
        self.pen.columns.saturating_sub(2 * GAP + 1 + key)
    }

    /// Returns the key that deals with an item.
    fn key_of(&self, item: &Attention) -> String {
        self.model.startup.key(item.command).unwrap_or_default()
    }
}

impl Rows for AttentionRows<'_> {
    fn count(&self) -> usize {
        self.shown.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.item(index).key.clone()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.item(index).layer.as_ref()
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        let item = self.item(index);
        let page = item.page.clone().map(Destination::Page);
        page.or_else(|| Some(item.leads.clone()))
    }

    fn height(&self, index: usize) -> usize {
        if self.is_unfolded(index) {
            self.lines(index).len()
        } else {
            1
        }
    }

    /// Returns the id, what is the matter and the key; if the keys are on it, in full.
    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (pen, item) = (&self.pen, self.item(index));
        let (symbol, style) = look(pen, item.kind);
        let symbol = span(format!("{symbol} "), style);
        let key = vec![pen.dim(self.key_of(item))];
        let words = style_of_words(pen, item.kind);
        if self.is_unfolded(index) {
            let room = self.room(item);
            if text::width(&item.id) <= room {
                let mut lines = vec![pen.sides(vec![symbol, pen.text(item.id.clone())], key)];
                lines.extend(pen.paragraph(vec![pen.text("  ")], &item.says, words));
                return lines;
            }
            // The id takes lines of its own, and the key stands beside what is the matter.
            let pieces = text::fold(&item.id, pen.columns.saturating_sub(GAP));
            let mut leads = vec![symbol].into_iter();
            let mut lines: Vec<Line<'static>> = pieces
                .into_iter()
                .map(|piece| {
                    let lead = leads.next().unwrap_or_else(|| pen.text("  "));
                    pen.line(vec![lead, pen.text(piece.to_owned())])
                })
                .collect();
            let mut keys = vec![key].into_iter();
            lines.extend(text::wrap(&item.says, room).into_iter().map(|says| {
                let says = vec![pen.text("  "), span(says, words)];
                pen.sides(says, keys.next().unwrap_or_default())
            }));
            return lines;
        }
        let id = text::cut_middle(&item.id, self.ids, pen.symbols.ellipsis);
        let id = pen.text(text::pad(&id, self.ids + GAP));
        vec![pen.sides(vec![symbol, id, span(item.says.clone(), words)], key)]
    }
}

/// Returns the symbol of a kind, and its style. Only trouble is colored.
fn look(pen: &Pen<'_>, kind: AttentionKind) -> (&'static str, Style) {
    let (symbols, theme) = (pen.symbols, pen.theme);
    match kind {
        AttentionKind::Alarm | AttentionKind::Lost | AttentionKind::Error => {
            (symbols.cross, theme.error)
        }
        AttentionKind::RefusedPlan
        | AttentionKind::DestructiveChange
        | AttentionKind::ChangedOutside
        | AttentionKind::Held => (symbols.warning, theme.warning),
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
