//! Files and directories under construction: they have hidden names until they are whole.
//!
//! A name tells which process makes the draft, so that what a killed program left behind is removed by the next
//! one that writes there. If such a process runs after all, invisible in another container, it finds its draft
//! gone and fails as a whole.

use std::fs;
use std::path::Path;

/// Returns the start of the names of this process's drafts of a kind: `.avos-plan-1234-`.
#[cfg(feature = "console")]
pub(crate) fn draft_prefix(kind: &str) -> String {
    format!(".avos-{kind}-{}-", std::process::id())
}

/// Removes the drafts of a kind in this directory whose processes are gone.
#[cfg(feature = "console")]
pub(crate) fn remove_abandoned_drafts(directory: &Path, kind: &str) {
    let prefix = format!(".avos-{kind}-");
    remove_abandoned(directory, |name| {
        let (process, random) = name.strip_prefix(&prefix)?.split_once('-')?;
        (!random.is_empty()).then_some(process)
    });
}

/// Removes what is in this directory and was made by a process that is gone. `maker` returns the digits of the
/// process in a draft's name, and `None` for any other name.
pub(crate) fn remove_abandoned(
    directory: &Path,
    maker: impl for<'a> Fn(&'a str) -> Option<&'a str>,
) {
    // Drafts that can't be listed or removed do no harm.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(&maker).and_then(process_of);
        if process.is_none_or(may_run) {
            continue;
        }
        let path = entry.path();
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }
}

fn process_of(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Returns whether the process may still be running. If the system has no process table to look into, any
/// process may.
fn may_run(process: u32) -> bool {
    let table = Path::new("/proc");
    !table.join("self").exists() || table.join(process.to_string()).exists()
}
