//! Repeats every logged assignment with the state of its time, and reports the rows that differ.
//!
//! Here the rows of an exposure log meet the [`timeline`](crate::timeline) of a database. A row
//! that isn't what it should have been gets the most particular [`Reason`] that explains it. Knows
//! no SQL, no clocks and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `row_check` | [`replay`], from a log to the report |
//! | `row_fit` | how well a row fits what a layer would have answered |
//! | `explanation` | which reason explains a row, and the sentence for it |
//! | `replay_report` | [`Replay`], the result; [`Mismatch`], a row with its [`Reason`] |
//! | `compiled_timeline` | the layers over time, ready to answer |

mod compiled_timeline;
mod explanation;
mod replay_report;
mod row_check;
mod row_fit;

pub use replay_report::{Answer, Mismatch, Mismatches, Reason, Replay, Unchecked};
pub use row_check::{ReplayOptions, replay};
