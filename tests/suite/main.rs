//! The integration tests: one binary, a module per subject.

#[cfg(feature = "store")]
mod store;
