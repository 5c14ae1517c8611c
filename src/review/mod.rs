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
//! | `document` | [`Document`], the review as JSON |
//! | `seal` | [`seal`](seal()), the id of a plan from its JSON |
//! | `confirmation` | [`Confirmation`], what an apply asks for |

mod confirmation;
mod document;
mod reviewed;
mod scope;
mod seal;

pub use confirmation::Confirmation;
pub use document::Document;
pub use reviewed::Review;
pub use scope::{ScopeError, choose};
pub use seal::seal;
