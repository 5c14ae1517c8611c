//! Logs to measure on.

use std::path::Path;

use avos::assign::{Assigner, Assignment, AssignmentStatus, Groups};
use avos::config;
use avos::domain::{ExperimentId, LayerId, SlotIndex, VariantName};
use avos::exposure::{AssignmentLogger, FileLogger, LoggerOptions};
use avos::plan::Scope;
use avos::review::Review;
use avos::store::{Author, Snapshot, SqliteStore, StateStore};
use avos::timeline::Timeline;
use jiff::{SignedDuration, Timestamp};

/// Rows as a service logs them: a hundred at a time, a millisecond apart, over five experiments.
pub(crate) fn write_log(path: &Path, rows: std::ops::Range<usize>) {
    let logger = FileLogger::open(path, LoggerOptions::default()).expect("a log");
    let layer = LayerId::from("homepage_hero");
    let experiments: Vec<ExperimentId> = (0..5)
        .map(|number| format!("hero_button_colors_v{number}").into())
        .collect();
    let variants = ["blue", "green"].map(VariantName::from);
    let mut units = vec![String::new(); 100];
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start + units.len());
        for (unit, number) in units.iter_mut().zip(start..end) {
            unit.clear();
            unit.push_str("user_");
            unit.push_str(&number.to_string());
        }
        let given = units
            .iter()
            .zip(start..end)
            .map(|(unit, number)| Assignment {
                unit_id: unit,
                layer_id: &layer,
                slot_index: SlotIndex(u32::try_from(number % 100).unwrap_or_default()),
                experiment_id: Some(&experiments[number % experiments.len()]),
                experiment_name: Some("Hero Button Colors"),
                variant: Some(&variants[number / 7 % variants.len()]),
                status: AssignmentStatus::Assigned,
                group: None,
                revision: None,
            });
        let given: Vec<Assignment> = given.collect();
        let at = SignedDuration::from_millis(
            1_760_000_000_000 + i64::try_from(start / 100).unwrap_or_default(),
        );
        let at = Timestamp::from_duration(at).expect("a time");
        logger.log_assignments(&given, at).expect("a row");
        start = end;
    }
    logger.close().expect("a log");
}

/// A log whose rows are what the first example's layer gives, and what its database says of it.
pub(crate) fn write_fitting_log(log: &Path, database: &Path, rows: usize) -> Timeline {
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs/v1");
    let sources = config::read_sources(&configs).expect("the example");
    let checked = config::check_sources(&sources, at);
    let (review, _) = Review::new(
        &sources,
        &checked,
        &Snapshot::empty().state,
        &Scope::All,
        at,
    );
    let store = SqliteStore::new(database);
    let plan = review.plan().expect("no error stands in the way");
    store
        .apply(&plan, &Author::new("bench@localhost", at))
        .expect("a new database");
    let (snapshot, entries) = store.snapshot_with_journal().expect("the database");
    let assigner = Assigner::new(&snapshot.state);
    let logger = FileLogger::open(log, LoggerOptions::default()).expect("a log");
    let layer = LayerId::from("homepage_hero");
    let at = at + SignedDuration::from_hours(1);
    for number in 0..rows {
        let unit = format!("user_{number}");
        let given = assigner.assign(&layer, &unit, &Groups::default(), at);
        let given = given.expect("it needs no group");
        logger.log_assignments(&[given], at).expect("a row");
    }
    logger.close().expect("a log");
    Timeline::new(&snapshot.state, &entries)
}
