//! A database with a log beside it, and how a verdict looks as text.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::PathBuf;

use avos::domain::GroupName;
use avos::exposure::{CountOptions, ExposureCounter};
use avos::store::{JournalQuery, SqliteStore, StateStore};
use avos::timeline::Timeline;
use avos::traffic::{Anomaly, JudgeOptions, SplitTraffic, Traffic, judge};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::layers::LayerYaml;
use crate::support::reviewing::apply;

/// An exposure of the experiment `exp`.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) unit: String,
    pub(super) experiment: &'a str,
    pub(super) group: Option<&'a str>,
    pub(super) variant: &'a str,
    /// Seconds after noon.
    pub(super) at: i64,
}

/// An exposure to `exp`, so many seconds after noon.
pub(super) fn row(unit: impl Display, variant: &str, at: i64) -> Row<'_> {
    Row {
        unit: unit.to_string(),
        experiment: "exp",
        group: None,
        variant,
        at,
    }
}

/// So many seconds after noon of a certain day.
pub(super) fn noon(seconds: i64) -> Timestamp {
    let noon: Timestamp = "2026-05-04T12:00:00Z".parse().expect("a time");
    noon + SignedDuration::from_secs(seconds)
}

/// The database and the log.
pub(super) struct Desk {
    _directory: TempDir,
    pub(super) db: PathBuf,
    pub(super) log: PathBuf,
}

impl Desk {
    /// With an empty log and no database.
    pub(super) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let desk = Self {
            db: directory.path().join("avos.db"),
            log: directory.path().join("log.db"),
            _directory: directory,
        };
        let table = "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, \
                     experiment_id, experiment_name, variant, status, assignment_timestamp, \
                     group_key)";
        desk.on_log(table);
        desk
    }

    /// With these layers applied long before noon.
    pub(super) fn with(layers: &[LayerYaml]) -> Self {
        let desk = Self::empty();
        desk.apply(layers, -1_000_000);
        desk
    }

    /// Applies the layers so many seconds after noon.
    pub(super) fn apply(&self, layers: &[LayerYaml], at: i64) {
        apply(&SqliteStore::new(&self.db), layers, noon(at));
    }

    /// Statements of another program on the log.
    pub(super) fn on_log(&self, sql: &str) {
        let log = Connection::open(&self.log).expect("a database");
        log.execute_batch(sql).expect("valid SQL");
    }

    /// Appends to the log.
    pub(super) fn log(&self, rows: &[Row]) {
        let mut log = Connection::open(&self.log).expect("a database");
        let transaction = log.transaction().expect("a transaction");
        let insert = "INSERT INTO user_assignments VALUES \
                      (?1, 'web', 0, ?2, 'An experiment', ?3, 'assigned', ?4, ?5)";
        let mut statement = transaction.prepare(insert).expect("valid SQL");
        for row in rows {
            let at = noon(row.at).to_string();
            let values = (&row.unit, row.experiment, row.variant, at, row.group);
            statement.execute(values).expect("a row");
        }
        drop(statement);
        transaction.commit().expect("committed");
    }

    pub(super) fn counts(&self) -> ExposureCounter {
        let mut counts = ExposureCounter::new(&self.log, CountOptions::default());
        let refresh = counts.refresh(|_| ControlFlow::Continue(()));
        refresh.expect("a readable log");
        counts
    }

    pub(super) fn timeline(&self) -> Timeline {
        let store = SqliteStore::new(&self.db);
        let entries = store.journal(JournalQuery::All).expect("a journal");
        Timeline::new(&store.snapshot().expect("a database").state, &entries)
    }

    pub(super) fn judge(&self) -> Traffic {
        judge(self.counts().summary(), &self.timeline(), &at(0.05))
    }

    /// Its anomalies, a line each.
    pub(super) fn anomalies(&self) -> String {
        anomalies(&self.judge())
    }
}

/// A question of the noon a week later.
pub(super) fn at<'a>(alpha: f64) -> JudgeOptions<'a> {
    JudgeOptions::new(alpha, noon(7 * 86_400))
}

/// The time as hours, minutes and seconds, with the date of another day.
pub(super) fn clock(at: Timestamp) -> String {
    let is_the_day = at.duration_since(noon(0)).as_hours().abs() < 12;
    let format = if is_the_day {
        "%H:%M:%S"
    } else {
        "%F %H:%M:%S"
    };
    at.strftime(format).to_string()
}

/// The anomalies, a line each.
pub(super) fn anomalies(traffic: &Traffic) -> String {
    let line = |anomaly: &Anomaly| {
        let (code, name) = (anomaly.kind.code(), anomaly.name());
        format!("{code} {name}: {}", anomaly.message(clock))
    };
    let lines: Vec<String> = traffic.anomalies.iter().map(line).collect();
    lines.join("\n")
}

/// The splits, a line each.
pub(super) fn splits(traffic: &Traffic) -> String {
    let lines: Vec<String> = traffic.splits.iter().map(split).collect();
    lines.join("\n")
}

fn split(split: &SplitTraffic) -> String {
    let group = split.group.as_ref().map_or("", GroupName::as_str);
    let arms = split.arms.iter().map(|arm| {
        let share = arm
            .fraction
            .map_or("?".to_owned(), |share| share.to_string());
        format!("{} {} of {share}", arm.variant, arm.units)
    });
    let arms: Vec<String> = arms.collect();
    let test = match &split.test {
        Err(untested) => untested.to_string(),
        Ok(tested) => {
            let p_value = format!("p {:.2e}", tested.corrected_p_value);
            let crossing = tested.crossing.map(|crossing| {
                let (since, units) = (clock(crossing.since), crossing.units);
                let (arm, by) = tested.deviation.expect("units");
                let variant = &split.arms[arm].variant;
                format!(", SRM alarm since {since} at {units} units, {variant} {by:+.3}")
            });
            format!("{p_value}{}", crossing.unwrap_or_default())
        }
    };
    format!(
        "{}[{group}] {}: {test}",
        split.experiment_id,
        arms.join(", ")
    )
}
