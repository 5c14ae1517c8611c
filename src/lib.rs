//! AVOS: an A/B experimentation core.
//!
//! Layers own slots; experiments hold slots; a deterministic hash sends every unit to a slot and
//! then to a variant. YAML files say what should run, and a SQLite database says what does. Data
//! flows one way:
//!
//! ```text
//! files ──config──▶ Desired ─┐
//!                            ├─plan──▶ Plan ──review──▶ apply ──▶ assign ──▶ exposure ──▶ srm
//! SQLite ──store──▶ State ───┘
//! ```
//!
//! # A first assignment
//!
//! A layer needs neither a file nor a database: build it, plan it from nothing, and assign.
//!
//! ```
//! use avos::assign::{Assigner, Groups};
//! use avos::domain::{Desired, DesiredLayer, Experiment, HashAlgorithm, State, Status};
//! use avos::plan::{Scope, plan_changes};
//!
//! let now = "2026-01-01T00:00:00Z".parse()?;
//!
//! // Build: errors name the value that is wrong.
//! let experiment = Experiment::builder("checkout_v2")
//!     .arm("control", 0.5)
//!     .arm("treatment", 0.5)
//!     .traffic_percentage(0.3)
//!     .status(Status::Active)
//!     .build()?;
//! let layer = DesiredLayer::builder("checkout", "checkout_2026")
//!     .experiment(experiment)
//!     .build()?;
//!
//! // Plan: a pure value that says what would change, and which rules forbid it.
//! let nothing = State::empty(HashAlgorithm::Sha256);
//! let planned = plan_changes(&Desired::from_layers([layer])?, &nothing, &Scope::All, now);
//! assert!(planned.violations.is_empty());
//!
//! // Assign: two hashes per unit, and the same answer every time.
//! let assigner = Assigner::new(&nothing.with_layers(planned.after));
//! let layer = "checkout".into();
//! let mut treated = 0;
//! for number in 0..1000 {
//!     let unit = format!("user_{number}");
//!     let assignment = assigner.assign(&layer, &unit, &Groups::default(), now)?;
//!     treated += usize::from(assignment.variant == Some(&"treatment".into()));
//! }
//! assert!((100..200).contains(&treated), "about 15% of the units: {treated}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With layer files, [`config::read_sources`] and [`config::check_sources`] give the same
//! [`Desired`](domain::Desired). With a database, [`live::LiveAssigner`] follows its state.
//! [`exposure::AssignmentLogger`] records what units got, and [`srm::test_counts`] tells whether they
//! split as the allocation says.
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | [`domain`] | the vocabulary: layers, experiments, slots, fractions |
//! | [`diagnostic`] | findings as data, places in files, excerpts |
//! | [`config`] | a directory of YAML files to checked values with their places |
//! | [`plan`] | what an apply would change, as a pure value |
//! | [`review`] | findings and plan together, as people and scripts see them |
//! | [`assign`] | units to slots and variants |
//! | [`exposure`] | the log of what units got, and its counts (SQLite: feature `store`) |
//! | [`srm`] | tests for sample ratio mismatch |
//! | [`store`] | the running state: snapshot, apply, journal (SQLite: feature `store`) |
//! | `sqlite` | SQLite files (feature `store`) |
//! | [`timeline`] | the state over time, from the journal |
//! | [`replay`] | every row of a log, assigned again with the state of its time |
//! | [`traffic`] | the verdicts on a log: its counts against the state over time |
//! | `undo` | the way back from an entry of the journal (feature `console`) |
//! | [`live`] | an assigner that follows a database, for services |
//! | `console` | `avos-tui` (feature `console`) |
//! | `cli` | the verbs of `avos` (feature `console`) |
//! | `demo` | the synthetic company of `avos-tui --demo` (feature `console`) |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "console")]
mod actor;
pub mod assign;
#[cfg(feature = "console")]
pub mod cli;
pub mod config;
#[cfg(feature = "console")]
pub mod console;
#[cfg(feature = "console")]
mod copying;
#[cfg(feature = "console")]
pub mod demo;
pub mod diagnostic;
mod digest;
pub mod domain;
#[cfg(feature = "store")]
mod drafts;
#[cfg(feature = "console")]
mod environment;
pub mod exposure;
#[cfg(feature = "console")]
mod git_commit;
#[cfg(feature = "console")]
mod holding;
#[cfg(feature = "console")]
mod json;
pub mod live;
mod location;
#[cfg(feature = "console")]
mod measured;
mod near;
mod numbers;
#[cfg(feature = "console")]
mod opened_plan;
pub mod plan;
#[cfg(feature = "console")]
mod plan_file;
pub mod replay;
#[cfg(feature = "console")]
mod report;
pub mod review;
#[cfg(feature = "console")]
mod short_duration;
#[cfg(feature = "store")]
pub mod sqlite;
pub mod srm;
pub mod store;
#[cfg(feature = "console")]
mod text;
pub mod timeline;
pub mod traffic;
#[cfg(feature = "console")]
pub mod undo;

/// The code on the pages of the docs: compiled, so that it stays correct.
#[cfg(all(doctest, feature = "store"))]
#[doc = include_str!("../docs/services.md")]
#[doc = include_str!("../docs/exposures.md")]
mod pages {}

/// The version of all JSON that the program writes, as its `format_version`.
pub const FORMAT_VERSION: u32 = 1;
