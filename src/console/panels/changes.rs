//! The panel.

use super::Content;
use crate::console::model::Model;

pub(super) fn content(model: &Model, width: u16) -> Content {
    let _ = (model, width);
    Content::default()
}
/// x
#[must_use]
pub fn change_lines(
    _m: &Model,
    _r: &crate::review::Review,
    _w: u16,
) -> Vec<ratatui::text::Line<'static>> {
    Vec::new()
}
