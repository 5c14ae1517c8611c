//! A layer as of an entry of the journal: its slots before and after, and what differs.

use std::rc::Rc;

use ratatui::text::Line;

use super::slot_grid::GridShape;
use super::time;
use super::time_view::{TimeDetail, TimeRow};
use crate::console::model::{Model, RowKey};
use crate::console::panels::pen::Pen;
use crate::console::panels::rows::Ready;
use crate::console::panels::{Content, Rows, bar};
use crate::domain::LayerId;
use crate::report::SlotBar;

/// The most rows of a grid of slots.
const GRID_ROWS: usize = 6;

pub(super) fn content<'a>(model: &'a Model, layer_id: &LayerId, width: u16) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let looked = match time::readable(model, &pen) {
        Ok(looked) => looked,
        Err(why) => return Content::saying(why),
    };
    let kept = looked.rows(model);
    let mut lines = time::head(&pen, &model.startup, looked, &kept);
    lines.push(Line::default());
    let listed = kept.rows.iter().find(|row| row.layer.layer_id == *layer_id);
    let layer = looked.layer(layer_id);
    let row = TimeRow {
        differs: listed.is_some_and(|row| row.differs),
        layer,
    };
    if row.layer.before.is_none() && row.layer.after.is_none() && !row.differs {
        lines.extend(pen.hint("the layer didn't exist then"));
        return Content::scrolling(lines, Ready::default());
    }
    let positions = bar::positions(&row.layer);
    let sides = [("before", &row.layer.before), ("after", &row.layer.after)];
    for (name, state) in sides {
        let Some(state) = state.as_ref().filter(|_| row.differs || name == "after") else {
            continue;
        };
        if row.differs {
            lines.push(pen.line(vec![pen.dim(name)]));
        }
        let shape = GridShape::new(state.slots.total(), pen.columns, GRID_ROWS);
        let cells = shape.cells(&SlotBar::new(state, &positions));
        lines.extend(shape.lines(&pen, &cells, |_, holder| bar::style_of(&pen, holder)));
        lines.extend(shape.scale().map(|scale| pen.line(vec![pen.dim(scale)])));
    }
    lines.extend(time::facts(model, &pen, looked, &row));
    let detail = row.differs.then(|| looked.detail(model, &row.layer));
    Content::scrolling(lines, PastDiff { pen, detail })
}

/// The lines of the diff, which may be thousands.
struct PastDiff<'a> {
    pen: Pen<'a>,
    detail: Option<Rc<TimeDetail>>,
}

impl Rows for PastDiff<'_> {
    fn count(&self) -> usize {
        self.detail.as_ref().map_or(0, |detail| detail.diff.len())
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(index.to_string())
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(index == 0)
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let detail = self.detail.as_ref();
        let line = detail.and_then(|detail| detail.diff.get(index));
        line.map(|line| time::diff_line(&self.pen, line))
            .into_iter()
            .collect()
    }
}
