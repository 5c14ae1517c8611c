//! The panel.

use super::Content;
use crate::console::model::Model;

pub(super) fn content(model: &Model, width: u16) -> Content {
    let _ = (model, width);
    Content::default()
}
