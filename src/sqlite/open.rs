//! Opens connections to a database, and checks whether its path still names the same file.
//!
//! Only SQLite ever opens the file: closing any other handle on it would drop the locks that this
//! process's connections hold (POSIX locks belong to the process). Whatever must be known beforehand comes
//! from `stat`.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::FileError;

/// Opens a connection that only reads.
///
/// It is opened like any other, and then forbids changes (`query_only`). If it were opened read-only,
/// SQLite couldn't roll back what a dead program left half done (the file would be unreadable or, worse,
/// half changed), nor remove the two files that it puts beside a WAL database. SQLite itself opens a file
/// read-only if it can't be written.
pub(crate) fn open_reader(path: &Path, patience: Duration) -> Result<Connection, FileError> {
    let connection = connect(path, patience)?;
    let forbid = connection.pragma_update(None, "query_only", true);
    forbid.map_err(|error| FileError::sqlite(path, error))?;
    Ok(connection)
}

/// Opens a connection that may write. It creates no file, keeps the journal mode, and syncs as SQLite
/// does by default (`synchronous = FULL`).
pub(crate) fn open_writer(path: &Path, patience: Duration) -> Result<Connection, FileError> {
    let connection = connect(path, patience)?;
    let check = connection.pragma_update(None, "foreign_keys", true);
    check.map_err(|error| FileError::sqlite(path, error))?;
    Ok(connection)
}

/// The smallest size of a SQLite database: one page of 512 bytes.
const LEAST_LENGTH: u64 = 512;

fn connect(path: &Path, patience: Duration) -> Result<Connection, FileError> {
    // SQLite would take a file of a few bytes for an empty database and overwrite it.
    if stamp(path)?.is_some_and(|stamp| (1..LEAST_LENGTH).contains(&stamp.length)) {
        let path = path.to_path_buf();
        return Err(FileError::NotADatabase { path });
    }
    // An absolute path keeps SQLite from seeing `:memory:` or a URI in a file's name.
    let absolute = std::path::absolute(path).map_err(|error| FileError::io(path, error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(absolute, flags)?;
        connection.busy_timeout(patience)?;
        Ok(connection)
    };
    let connection = open().map_err(|error: rusqlite::Error| FileError::sqlite(path, error))?;
    check_pages(&connection, path)?;
    Ok(connection)
}

/// How often to check a file's length before its last page counts as cut off, and how long to wait in
/// between: another program may be writing.
const LENGTH_CHECKS: usize = 5;
const LENGTH_WAIT: Duration = Duration::from_millis(20);

/// Refuses a file whose last page is cut off. SQLite reads the missing part as zeros: rows would be
/// gone without an error, and the next write would make that permanent.
///
/// A file with a pending journal may rightly be cut off: SQLite completes it from there.
pub(crate) fn check_pages(connection: &Connection, path: &Path) -> Result<(), FileError> {
    let page_size = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0));
    let page_size = page_size.map_err(|error| FileError::sqlite(path, error))?;
    let mut length = 0;
    for check in 0..LENGTH_CHECKS {
        if check > 0 {
            thread::sleep(LENGTH_WAIT);
        }
        length = stamp(path)?.map_or(0, |stamp| stamp.length);
        if length.is_multiple_of(u64::from(page_size).max(1)) {
            return Ok(());
        }
    }
    if pending_journal(path).is_some() {
        return Ok(());
    }
    // The first query reports a file that isn't SQLite's or is locked.
    let version = connection.pragma_query_value(None, "schema_version", |_| Ok(()));
    if version.is_err() {
        return Ok(());
    }
    Err(FileError::Damaged {
        path: path.to_path_buf(),
        source: format!("its last page is cut off: {length} bytes, {page_size} a page").into(),
    })
}

/// Returns the journal beside a database that a running change, or a program that died, left there. An
/// empty journal, or one whose header was wiped, doesn't count: its change is complete.
pub(crate) fn pending_journal(path: &Path) -> Option<PathBuf> {
    let journals = ["-journal", "-wal"].into_iter();
    let mut journals = journals.map(|suffix| sidecar(path, suffix));
    journals.find(|journal| {
        let mut first = [0];
        let read = File::open(journal).and_then(|mut file| file.read_exact(&mut first));
        read.is_ok() && first != [0]
    })
}

/// Returns the path of a file that SQLite puts beside a database, which may be a link.
pub(crate) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut name = path.into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Identifies the file that a path names, whatever it contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

/// Identifies the file that a path names, and changes with its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    /// Which file.
    pub(crate) id: FileId,
    length: u64,
    modified: (i64, i64),
}

/// Returns what the path names now; `None` if there is nothing.
pub(crate) fn stamp(path: &Path) -> Result<Option<FileStamp>, FileError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(FileError::io(path, error)),
    };
    if !metadata.is_file() {
        let path = path.to_path_buf();
        return Err(FileError::NotAFile { path });
    }
    Ok(Some(FileStamp::new(&metadata)))
}

impl FileStamp {
    fn new(metadata: &Metadata) -> Self {
        Self {
            id: FileId {
                device: metadata.dev(),
                inode: metadata.ino(),
            },
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// Returns whether nothing is there, as opposed to something that can't be seen.
fn is_absence(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// Returns the directory of a path's file.
pub(crate) fn parent_directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
