//! The saved plans of a directory, listed over the view: a component.
//!
//! | file | defines |
//! |---|---|
//! | `plan_list` | [`PlanList`]: the plans, each held against the database and against the others |
//! | `state` | [`Plans`]: what was read, and which plan is open |
//! | `update` | reading the directory, keys and the worker's answers |
//! | `content` | a line per plan, and the selected one's changes |
//! | `standing_words` | whether a plan can be applied, in words |

mod content;
mod plan_list;
mod standing_words;
mod state;
mod update;

pub use plan_list::{
    ListedPlan, PlanConflict, PlanConflicts, PlanList, PlanStanding, ReadPlan, UnreadablePlan,
};
pub use state::Plans;

pub(in crate::console) use update::{answer, key, paste, refresh};
