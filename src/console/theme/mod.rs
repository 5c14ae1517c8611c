//! How things look, by role: a view asks for `error` or for the third experiment, never for red.
//!
//! Colour is never the only carrier: symbols and words stand beside it, and the theme `none` has
//! no colour at all.
//!
//! | file | defines |
//! |---|---|
//! | `roles` | [`Theme`], a style for each role |
//! | `named` | the five themes |
//! | `choose` | [`ThemeName`], [`ThemeSetting`], [`ColorChoice`]: which theme, after settings, arguments and terminal |
//! | `symbols` | [`Symbols`], with box-drawing characters or in ASCII |

mod choose;
mod named;
mod roles;
mod symbols;

pub use choose::{ColorChoice, Surroundings, ThemeName, ThemeSetting, UnknownTheme};
pub use roles::{EXPERIMENT_STYLES, Theme};
pub use symbols::Symbols;
