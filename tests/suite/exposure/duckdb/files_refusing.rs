//! What is no log in Parquet or CSV files.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use avos::exposure::{FileLogger, LogError, LoggerOptions};

use super::super::support::error_text;
use super::support::{AVOS_ROWS, counted, counter, place_with_files};

fn failure(log: &Path) -> LogError {
    let refresh = counter(log).refresh(|_| ControlFlow::Continue(()));
    refresh.expect_err("no log")
}

#[test]
fn what_cannot_be_read_is_named_with_its_file_its_column_and_its_line() {
    let place = place_with_files(&[
        (
            "no_slot.parquet",
            "SELECT 'u' AS unit_id, 'web' AS layer_id, 1 AS slot, 'exp' AS experiment_id, 'a' AS variant,
             'assigned' AS status, now() AS assignment_timestamp",
        ),
        (
            "no_experiment.csv",
            "SELECT 'u' AS user_id, now() AS timestamp, 'a' AS variation_id",
        ),
        ("nothing.parquet", "SELECT 1 AS a, 2 AS b"),
        (
            "two_units.parquet",
            "SELECT 'u' AS user_id, 'v' AS anonymous_id, now() AS timestamp, 'exp' AS experiment_id,
             'a' AS variation_id",
        ),
        (
            "two_variants.parquet",
            "SELECT 'u' AS user_id, now() AS timestamp, 'exp' AS experiment_id, 'a' AS variation_id, 'b' AS group_id",
        ),
        (
            "time.parquet",
            "SELECT 'u' AS user_id, true AS timestamp, 'exp' AS experiment_id, 'a' AS variation_id",
        ),
        (
            "unit.parquet",
            "SELECT ['u'] AS user_id, now() AS timestamp, 'exp' AS experiment_id, 'a' AS variation_id",
        ),
        (
            "slot.parquet",
            "SELECT 'u' AS unit_id, 'web' AS layer_id, TIME '09:00:00' AS slot_index, 'exp' AS experiment_id,
             'a' AS variant, 'assigned' AS status, now() AS assignment_timestamp",
        ),
        ("mixed/1.parquet", AVOS_ROWS),
        ("mixed/2.parquet", "SELECT 'u' AS unit_id"),
        ("directory.parquet/1.parquet", AVOS_ROWS),
    ]);
    let path = |name: &str| place.directory.path().join(name);
    let header = "user_id,timestamp,experiment_id,variation_id";
    fs::write(path("empty.csv"), "").expect("a file");
    fs::write(path("twice.csv"), format!("{header},user_id\n")).expect("a file");
    fs::write(path("semicolons.csv"), header.replace(',', ";") + "\n").expect("a file");
    fs::write(
        path("short.csv"),
        format!("{header}\nu,2025-03-01,exp,a\nu,2025-03-01\n"),
    )
    .expect("a file");
    fs::write(
        path("quote.csv"),
        format!("{header}\nu,2025-03-01,exp,\"a\n"),
    )
    .expect("a file");
    fs::write(
        path("latin.csv"),
        [header.as_bytes(), b"\n\xfc,2025-03-01,exp,a\n"].concat(),
    )
    .expect("a file");
    fs::write(path("text.parquet"), "unit,variant\n".repeat(100)).expect("a file");
    let mut said = Vec::new();
    for name in [
        "no_slot.parquet",
        "no_experiment.csv",
        "nothing.parquet",
        "two_units.parquet",
        "two_variants.parquet",
        "time.parquet",
        "unit.parquet",
        "slot.parquet",
        "mixed/*.parquet",
        "directory.parquet",
        "none.parquet",
        "none/*.csv",
        "empty.csv",
        "twice.csv",
        "semicolons.csv",
        "short.csv",
        "quote.csv",
        "latin.csv",
        "text.parquet",
    ] {
        said.push(error_text(&failure(&path(name)), &place));
    }
    let unwritten = FileLogger::open(path("new.parquet"), LoggerOptions::default());
    said.push(error_text(&unwritten.expect_err("it is only read"), &place));
    insta::assert_snapshot!(said.join("\n"), @"
    /no_slot.parquet has no column slot_index, so it isn't a log of AVOS (it has unit_id, layer_id, slot, experiment_id, variant, status, assignment_timestamp)
    write it with what is missing; docs/exposures.md lists the columns
    /no_experiment.csv has no column experiment_id, so it isn't an assignment table of GrowthBook (it has user_id, timestamp, variation_id)
    write it with what is missing; docs/exposures.md lists the columns
    /nothing.parquet has no column unit_id, experiment_id, variant, assignment_timestamp, layer_id, slot_index, status, so it isn't a log of AVOS (it has a, b)
    write it with what is missing; docs/exposures.md lists the columns
    /two_units.parquet has more than one column that may hold the unit: user_id, anonymous_id
    write the files with only one of them, or name it as a source's column in the settings; see docs/sources.md
    /two_variants.parquet has more than one column that may hold the variant: variation_id, group_id
    write the files with only one of them, or name it as a source's column in the settings; see docs/sources.md
    the column timestamp of /time.parquet can't hold the time: its type is BOOLEAN
    write it as a timestamp, or as a text such as 2025-03-01 09:00:00
    the column user_id of /unit.parquet can't hold the unit: its type is VARCHAR[]
    write it as a text or as a whole number
    the column slot_index of /slot.parquet can't hold the slot: its type is TIME
    write it as a text or as a whole number
    /mixed/2.parquet has no column experiment_id, variant, assignment_timestamp, layer_id, slot_index, status, so it isn't a log of AVOS (it has unit_id)
    write it with what is missing; docs/exposures.md lists the columns
    /directory.parquet is a directory
    name the files in it by a quoted pattern, such as '…/*.parquet'
    the exposure log /none.parquet doesn't exist
    check the path, and quote a pattern, so that the shell leaves it as it is
    no file matches /none/*.csv
    check the path, and quote a pattern, so that the shell leaves it as it is
    /empty.csv has no column unit_id, experiment_id, variant, assignment_timestamp, layer_id, slot_index, status, so it isn't a log of AVOS
    write it with what is missing; docs/exposures.md lists the columns
    /twice.csv has more than one column that may hold the unit: user_id, user_id
    write the files with only one of them, or name it as a source's column in the settings; see docs/sources.md
    /semicolons.csv has no column unit_id, experiment_id, variant, assignment_timestamp, layer_id, slot_index, status, so it isn't a log of AVOS (it has user_id;timestamp;experiment_id;variation_id)
    separate its values by commas; docs/exposures.md lists the columns
    DuckDB failed on /short.csv: line 3: Expected Number of Columns: 4 Found: 2
    check the path, the file and its permissions
    DuckDB failed on /quote.csv: line 2: Value with unterminated quote found.
    check the path, the file and its permissions
    DuckDB failed on /latin.csv: line 2: Invalid unicode (byte sequence mismatch) detected. This file is not utf-8 encoded.
    check the path, the file and its permissions
    DuckDB failed on /text.parquet: Invalid Input Error: No magic bytes found at end of file '/text.parquet'
    check the path, the file and its permissions
    /new.parquet can't be appended to: Parquet and CSV files are only read
    name a SQLite log, such as exposures.db
    ");
    // DuckDB goes on.
    assert_eq!(counted(&path("mixed/1.parquet")).rows(), 3);
}
