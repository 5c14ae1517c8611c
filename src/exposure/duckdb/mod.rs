//! Logs in DuckDB files. Either one program writes such a file, or any number read it.
//!
//! | file | defines |
//! |---|---|
//! | `open` | connections for writing; waits for other programs |
//! | `attach` | [`AttachedFile`](attach::AttachedFile): connections for reading, without starting DuckDB again |
//! | `hold` | [`FileHold`](hold::FileHold): one writer or several readers, also within this program |
//! | `table` | inspecting, creating and extending the table |
//! | `sink` | [`DuckDbSink`]: writes rows, a batch in one transaction |
//! | `source` | [`DuckDbSource`]: reads rows |

mod attach;
mod hold;
mod open;
mod sink;
mod source;
mod table;

pub(super) use sink::DuckDbSink;
pub(super) use source::DuckDbSource;
