//! Findings and plan together: the one document that people and scripts get to see.
//!
//! Here the two arrows of the data's way meet: violations of the plan get their places from the
//! files, what stands in the way of an apply is decided once, and the whole is sealed with an id.
//! The console, the text and the JSON all show a [`Review`]. This module knows no terminals, no SQL
//! and reads no files.
//!
//! | file | defines |
//! |---|---|
//! | `reviewed` | [`Review`] |
//! | `scope` | [`choose`], from names on a command line to a [`Scope`](crate::plan::Scope) |
//! | `document` | [`PlanReport`], the review as JSON |
//! | `seal` | [`seal`](seal()), the id of a plan from its JSON |
//! | `findings` | findings as the document writes them |
//! | `saved` | [`SavedPlan`], a document read back, and [`Reopened`] on a database |
//! | `recheck` | [`Refusal`], why a saved plan can't be applied |
//! | `confirmation` | [`Confirmation`], what an apply asks for |

mod confirmation;
mod document;
mod findings;
mod recheck;
mod reviewed;
mod saved;
mod scope;
mod seal;

pub use confirmation::Confirmation;
pub use document::PlanReport;
pub use recheck::Refusal;
pub use reviewed::Review;
pub use saved::{Reopened, SavedPlan, SavedPlanError};
pub use scope::{ScopeError, choose};
pub use seal::seal;
