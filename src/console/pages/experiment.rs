//! An experiment's page: everything known about it.

use super::layer::row_of;
use crate::console::model::Model;
use crate::console::panels::Content;
use crate::console::panels::pen::Pen;
use crate::console::panels::rows::Ready;
use crate::domain::{ExperimentId, LayerId};

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
    let opening = vec![pen.line(vec![pen.dim(experiment.status.as_str())])];
    Content::scrolling(opening, Ready::default())
}
