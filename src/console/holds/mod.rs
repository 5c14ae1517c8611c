//! Holding and releasing an experiment from the console: in the database, now, whatever the files say.
//! A component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Holds`]: the request that runs; [`HoldForm`]: the reason that is being typed |
//! | `update` | keys of the form, and the worker's answer |
//! | `draw` | the form over the view |

mod draw;
mod state;
mod update;

pub use state::{Held, HoldForm, HoldPurpose, Holds, NewHold};

pub(in crate::console) use draw::draw;
pub(in crate::console) use update::{answer, ask, disabled, key, paste, write};
