//! Draws the model. It computes nothing and changes nothing.
//!
//! | file | draws |
//! |---|---|
//! | `screen` | [`draw`]: all of it |
//! | `header`, `footer` | the lines above and below |
//! | `frame` | a panel's border, title, selection and scroll marks |
//! | `browser` | a list with the selected row's detail |
//! | `line` | lines that fit their width |

mod browser;
mod footer;
mod frame;
mod header;
mod line;
mod screen;

pub use screen::draw;
