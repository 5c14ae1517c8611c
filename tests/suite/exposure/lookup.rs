//! What a log says of one unit.

use std::ops::ControlFlow;

use avos::exposure::{ExposureRows, LogError, LogRows, UnitRows};

use super::support::Place;

const HOUR: [&str; 4] = [
    "2026-01-01 10:00:00.000000",
    "2026-01-01 11:00:00.000000",
    "2026-01-01 12:00:00.000000",
    "never",
];

fn found(place: &Place, unit: &str) -> UnitRows {
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_unit(unit, 100, |_| ControlFlow::Continue(())));
    found.expect("a readable log")
}

fn shown(found: &UnitRows) -> Vec<String> {
    let rows = found.rows.iter().map(|row| {
        let at = row.at.map_or("-".to_owned(), |at| at.to_string());
        let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            or_none(row.layer_id.as_ref().map(AsRef::as_ref)),
            or_none(row.experiment_id.as_ref().map(AsRef::as_ref)),
            or_none(row.variant.as_ref().map(AsRef::as_ref)),
            or_none(row.status.as_deref()),
            or_none(row.group.as_ref().map(AsRef::as_ref)),
            at,
        ]
        .join(" ")
    });
    rows.collect()
}

#[test]
fn the_rows_of_one_unit_are_found_the_newest_first() {
    let place = Place::python(&[
        ["ann", "x", "a", "assigned", HOUR[2]],
        ["bob", "x", "b", "assigned", HOUR[0]],
        ["ann", "-", "-", "not_assigned", HOUR[0]],
        ["ann", "x", "-", "-", HOUR[3]],
    ]);
    let found = found(&place, "ann");
    assert_eq!((found.total, found.is_complete), (3, true));
    insta::assert_debug_snapshot!(shown(&found), @r#"
    [
        "web x - - - -",
        "web - - not_assigned - 2026-01-01T10:00:00Z",
        "web x a assigned - 2026-01-01T12:00:00Z",
    ]
    "#);
}

#[test]
fn any_id_is_found_and_only_that() {
    let long = "x".repeat(4096);
    let units = [
        "",
        " ",
        "a'b",
        "a\0b",
        "a\0c",
        "\u{1b}[31m",
        "ю𝄞",
        "%",
        "ann",
        "Ann",
        &long,
    ];
    let rows = units.map(|unit| [unit, "x", "a", "assigned", HOUR[0]]);
    let place = Place::python(&rows);
    for unit in units {
        assert_eq!(found(&place, unit).total, 1, "{unit:?}");
    }
    assert_eq!(found(&place, "nobody").total, 0);
}

#[test]
fn ids_that_are_no_text_are_found_by_what_they_read_as() {
    let place = Place::with(
        "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, variant, \
         status, assignment_timestamp, group_key); \
         INSERT INTO user_assignments VALUES (7, 1, 'x', 2.5, x'ff61', 'assigned', 1767261600, 'vip'), \
         (x'616e6e', 'web', 3, NULL, NULL, 'not_assigned', 1.5, NULL), (7.0, 'web', 3, NULL, NULL, \
         'not_assigned', 0, NULL)",
    );
    assert_eq!(
        shown(&found(&place, "7")),
        [
            "web - - not_assigned - -",
            "1 2.5 \u{fffd}a assigned vip 2026-01-01T10:00:00Z"
        ]
    );
    assert_eq!(found(&place, "ann").total, 1);
    // A data frame makes 7.0 of 7; no id is a number with a fraction.
    assert_eq!(found(&place, "7.0").total, 0);
    assert_eq!(found(&place, "07").total, 0);
}

#[test]
fn no_more_rows_are_kept_than_asked_for_and_all_are_counted() {
    let row = ["ann", "x", "a", "assigned", HOUR[0]];
    let place = Place::python(&[row; 5]);
    let found = LogRows::open(&place.log)
        .and_then(|rows| rows.find_unit("ann", 2, |_| ControlFlow::Continue(())));
    let found = found.expect("a readable log");
    assert_eq!((found.rows.len(), found.total), (2, 5));
}

#[test]
fn a_search_tells_how_far_it_is_and_can_be_stopped() {
    let place = Place::python(&[]);
    place.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         INSERT INTO user_assignments (unit_id, status) SELECT 'user_' || (i % 10), 'x' FROM n",
    );
    let mut told = Vec::new();
    let rows = LogRows::open(&place.log).expect("a log");
    let found = rows.find_unit("user_3", 10, |fraction| {
        told.push(fraction);
        ControlFlow::Continue(())
    });
    assert_eq!(found.expect("a readable log").total, 10_000);
    assert_eq!(told, [0.0, 0.25, 0.5, 0.75]);
    let rows = LogRows::open(&place.log).expect("a log");
    let stopped = rows.find_unit("user_3", 10, |fraction| {
        if fraction > 0.4 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    let stopped = stopped.expect("a readable log");
    assert!(!stopped.is_complete);
    assert!(stopped.total > 0 && stopped.total < 10_000, "{stopped:?}");
}

#[test]
fn an_empty_log_has_nothing_and_no_log_is_an_error() {
    let place = Place::python(&[]);
    assert_eq!(
        found(&place, "ann"),
        UnitRows {
            is_complete: true,
            ..UnitRows::default()
        }
    );
    let refused = |place: &Place, name: &str| {
        let log = place.directory.path().join(name);
        let found = LogRows::open(&log)
            .and_then(|rows| rows.find_unit("ann", 1, |_| ControlFlow::Continue(())));
        found.expect_err("no log")
    };
    assert!(matches!(refused(&place, "no.db"), LogError::Missing { .. }));
    let unknown = refused(&place, "a.duckdb");
    if cfg!(feature = "duckdb") {
        assert!(matches!(unknown, LogError::Missing { .. }));
    } else {
        assert!(matches!(unknown, LogError::NoDuckDb { .. }));
    }
    let short = Place::with("CREATE TABLE user_assignments (unit_id, status)");
    assert!(matches!(
        refused(&short, "log.db"),
        LogError::Columns { missing, .. } if missing.contains(&"layer_id")
    ));
}
