//! What an edit of layer files did, or would do.

use std::path::Path;

use super::{TextStyle, counted};
use crate::config::edit::FileEdit;
use crate::diagnostic::visible;
use crate::report::Role;

/// Returns the line about a file: its path, and how many values of it were edited.
pub(in crate::cli) fn edited_file(
    edit: &FileEdit,
    configs: &Path,
    is_written: bool,
    style: TextStyle,
) -> String {
    let path = configs.join(&edit.file).display().to_string();
    let values = counted(edit.edits.len(), "value", "values");
    let outcome = if is_written {
        style.paint(Role::Success, &format!("{values} edited"))
    } else {
        style.paint(Role::Warning, &format!("{values} would be edited"))
    };
    format!("{}: {outcome}\n", visible(&path))
}

/// Returns the last line: what comes next.
pub(in crate::cli) fn edit_outcome(is_written: bool) -> &'static str {
    if is_written {
        "`avos plan` shows what an apply would change.\n"
    } else {
        "Nothing was written.\n"
    }
}
