//! Logs in DuckDB files. One program writes such a file or several read it, never both.
//!
//! | file | defines |
//! |---|---|
//! | `open` | connections; waiting for other programs |
//! | `hold` | [`FileHold`](hold::FileHold): one writer or several readers in this program too |
//! | `table` | telling, creating and extending the table |
//! | `sink` | [`DuckDbSink`]: rows to the table, a batch in one transaction |
//! | `source` | [`DuckDbSource`]: rows from the table |

mod hold;
mod open;
mod sink;
mod source;
mod table;

pub(super) use sink::DuckDbSink;
pub(super) use source::DuckDbSource;
