//! The vocabulary of the project: what a layer, an experiment and a slot are.
//!
//! Everything else uses these types, so they can't hold invalid values. This module knows no files, no
//! SQL, no terminals and no clocks: it gets times and texts as values.
//!
//! | file | defines |
//! |---|---|
//! | `ids` | [`LayerId`], [`ExperimentId`], [`VariantName`], [`GroupName`] |
//! | `fraction` | [`Fraction`], a share between 0 and 1; [`decimal_sum`], [`exceeds_by`] |
//! | `allocation` | [`Allocation`], which share of an experiment each variant gets |
//! | `splitter` | [`SplitterType`], [`Splitter`] |
//! | `hash_algorithm` | [`HashAlgorithm`] |
//! | `unknown_name` | [`UnknownName`], the error of parsing a [`SplitterType`], [`HashAlgorithm`] or [`Status`] |
//! | `attributes` | the attributes of an experiment in one table: keys, order, comparison, words |
//! | `experiment` | [`Experiment`], [`Status`], [`Inactivity`] |
//! | `placement` | [`Placement`], which free slots an experiment takes |
//! | `former_holders` | [`FormerHolders`], who held slots last, and until when |
//! | `slot_map` | [`SlotMap`], the holders of slots, as runs |
//! | `slot_run` | [`SlotRun`], consecutive slots of one holder; [`SlotIndex`], [`SlotUse`] |
//! | `desired` | [`Desired`], what the files ask for |
//! | `builder` | [`ExperimentBuilder`], [`LayerBuilder`]: the same without files |
//! | `state` | [`State`], what the database holds; [`Layer`] |
//! | `time` | [`END_OF_TIME`], which replaces later dates |
//! | `record` | the written shape of experiments and layers, shared by YAML and JSON |

mod allocation;
mod attributes;
mod builder;
mod desired;
mod experiment;
mod former_holders;
mod fraction;
mod hash_algorithm;
mod hold;
mod ids;
mod placement;
mod record;
mod slot_map;
mod slot_run;
mod splitter;
mod state;
mod time;
mod unknown_name;

pub use allocation::{ALLOCATION_SUM_TOLERANCE, Allocation, AllocationError, Arm};
pub(crate) use attributes::{ATTRIBUTES, Attribute, differing_attributes};
pub use builder::{BuildError, ExperimentBuilder, LayerBuilder};
pub use desired::{Desired, DesiredLayer, LeftOutKeys, SoundPart};
pub use experiment::{Experiment, Inactivity, Status};
pub(crate) use former_holders::most_rested;
pub use former_holders::{FormerHolders, FormerRun, SlotHistories};
pub use fraction::{FRACTION_TOLERANCE, Fraction, ParseFractionError, decimal_sum, exceeds_by};
pub use hash_algorithm::HashAlgorithm;
pub use hold::Hold;
pub use ids::{ExperimentId, GroupName, LayerId, VariantName};
pub use placement::Placement;
pub use record::{AllocationRecord, ExperimentRecord, LayerRecord, RecordError, ordered_map};
pub use slot_map::{SlotMap, SlotMapError};
pub use slot_run::{SlotIndex, SlotRun, SlotUse};
pub use splitter::{Splitter, SplitterType};
pub use state::{DEFAULT_TOTAL_SLOTS, Layer, LayerState, Layers, MAX_TOTAL_SLOTS, Revision, State};
pub use time::{END_OF_TIME, in_utc};
pub use unknown_name::UnknownName;
