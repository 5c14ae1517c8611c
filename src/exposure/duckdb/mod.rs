//! Logs in DuckDB files. Either one program writes such a file, or any number read it.
//!
//! | file | defines |
//! |---|---|
//! | `open` | connections for writing; waits for other programs |
//! | `attach` | [`AttachedFile`](attach::AttachedFile): connections for reading, without starting DuckDB again |
//! | `hold` | [`FileHold`](hold::FileHold): one writer or several readers, also within this program |
//! | `row_query` | [`RowQuery`](row_query::RowQuery): the query for rows, and its answer in Arrow columns |
//! | `table` | inspecting, creating and extending the table |
//! | `sink` | [`DuckDbSink`]: writes rows, a batch in one transaction |
//! | `source` | [`DuckDbSource`]: reads rows |
//! | `files` | [`FilesSource`]: reads Parquet and CSV files through a DuckDB in memory |

mod attach;
mod files;
mod hold;
mod open;
mod row_query;
mod sink;
mod source;
mod table;

pub(super) use files::FilesSource;
pub(super) use sink::DuckDbSink;
pub(super) use source::DuckDbSource;
