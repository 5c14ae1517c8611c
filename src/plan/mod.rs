//! What an apply would change, as a pure value.
//!
//! [`plan`] compares what the files ask for with what the database holds, checks the sync rules
//! and places slots. Its [`Outcome`] becomes a [`Plan`] that `store::apply` carries out, or says
//! by its violations why it can't. This module knows no files, no SQL and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `planner` | [`plan`], [`Scope`], [`Outcome`] |
//! | `context` | what planning one layer must know of the others |
//! | `layer`, `draft`, `layer_notes` | the plan of one layer: rules, placement, notes |
//! | `rules` | the sync rules, each beside its page of the rule catalogue |
//! | `change` | [`Change`], one step of a plan |
//! | `replay` | [`replay()`], what a state becomes by changes; [`undo`], what it was before |
//! | `words` | the verb and the [`Sign`] of a change, for every report |
//! | `impact` | [`Impact`], what happens to units, exact over slots |
//! | `stretch` | two states side by side: who assigns the units on which slots |
//! | `note` | [`Note`], what an apply leaves alone |
//! | `text_diff` | [`LayerDiff`], canonical YAML of database against files |
//! | `unified` | [`LayerDiff::parse`], the text of a diff read back; [`UnifiedLine`], what a line of it is |
//! | `sealed` | [`Plan`], ready to be applied, with its id |

mod change;
mod context;
mod draft;
mod impact;
mod layer;
mod layer_notes;
mod note;
mod planner;
mod replay;
pub mod rules;
mod sealed;
mod stretch;
mod text_diff;
mod unified;
mod words;

pub use change::{Action, Change, Edit, SlotCounts};
pub use impact::{ExperimentImpact, Impact, UnitMoves, VariantImpact};
pub use note::{Note, NoteCode};
pub use planner::{Outcome, Scope, plan};
pub use replay::{ReplayError, replay, undo};
pub use rules::Violation;
pub use sealed::{Plan, PlanId};
pub use text_diff::{DiffLine, DiffPart, LayerDiff, LineKind};
pub use unified::UnifiedLine;
pub use words::Sign;
