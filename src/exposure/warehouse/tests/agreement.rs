//! Random rows, in any order: every engine counts what the reference does.

use std::ops::ControlFlow;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::engines::{rows_query, run, source};
use super::reference::{
    LogRow, MINUTE, Told, count_layers_plainly, count_plainly, told, told_layers,
};
use crate::exposure::{
    CountOptions, Dialect, ExposureReader, LogLocation, SourceRelation, WarehouseSource,
    count_dimensions, open_counter,
};

const YEAR_2026: i64 = 1_767_225_600_000_000;

fn count(log: impl Into<LogLocation>, options: CountOptions) -> Box<dyn ExposureReader> {
    let mut counter = open_counter(&log.into(), options);
    let refresh = counter.refresh(&mut |_| ControlFlow::Continue(()));
    assert!(refresh.expect("a source that can be counted").is_complete);
    counter
}

fn told_by(source: WarehouseSource) -> Told {
    told(count(source, CountOptions::default()).summary())
}

/// Times around minutes of some years, with many ties.
fn micros() -> impl Strategy<Value = i64> {
    let base = prop_oneof![
        1 => Just(0),
        1 => Just(-2_208_988_800_000_000),
        4 => Just(YEAR_2026),
    ];
    let minutes = prop_oneof![-3..3_i64, 0..40_i64];
    let within = prop_oneof![Just(0), Just(-1), Just(1), Just(30_000_000), 0..MINUTE];
    (base, minutes, within).prop_map(|(base, minutes, within)| base + minutes * MINUTE + within)
}

fn text(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    let word = prop::sample::select(words).prop_map(str::to_owned);
    prop::option::weighted(0.97, word)
}

fn log_row() -> impl Strategy<Value = LogRow> {
    let status = prop_oneof![
        20 => Just(Some("assigned")),
        1 => Just(Some("ASSIGNED")),
        3 => Just(Some("not_assigned")),
        2 => Just(Some("Experiment_Inactive")),
        1 => Just(Some("Zugewiesen")),
        1 => Just(Some("")),
        1 => Just(None),
    ];
    (
        prop::option::weighted(0.97, (0..40_u8).prop_map(|unit| format!("user {unit}'s"))),
        text(&["web", "app", "Äpp", ""]),
        prop::option::weighted(
            0.9,
            prop_oneof![9 => 0..4_i64, 1 => Just(-1), 1 => Just(1 << 20)],
        ),
        text(&["checkout", "Checkout", "hero", ""]),
        text(&["a", "b", "B", "a b", "ä", ""]),
        status,
        prop::option::weighted(0.6, prop::sample::select(&["", "paid", "Paid", "frei"][..])),
        prop::option::weighted(0.97, micros()),
    )
        .prop_map(
            |(unit, layer, slot, experiment, variant, status, group, micros)| LogRow {
                unit,
                layer,
                slot,
                experiment,
                variant,
                status: status.map(str::to_owned),
                group: group.map(str::to_owned),
                micros,
            },
        )
}

