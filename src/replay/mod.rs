//! Repeats every logged assignment with the state that answered, or with that of its time where the row doesn't
//! say which, and reports the rows that differ.
//!
//! Compares the rows of an exposure log with the [`timeline`](crate::timeline) of a database. Each row
//! that differs gets the most specific [`Reason`] that explains it. This module knows no SQL, clocks or
//! terminals.
//!
//! | file | defines |
//! |---|---|
//! | `row_check` | [`replay`], from a log to the report |
//! | `row_fit` | compares a row with what its layer should have answered |
//! | `explanation` | the reason that explains a row, and its sentence |
//! | `replay_report` | [`Replay`], the result; [`Mismatch`], a row with its [`Reason`] |
//! | `compiled_timeline` | the layers over time, compiled for one query per row |

mod compiled_timeline;
mod explanation;
mod replay_report;
mod row_check;
mod row_fit;

pub use replay_report::{JudgedBy, Mismatch, Mismatches, Reason, Replay, RowAnswer, Unchecked};
pub use row_check::{ReplayOptions, replay};
