//! Logs in SQLite files.
//!
//! | file | defines |
//! |---|---|
//! | `table` | connections; telling, creating and extending the table |
//! | `sink` | [`SqliteSink`]: rows to the table, a batch in one transaction |
//! | `source` | [`SqliteSource`]: rows from the table |

mod sink;
mod source;
mod table;

pub(super) use sink::SqliteSink;
pub(super) use source::SqliteSource;
