//! Logs in Parquet and CSV files, which AVOS only reads.
//!
//! | file | defines |
//! |---|---|
//! | `file_set` | [`FileSet`](file_set::FileSet): which files a name or a pattern means |
//! | `file_table` | [`FileTable`](file_table::FileTable): a file as a table of DuckDB, and its columns |
//! | `csv_header` | the names of the columns of a CSV file |
//! | `column_map` | which column holds what, in tables of AVOS and of other programs |
//! | `source` | [`FilesSource`]: reads the rows of all files |

mod column_map;
mod csv_header;
mod file_set;
mod file_table;
mod source;

pub(in super::super) use source::FilesSource;
