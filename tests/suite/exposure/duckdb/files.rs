//! Logs in Parquet and CSV files, whatever becomes of the files.

use std::fs;
use std::ops::ControlFlow;

use avos::domain::{HashAlgorithm, State};
use avos::exposure::{ExposureRows, LogError, LogRows, LoggedArm, count_dimensions};
use avos::replay::{ReplayOptions, replay};
use avos::timeline::Timeline;

use super::super::support::{error_text, refresh, revisions, shown, time};
use super::same::told;
use super::support::{AVOS_ROWS, counted, counter, pattern, place_with_files};

#[test]
fn files_that_appear_change_and_go_are_counted_as_they_are_now() {
    let place = place_with_files(&[("2.csv", AVOS_ROWS)]);
    let log = pattern(&place, "csv");
    let path = |name: &str| place.directory.path().join(name);
    let mut counts = counter(&log);
    let mut refreshed = |place: &str| {
        let read = refresh(&mut counts);
        assert_eq!(told(&counts), told(&counted(&log)), "{place}");
        (read.rows, read.restarted)
    };
    assert_eq!(refreshed("first"), (3, false));
    assert_eq!(refreshed("unchanged"), (0, false));
    fs::copy(path("2.csv"), path("3.csv")).expect("a copy");
    assert_eq!(refreshed("a file after the others"), (3, false));
    fs::copy(path("2.csv"), path("1.csv")).expect("a copy");
    assert_eq!(refreshed("a file before the others"), (9, true));
    let longer = fs::read_to_string(path("2.csv")).expect("a text")
        + "u3,web,5,exp,a,assigned,2025-03-01,\n";
    fs::write(path("2.csv"), longer).expect("written");
    assert_eq!(refreshed("a file that grew"), (10, true));
    fs::remove_file(path("2.csv")).expect("removed");
    assert_eq!(refreshed("a file that is gone"), (6, true));
    fs::rename(path("1.csv"), path("4.csv")).expect("renamed");
    assert_eq!(refreshed("a file of another name"), (6, true));
    for name in ["3.csv", "4.csv"] {
        fs::remove_file(path(name)).expect("removed");
    }
    let refused = counter(&log).refresh(|_| ControlFlow::Continue(()));
    assert!(matches!(refused, Err(LogError::Missing { .. })));
}

#[test]
fn a_file_says_which_state_answered_where_it_has_the_column() {
    let columns = "unit_id,layer_id,slot_index,experiment_id,variant,status,assignment_timestamp";
    let row = "u,web,1,exp,a,assigned,2025-03-01";
    let named = format!("{columns},Revision,other\n{row},0123456789ab,x\n{row},,x\n");
    let place = place_with_files(&[]);
    let write = |name: &str, text: &str| fs::write(place.directory.path().join(name), text);
    write("1.csv", &named).expect("written");
    write("2.csv", &format!("{columns},source\n{row},s@h\n")).expect("written");
    let found = revisions(&place.directory.path().join("*.csv"));
    assert_eq!(found, [Some("0123456789ab".to_owned()), None, None]);
}

#[test]
fn a_reading_that_was_stopped_is_continued() {
    let many = "SELECT 'u' || (i % 70000) AS unit_id, 'web' AS layer_id, 1 AS slot_index, 'exp' AS experiment_id,
        'v' || (i % 3) AS variant, 'assigned' AS status, make_timestamp(1700000000000000 + i * 1000) AS assignment_timestamp
        FROM range(100000) t(i)";
    let place = place_with_files(&[
        ("1.parquet", many),
        ("2.parquet", AVOS_ROWS),
        ("3.parquet", many),
    ]);
    let log = pattern(&place, "parquet");
    let mut counts = counter(&log);
    let mut readings = 0;
    loop {
        readings += 1;
        let read = counts.refresh(|_| ControlFlow::Break(())).expect("a log");
        if read.is_complete {
            break;
        }
    }
    assert!(readings > 6, "{readings} readings");
    assert_eq!(counts.rows(), 200_003);
    assert_eq!(told(&counts), told(&counted(&log)));
}

