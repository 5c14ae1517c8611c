//! One answer of the assigner, step by step, so that a person can check each by hand.
//!
//! The steps are those of [`Assigner::assign`](super::Assigner::assign), by the same functions; the
//! text is for terminals, tickets and incident channels, and holds nothing that a terminal would
//! obey.
//!
//! | file | defines |
//! |---|---|
//! | `explanation` | [`Explanation`] and its parts, as data |
//! | `explain` | `Assigner::explain` |
//! | `hash_step` | [`HashStep`], a hash with what goes in and what comes out |
//! | `command` | the shell commands that do a step again |
//! | `text` | the explanation as text |

mod command;
#[expect(
    clippy::module_inception,
    reason = "the file of the function of that name"
)]
mod explain;
mod explanation;
mod hash_step;
mod text;

pub use explanation::{Choice, Decision, Explanation, Point};
pub use hash_step::HashStep;
