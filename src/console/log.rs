//! The console's own log: a file, since the terminal is in use.
//!
//! The file is created by the first message. A failed write is not fatal and is never reported on the
//! terminal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;

/// Returns the log's path: `avos/avos-tui.log` below `$XDG_STATE_HOME`, or below `~/.local/state`;
/// `None` if neither is known. A relative `$XDG_STATE_HOME` is ignored, as its standard requires.
#[must_use]
pub(crate) fn path(xdg_state_home: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let state = xdg_state_home
        .filter(|path| path.is_absolute())
        .map(Path::to_owned)
        .or_else(|| {
            home.filter(|path| path.is_absolute())
                .map(|home| home.join(".local/state"))
        })?;
    Some(state.join("avos/avos-tui.log"))
}

/// Sends the process's messages, from `level` up, to the file at `path`. A second call in the same
/// process has no effect.
pub(crate) fn start(path: PathBuf, level: LevelFilter) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Mutex::new(LazyFile::Unopened(path)))
        .finish();
    // An error means that a subscriber is set already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// A file that is opened by the first write, and given up when that fails.
#[derive(Debug)]
enum LazyFile {
    Unopened(PathBuf),
    Open(File),
    GivenUp,
}

impl LazyFile {
    fn file(&mut self) -> Option<&mut File> {
        if let Self::Unopened(path) = self {
            *self = open(path).map_or(Self::GivenUp, Self::Open);
        }
        match self {
            Self::Open(file) => Some(file),
            Self::Unopened(_) | Self::GivenUp => None,
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

impl Write for LazyFile {
    /// Claims to have written in any case: the subscriber reports errors on standard error, which
    /// is the terminal.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = self.file() {
            let _ = file.write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_where_state_goes() {
        let path = |xdg: Option<&str>, home: Option<&str>| {
            super::path(xdg.map(Path::new), home.map(Path::new))
                .map(|path| path.display().to_string())
        };
        assert_eq!(
            path(Some("/s"), Some("/h")).as_deref(),
            Some("/s/avos/avos-tui.log")
        );
        assert_eq!(
            path(Some("relative"), Some("/h")).as_deref(),
            Some("/h/.local/state/avos/avos-tui.log")
        );
        assert_eq!(path(None, None), None);
    }

    #[test]
    fn the_file_is_made_by_the_first_line() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let path = home.path().join("deep/er/avos-tui.log");
        let mut log = LazyFile::Unopened(path.clone());
        assert!(!path.exists());
        log.write_all(b"one\n")?;
        log.write_all(b"two\n")?;
        assert_eq!(fs::read_to_string(&path)?, "one\ntwo\n");
        Ok(())
    }

    #[test]
    fn a_log_that_cannot_be_opened_is_given_up() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        fs::write(home.path().join("file"), "")?;
        let mut log = LazyFile::Unopened(home.path().join("file/avos-tui.log"));
        log.write_all(b"one\n")?;
        assert!(matches!(log, LazyFile::GivenUp));
        Ok(())
    }
}