#[test]
fn tables_of_other_programs_are_mapped_by_the_names_of_their_columns() {
    let place = place_with_files(&[
        (
            "growthbook.parquet",
            "SELECT 'u1' AS anonymous_id, TIMESTAMP '2025-03-01 09:00:00' AS timestamp, 'exp' AS experiment_id,
             'a' AS variation_id, 'ios' AS platform",
        ),
        (
            "source.csv",
            "SELECT '2025-03-01 09:00:00' AS timestamp, 'u1' AS user_id, 'c1' AS company_id, 'exp' AS experiment_id,
             'a' AS group_id",
        ),
        (
            "report.csv",
            "SELECT 'c1' AS company_id, 'u1' AS unit_id, 'userID' AS unit_type, 'get_experiment' AS exposure_type,
             'exp' AS name, 'r' AS rule, 'a' AS experiment_group, '2025-03-01T09:00:00Z' AS first_exposure_utc",
        ),
        (
            "experiment_id=exp/avos.parquet",
            "SELECT 1 AS SLOT_INDEX, 'web' AS Layer_Id, 'u1' AS unit_id, 'a' AS variant, 'assigned' AS status,
             DATE '2025-03-01' AS assignment_timestamp",
        ),
    ]);
    let counts = |name: &str| shown(&counted(&place.directory.path().join(name)));
    let foreign = "exp - a: 1 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z \
                   [2025-03-01T09:00:00Z 1]";
    for name in ["growthbook.parquet", "source.csv", "report.csv"] {
        assert_eq!(counts(name), foreign, "{name}");
    }
    let avos = counts("experiment_id=exp/avos.parquet");
    assert_eq!(avos, foreign.replace("T09:", "T00:"));
}

#[test]
fn a_unit_and_an_arm_are_looked_up_in_files_and_a_log_of_avos_is_replayed() {
    let place = place_with_files(&[
        ("1.parquet", AVOS_ROWS),
        ("2.parquet", AVOS_ROWS),
        (
            "foreign.csv",
            "SELECT 'u1' AS user_id, '2025-03-01' AS timestamp, 'exp' AS experiment_id, 'a' AS variation_id",
        ),
    ]);
    let watch = |_| ControlFlow::Continue(());
    let rows = LogRows::open(pattern(&place, "parquet")).expect("a log");
    let found = rows.find_unit("u1", 3, watch).expect("a readable log");
    assert_eq!(
        (found.rows.len(), found.total, found.is_complete),
        (3, 4, true)
    );
    assert_eq!(found.rows[0].at, Some(time("2025-03-01T09:02:00Z")));
    assert_eq!(found.rows[0].slot_index, Some(3));
    let arm = LoggedArm {
        experiment_id: "exp".into(),
        group: None,
        variant: "a".into(),
    };
    let units = rows.find_arm(&arm, 9, watch).expect("a readable log").units;
    assert_eq!((units.len(), units[0].unit_id.as_str()), (1, "u1"));

    let nothing = Timeline::new(&State::empty(HashAlgorithm::Sha256), &[]);
    let replayed = |rows| replay(rows, &nothing, &ReplayOptions::default(), &mut |_| {});
    let replay = replayed(&rows).expect("a readable log");
    assert_eq!((replay.rows(), replay.mismatching()), (6, 6));
    let foreign = LogRows::open(place.directory.path().join("foreign.csv")).expect("a log");
    let found = foreign.find_unit("u1", 3, watch).expect("a readable log");
    assert_eq!((found.total, found.rows[0].layer_id.clone()), (1, None));
    let refused = replayed(&foreign).expect_err("it has no layers");
    insta::assert_snapshot!(error_text(&refused, &place), @"
    the rows of /foreign.csv don't say the layer and the slot, which a replay compares
    give a log with the columns of AVOS; `srm` and the console count this one
    ");
}

#[test]
fn units_are_counted_by_a_further_column_of_files() {
    let place = place_with_files(&[("1.parquet", AVOS_ROWS), ("2.parquet", AVOS_ROWS)]);
    let columns = ["platform".to_owned()];
    let log = pattern(&place, "parquet");
    let watch = &mut |_| ControlFlow::Continue(());
    let counted = count_dimensions(&log.as_path().into(), &columns, None, watch);
    let counted = counted.expect("a readable log").expect("not stopped");
    let units = counted[0].units.iter();
    let units: Vec<_> = units
        .map(|of| (of.variant.as_str(), of.value.as_deref(), of.units))
        .collect();
    assert_eq!(units, [("a", Some("ios"), 1), ("b", Some("web"), 1)]);
    let unknown = count_dimensions(&log.as_path().into(), &["platfrom".to_owned()], None, watch);
    insta::assert_snapshot!(error_text(&unknown.expect_err("no such column"), &place), @"
    /1.parquet has no column `platfrom` (it has unit_id, layer_id, slot_index, experiment_id, variant, status, assignment_timestamp, platform)
    did you mean `platform`?
    ");
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_that_file() {
    let names = ["a[1].csv", "it's *.csv", "what?.parquet", "{a,b}.parquet"];
    let place = place_with_files(&names.map(|name| (name, AVOS_ROWS)));
    // They match the names as patterns.
    for other in ["a1.csv", "it's b.csv", "whatx.parquet"] {
        fs::write(place.directory.path().join(other), "nothing").expect("a file");
    }
    for name in names {
        let counts = counted(&place.directory.path().join(name));
        assert_eq!(counts.rows(), 3, "{name}");
    }
}
