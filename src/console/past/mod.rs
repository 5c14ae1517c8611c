//! What was applied before, read when something asks for it: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Past`]: whether it was read; [`PastRead`]: the journal with the states between its entries |
//! | `points` | [`TimePoint`]: what can be looked at, with the layers there |
//! | `update` | when it is read, and what came of it |

mod points;
mod state;
mod update;

pub use points::TimePoint;
pub use state::{Past, PastRead};

pub(in crate::console) use update::{answer, want};
