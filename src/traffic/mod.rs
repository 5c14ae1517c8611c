//! What traffic did, judged against what it should have done.
//!
//! Here the counts of an exposure log meet the state of the database over time: each experiment's
//! arms against its allocation, each layer's units against its slots, and all that isn't as it should
//! be besides. `avos srm` and the console show the same [`Traffic`]. Knows no SQL, no files and no
//! terminals.
//!
//! | file | defines |
//! |---|---|
//! | `judge` | [`judge()`] and [`Judge`], from counts and timeline to the report; [`JudgeOptions`] |
//! | `report` | [`Traffic`], [`SplitTraffic`], [`ArmTraffic`], [`LayerCoverage`] and what they hold |
//! | `anomaly` | [`Anomaly`], what isn't as it should be besides the split |
//! | `gathered` | the counts by what is split together |
//! | `known` | what the timeline knows of an experiment |
//! | `split` | one split with its arms and its test |
//! | `split_test` | the sequential test over a split's units in the order of writing |
//! | `onset` | when a split probably began to be wrong |
//! | `coverage` | the test of a layer: do its units spread over its slots? |
//! | `rank` | [`rank()`]: the worst split first |
//! | `find`, `inactive` | finding the anomalies; [`GRACE`] |

mod anomaly;
mod coverage;
mod find;
mod gathered;
mod inactive;
mod judge;
mod known;
mod onset;
mod rank;
mod report;
mod split;
mod split_test;

pub use anomaly::{Anomaly, AnomalyKind};
pub use find::GRACE;
pub use judge::{Judge, JudgeOptions, judge};
pub use rank::rank;
pub use report::{
    ArmTraffic, Crossing, EvidencePoint, HolderCoverage, LayerCoverage, Onset, SlotHolder,
    SplitTraffic, SplitWindow, Tested, Traffic, TrafficVerdict, Untested,
};