/// Checks random batches of rows.
fn check(cases: u32, counted: impl Fn(&[LogRow]) -> Told) {
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let rows = prop::collection::vec(log_row(), 1..300);
    let checked = runner.run(&rows, |rows| {
        let (found, expected) = (counted(&rows), count_plainly(&rows));
        prop_assert_eq!(found.counts, expected.counts);
        prop_assert_eq!(found.looks, expected.looks);
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}

fn check_engine(dialect: Dialect, cases: u32) {
    check(cases, |rows| {
        let query = SourceRelation::Query(rows_query(dialect, rows));
        told_by(source(dialect, query))
    });
}

#[test]
fn duckdb_counts_as_the_reference() {
    check_engine(Dialect::DuckDb, 40);
}

#[test]
fn postgresql_counts_as_the_reference() {
    check_engine(Dialect::PostgreSql, 40);
}

#[test]
fn sail_counts_as_the_reference() {
    check_engine(Dialect::Spark, 8);
}

/// In a file, a unit's first exposure is the one that was written first.
#[test]
fn a_file_in_order_of_time_counts_as_the_reference() {
    check(40, |rows| {
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| {
            let key = |row: &LogRow| (row.micros, row.variant.clone(), row.group.clone());
            key(a).cmp(&key(b))
        });
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log.db");
        write_file(&path, &rows);
        let counter = count(path, CountOptions::default());
        Told {
            counts: told(counter.summary()).counts,
            // A file has looks within windows.
            looks: count_plainly(&rows).looks,
        }
    });
}

fn write_file(path: &std::path::Path, rows: &[LogRow]) {
    let file = rusqlite::Connection::open(path).expect("a file");
    file.execute_batch(crate::exposure::columns::CREATE_TABLE)
        .expect("a table");
    file.execute_batch("BEGIN").expect("a transaction");
    let insert =
        "INSERT INTO user_assignments VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, ?7, ?8, NULL, NULL)";
    let mut insert = file.prepare(insert).expect("a statement");
    for row in rows {
        let at = row.micros.map(|micros| {
            let at = jiff::Timestamp::from_microsecond(micros).expect("a time");
            at.to_string()
        });
        let row = rusqlite::params![
            row.unit,
            row.layer,
            row.slot,
            row.experiment,
            row.variant,
            row.status,
            at,
            row.group
        ];
        insert.execute(row).expect("a row");
    }
    file.execute_batch("COMMIT").expect("written");
}

#[test]
fn the_values_of_a_column_count_as_the_reference() {
    let by_layer = |log: LogLocation| {
        let columns = ["layer_id", "LAYER_ID"].map(str::to_owned);
        let counted = count_dimensions(&log, &columns, None, &mut |_| ControlFlow::Continue(()));
        let [counted, again] = &counted.expect("counted").expect("nobody stops it")[..] else {
            panic!("two columns");
        };
        assert_eq!(counted.units, again.units);
        told_layers(&counted.units)
    };
    for (dialect, cases) in [
        (Dialect::DuckDb, 12),
        (Dialect::PostgreSql, 12),
        (Dialect::Spark, 4),
    ] {
        check_layers(cases, |rows| {
            let query = SourceRelation::Query(rows_query(dialect, rows));
            by_layer(source(dialect, query).into())
        });
    }
    check_layers(12, |rows| {
        let mut rows = rows.to_vec();
        rows.sort_by(|a, b| {
            let key = |row: &LogRow| {
                let layer = row.layer.clone();
                (
                    row.micros,
                    row.variant.clone(),
                    row.group.clone().unwrap_or_default(),
                    layer,
                )
            };
            key(a).cmp(&key(b))
        });
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log.db");
        write_file(&path, &rows);
        by_layer(path.into())
    });
}

fn check_layers(cases: u32, counted: impl Fn(&[LogRow]) -> Vec<String>) {
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let rows = prop::collection::vec(log_row(), 1..200);
    let checked = runner.run(&rows, |rows| {
        prop_assert_eq!(counted(&rows), count_layers_plainly(&rows));
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}

/// A seeded log that is large enough for several looks and windows, in a table of each engine; with sessions
/// whose zone isn't UTC, and times without a zone.
#[test]
fn tables_of_times_without_a_zone_count_as_the_reference() {
    let rows: Vec<LogRow> = (0..3000_i64).map(seeded_row).collect();
    let expected = count_plainly(&rows);
    assert!(expected.looks.len() > 30, "{}", expected.looks.len());
    let columns = "unit_id, layer_id, slot_index, experiment_id, variant, status, group_key";
    let table = |name: &str| SourceRelation::Table(vec![name.to_owned()]);

    let name = format!("avos_exposures_{}", std::process::id());
    let mut postgresql = source(Dialect::PostgreSql, table(&name));
    let utc = format!(
        "CREATE TABLE {name} AS SELECT {columns}, assignment_timestamp AT TIME ZONE 'UTC' AS \
         assignment_timestamp FROM ({}) AS rows",
        rows_query(Dialect::PostgreSql, &rows)
    );
    run(&postgresql, &[&utc]);
    let (_, uri) = postgresql.options.pop().expect("a URI");
    let tokyo = format!("{}?options=-c%20TimeZone%3DAsia/Tokyo", uri.reveal());
    let tokyo = crate::exposure::SecretText::new(tokyo, []);
    postgresql.options.push(("uri".to_owned(), tokyo));
    let as_zoned = format!(
        "SELECT {columns}, CAST(assignment_timestamp AS timestamptz) AS assignment_timestamp FROM {name}"
    );
    let zoned = WarehouseSource {
        relation: SourceRelation::Query(as_zoned),
        ..postgresql.clone()
    };
    let found = [told_by(postgresql.clone()), told_by(zoned)];
    run(&postgresql, &[&format!("DROP TABLE {name}")]);
    for found in found {
        assert_eq!(found, expected);
    }

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.duckdb").display().to_string();
    let mut duckdb = source(Dialect::DuckDb, table("exposures"));
    duckdb.options = vec![(
        "path".to_owned(),
        crate::exposure::SecretText::new(path, []),
    )];
    let utc = format!(
        "CREATE TABLE exposures AS SELECT {columns}, assignment_timestamp AT TIME ZONE 'UTC' AS \
         assignment_timestamp FROM ({}) AS rows",
        rows_query(Dialect::DuckDb, &rows)
    );
    run(&duckdb, &["SET TimeZone = 'UTC'", &utc]);
    assert_eq!(told_by(duckdb), expected);

    let sail = source(Dialect::Spark, table(&name));
    let utc = format!(
        "CREATE TABLE {name} AS SELECT {columns}, CAST(assignment_timestamp AS TIMESTAMP_NTZ) AS \
         assignment_timestamp FROM ({}) AS rows",
        rows_query(Dialect::Spark, &rows)
    );
    run(&sail, &[&utc]);
    let found = told_by(sail.clone());
    run(&sail, &[&format!("DROP TABLE {name}")]);
    assert_eq!(found, expected);
}

fn seeded_row(number: i64) -> LogRow {
    let name = |name: &str| Some(name.to_owned());
    let unit = number * 7919 % 1500;
    let group = ["paid", "", "free"][usize::try_from(unit % 3).unwrap_or_default()];
    LogRow {
        unit: Some(format!("user_{unit}")),
        layer: name(if unit % 5 == 0 { "app" } else { "web" }),
        slot: Some(unit % 100),
        experiment: name(if unit % 5 == 0 { "hero" } else { "checkout" }),
        // A few units change their variant.
        variant: name(if (unit + number / 2900) % 2 == 0 {
            "a"
        } else {
            "b"
        }),
        status: name(if unit % 11 == 0 {
            "not_assigned"
        } else {
            "assigned"
        }),
        group: name(group),
        micros: Some(YEAR_2026 + number * 1_000_003 * 13),
    }
}

#[test]
fn rows_before_a_time_are_left_out() {
    let rows: Vec<LogRow> = (0..300_i64).map(seeded_row).collect();
    let since = YEAR_2026 + 150 * 1_000_003 * 13;
    let later: Vec<LogRow> = rows
        .iter()
        .filter(|row| row.micros >= Some(since))
        .cloned()
        .collect();
    for dialect in [Dialect::PostgreSql, Dialect::DuckDb, Dialect::Spark] {
        let query = SourceRelation::Query(rows_query(dialect, &rows));
        let options = CountOptions {
            since: jiff::Timestamp::from_microsecond(since).ok(),
            ..CountOptions::default()
        };
        let counter = count(source(dialect, query), options);
        assert_eq!(told(counter.summary()), count_plainly(&later));
        assert_eq!(counter.rows(), later.len() as u64);
    }
}

#[test]
fn times_without_end_are_no_times() {
    for (dialect, literals) in [
        (
            Dialect::PostgreSql,
            [
                "'infinity'",
                "'-infinity'",
                "'9999-12-31 23:59:59.999999'",
                "'20000-01-01'",
            ],
        ),
        (
            Dialect::DuckDb,
            [
                "'infinity'",
                "'-infinity'",
                "'9999-12-31 23:59:59.999999'",
                "'20000-01-01'",
            ],
        ),
    ] {
        let rows = literals.map(|at| {
            format!("SELECT 'u' AS unit, 'e' AS test, 'a' AS arm, CAST({at} AS TIMESTAMP) AS at")
        });
        let mut source = source(dialect, SourceRelation::Query(rows.join(" UNION ALL ")));
        let name = |name: &str| name.to_owned();
        source.columns = crate::exposure::SourceColumns {
            unit: name("unit"),
            experiment: name("test"),
            variant: name("arm"),
            time: name("at"),
            group: None,
            layer: None,
            slot: None,
            status: None,
            arrived: None,
        };
        let counter = count(source, CountOptions::default());
        let skips: Vec<(u64, &str)> = counter
            .summary()
            .skips()
            .iter()
            .map(|skipped| (skipped.rows, skipped.reason))
            .collect();
        assert_eq!(
            skips,
            [
                (2, "it has no assignment_timestamp"),
                (2, "its assignment_timestamp is out of range"),
            ]
        );
    }
}
