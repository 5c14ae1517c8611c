//! Logs in DuckDB files. One program writes such a file or several read it, never both.
//!
//! | file | defines |
//! |---|---|
//! | `hold` | [`Hold`](hold::Hold): a file is used once at a time by this program too |
//! | `table` | connections; telling, creating and extending the table |
//! | `sink` | [`Sink`]: rows to the table, a batch in one transaction |
//! | `source` | [`Source`]: rows from the table |

mod hold;
mod sink;
mod source;
mod table;

pub(super) use sink::Sink;
pub(super) use source::Source;
