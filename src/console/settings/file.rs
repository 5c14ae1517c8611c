//! Finds and reads the settings file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// The maximum size of a settings file.
const MAX_BYTES: u64 = 256 * 1024;

/// Why a settings file can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadSettingsError {
    /// Missing, not permitted, or not UTF-8.
    #[error("can't read settings {path}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Too large to be a settings file.
    #[error("settings {path} are larger than {MAX_BYTES} bytes", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

/// Returns the default path of a user's settings: `avos/settings.yml` below `$XDG_CONFIG_HOME`, or
/// below `~/.config`; `None` if neither is known. A relative `$XDG_CONFIG_HOME` is ignored, as its
/// standard requires.
fn default_path(xdg_config_home: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let config = xdg_config_home
        .filter(|path| path.is_absolute())
        .map(Path::to_owned)
        .or_else(|| {
            home.filter(|path| path.is_absolute())
                .map(|home| home.join(".config"))
        })?;
    Some(config.join("avos/settings.yml"))
}

/// Finds the settings file: the named one, which must exist, else the user's own. Returns its path,
/// and its text if it exists; `None` if neither is known.
pub fn find(
    named: Option<&Path>,
    xdg_config_home: Option<&Path>,
    home: Option<&Path>,
) -> Result<Option<(PathBuf, Option<String>)>, ReadSettingsError> {
    if let Some(path) = named {
        return Ok(Some((path.to_owned(), Some(read(path)?))));
    }
    match default_path(xdg_config_home, home) {
        Some(path) => {
            let text = read_if_present(&path)?;
            Ok(Some((path, text)))
        }
        None => Ok(None),
    }
}

/// Reads a file that must exist.
fn read(path: &Path) -> Result<String, ReadSettingsError> {
    let unreadable = |source| ReadSettingsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Opening a pipe would wait for its writer.
    if fs::metadata(path)
        .map_err(unreadable)?
        .file_type()
        .is_fifo()
    {
        return Err(unreadable(io::Error::other("it is a pipe")));
    }
    let mut text = String::new();
    let size = File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
        .map_err(unreadable)?;
    if size as u64 > MAX_BYTES {
        return Err(ReadSettingsError::TooLarge {
            path: path.to_owned(),
        });
    }
    Ok(text)
}

/// Reads a file that may be missing.
fn read_if_present(path: &Path) -> Result<Option<String>, ReadSettingsError> {
    match read(path) {
        Ok(text) => Ok(Some(text)),
        Err(ReadSettingsError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_must_be_there_and_the_default_one_need_not() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let path = default_path(None, Some(home.path())).expect("a home");
        assert_eq!(path, home.path().join(".config/avos/settings.yml"));
        assert!(matches!(read_if_present(&path), Ok(None)));
        assert!(matches!(
            read(&path),
            Err(ReadSettingsError::Unreadable { .. })
        ));

        std::fs::create_dir_all(home.path().join(".config/avos"))?;
        std::fs::write(&path, "mouse: false\n")?;
        assert_eq!(
            read_if_present(&path).ok().flatten().as_deref(),
            Some("mouse: false\n")
        );
        Ok(())
    }

    #[test]
    fn a_huge_file_is_not_read() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let path = home.path().join("settings.yml");
        std::fs::write(&path, " ".repeat(300 * 1024))?;
        assert!(matches!(
            read(&path),
            Err(ReadSettingsError::TooLarge { .. })
        ));
        Ok(())
    }
}
