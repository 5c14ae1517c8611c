//! Styles by role: a view asks for `error` or for the third experiment, never for red.
//!
//! Color is never the only carrier: symbols and words go with it, and the theme `none` has
//! no color at all.
//!
//! | file | defines |
//! |---|---|
//! | `roles` | [`Theme`], a style for each role |
//! | `named` | the five themes |
//! | `choose` | [`ThemeName`], [`ThemeSetting`], [`ColorChoice`]: chooses the theme |
//! | `target_color` | [`TargetColor`], the colors of targets' names |
//! | `symbols` | [`Symbols`], with box-drawing characters or in ASCII |

mod choose;
mod named;
mod roles;
mod symbols;
mod target_color;

pub use choose::{ColorChoice, ColorEnvironment, ThemeName, ThemeSetting, UnknownTheme};
pub use roles::{EXPERIMENT_STYLES, Theme};
pub use symbols::Symbols;
pub use target_color::{TargetColor, UnknownTargetColor};
