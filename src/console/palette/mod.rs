//! The palette and the help, lists of commands to choose from: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Palette`]: what is searched for, and what was found |
//! | `update` | its keys and pasted text |
//! | `content` | all commands, with their keys and what they do |

mod content;
mod state;
mod update;

pub use state::Palette;

pub(in crate::console) use content::draw;
pub(in crate::console) use update::{key, paste};
