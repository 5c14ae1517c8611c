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
//! | `traffic_report` | [`Traffic`], [`SplitTraffic`], [`ArmTraffic`], [`LayerCoverage`] and what they hold |
//! | `anomaly` | [`Anomaly`], what isn't as it should be besides the split |
//! | `anomaly_search` | finding the anomalies; [`GRACE`] |
//! | `split_counts` | the counts by what is split together |
//! | `known_experiment` | what the timeline knows of an experiment |
//! | `split` | one split with its arms, its test and its onset; [`rank_splits`]: the worst split first |
//! | `split_test` | the sequential test over a split's units in the order of writing |
//! | `coverage` | the test of a layer: do its units spread over its slots? |

mod anomaly;
mod anomaly_search;
mod coverage;
mod judge;
mod known_experiment;
mod split;
mod split_counts;
mod split_test;
mod traffic_report;

pub use anomaly::{Anomaly, AnomalyKind};
pub use anomaly_search::GRACE;
pub use judge::{Judge, JudgeOptions, judge};
pub use split::rank_splits;
pub use traffic_report::{
    ArmTraffic, Crossing, EvidencePoint, HolderCoverage, LayerCoverage, Onset, SlotHolder,
    SplitTraffic, SplitWindow, Tested, Traffic, TrafficVerdict, Untested,
};
