//! The search of the log for the units that a missing arm got last: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`ArmSearch`]: what is searched for, and what was found |
//! | `update` | searching, stopping it, and the worker's answers |

mod state;
mod update;

pub use state::ArmSearch;

pub(in crate::console) use update::{answer, begin, progress, stop};
