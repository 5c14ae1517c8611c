//! The environment's variables, passed down: nothing below asks the system for them.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variable that names the database where `--db` doesn't.
pub(crate) const DATABASE_VARIABLE: &str = "AVOS_DB";

/// Variables by their names.
#[derive(Clone, Copy)]
pub(crate) struct Environment<'a>(pub(crate) &'a dyn Fn(&str) -> Option<OsString>);

impl Environment<'_> {
    /// Returns a variable that is set and not empty; invalid UTF-8 in it is replaced.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        Some(value.to_string_lossy().into_owned())
    }

    /// Returns a variable that is set and not empty, as a path.
    pub(crate) fn path(self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from)
    }

    /// Returns whether the terminal only handles plain text.
    pub(crate) fn is_dumb_terminal(self) -> bool {
        self.text("TERM").as_deref() == Some("dumb")
    }

    fn value(self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}
