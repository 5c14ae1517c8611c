//! An experiment's page: everything known about it.

use ratatui::text::Line;

use super::experiment_traffic::{self, Observed};
use super::layer::row_of;
use super::slot_grid::GridShape;
use crate::console::model::{LayerRow, Model};
use crate::console::panels::pen::Pen;
use crate::console::panels::rows::Ready;
use crate::console::panels::text::counted;
use crate::console::panels::{Content, bar};
use crate::domain::{ExperimentId, LayerId, LayerState};
use crate::report::SlotBar;

/// The most rows of the grid of slots.
const GRID_ROWS: usize = 8;

pub(super) fn content<'a>(
    model: &'a Model,
    layer_id: &LayerId,
    id: &ExperimentId,
    width: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let state = row_of(model, layer_id).and_then(|row| row.after.as_ref().or(row.before.as_ref()));
    let Some(experiment) = state.and_then(|state| state.experiment(id)) else {
        return Content::saying(
            pen.hint("the experiment is neither in the files nor in the database"),
        );
    };
    let mut opening = vec![pen.line(vec![pen.dim(experiment.status.as_str())])];
    if let Some((row, state)) = row_of(model, layer_id).zip(state) {
        opening.extend(slots(&pen, row, state, id));
    }
    opening.extend(traffic(model, &pen, layer_id, id));
    Content::scrolling(opening, Ready::default())
}

/// Says what the log says of it.
fn traffic(
    model: &Model,
    pen: &Pen<'_>,
    layer_id: &LayerId,
    id: &ExperimentId,
) -> Vec<Line<'static>> {
    match Observed::of(model, id) {
        Observed::Nothing(why) => pen.hint(&why),
        Observed::Splits(judged, splits) => {
            let style = bar::style(model.context(), layer_id, id);
            let (blocks, more) = experiment_traffic::blocks(model, pen, judged, &splits, style);
            let mut lines = blocks.concat();
            if more > 0 {
                lines.extend(pen.hint(&format!("and {}", counted(more as u64, "group", "groups"))));
            }
            lines
        }
    }
}

/// Draws the layer's slots, those of other experiments dim.
fn slots(
    pen: &Pen<'_>,
    row: &LayerRow,
    state: &LayerState,
    id: &ExperimentId,
) -> Vec<Line<'static>> {
    let positions = bar::positions(row);
    let own = positions.get(id).copied();
    let shape = GridShape::new(state.slots.total(), pen.columns, GRID_ROWS);
    let cells = shape.cells(&SlotBar::new(state, &positions));
    let mut lines = shape.lines(pen, &cells, |_, holder| {
        if holder.position() == own {
            bar::style_of(pen, holder)
        } else {
            pen.theme.bar_free
        }
    });
    lines.extend(shape.scale().map(|scale| pen.line(vec![pen.dim(scale)])));
    lines
}
