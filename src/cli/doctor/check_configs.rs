//! Checks the configs directory, and how the console would notice changes in it.

use std::path::Path;

use jiff::Timestamp;

use super::checks::Checks;
use crate::cli::show::{count_of_findings, counts, with_causes};
use crate::config;
use crate::console::watch::{WatchMode, probe_mode};
use crate::diagnostic::Help;

/// Also watches `db`, if given.
pub(super) fn check_configs(dir: &Path, db: Option<&Path>, now: Timestamp, checks: &mut Checks) {
    checks.area("configs");
    checks.fine("directory", dir.display().to_string());
    match config::read_sources(dir) {
        Err(error) => {
            let help = error.help().unwrap_or_default();
            checks.problem("files", with_causes(&error), help);
        }
        Ok(sources) => {
            let checked = config::check_sources(&sources, now);
            checks.fine("files", counts(checked.counts));
            let diagnostics = checked.findings.iter().map(|finding| &finding.diagnostic);
            let help = "`avos validate --configs DIR` shows where each one is";
            match count_of_findings(diagnostics) {
                None => checks.fine("findings", "none"),
                Some(count) if checked.has_errors() => checks.problem("findings", count, help),
                Some(count) => checks.attention("findings", count, help),
            }
        }
    }
    let mode = probe_mode(dir.to_owned(), db.map(Path::to_owned));
    match &mode {
        WatchMode::Kernel => checks.fine("changes", "reported by the kernel"),
        WatchMode::Polling { reason, .. } => {
            let help =
                "the console notices changes with a delay; on a local disk it notices them at once";
            checks.attention("changes", format!("{mode}: {reason}"), help);
        }
        WatchMode::Off { reason } => {
            let help = "the console notices changes only when you reload";
            checks.attention("changes", format!("{mode}: {reason}"), help);
        }
    }
}
