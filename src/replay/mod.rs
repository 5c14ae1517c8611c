//! Every logged assignment made again, by the state of its time: is the log what it should be?
//!
//! Here the rows of an exposure log meet the [`timeline`](crate::timeline) of a database. A row
//! that isn't what it should have been gets the most particular [`Reason`] that explains it. Knows
//! no SQL, no clocks and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `reason` | [`Reason`], why a row isn't what it should have been |
//! | `report` | [`Replay`], what came of a log; [`Mismatch`], a row with its reason |
//! | `compiled` | the layers over time, ready to answer |
//! | `fit` | whether a row is what a layer would have said |
//! | `explain` | which reason explains a row |
//! | `detail` | the reason in a sentence, with its particulars |
//! | `run` | [`replay`], from a log to the report |

mod compiled;
mod detail;
mod explain;
mod fit;
mod reason;
mod report;
mod run;

pub use reason::Reason;
pub use report::{Answer, Mismatch, Mismatches, Replay, Unchecked};
pub use run::{ReplayOptions, replay};
