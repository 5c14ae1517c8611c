//! Every command of the console: one row in one registry.
//!
//! The footer, the help, the palette, the settings' keys and the docs all come from it.
//!
//! | file | defines |
//! |---|---|
//! | `registry` | [`Command`], [`Spec`], the table |
//! | `enabled` | when a command can run, and why not |
//! | `search` | [`find`], commands by a few letters |
//! | `keymap` | [`Keymap`], which key runs which command |

mod enabled;
mod keymap;
mod registry;
mod search;

pub use enabled::why_disabled;
pub use keymap::Keymap;
pub use registry::{Command, Spec};
pub use search::find;
