//! Checks what the program works on: the configs directory, how the console would notice changes in it, and
//! the database, first the file, then its contents.

use std::path::Path;

use jiff::Timestamp;

use super::checks::Checks;
use crate::cli::show::{count_of_findings, counted, with_causes};
use crate::config;
use crate::console::watch::{WatchMode, probe_mode};
use crate::diagnostic::Help;
use crate::domain::Status;
use crate::numbers::thousands;
use crate::store::{
    self, DatabaseLocation, Inside, Origin, SCHEMA_VERSION, Snapshot, SqliteStore, StateStore,
    StoreError,
};

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
            checks.fine("files", checked.counts.to_string());
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

pub(super) fn check_database(path: &Path, checks: &mut Checks) {
    checks.area("database");
    checks.fine("file", path.display().to_string());
    let store = SqliteStore::new(path);
    let inspection = match store.inspect() {
        Ok(inspection) => inspection,
        Err(error) if error.is_missing() => {
            let help = "check the path; the first apply creates the database";
            checks.attention("state", "the file doesn't exist", help);
            return;
        }
        Err(error) => return fail("state", &error, checks),
    };
    checks.fine("size", format!("{} bytes", thousands(inspection.bytes)));
    if let Some(journal) = inspection.pending {
        let value = format!("{journal} next to it has a change that isn't finished or merged");
        let help = "if no program is writing, one was killed; any verb that reads, such as \
                    `avos layers`, repairs that. This report stops here so as to change nothing";
        checks.attention("change under way", value, help);
        return;
    }
    checks.fine("change under way", "none");
    if let Some(inside) = inspection.inside
        && !file(&inside, checks)
    {
        return;
    }
    match store.snapshot() {
        Ok(snapshot) => content(&snapshot, checks),
        Err(error) => fail("state", &error, checks),
    }
}

pub(super) fn check_server(location: &DatabaseLocation, checks: &mut Checks) {
    checks.area("database");
    checks.fine("server", location.to_string());
    let store = store::open(location.clone());
    let snapshot = match store.snapshot() {
        Ok(snapshot) => snapshot,
        Err(error) => return fail("state", &error, checks),
    };
    match store.is_writable() {
        Ok(true) => checks.fine("writable", "yes"),
        Ok(false) => {
            let help = "to apply, connect as a role that may write the tables of schema `avos`";
            checks.attention("writable", "no", help);
        }
        Err(error) => fail("writable", &error, checks),
    }
    content(&snapshot, checks);
}

fn fail(name: &'static str, error: &StoreError, checks: &mut Checks) {
    let help = error.help().unwrap_or("please report this error");
    checks.problem(name, with_causes(error), help);
}

/// Reports SQLite's checks of the file; returns whether it is sound.
fn file(inside: &Inside, checks: &mut Checks) -> bool {
    checks.fine("journal mode", &inside.journal_mode);
    if inside.is_writable {
        checks.fine("writable", "yes");
    } else {
        let help = "to apply, give this user write access to the file and its directory";
        checks.attention("writable", "no", help);
    }
    if inside.complaints.is_empty() {
        checks.fine("integrity", "ok");
        return true;
    }
    let help = "restore it from a backup, or try `sqlite3 FILE .recover`";
    checks.problem("integrity", inside.complaints.join("; "), help);
    false
}

fn content(snapshot: &Snapshot, checks: &mut Checks) {
    let made_by = match snapshot.origin {
        Origin::Missing => "nobody".to_owned(),
        Origin::Empty => "nobody: it has no tables yet".to_owned(),
        Origin::Python2025 => "the Python AVOS of 2025".to_owned(),
        Origin::Python2026 => "the Python AVOS of 2026".to_owned(),
        Origin::Avos { schema_version } if schema_version < SCHEMA_VERSION => {
            format!("AVOS, schema version {schema_version}; the next apply extends it")
        }
        Origin::Avos { schema_version } => format!("AVOS, schema version {schema_version}"),
    };
    checks.fine("made by", made_by);
    checks.fine("revision", snapshot.state.revision.as_str());
    let layers = &snapshot.state.layers;
    let experiments = || layers.values().flat_map(|layer| &layer.experiments);
    let active = experiments().filter(|experiment| experiment.status == Status::Active);
    let holds = format!(
        "{}, {}, {} active",
        counted(layers.len(), "layer", "layers"),
        counted(experiments().count(), "experiment", "experiments"),
        thousands(active.count() as u64),
    );
    checks.fine("holds", holds);
    // The actor is left out: it names a person.
    let last = snapshot.last_applied.as_ref();
    let last = last.map(|last| format!("{:.0}, journal {}", last.applied_at, last.journal_id));
    checks.fine("last apply", last.as_deref().unwrap_or("none"));
}
