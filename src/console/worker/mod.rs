//! The worker: it owns the files, a saved plan among them, the store and all blocking work.
//!
//! Requests go in, and each is answered by exactly one message, failures and panics too. Reading
//! and applying have one thread, in the order of the requests; the sample has another, since a
//! saved file must not wait for a simulation of the one before; and so has the exposure log. Each
//! lookup of a unit has one of its own.
//!
//! | file | defines |
//! |---|---|
//! | `threads` | [`Worker`] |
//! | `deps` | [`WorkerDeps`]: what its threads work with, and how they answer |
//! | `load` | a proposal and the database to a [`Loaded`](super::model::Loaded) |
//! | `layer_files`, `saved_plan` | either proposal held against the database |
//! | `plan_directory` | each saved plan of a directory held against the database |
//! | `parts` | what both results are put together from |
//! | `exposures` | the exposure log, counted and judged, to a [`Judged`](super::incident::Judged) |
//! | `edit` | edits of layer files |
//! | `hold` | holds and releases |
//! | `history` | what was applied |
//! | `lookup`, `unit` | what one unit gets, and what the log says it got |
//! | `breakdown` | a split by the values of dimensions |
//! | `trouble` | why something couldn't be done |
//! | `sample` | the simulated sample to a [`Distribution`](super::model::Distribution) |

mod breakdown;
mod deps;
mod edit;
mod exposures;
mod history;
mod hold;
mod layer_files;
mod load;
mod lookup;
mod parts;
mod plan_directory;
mod sample;
mod saved_plan;
mod threads;
mod trouble;
mod unit;

pub use deps::WorkerDeps;
pub use load::Loader;
pub use sample::Sampler;
pub use threads::Worker;
pub use unit::look_up;
