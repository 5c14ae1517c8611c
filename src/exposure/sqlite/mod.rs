//! Logs in SQLite files.
//!
//! | file | defines |
//! |---|---|
//! | `table` | connections; inspecting, creating and extending the table |
//! | `sink` | [`SqliteSink`]: writes rows, a batch in one transaction |
//! | `source` | [`SqliteSource`]: reads rows |

mod sink;
mod source;
mod table;

pub(super) use sink::SqliteSink;
pub(super) use source::SqliteSource;
