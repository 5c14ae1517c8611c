//! A database that is applied to, services that log, and what a replay says.

use std::path::PathBuf;
use std::sync::Arc;

use avos::assign::{Assigner, Groups};
use avos::domain::{LayerState, State};
use avos::exposure::{AssignmentLogger, FileLogger, LogRows, LoggerOptions};
use avos::replay::{Replay, ReplayOptions, replay};
use avos::store::{SqliteStore, StateStore};
use avos::timeline::Timeline;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::layers::LayerYaml;
use crate::support::reviewing::apply;

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// So many minutes after the first apply.
pub(super) fn minute(number: i64) -> Timestamp {
    time("2026-01-01T12:00:00Z") + SignedDuration::from_mins(number)
}

/// A database and a log, which don't exist yet.
pub(super) struct Desk {
    pub(super) directory: TempDir,
    pub(super) store: SqliteStore,
    pub(super) log: PathBuf,
}

impl Desk {
    pub(super) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        Self {
            store: SqliteStore::new(directory.path().join("avos.db")),
            log: directory.path().join("log.db"),
            directory,
        }
    }

    /// Applies these layers at this time, and gives the state afterwards.
    pub(super) fn apply(&self, layers: &[LayerYaml], at: Timestamp) -> State {
        apply(&self.store, layers, at);
        self.state()
    }

    pub(super) fn state(&self) -> State {
        self.store.snapshot().expect("a state").state
    }

    /// Logs what this state says of these units in all layers at this time.
    pub(super) fn serve(&self, state: &State, units: &[&str], at: Timestamp) {
        let units = units.iter().map(|unit| (*unit, Groups::default()));
        serve(&self.log, state, units, at);
    }

    /// Another program's statements on the log.
    pub(super) fn sql(&self, sql: &str) {
        let connection = Connection::open(&self.log).expect("a database");
        connection.execute_batch(sql).expect("valid SQL");
    }

    pub(super) fn timeline(&self) -> Timeline {
        let (snapshot, entries) = self.store.snapshot_with_journal().expect("a state");
        Timeline::new(&snapshot.state, &entries)
    }

    pub(super) fn replay(&self) -> Replay {
        self.replay_with(&ReplayOptions::default())
    }

    pub(super) fn replay_with(&self, options: &ReplayOptions) -> Replay {
        let rows = LogRows::open(&self.log).expect("a log");
        let replay = replay(&rows, &self.timeline(), options, &mut |_| {});
        replay.expect("a readable log")
    }
}

/// Logs what this state says of these units in all layers at this time; a unit without its group
/// isn't logged.
pub(super) fn serve<'u>(
    log: &std::path::Path,
    state: &State,
    units: impl IntoIterator<Item = (&'u str, Groups<'u>)>,
    at: Timestamp,
) {
    serve_by(log, &Assigner::new(state), units, at);
}

/// Logs what this assigner says of these units in all layers at this time.
pub(super) fn serve_by<'u>(
    log: &std::path::Path,
    assigner: &Assigner,
    units: impl IntoIterator<Item = (&'u str, Groups<'u>)>,
    at: Timestamp,
) {
    let logger = FileLogger::open(log, LoggerOptions::default()).expect("a log");
    for (unit, groups) in units {
        for (_, answer) in assigner.assign_all_layers(unit, &groups, at) {
            let Ok(assignment) = answer else { continue };
            logger.log_assignments(&[assignment], at).expect("room");
        }
    }
    logger.close().expect("written");
}

/// The state with one of its layers changed by hand.
pub(super) fn altered(state: &State, layer: &str, change: impl FnOnce(&mut LayerState)) -> State {
    let mut state = state.clone();
    change(Arc::make_mut(state.layers.get_mut(layer).expect("a layer")));
    state
}

/// The counts, then each row with its reason.
pub(super) fn shown(replay: &Replay) -> String {
    let avos::replay::Unchecked {
        random,
        no_group,
        unknown_state,
    } = replay.unchecked;
    let mut lines = vec![format!(
        "{} rows: {} matching, {} refreshing, {random} random, {no_group} without group, \
         {unknown_state} of unknown state",
        replay.rows(),
        replay.matching,
        replay.refreshing,
    )];
    for skipped in replay.skipped.iter() {
        let (rows, first) = (skipped.rows, skipped.first_row.expect("a row id"));
        lines.push(format!("{rows} skipped, the first is {first}: {skipped}"));
    }
    for ((reason, experiment), these) in &replay.mismatches {
        let experiment = experiment.as_ref().map_or("-", |id| id.as_str());
        lines.push(format!("{reason} {experiment}: {}", these.rows));
    }
    for row in &replay.listed {
        let (id, reason, detail) = (row.row_id, row.reason, &row.detail);
        lines.push(format!("{id} {reason}: {detail}"));
    }
    lines.join("\n")
}
