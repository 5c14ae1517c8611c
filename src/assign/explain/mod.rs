//! One answer of the assigner, step by step, so that a person can check each by hand.
//!
//! The steps are those of [`Assigner::assign`](super::Assigner::assign), by the same functions. The
//! text is for terminals, tickets and incident channels, and is safe for a terminal.
//!
//! | file | defines |
//! |---|---|
//! | `explanation` | `Assigner::explain`; [`Explanation`] and its parts, as data |
//! | `command` | the shell commands that repeat a step |
//! | `explanation_text` | the explanation as text |

mod command;
mod explanation;
mod explanation_text;

pub use explanation::{Choice, Decision, Explanation, HashStep, Point};
