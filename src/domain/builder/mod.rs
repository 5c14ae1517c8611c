//! Layers and experiments built in code instead of layer files.
//!
//! The builders refuse what is an error in layer files. A service or a test plans the results like
//! checked files.
//!
//! | file | defines |
//! |---|---|
//! | `experiment_builder` | [`ExperimentBuilder`] |
//! | `layer_builder` | [`LayerBuilder`], and [`Desired`](super::Desired) from layers |

mod experiment_builder;
mod layer_builder;

use jiff::Timestamp;

use super::{AllocationError, ExperimentId, GroupName, LayerId, MAX_TOTAL_SLOTS, SplitterType};

pub use experiment_builder::ExperimentBuilder;
pub use layer_builder::LayerBuilder;

/// Reasons a layer or an experiment can't be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A required text is blank.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A text has a NUL character, which separates the inputs of the hash.
    #[error("`{0}` holds a NUL character, which separates the inputs of the hash")]
    Nul(&'static str),
    /// A value isn't a share.
    #[error("`{key}`: expected a number from 0 to 1, found {value}")]
    Share {
        /// Its key.
        key: &'static str,
        /// The value.
        value: f64,
    },
    /// The arms, or those of a group, aren't a valid allocation.
    #[error("`{key}`: {problem}")]
    Allocation {
        /// Its key: `traffic_allocation`, or that of the group allocations.
        key: &'static str,
        /// What is wrong with it.
        problem: AllocationError,
    },
    /// A group's variants aren't those of the experiment.
    #[error("group `{0}`: its variants differ from those of `traffic_allocation`")]
    GroupVariants(GroupName),
    /// A group was added twice.
    #[error("group `{0}` was added twice")]
    DuplicateGroup(GroupName),
    /// A grouped splitter has no groups, or another one has some.
    #[error("`splitter_type` `{kind}` {}", if *has_groups { "has no groups" } else { "needs groups" })]
    Groups {
        /// The kind of splitter.
        kind: SplitterType,
        /// Whether groups were added.
        has_groups: bool,
    },
    /// Less is reserved than is active.
    #[error("`reserved_percentage` is below `traffic_percentage`")]
    ReserveBelowTraffic,
    /// The experiment doesn't end after it starts.
    #[error("`end_date` {end} is not after `start_date` {start}")]
    DateOrder {
        /// The start.
        start: Timestamp,
        /// The end.
        end: Timestamp,
    },
    /// The number of slots is out of range.
    #[error("`total_slots`: expected a number from 1 to {MAX_TOTAL_SLOTS}, found {0}")]
    TotalSlots(u32),
    /// The layer's cap is out of range.
    #[error("`total_traffic_percentage`: expected a number above 0 and at most 1, found {0}")]
    TotalTraffic(f64),
    /// The experiments reserve more than the layer's cap.
    #[error("the experiments reserve {reserved}, more than `total_traffic_percentage` {total}")]
    Capacity {
        /// What they reserve in total.
        reserved: f64,
        /// The layer's cap.
        total: f64,
    },
    /// Two experiments have the same id.
    #[error("experiment `{0}` was added twice")]
    DuplicateExperiment(ExperimentId),
    /// Two layers have the same id.
    #[error("layer `{0}` was added twice")]
    DuplicateLayer(LayerId),
}

fn check_text(key: &'static str, text: &str) -> Result<(), BuildError> {
    if text.trim().is_empty() {
        return Err(BuildError::Empty(key));
    }
    if text.contains('\0') {
        return Err(BuildError::Nul(key));
    }
    Ok(())
}
