//! Counts of the same rows in both engines.

use std::path::Path;

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::{ExperimentId, GroupName, LayerId, SlotIndex, VariantName};
use avos::exposure::{AssignmentLogger, ExposureCounter};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::support::{Place, refresh, shown};
use super::support::{open, place, run};

/// What is logged in one go.
#[derive(Clone, Debug)]
struct Logged {
    unit: String,
    experiment: Option<u8>,
    variant: Option<u8>,
    group: Option<String>,
    at: i64,
}

fn logged() -> impl Strategy<Value = Logged> {
    let unit = prop_oneof!["u[0-9]", "\\PC{0,8}", "[\\x00-\\x1f'\"]{1,4}"];
    let experiment = proptest::option::of(0_u8..3);
    let variant = proptest::option::weighted(0.8, 0_u8..3);
    let group = proptest::option::of("(free|paid|)");
    (
        unit,
        experiment,
        variant,
        group,
        -4_000_000_000_i64..4_000_000_000,
    )
        .prop_map(|(unit, experiment, variant, group, at)| Logged {
            unit,
            experiment,
            variant,
            group,
            at,
        })
}

fn log_all(log: &Path, rows: &[Logged]) {
    let logger = open(log);
    let layer = LayerId::from("layer");
    for row in rows {
        let experiment = row
            .experiment
            .map(|id| ExperimentId::from(format!("exp{id}")));
        let variant = row.variant.map(|id| VariantName::from(format!("v{id}")));
        let group = row.group.as_deref().map(GroupName::from);
        let status = match (&experiment, &variant) {
            (None, _) => AssignmentStatus::NotAssigned,
            (_, None) => AssignmentStatus::ExperimentInactive,
            // Without a variant it can't be counted, and without an experiment neither.
            _ => AssignmentStatus::Assigned,
        };
        let assignment = Assignment {
            unit_id: &row.unit,
            layer_id: &layer,
            slot_index: SlotIndex(3),
            experiment_id: experiment.as_ref(),
            experiment_name: None,
            variant: variant.as_ref(),
            status,
            group: group.as_ref(),
            revision: None,
        };
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_micros(row.at);
        logger.log_assignments(&[assignment], at).expect("taken");
    }
    logger.close().expect("written");
}

/// All that is counted.
fn all(counts: &ExposureCounter) -> String {
    let arms = counts.summary().arms();
    let windows: Vec<_> = arms
        .iter()
        .map(|arm| counts.summary().windows(arm))
        .collect();
    let elsewhere: Vec<u64> = arms.iter().map(|arm| arm.units_elsewhere_since).collect();
    let (statuses, rows) = (counts.summary().statuses(), counts.rows());
    format!(
        "{}\n{windows:?}\n{elsewhere:?}\n{statuses:?}\n{rows}",
        shown(counts)
    )
}

/// All that is counted, without the ids of rows.
pub(super) fn told(counts: &ExposureCounter) -> Vec<String> {
    let skips = counts.summary().skips().total();
    let skipped = skips.map(|all| format!("{} {}", all.rows, all.reason));
    let all = all(counts);
    let lines = all
        .lines()
        .filter(|line| !line.contains(" skipped, the first is "))
        .map(str::to_owned);
    lines.chain(skipped).collect()
}

proptest! {
    // Each case opens ten files, some of them synced.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_rows_give_the_same_counts_as_in_sqlite(
        first in proptest::collection::vec(logged(), 1..60),
        then in proptest::collection::vec(logged(), 1..60),
        spoilt in proptest::collection::vec(0_usize..5, 0..4),
    ) {
        let (sqlite, duckdb) = (Place::empty(), place());
        let mut counts = [sqlite.counts(), duckdb.counts()];
        for rows in [first, then] {
            log_all(&sqlite.log, &rows);
            log_all(&duckdb.log, &rows);
            for column in &spoilt {
                let column = ["unit_id", "experiment_id", "variant", "status", "assignment_timestamp"][*column];
                let spoil = "INSERT INTO user_assignments (unit_id, experiment_id, variant, status,
                    assignment_timestamp) VALUES ('u', 'exp0', 'v0', 'assigned', '1970-01-01 00:00:00')";
                let nullify = format!("{spoil}; UPDATE user_assignments SET {column} = NULL WHERE rowid =
                    (SELECT max(rowid) FROM user_assignments)");
                sqlite.sql(&nullify);
                run(&duckdb.log, &nullify);
            }
            let [of_sqlite, of_duckdb] = &mut counts;
            prop_assert_eq!(refresh(of_sqlite), refresh(of_duckdb));
            // SQLite's row ids begin at 1, DuckDB's at 0.
            prop_assert_eq!(told(of_sqlite), told(of_duckdb));
        }
    }
}
