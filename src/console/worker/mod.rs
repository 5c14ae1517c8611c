//! The worker: it owns the files, the store and all blocking work.
//!
//! Requests go in, and each is answered by exactly one message, failures and panics too. Reading
//! and applying have one thread, in the order of the requests; the sample has another, since a
//! saved file must not wait for a simulation of the one before.
//!
//! | file | defines |
//! |---|---|
//! | `threads` | [`Worker`] |
//! | `load` | files and database to a [`Loaded`](super::model::Loaded) |
//! | `sample` | the simulated sample to a [`Distribution`](super::model::Distribution) |

mod load;
mod sample;
mod threads;

pub use load::load;
pub use sample::simulate;
pub use threads::{Worker, World};
