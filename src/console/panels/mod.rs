//! What each panel says: lines and rows, made from the model for a width.
//!
//! Pure, and without a place on the screen: `view` draws a [`Content`], `update` moves through its
//! rows. One file per panel.

mod bar;
mod changes;
mod content;
mod diff;
mod distribution;
mod layers;
mod problems;
mod text;

pub use changes::change_lines;
pub use content::{Content, Row, content};
pub use problems::selected_problem;
pub use text::fit;
