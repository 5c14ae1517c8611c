//! Paints the bar of a layer's slots.

use std::collections::HashMap;

use ratatui::style::Style;
use ratatui::text::Span;

use super::pen::{Pen, Spans, span};
use crate::console::component::Context;
use crate::console::model::LayerRow;
use crate::console::theme::Symbols;
use crate::domain::{ExperimentId, LayerId};
use crate::report::{BarHolder, Holding, SlotBar, letter, named_columns};

/// Returns the index of each experiment among the styles of its layer: the same in both states,
/// since an experiment never leaves a layer.
pub(in crate::console) fn positions(row: &LayerRow) -> HashMap<&ExperimentId, usize> {
    let state = row.after.as_ref().or(row.before.as_ref());
    let experiments = state.into_iter().flat_map(|state| &state.experiments);
    experiments
        .enumerate()
        .map(|(position, experiment)| (&experiment.experiment_id, position))
        .collect()
}

/// Returns the experiment's own style in its layer.
pub(in crate::console) fn style(
    cx: Context<'_>,
    layer: &LayerId,
    experiment: &ExperimentId,
) -> Style {
    let row = cx.loaded.and_then(|loaded| loaded.layer_row(layer));
    let position = row.and_then(|row| positions(row).get(experiment).copied());
    cx.startup.theme.experiment(position.unwrap_or(0))
}

/// Returns the bar of a layer's slots, `columns` wide.
pub(in crate::console) fn spans(pen: &Pen<'_>, bar: &SlotBar, columns: usize) -> Spans {
    painted(pen, &bar.columns(columns), |_, holder| {
        style_of(pen, holder)
    })
}

/// Paints columns in the style of each, which is given by its index and its holder. Without colors,
/// each experiment begins with its letter.
pub(in crate::console) fn painted(
    pen: &Pen<'_>,
    columns: &[BarHolder],
    style: impl Fn(usize, BarHolder) -> Style,
) -> Spans {
    let names = if pen.theme.has_colors() {
        vec![None; columns.len()]
    } else {
        named_columns(columns)
    };
    let mut spans = Spans::new();
    for (index, (holder, name)) in columns.iter().zip(names).enumerate() {
        let style = style(index, *holder);
        let symbol = match name {
            Some(position) => letter(position).to_string(),
            None => symbol(pen.symbols, *holder).to_owned(),
        };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&symbol),
            _ => spans.push(span(symbol, style)),
        }
    }
    spans
}

/// Returns the symbol of a holder, which says how the slots are held.
pub(in crate::console) fn symbol(symbols: &Symbols, holder: BarHolder) -> &'static str {
    match holder {
        BarHolder::Held(_, Holding::Active) => symbols.active,
        BarHolder::Held(_, Holding::Paused) => symbols.paused,
        BarHolder::Held(_, Holding::Draft) => symbols.draft,
        BarHolder::Held(_, Holding::Reserved) => symbols.reserved,
        BarHolder::Free => symbols.free,
        BarHolder::Capped => symbols.capped,
    }
}

/// Returns the style of a holder, which says which experiment it is.
pub(in crate::console) fn style_of(pen: &Pen<'_>, holder: BarHolder) -> Style {
    let theme = pen.theme;
    match holder {
        BarHolder::Held(position, Holding::Reserved) => {
            theme.experiment(position).patch(theme.bar_reserved)
        }
        BarHolder::Held(position, _) => theme.experiment(position),
        BarHolder::Free => theme.bar_free,
        BarHolder::Capped => theme.bar_capped,
    }
}

/// Returns the key of an experiment beside its name: a bullet in its color, or its letter.
pub(in crate::console) fn key(pen: &Pen<'_>, position: usize) -> Span<'static> {
    let style = pen.theme.experiment(position);
    if pen.theme.has_colors() {
        span(pen.symbols.bullet, style)
    } else {
        span(letter(position).to_string(), style)
    }
}
