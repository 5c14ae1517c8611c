//! What an apply would change, as a pure value.
//!
//! [`plan_changes`] compares what the files ask for with what the database holds, checks the sync rules
//! and places slots. Its [`PlanOutcome`] becomes a [`Plan`] that `StateStore::apply` carries out, or says
//! by its violations why it can't. This module knows no files, no SQL and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `planner` | [`plan_changes`], [`Planner`], [`Scope`], [`PlanOutcome`] |
//! | `staged` | the plan of single experiments; [`ChangedThing`], and what each needs of its layer |
//! | `layer_plan` | the plan of one layer: rules, then slots |
//! | `draft` | the plan of one layer in the making: what each experiment needs is carried out, and noted |
//! | `rules` | the sync rules, each beside its page of the rule catalogue |
//! | `change` | [`Change`], one step of a plan; its verb and [`Sign`] for every report |
//! | `edit` | [`Edit`], a change of a descriptive value |
//! | `replay` | [`replay_changes`], what a state becomes by changes; [`undo_changes`], what it was before |
//! | `impact` | [`Impact`], what happens to units, exact over slots |
//! | `hold_notes` | the notes on what is held |
//! | `inheritance_notes` | the notes on slots that others held before |
//! | `left_out_notes` | the notes on keys that a file leaves out |
//! | `note` | [`Note`], what an apply leaves alone |
//! | `outside_note` | [`OutsideNote`], what other programs changed, and when a plan says it |
//! | `text_diff` | [`LayerDiff`], canonical YAML of database against files, written and read back; [`UnifiedLine`] |
//! | `base_layers` | [`BaseLayers`], the layers that a plan is about, as they were |
//! | `sealed` | [`Plan`], ready to be applied, with its id |

mod base_layers;
mod change;
mod draft;
mod edit;
mod hold_notes;
mod impact;
mod inheritance_notes;
mod layer_plan;
mod left_out_notes;
mod note;
mod outside_note;
mod planner;
mod replay;
pub mod rules;
mod sealed;
mod staged;
mod text_diff;

pub use base_layers::BaseLayers;
#[cfg(feature = "console")]
pub(crate) use base_layers::layer_revision;
pub(crate) use base_layers::name_layers;
pub use change::{Action, Change, Sign, SlotCounts};
pub use edit::{Edit, ValueChange};
pub use impact::{ExperimentImpact, Impact, UnitMoves, VariantImpact};
#[cfg(feature = "console")]
pub(crate) use note::taken_words;
pub use note::{HeldExperiment, InheritedSlots, Note, NoteCode, OutsideDifference, SinceEntry};
pub use outside_note::OutsideNote;
pub use planner::{PlanOutcome, Planner, Scope, plan_changes};
pub use replay::{ReplayError, replay_changes, undo_changes};
pub use rules::Violation;
pub use sealed::{Plan, PlanId};
pub use staged::ChangedThing;
pub(crate) use staged::needs_own_values;
pub use text_diff::{DiffLine, DiffPart, LayerDiff, LineKind, UnifiedLine};
