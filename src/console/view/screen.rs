//! The whole screen.

use ratatui::Frame;

use crate::console::model::Model;

/// Draws the model.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    let _ = (model, frame);
}
