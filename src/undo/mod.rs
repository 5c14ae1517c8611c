//! The way back from an entry of the journal: edits of the layer files towards the state before it, for the
//! console and the verbs. Nothing is written here.
//!
//! An entry is undone whole or not at all. A value that was changed again since is left alone, and so the
//! entry stays; what the rules refuse is said beforehand, as diagnostics.
//!
//! | file | defines |
//! |---|---|
//! | `undo_plan` | `UndoPlan`: the edits, or why there are none |
//! | `undone_values` | the values that the entry changed, as they are, were and would be again |
//! | `undo_rules` | what can't be undone |

mod undo_plan;
pub mod undo_rules;
mod undone_values;

pub(crate) use undo_plan::{NOTHING_TO_UNDO, UndoPlan, newly_refused, plan_undo};
