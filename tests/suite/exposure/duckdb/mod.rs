//! DuckDB logs: what they share with SQLite's, and what they don't.

mod refusing;
mod rows;
mod same;
mod sharing;
mod support;
mod whole;
