//! Tells paths from URLs where a user names a database or a log.
//!
//! A name with an unknown scheme is refused, so that it can mean something later; until then it would
//! silently become a path.

use std::path::Path;

#[cfg(feature = "postgres")]
use crate::store::PostgresUrlError;

/// Why a name isn't that of a database or of a log. It repeats only the scheme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// The name has the scheme of a URL that isn't known.
    #[error(
        "scheme `{scheme}` isn't supported; name {expected}, or put `./` before a path that contains `://`"
    )]
    UnsupportedScheme {
        /// The scheme.
        scheme: String,
        /// What to name instead.
        expected: &'static str,
    },
    /// It names a database on a server, which this build can't reach.
    #[cfg(not(feature = "postgres"))]
    #[error("this build has no PostgreSQL; build AVOS with its feature `postgres`")]
    WithoutPostgres {
        /// The scheme.
        scheme: String,
    },
    /// The URL of a database on a server is wrong.
    #[cfg(feature = "postgres")]
    #[error("{reason}")]
    Postgres {
        /// The scheme.
        scheme: String,
        /// What is wrong with it.
        reason: PostgresUrlError,
    },
}

impl LocationError {
    /// Returns the scheme of the name.
    #[must_use]
    pub fn scheme(&self) -> &str {
        match self {
            Self::UnsupportedScheme { scheme, .. } => scheme,
            #[cfg(not(feature = "postgres"))]
            Self::WithoutPostgres { scheme } => scheme,
            #[cfg(feature = "postgres")]
            Self::Postgres { scheme, .. } => scheme,
        }
    }
}

/// Refuses a name with a scheme; `expected` says what to name instead.
pub(crate) fn refuse_scheme(name: &Path, expected: &'static str) -> Result<(), LocationError> {
    match scheme_of(name) {
        None => Ok(()),
        Some(scheme) => Err(LocationError::UnsupportedScheme { scheme, expected }),
    }
}

/// Returns the scheme of a name that has one: as in RFC 3986, section 3.1, followed by `://`. A single letter
/// is a drive.
pub(crate) fn scheme_of(name: &Path) -> Option<String> {
    let name = name.to_string_lossy();
    let (scheme, _) = name.split_once("://")?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then(|| scheme.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_scheme_is_no_path() {
        let refused = |name: &str| refuse_scheme(Path::new(name), "a file");
        for (name, scheme) in [
            ("postgres://ada@host/db", "postgres"),
            ("foo://x", "foo"),
            ("SQLite+x-1.0:///tmp/a.db", "SQLite+x-1.0"),
            ("file://", "file"),
        ] {
            let error = refused(name).expect_err(name);
            assert_eq!(error.scheme(), scheme);
        }
        for path in [
            "avos.db",
            "./postgres://x",
            "/tmp/foo://x",
            "logs/foo://x",
            "C:/avos.db",
            "C://avos.db",
            r"C:\avos.db",
            "2026-01-01T09:00:00.db",
            ":memory:",
            "foo:/x",
            "foo:x//y",
            "a b://x",
            "1st://x",
            "://x",
            "",
        ] {
            assert_eq!(refused(path), Ok(()), "{path}");
        }
    }
}
