//! What traffic did, judged against what it should have done.
//!
//! Here the counts of an exposure log meet the state of the database over time: each experiment's
//! arms against its allocation, and all that isn't as it should be besides. `avos srm` and the
//! console show the same [`Traffic`]. Knows no SQL, no files and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `report` | [`Traffic`], [`SplitTraffic`], [`ArmTraffic`], [`Crossing`], [`Look`], [`Untested`] |
//! | `anomaly` | [`Anomaly`], what isn't as it should be besides the split |

mod anomaly;
mod report;

pub use anomaly::{Anomaly, AnomalyKind};
pub use report::{ArmTraffic, Crossing, Look, SplitTraffic, Tested, Traffic, Untested};
