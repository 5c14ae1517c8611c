//! The exposure log: writing it, reading it, counting it.

mod appending;
mod arms;
mod counting;
#[cfg(feature = "duckdb")]
mod duckdb;
mod following;
mod limits;
mod lookup;
mod refusing;
mod rows;
mod support;
mod writing;
