//! Paints the bar of a layer's slots.

use std::collections::HashMap;

use ratatui::style::Style;

use super::pen::{Pen, Spans, span};
use crate::console::component::Context;
use crate::console::model::LayerRow;
use crate::domain::{ExperimentId, LayerId};
use crate::report::{BarHolder, SlotBar};

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
    let rows = cx.loaded.iter().flat_map(|loaded| &loaded.layers);
    let row = rows.into_iter().find(|row| row.layer_id == *layer);
    let position = row.and_then(|row| positions(row).get(experiment).copied());
    cx.startup.theme.experiment(position.unwrap_or(0))
}

/// Returns the bar of a layer's slots, `columns` wide.
pub(in crate::console) fn spans(pen: &Pen<'_>, bar: &SlotBar, columns: usize) -> Spans {
    let columns = bar.columns(columns);
    let runs = columns.chunk_by(|one, next| one == next);
    runs.map(|run| {
        let (symbol, style) = look(pen, run[0]);
        span(symbol.repeat(run.len()), style)
    })
    .collect()
}

fn look(pen: &Pen<'_>, holder: BarHolder) -> (&'static str, Style) {
    let (symbols, theme) = (pen.symbols, pen.theme);
    match holder {
        BarHolder::Active(position) => (symbols.fill(position), theme.experiment(position)),
        BarHolder::Reserved(position) => {
            let style = theme.experiment(position).patch(theme.bar_reserved);
            (symbols.reserved, style)
        }
        BarHolder::Free => (symbols.free, theme.bar_free),
        BarHolder::Capped => (symbols.capped, theme.bar_capped),
    }
}
