//! The integration tests: one binary, a module per subject.

#[cfg(feature = "console")]
mod cli;
mod config;
mod config_codes;
mod config_examples;
#[cfg(feature = "store")]
mod store;
mod vectors;
