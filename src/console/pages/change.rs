//! The review of what changes together: what it does to slots and units.

use super::seen::changes_of;
use crate::console::model::Model;
use crate::console::pages::ChangedThing;
use crate::console::panels::Content;
use crate::console::panels::change;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::rows::Ready;

pub(super) fn content<'a>(model: &'a Model, thing: &ChangedThing, width: u16) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let Some((changes, _)) = changes_of(model, thing) else {
        return Content::saying(pen.hint("nothing changes here any more"));
    };
    let lines = changes.iter().map(|what| {
        let cells = change::cells(&pen, what, None, false);
        let mut spans = vec![span(
            format!("{} {}  ", cells.symbol, cells.verb),
            cells.style,
        )];
        spans.extend(cells.details);
        pen.line(spans)
    });
    Content::scrolling(lines.collect(), Ready::default())
}
