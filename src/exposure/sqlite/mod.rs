//! Logs in SQLite files.
//!
//! | file | defines |
//! |---|---|
//! | `table` | connections; telling, creating and extending the table |
//! | `sink` | [`Sink`]: rows to the table, a batch in one transaction |
//! | `source` | [`Source`]: rows from the table |

mod sink;
mod source;
mod table;

pub(super) use sink::Sink;
pub(super) use source::Source;
