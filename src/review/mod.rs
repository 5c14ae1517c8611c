//! Findings and plan together: the document that people and scripts see.
//!
//! Here the two arrows of the data flow meet: violations of the plan get their places from the
//! files, it is decided what blocks an apply, and everything is sealed with an id. The console, the
//! text and the JSON all show a [`Review`]. This module knows no terminals, no SQL and reads no
//! files.
//!
//! | file | defines |
//! |---|---|
//! | `reviewed` | [`Review`] |
//! | `aside` | which findings a staged plan leaves aside |
//! | `comparison` | [`Comparison`], files and database compared once, for reviews of any choice of layers |
//! | `scope` | [`choose`] and [`choose_only`], from names on a command line to a [`Scope`](crate::plan::Scope) |
//! | `plan_report` | [`PlanReport`], the review as JSON; [`seal`], the id of a plan from its JSON |
//! | `saved` | [`SavedPlan`], a document read back, and [`Reopened`] on a database |
//! | `hold_plan` | [`plan_hold`] and [`plan_release`], plans that need no files |
//! | `renewal` | [`Renewal`], how a plan compares with a saved one that it renews |
//! | `recheck` | [`Refusal`], why a saved plan can't be applied; [`JournalFacts`], what that takes |
//! | `evidence` | [`Evidence`] of an exposure log for ramp-ups and winners, and what makes it doubtful |
//! | `confirmation` | [`Confirmation`], what an apply asks for |

mod aside;
mod comparison;
mod confirmation;
mod evidence;
mod hold_plan;
mod plan_report;
mod recheck;
mod renewal;
mod reviewed;
mod saved;
mod scope;

pub use comparison::Comparison;
pub use confirmation::Confirmation;
pub use evidence::{
    Doubt, Evidence, EvidenceVerdict, JudgedLog, WeighedEvidence, needing_evidence,
};
pub use hold_plan::{HoldError, plan_hold, plan_release, plan_replacing_hold};
pub use plan_report::{PlanReport, seal};
pub use recheck::{JournalFacts, Refusal};
pub use renewal::{
    EvidenceDifference, ImpactDifference, Renewal, RenewalDifference, RenewalVerdict,
};
pub use reviewed::Review;
pub use saved::{Reopened, SavedPlan, SavedPlanError};
pub use scope::{ScopeError, choose, choose_again, choose_only};
