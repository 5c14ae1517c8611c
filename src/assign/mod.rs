//! From units to slots and variants: pure functions over a [`State`](crate::domain::State).
//!
//! In the data flow it comes after the store, and before the exposure log and the SRM tests. It knows
//! no files, no SQL, no terminals and no clock: the time of an assignment is a parameter,
//! and so is the randomness of the `random` splitter.
//!
//! | file | defines |
//! |---|---|
//! | `hash` | [`slot`] and [`point`], the hashing contract |
//! | `split` | [`variant`], from a point to an arm; [`spans`], where each arm lies |
//! | `assigner` | [`Assigner`], a state compiled to assign units |
//! | `bulk` | the assigner's answers for many units on all cores (feature `bulk`) |
//! | `compiled` | a layer as the assigner compiles it |
//! | `explain` | [`Explanation`], an answer step by step |
//! | `groups` | [`Groups`], what is known about a unit |
//! | `assignment` | [`Assignment`], [`AssignmentStatus`] |
//! | `error` | [`AssignError`] |
//! | `sample` | [`UnitSample`], invented units |
//! | `preview`, `tally` | [`Counter`], [`simulate`]: counts of many units |

mod assigner;
mod assignment;
#[cfg(feature = "bulk")]
mod bulk;
mod compiled;
mod error;
mod explain;
mod groups;
mod hash;
mod preview;
mod sample;
mod split;
mod tally;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use compiled::CompiledLayer;

pub use assigner::Assigner;
pub use assignment::{Assignment, AssignmentStatus};
#[cfg(feature = "bulk")]
pub use bulk::Answers;
pub use error::AssignError;
pub use explain::{Choice, Decision, Explanation, HashStep, Point};
pub use groups::Groups;
pub use hash::{point, slot};
pub use preview::{ArmCounts, Counter, Simulation, UNITS_PER_BATCH, simulate};
pub use sample::UnitSample;
pub use split::{ArmSpan, spans, variant};
