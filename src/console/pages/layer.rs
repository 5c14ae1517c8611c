//! A layer's page: its bar, and its experiments as a table.

use ratatui::text::Line;

use crate::console::model::{LayerRow, Model, RowKey};
use crate::console::pages::{Destination, PageId};
use crate::console::panels::Content;
use crate::console::panels::pen::{Pen, foreign};
use crate::console::panels::rows::Ready;
use crate::domain::LayerId;

pub(super) fn content<'a>(
    model: &'a Model,
    layer_id: &LayerId,
    width: u16,
    _height: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let Some(row) = row_of(model, layer_id) else {
        return Content::saying(pen.hint("the layer is neither in the files nor in the database"));
    };
    let Some(state) = row.after.as_ref().or(row.before.as_ref()) else {
        return Content::saying(pen.hint("the layer can't be read: see Problems"));
    };
    let mut rows = Ready::default();
    for experiment in &state.experiments {
        let id = &experiment.experiment_id;
        let page = PageId::Experiment(layer_id.clone(), id.clone());
        let line = pen.line(vec![
            foreign(id, pen.theme.text),
            pen.dim(format!("  {}", experiment.status)),
        ]);
        rows.push_opening(
            RowKey(id.to_string()),
            Some(layer_id.clone()),
            Some(Destination::Page(page)),
            vec![line],
        );
    }
    Content::new(vec![Line::default()], rows)
}

/// Returns the layer, if it is in the files or in the database.
pub(super) fn row_of<'a>(model: &'a Model, layer_id: &LayerId) -> Option<&'a LayerRow> {
    let mut rows = model.loaded.as_ref()?.layers.iter();
    rows.find(|row| row.layer_id == *layer_id)
}
