//! Places for logs, rows to log, and how counts look as text.

use std::borrow::Cow;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::{ExperimentId, GroupName, LayerId, SlotIndex, VariantName};
use avos::exposure::{
    CountOptions, ExposureCounter, ExposureRows, LogError, LogRows, LoggedRow, Refresh, TakeRows,
    UnreadableRow,
};
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

/// The table as the original makes it.
pub(super) const PYTHON_TABLE: &str = "
CREATE TABLE user_assignments (
    unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
    experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP
);";

/// A directory for a log, which doesn't exist yet.
pub(super) struct Place {
    pub(super) directory: TempDir,
    pub(super) log: PathBuf,
}

impl Place {
    pub(super) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let log = directory.path().join("log.db");
        Self { directory, log }
    }

    /// With a log that another program wrote.
    pub(super) fn with(sql: &str) -> Self {
        let place = Self::empty();
        place.sql(sql);
        place
    }

    /// With a log of the original, with these rows: unit, experiment, variant, status, time.
    pub(super) fn python(rows: &[[&str; 5]]) -> Self {
        let place = Self::with(PYTHON_TABLE);
        place.append(rows);
        place
    }

    /// Runs SQL as another program does.
    pub(super) fn sql(&self, sql: &str) {
        let connection = Connection::open(&self.log).expect("a database");
        connection.execute_batch(sql).expect("valid SQL");
    }

    /// Appends as the original does; `-` stands for NULL.
    pub(super) fn append(&self, rows: &[[&str; 5]]) {
        let connection = Connection::open(&self.log).expect("a database");
        for [unit, experiment, variant, status, time] in rows {
            let or_null = |text: &str| (text != "-").then(|| text.to_owned());
            let row = (
                or_null(unit),
                or_null(experiment),
                or_null(variant),
                or_null(status),
                or_null(time),
            );
            let insert = "INSERT INTO user_assignments (unit_id, layer_id, slot_index, \
                          experiment_id, variant, status, assignment_timestamp) \
                          VALUES (?1, 'web', 0, ?2, ?3, ?4, ?5)";
            connection.execute(insert, row).expect("a row");
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.display().to_string()).collect();
        names.sort();
        names
    }

    pub(super) fn counts(&self) -> ExposureCounter {
        ExposureCounter::new(&self.log, CountOptions::default())
    }

    /// The counts of the whole log.
    pub(super) fn counted(&self) -> ExposureCounter {
        let mut counts = self.counts();
        refresh(&mut counts);
        counts
    }

    /// A column of all rows, in order.
    pub(super) fn column(&self, column: &str) -> Vec<Option<String>> {
        let connection = Connection::open(&self.log).expect("a database");
        let query = format!("SELECT CAST({column} AS TEXT) FROM user_assignments ORDER BY rowid");
        let mut statement = connection.prepare(&query).expect("a query");
        let values = statement.query_map((), |row| row.get(0)).expect("rows");
        values.map(|value| value.expect("a value")).collect()
    }
}

pub(super) fn refresh(counts: &mut ExposureCounter) -> Refresh {
    let refresh = counts.refresh(|_| ControlFlow::Continue(()));
    refresh.expect("a readable log")
}

/// The revisions of a log's rows, in order.
pub(super) fn revisions(log: &Path) -> Vec<Option<String>> {
    #[derive(Default)]
    struct Revisions(Vec<Option<String>>);
    impl TakeRows for Revisions {
        type Block = Vec<Option<String>>;
        fn take(&mut self, _: i64, row: Result<LoggedRow<'_>, UnreadableRow<'_>>) {
            let row = row.expect("a readable row");
            self.0.push(row.revision.map(Cow::into_owned));
        }
        fn finish_block(&mut self) -> Self::Block {
            std::mem::take(&mut self.0)
        }
    }
    let mut revisions = Vec::new();
    let rows = LogRows::open(log).expect("a log");
    let read = rows.read(None, Revisions::default, |block, _| revisions.extend(block));
    read.expect("a readable log");
    revisions
}

/// The counts as text, a line each.
pub(super) fn shown(counts: &ExposureCounter) -> String {
    let mut lines = Vec::new();
    for arm in counts.summary().arms() {
        let group = arm.group.as_ref().map_or("-", GroupName::as_str);
        let windows = counts.summary().windows(&arm).into_iter();
        let windows: Vec<String> = windows
            .filter(|window| window.units > 0)
            .map(|window| format!("{} {}", window.start, window.units))
            .collect();
        lines.push(format!(
            "{} {group} {}: {} units, {} exposures, {} to {} [{}]",
            arm.experiment_id,
            arm.variant,
            arm.units,
            arm.exposures,
            arm.first,
            arm.last,
            windows.join(", "),
        ));
    }
    let mut experiments: Vec<_> = counts
        .summary()
        .arms()
        .into_iter()
        .map(|arm| arm.experiment_id)
        .collect();
    experiments.dedup();
    for id in experiments {
        let units = counts.summary().conflicting_units(&id);
        if units > 0 {
            lines.push(format!("{id}: {units} with several variants"));
        }
    }
    for status in counts.summary().statuses() {
        let id = status
            .experiment_id
            .as_ref()
            .map_or("-", ExperimentId::as_str);
        lines.push(format!("{id} {}: {}", status.status, status.exposures));
    }
    if let Some(skipped) = counts.summary().skips().total() {
        let (rows, first) = (skipped.rows, skipped.first_row.expect("a row id"));
        lines.push(format!("{rows} skipped, the first is {first}: {skipped}"));
    }
    lines.join("\n")
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// What the rows of a test belong to.
pub(super) struct Arm {
    pub(super) layer: LayerId,
    pub(super) experiment: ExperimentId,
    pub(super) variant: VariantName,
    pub(super) group: Option<GroupName>,
}

impl Arm {
    pub(super) fn new(group: Option<&str>) -> Self {
        Self {
            layer: "web".into(),
            experiment: "exp".into(),
            variant: "a".into(),
            group: group.map(GroupName::from),
        }
    }

    pub(super) fn of<'a>(&'a self, unit_id: &'a str) -> Assignment<'a> {
        Assignment {
            unit_id,
            layer_id: &self.layer,
            slot_index: SlotIndex(7),
            experiment_id: Some(&self.experiment),
            experiment_name: Some("An experiment"),
            variant: Some(&self.variant),
            status: AssignmentStatus::Assigned,
            group: self.group.as_ref(),
            revision: None,
        }
    }
}

/// The error as people see it, without the directory's name.
pub(super) fn error_text(error: &LogError, place: &Place) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let directory = place.directory.path().display().to_string();
    let text = text.replace(&directory, "");
    format!("{text}\n{}", error.help().as_deref().unwrap_or("no help"))
}
