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
//! | `options` | [`JudgeOptions`]: what is asked |
//! | `judge` | [`judge()`]: from counts and timeline to the report |
//! | `gathered` | the counts by what is split together |
//! | `known` | what the timeline knows of an experiment |
//! | `draft`, `looks` | a split tested by itself, and window by window |
//! | `rank` | [`rank()`]: splits corrected for each other, the worst first |
//! | `find`, `inactive` | finding the anomalies; [`GRACE`] |

mod anomaly;
mod draft;
mod find;
mod gathered;
mod inactive;
mod judge;
mod known;
mod looks;
mod options;
mod rank;
mod report;

pub use anomaly::{Anomaly, AnomalyKind};
pub use find::GRACE;
pub use judge::judge;
pub use options::JudgeOptions;
pub use rank::rank;
pub use report::{ArmTraffic, Crossing, Look, SplitTraffic, Tested, Traffic, Untested};
