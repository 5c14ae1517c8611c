//! The integration tests: one binary, a module per subject.

mod config;
mod config_codes;
mod config_examples;
#[cfg(feature = "console")]
mod panels;
#[cfg(feature = "store")]
mod store;
mod support;
mod vectors;
#[cfg(feature = "console")]
mod watch;
