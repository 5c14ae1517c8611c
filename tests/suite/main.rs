//! The integration tests: one binary, a module per subject.

mod config;
mod config_codes;
mod config_examples;
mod plan;
mod plan_rules;
#[cfg(feature = "console")]
mod pty;
mod review;
#[cfg(feature = "store")]
mod store;
mod stories;
mod support;
mod vectors;
#[cfg(feature = "console")]
mod watch;
