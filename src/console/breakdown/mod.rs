//! A split by the values of the settings' dimensions, such as the platform: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`SplitBreakdown`]: what is asked for, and what was found |
//! | `update` | asking, stopping it, and the worker's answers |

mod state;
mod update;

pub use state::{AskedBreakdown, CountedDimensions, FoundBreakdown, SplitBreakdown, SplitId};

pub(in crate::console) use update::{answer, begin, progress, stop};
