//! Tells paths from URLs where a user names a database or a log.
//!
//! Only files can be named today. A name with a scheme is refused, so that it can mean something later;
//! until then it would silently become a path.

use std::path::Path;

/// A name has the scheme of a URL, and no scheme is supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "scheme `{scheme}` isn't supported; name {expected}, or put `./` before a path that contains `://`"
)]
pub struct UnsupportedScheme {
    pub(crate) scheme: String,
    expected: &'static str,
}

/// Refuses a name with a scheme; `expected` says what to name instead.
///
/// A scheme is as in RFC 3986, section 3.1, followed by `://`. A single letter is a drive.
pub(crate) fn refuse_scheme(name: &Path, expected: &'static str) -> Result<(), UnsupportedScheme> {
    let name = name.to_string_lossy();
    let Some((scheme, _)) = name.split_once("://") else {
        return Ok(());
    };
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme {
        return Ok(());
    }
    Err(UnsupportedScheme {
        scheme: scheme.to_owned(),
        expected,
    })
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
            assert_eq!(error.scheme, scheme);
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
