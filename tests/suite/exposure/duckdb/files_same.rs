//! Counts of the same rows in Parquet or CSV files and in SQLite.

use std::path::Path;

use proptest::prelude::*;

use super::super::support::{Place, refresh};
use super::same::told;
use super::support::{counter, pattern, write_file};

/// A row of a log, as texts.
#[derive(Clone, Debug)]
struct Row {
    unit: Option<String>,
    layer: Option<String>,
    slot: Option<i64>,
    experiment: Option<String>,
    variant: Option<String>,
    status: Option<String>,
    group: Option<String>,
    micros: Option<i64>,
}

/// How times are written.
#[derive(Clone, Copy, Debug)]
enum TimeColumn {
    Timestamp,
    WithZone,
    Nanoseconds,
    Text,
    TextWithZone,
}

fn row() -> impl Strategy<Value = Row> {
    let some = |text: &'static str| proptest::option::weighted(0.9, text);
    let unit = prop_oneof![4 => "u[0-9]", 1 => "\\PC{0,8}", 1 => "[\\x01-\\x1f'\",]{1,4}"];
    let status = prop_oneof![
        Just("assigned"),
        Just("ASSIGNED"),
        Just("not_assigned"),
        Just("experiment_inactive"),
        Just("lost")
    ];
    (
        proptest::option::weighted(0.9, unit),
        some("web|app|"),
        proptest::option::weighted(0.9, 0_i64..4),
        some("exp[0-2]"),
        some("v[0-2]"),
        proptest::option::weighted(0.9, status.prop_map(str::to_owned)),
        proptest::option::of("(free|paid|)"),
        // Before 1970, in it, and after it.
        proptest::option::weighted(
            0.9,
            prop_oneof![
                -4_000_000_000_i64..4_000_000_000,
                1_700_000_000_000_000_i64..1_700_004_000_000_000
            ],
        ),
    )
        .prop_map(
            |(unit, layer, slot, experiment, variant, status, group, micros)| Row {
                unit,
                layer,
                slot,
                experiment,
                variant,
                status,
                group,
                micros,
            },
        )
}

fn time_column() -> impl Strategy<Value = TimeColumn> {
    prop_oneof![
        Just(TimeColumn::Timestamp),
        Just(TimeColumn::WithZone),
        Just(TimeColumn::Nanoseconds),
        Just(TimeColumn::Text),
        Just(TimeColumn::TextWithZone)
    ]
}

fn text(value: Option<&String>) -> String {
    value.map_or("NULL".to_owned(), |text| {
        format!("'{}'", text.replace('\'', "''"))
    })
}

/// The values of a row in SQL, with the time as `time` makes it of its microseconds.
fn values(row: &Row, time: &dyn Fn(i64) -> String) -> String {
    format!(
        "({}, {}, {}, {}, {}, {}, {}, {})",
        text(row.unit.as_ref()),
        text(row.layer.as_ref()),
        row.slot.map_or("NULL".to_owned(), |slot| slot.to_string()),
        text(row.experiment.as_ref()),
        text(row.variant.as_ref()),
        text(row.status.as_ref()),
        text(row.group.as_ref()),
        row.micros.map_or("NULL".to_owned(), time),
    )
}

const COLUMNS: &str = "unit_id, layer_id, slot_index, experiment_id, variant, status, group_key, \
                       assignment_timestamp";

fn write_rows(file: &Path, rows: &[Row], times: TimeColumn) {
    let kind = match times {
        TimeColumn::Timestamp => "TIMESTAMP",
        TimeColumn::WithZone => "TIMESTAMPTZ",
        TimeColumn::Nanoseconds => "TIMESTAMP_NS",
        TimeColumn::Text | TimeColumn::TextWithZone => "VARCHAR",
    };
    let time = |micros: i64| match times {
        TimeColumn::Timestamp | TimeColumn::Nanoseconds | TimeColumn::Text => {
            format!("CAST(make_timestamp({micros}) AS {kind})")
        }
        TimeColumn::WithZone => {
            format!("CAST(make_timestamp({micros})::VARCHAR || '+00' AS {kind})")
        }
        TimeColumn::TextWithZone => {
            let shifted = micros + 19_800_000_000;
            format!("make_timestamp({shifted})::VARCHAR || '+05:30'")
        }
    };
    let rows: Vec<String> = rows.iter().map(|row| values(row, &time)).collect();
    // The first row gives the columns their types.
    write_file(
        file,
        &format!(
            "SELECT * FROM (VALUES (NULL::VARCHAR, NULL::VARCHAR, NULL::BIGINT, NULL::VARCHAR, NULL::VARCHAR,
             NULL::VARCHAR, NULL::VARCHAR, NULL::{kind}), {}) AS v({COLUMNS}) OFFSET 1",
            rows.join(", ")
        ),
    );
}

/// Appends the rows to a SQLite log.
fn append(place: &Place, rows: &[Row]) {
    place.sql(
        "CREATE TABLE IF NOT EXISTS user_assignments (unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER,
         experiment_id VARCHAR, variant VARCHAR, status VARCHAR, group_key VARCHAR,
         assignment_timestamp TIMESTAMP)",
    );
    let time = |micros: i64| {
        let at = jiff::Timestamp::from_microsecond(micros).expect("a time");
        format!("'{at}'")
    };
    let rows: Vec<String> = rows.iter().map(|row| values(row, &time)).collect();
    place.sql(&format!(
        "INSERT INTO user_assignments ({COLUMNS}) VALUES {}",
        rows.join(", ")
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn files_give_the_same_counts_as_their_rows_in_sqlite(
        batches in proptest::collection::vec((proptest::collection::vec(row(), 1..40), time_column()), 1..5),
        is_csv in any::<bool>(),
    ) {
        let (sqlite, files) = (Place::empty(), Place::empty());
        let ending = if is_csv { "csv" } else { "parquet" };
        let mut counts = [sqlite.counts(), counter(&pattern(&files, ending))];
        for (number, (rows, times)) in batches.iter().enumerate() {
            append(&sqlite, rows);
            write_rows(&files.directory.path().join(format!("{number}.{ending}")), rows, *times);
            let [of_sqlite, of_files] = &mut counts;
            // A file after all others continues the log.
            prop_assert_eq!(refresh(of_sqlite), refresh(of_files));
            prop_assert_eq!(told(of_sqlite), told(of_files));
        }
        prop_assert_eq!(refresh(&mut counts[1]).rows, 0);
        let mut whole = counter(&pattern(&files, ending));
        refresh(&mut whole);
        prop_assert_eq!(told(&whole), told(&counts[0]));
    }
}
