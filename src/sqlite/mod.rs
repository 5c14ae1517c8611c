//! SQLite files: what the state store and the exposure log share.
//!
//! | file | defines |
//! |---|---|
//! | `open` | connections, and whether a path still names the same file |
//! | `error` | [`FileError`], why a database file can't be used, with its help |
//! | `time_text` | timestamps as the Python AVOS writes them |
//!
//! This module knows no tables: these belong to `store` and `exposure`.

mod error;
mod open;
mod time_text;

pub use error::FileError;

pub(crate) use open::{
    FileId, FileStamp, check_pages, open_reader, open_writer, parent_directory, pending_journal,
    sidecar, stamp,
};
pub(crate) use time_text::{parse_time, time_text};
