//! Every command of the console: one row in one registry.
//!
//! It feeds the footer, the help, the palette, the keys in the settings and the docs.
//!
//! | file | defines |
//! |---|---|
//! | `command` | [`Command`] |
//! | `registry` | [`Spec`], the table |
//! | `enabled` | whether a command can run, and why not |
//! | `group` | [`Group`], the groups of the help |
//! | `search` | [`find`]: finds commands by a few letters |
//! | `keymap` | [`Keymap`]: maps keys to commands |
//! | `footer_keys` | the commands that the footer shows |

mod command;
mod enabled;
mod footer_keys;
mod group;
mod keymap;
mod registry;
mod search;

pub use command::Command;
pub(in crate::console) use enabled::STILL_READ;
pub use enabled::{edit_target, experiment_here, why_disabled};
pub use footer_keys::footer_commands;
pub use group::Group;
pub use keymap::Keymap;
pub use registry::Spec;
pub use search::find;
