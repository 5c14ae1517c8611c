//! Whether an edited file would still be one: its size, and the rules that it would break.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::check::check_sources;
use super::super::limits;
use super::super::sources::{SourceFile, Sources};
use super::file_edit::{EditError, FileEdit};
use crate::diagnostic::Diagnostic;

/// Refuses an edit by which the file would be too large, or break a rule that it doesn't break now.
pub(super) fn check_edited(edit: &FileEdit, now: Timestamp) -> Result<(), EditError> {
    if !edit.is_change() {
        return Ok(());
    }
    if edit.after.len() as u64 > limits::FILE_BYTES {
        let file = edit.file.clone();
        return Err(EditError::TooLarge { file });
    }
    let broken = newly_broken(edit, now);
    if broken.is_empty() {
        Ok(())
    } else {
        Err(EditError::Breaks { broken })
    }
}

/// Returns the errors that the edited file has and the present one doesn't. No rule about several files
/// reads what an edit changes.
fn newly_broken(edit: &FileEdit, now: Timestamp) -> Vec<Diagnostic> {
    let file = |text: &Arc<str>| SourceFile {
        name: edit.file.clone(),
        content: Ok(Arc::clone(text)),
    };
    // Without lines, which move, and messages, which may name them.
    let key = |it: &Diagnostic| (it.rule.code, Arc::clone(&it.span.file), it.path.clone());
    let mut known: HashMap<_, usize> = HashMap::new();
    let errors = |text: &Arc<str>| -> Vec<Diagnostic> {
        let alone = Sources::new("", vec![file(text)]);
        let findings = check_sources(&alone, now).findings.into_iter();
        let diagnostics = findings.map(|finding| finding.diagnostic);
        diagnostics.filter(Diagnostic::is_error).collect()
    };
    for error in errors(&edit.before) {
        *known.entry(key(&error)).or_default() += 1;
    }
    let mut broken = errors(&edit.after);
    broken.retain(|error| match known.get_mut(&key(error)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    broken
}
