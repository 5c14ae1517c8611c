//! How the model is drawn. It computes nothing and changes nothing.

mod screen;

pub use screen::draw;
