//! `avos assign --log`.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use rusqlite::{Connection, OpenFlags};

use super::support::{Place, Run, avos, avos_reading, command};
use crate::support::waiting::wait_until;

/// What each row of a log says, but for its time.
fn rows(path: &str) -> Vec<String> {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT concat_ws('|', unit_id, layer_id, slot_index, experiment_id, \
                 experiment_name, variant, status, group_key) FROM user_assignments";
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map((), |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn assign(place: &Place, more: &[&str]) -> Run {
    let base = ["assign", "--db", &place.db, "--layer"];
    avos(&[&base[..], more].concat())
}

#[test]
fn every_answer_is_logged_and_the_report_is_the_same() {
    let place = Place::at("v1");
    let log = place.path().join("log.db").display().to_string();
    let units = [
        "homepage_hero",
        "--unit",
        "user_1",
        "user_3",
        "--format",
        "json",
    ];
    let plain = assign(&place, &units);
    let logged = assign(&place, &[&units[..], &["--log", &log]].concat());
    assert_eq!((logged.code, &logged.out), (0, &plain.out));
    insta::assert_snapshot!(rows(&log).join("\n"), @r"
    user_1|homepage_hero|9|hero_button_colors_v1|Hero Button Colors v1|blue|assigned
    user_3|homepage_hero|98|not_assigned
    ");
    // Who answered, and by which state.
    let connection = Connection::open(&log).expect("a database");
    let query = "SELECT DISTINCT source || ' ' || revision FROM user_assignments";
    let answered = connection.query_row(query, (), |row| row.get(0));
    let answered: String = answered.expect("one source and one revision");
    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    let revision = history["entries"][0]["revision"].as_str().expect("a text");
    assert!(answered.starts_with("avos@"), "{answered}");
    assert_eq!(answered.split(' ').nth(1), Some(&revision[..12]));
    // Another run appends, at the time that was asked for.
    let at = ["--at", "2025-03-01T09:00:00Z", "--log", &log];
    assert_eq!(assign(&place, &[&units[..4], &at].concat()).code, 0);
    assert_eq!(rows(&log).len(), 4);
    let connection = Connection::open(&log).expect("a database");
    let query = "SELECT assignment_timestamp FROM user_assignments WHERE rowid = 3";
    let time: String = connection
        .query_row(query, (), |row| row.get(0))
        .expect("a row");
    assert_eq!(time, "2025-03-01 09:00:00.000000");
}

/// Units may come for hours.
#[test]
fn each_unit_is_assigned_when_it_comes() {
    let place = Place::at("v1");
    let log = place.path().join("log.db").display().to_string();
    let base = ["assign", "--db", &place.db, "--layer", "homepage_hero"];
    let mut run = command(&[&base[..], &["--units", "-", "--log", &log]].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("a run");
    let mut units = run.stdin.take().expect("a pipe");
    units.write_all(b"user_1\n").expect("taken");
    let count = || {
        // Anything else would create the log, or stand in its writer's way.
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(&log, read_only)?;
        let query = "SELECT count(*) FROM user_assignments";
        connection.query_row(query, (), |row| row.get::<_, i64>(0))
    };
    wait_until(|| count().is_ok_and(|rows| rows == 1));
    units.write_all(b"user_2\n").expect("taken");
    drop(units);
    assert!(run.wait().expect("an end").success());
    let query = "SELECT count(DISTINCT assignment_timestamp) FROM user_assignments";
    let connection = Connection::open(&log).expect("a database");
    let times: i64 = connection
        .query_row(query, (), |row| row.get(0))
        .expect("a row");
    assert_eq!(times, 2);
}

#[test]
fn the_group_is_logged_and_a_unit_without_one_is_not() {
    let place = Place::with_reference("python_2026.db");
    let log = place.path().join("log.db").display().to_string();
    let run = assign(
        &place,
        &[
            "pricing", "--unit", "user_0", "user_7", "user_14", "--geo", "DE", "--log", &log,
        ],
    );
    assert_eq!(run.code, 1, "user_14 needs a segment");
    insta::assert_snapshot!(rows(&log).join("\n"), @r"
    user_0|pricing|322|price_geo|Price by geo|plus|assigned|DE
    user_7|pricing|927|not_assigned
    ");
}

#[test]
fn many_units_are_logged_to_the_last() {
    let place = Place::at("v1");
    let log = place.path().join("log.db").display().to_string();
    let units: Vec<String> = (0..5000).map(|number| number.to_string()).collect();
    let arguments = [
        "assign",
        "--db",
        &place.db,
        "--layer",
        "homepage_hero",
        "--units",
        "-",
        "--log",
        &log,
    ];
    let run = avos_reading(&arguments, units.join("\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(rows(&log).len(), 5000);
}

#[test]
fn a_log_that_cannot_be_written_is_an_error_before_any_answer() {
    let place = Place::at("v1");
    let before = fs::read(&place.db).expect("a file");
    let directory = place.path().display().to_string();
    let nowhere = format!("{directory}/none/log.db");
    let mut said = String::new();
    for log in [&nowhere, &directory, &place.db] {
        let run = assign(&place, &["homepage_hero", "--unit", "user_1", "--log", log]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        said.push_str(&run.err.replace(&directory, "DIR"));
    }
    insta::assert_snapshot!(said, @r"
    error: the directory DIR/none doesn't exist
    help: create the directory first, or check the path
    error: DIR is not a file
    help: name the database file itself
    error: DIR/avos.db is not an exposure log: it has no table user_assignments (it has avos_holds, avos_journal, avos_meta, experiments, layer_slots, layers)
    help: check the path; the state database is given apart from the exposure log
    ");
    assert!(
        fs::read(&place.db).expect("a file") == before,
        "the database was touched"
    );
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn a_duckdb_log_needs_a_build_that_knows_it() {
    let place = Place::at("v1");
    let log = place.path().join("log.duckdb").display().to_string();
    let run = assign(
        &place,
        &["homepage_hero", "--unit", "user_1", "--log", &log],
    );
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err.replace(&log, "LOG"), @r"
    error: LOG is a DuckDB log, and this build only reads SQLite logs
    help: build AVOS with `--features duckdb` and DuckDB's library, or give a file with another ending; see docs/exposures.md
    ");
    assert!(!fs::exists(log).expect("known"));
}

#[cfg(feature = "duckdb")]
#[test]
fn answers_are_logged_to_a_duckdb_log() {
    let place = Place::at("v1");
    let log = place.path().join("log.duckdb").display().to_string();
    for _ in 0..2 {
        let run = assign(
            &place,
            &["homepage_hero", "--unit", "user_1", "user_3", "--log", &log],
        );
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let connection = duckdb::Connection::open(&log).expect("a database");
    let query = "SELECT string_agg(concat_ws('|', unit_id, layer_id, slot_index, experiment_id, \
                 experiment_name, variant, status, group_key), chr(10)) FROM user_assignments";
    let rows: String = connection
        .query_row(query, [], |row| row.get(0))
        .expect("rows");
    insta::assert_snapshot!(rows, @r"
    user_1|homepage_hero|9|hero_button_colors_v1|Hero Button Colors v1|blue|assigned
    user_3|homepage_hero|98|not_assigned
    user_1|homepage_hero|9|hero_button_colors_v1|Hero Button Colors v1|blue|assigned
    user_3|homepage_hero|98|not_assigned
    ");
}

#[test]
fn a_wrong_command_line_creates_no_log() {
    let place = Place::with_reference("python_2026.db");
    let log = place.path().join("log.db").display().to_string();
    let run = assign(
        &place,
        &["no_such_layer", "--unit", "user_1", "--log", &log],
    );
    assert_eq!(run.code, 1);
    assert!(!fs::exists(&log).expect("known"));
}

#[test]
fn a_log_that_fails_on_the_way_is_told() {
    let place = Place::at("v1");
    let log = place.path().join("log.db").display().to_string();
    let units = ["homepage_hero", "--unit", "user_1", "--log", &log];
    assert_eq!(assign(&place, &units).code, 0);
    let connection = Connection::open(&log).expect("a database");
    let trigger = "CREATE TRIGGER no BEFORE INSERT ON user_assignments
                   BEGIN SELECT RAISE(ABORT, 'no room'); END";
    connection.execute_batch(trigger).expect("valid SQL");
    drop(connection);
    let run = assign(&place, &units);
    assert_eq!(run.code, 1);
    assert!(
        run.err
            .starts_with("error: the exposure log can't be written: SQLite failed on ")
    );
    assert_eq!(rows(&log).len(), 1);
}
