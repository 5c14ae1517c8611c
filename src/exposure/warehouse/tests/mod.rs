//! The same rows in every engine: one summary, that of a plain reference.
//!
//! The engines are those that `.ci/run` starts. Without one, its tests fail.

mod agreement;
mod engines;
mod failures;
mod reference;
