//! AVOS: an A/B experimentation core.
//!
//! Layers own slots; experiments hold slots; a deterministic hash sends every unit to a slot and
//! then to a variant. What should be stands in YAML files, what is in a SQLite database, and data
//! goes one way between them:
//!
//! ```text
//! files ──config──▶ Desired ─┐
//!                            ├─plan──▶ Plan ──review──▶ store::apply ──▶ assign ──▶ exposure ──▶ srm
//! SQLite ──store──▶ State ───┘
//! ```
//!
//! | module | room for |
//! |---|---|
//! | [`domain`] | the vocabulary: layers, experiments, slots, fractions |
//! | [`diagnostic`] | findings as data, places in files, excerpts |
//! | [`config`] | a directory of YAML files to checked values with their places |
//! | [`plan`] | what an apply would change, as a pure value |
//! | [`review`] | findings and plan together: what people and scripts get to see |
//! | [`assign`] | units to slots and variants |
//! | [`exposure`] | the log of what units got, and its counts (SQLite: feature `store`) |
//! | [`srm`] | tests for sample ratio mismatch |
//! | [`store`] | the running state: snapshot, apply, journal (SQLite: feature `store`) |
//! | `sqlite` | SQLite files (feature `store`) |
//! | [`timeline`] | the state over time, by the journal |
//! | `replay` | every row of a log assigned again, by the state of its time (feature `store`) |
//! | `traffic` | the log's counts judged by the state over time (feature `store`) |
//! | [`live`] | an assigner that follows a database, for services |
//! | `console` | `avos-tui` (feature `console`) |
//! | `cli` | the verbs of `avos` (feature `console`) |

#[cfg(feature = "console")]
mod actor;
pub mod assign;
#[cfg(feature = "console")]
pub mod cli;
pub mod config;
#[cfg(feature = "console")]
pub mod console;
pub mod diagnostic;
mod digest;
pub mod domain;
#[cfg(feature = "console")]
mod environment;
pub mod exposure;
#[cfg(feature = "console")]
mod json;
pub mod live;
#[cfg(feature = "console")]
mod measured;
mod near;
#[cfg(feature = "store")]
mod numbers;
pub mod plan;
#[cfg(feature = "console")]
mod plan_file;
#[cfg(feature = "store")]
pub mod replay;
#[cfg(feature = "console")]
mod report;
pub mod review;
#[cfg(feature = "store")]
pub mod sqlite;
pub mod srm;
pub mod store;
#[cfg(feature = "console")]
mod text;
pub mod timeline;
#[cfg(feature = "store")]
pub mod traffic;

/// The code on the pages of the docs: compiled, so that it goes on being right.
#[cfg(all(doctest, feature = "store"))]
#[doc = include_str!("../docs/services.md")]
#[doc = include_str!("../docs/exposures.md")]
mod pages {}

/// The version of all JSON that the program writes, as its `format_version`.
pub const FORMAT_VERSION: u32 = 1;
