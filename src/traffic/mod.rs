//! Judges whether traffic splits as it should.
//!
//! Compares the counts of an exposure log with the state of the database over time: the arms of each
//! experiment with its allocation, and the units of each layer with its slots. It also finds anomalies.
//! `avos srm` and the console show the same [`Traffic`]. This module knows no SQL, files or terminals.
//!
//! | file | defines |
//! |---|---|
//! | `judge` | [`judge()`] and [`Judge`], from counts and timeline to the report; [`JudgeOptions`] |
//! | `traffic_report` | [`Traffic`], [`SplitTraffic`], [`ArmTraffic`], [`LayerCoverage`] and what they hold |
//! | `anomaly` | [`Anomaly`], what else can be wrong |
//! | `anomaly_search` | finds the anomalies; [`GRACE`] |
//! | `split_counts` | the counts of each split |
//! | `known_experiment` | what the timeline knows about an experiment |
//! | `split` | one split with its arms, its test and its onset; [`rank_splits`] |
//! | `split_test` | the sequential test over a split's units in the order of writing |
//! | `breakdown` | [`Breakdown`], splits by the values of a further column |
//! | `suspect` | [`Suspect`], the apply that a mismatch points to |
//! | `coverage` | the test of a layer: do its units spread over its slots? |

mod anomaly;
mod anomaly_search;
mod breakdown;
mod coverage;
mod judge;
mod known_experiment;
mod split;
mod split_counts;
mod split_test;
mod suspect;
mod traffic_report;

pub use anomaly::{Anomaly, AnomalyKind};
pub use anomaly_search::GRACE;
pub use breakdown::{Breakdown, DimensionBreakdown, ValueDeviation};
pub use judge::{Judge, JudgeOptions, judge};
pub use split::rank_splits;
pub use suspect::Suspect;
#[cfg(feature = "console")]
pub(crate) use traffic_report::split_name;
pub use traffic_report::{
    ArmTraffic, Crossing, EvidencePoint, HolderCoverage, LayerCoverage, Onset, SlotHolder,
    SplitTraffic, SplitWindow, Tested, Traffic, TrafficVerdict, Untested,
};
