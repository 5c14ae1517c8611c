//! DuckDB logs, and Parquet and CSV files: what they share with SQLite's logs, and what they don't.

mod files;
mod files_refusing;
mod files_same;
mod refusing;
mod rows;
mod same;
mod sharing;
mod support;
mod whole;
