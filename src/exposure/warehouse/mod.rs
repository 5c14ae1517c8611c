//! Counts a log where it is: in a database or a warehouse, by an ADBC driver.
//!
//! The engine answers a few queries with small counts, by arm and window. They become the same
//! [`ExposureSummary`](super::ExposureSummary) that a file gives, so all that follows is the same. No row
//! of a unit leaves the engine. Two things differ: a unit's first exposure is the earliest one, not the
//! first that was written, and looks are at the ends of windows.
//!
//! | file | defines |
//! |---|---|
//! | `source` | [`WarehouseSource`], how a log is reached, and its columns |
//! | `secret_text` | [`SecretText`], which no message repeats |
//!
//! With the feature `warehouse`:
//!
//! | file | defines |
//! |---|---|
//! | `dialect_words` | what engines write differently |
//! | `source_sql` | the queries |
//! | `connection` | the driver and its answers |
//! | `answer_rows` | the values of an answer |
//! | `window_counts` | answers as counts, and counts as a summary |
//! | `warehouse_counter` | `WarehouseCounter`, the reader of a source |

#[cfg(feature = "warehouse")]
mod answer_rows;
#[cfg(feature = "warehouse")]
mod connection;
#[cfg(feature = "warehouse")]
mod dialect_words;
mod secret_text;
mod source;
#[cfg(feature = "warehouse")]
mod source_sql;
#[cfg(all(test, feature = "warehouse"))]
mod tests;
#[cfg(feature = "warehouse")]
mod warehouse_counter;
#[cfg(feature = "warehouse")]
mod window_counts;

pub use secret_text::SecretText;
#[cfg(feature = "console")]
pub(crate) use secret_text::url_password;
pub use source::{Dialect, SourceColumns, SourceRelation, UnknownDialect, WarehouseSource};
#[cfg(feature = "warehouse")]
pub(super) use warehouse_counter::WarehouseCounter;
