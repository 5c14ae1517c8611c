//! What is no DuckDB log.

use std::fs;

use avos::exposure::{FileLogger, LoggerOptions};

use super::super::support::{PYTHON_TABLE, error_text};
use super::support::{place, read, run};

#[test]
fn what_is_no_log_is_named() {
    let place = place();
    let path = |name: &str| place.directory.path().join(name);
    run(&path("state.duckdb"), "CREATE TABLE layers (a INTEGER)");
    run(
        &path("short.DuckDB"),
        "CREATE TABLE user_assignments (unit_id VARCHAR, status VARCHAR)",
    );
    run(
        &path("view.duckdb"),
        "CREATE TABLE t (a INTEGER); CREATE VIEW user_assignments AS SELECT * FROM t",
    );
    let sqlite = rusqlite::Connection::open(path("sqlite.duckdb")).expect("a database");
    sqlite.execute_batch(PYTHON_TABLE).expect("a table");
    fs::write(path("text.duckdb"), "unit,variant\n".repeat(1000)).expect("a file");
    fs::write(path("empty.duckdb"), "").expect("a file");
    fs::create_dir(path("directory.duckdb")).expect("a directory");
    std::os::unix::fs::symlink(path("nowhere"), path("link.duckdb")).expect("a link");
    let mut said = Vec::new();
    for name in [
        "state.duckdb",
        "short.DuckDB",
        "view.duckdb",
        "sqlite.duckdb",
        "text.duckdb",
        "empty.duckdb",
        "directory.duckdb",
    ] {
        let unread = read(&path(name)).expect_err("no log");
        said.push(format!("read {}", error_text(&unread, &place)));
    }
    let nothing = read(&path("none.duckdb")).expect_err("no log");
    said.push(format!("read {}", error_text(&nothing, &place)));
    for name in [
        "state.duckdb",
        "short.DuckDB",
        "empty.duckdb",
        "link.duckdb",
        "none/log.duckdb",
    ] {
        let unwritten = FileLogger::open(path(name), LoggerOptions::default());
        said.push(format!(
            "write {}",
            error_text(&unwritten.expect_err("no log"), &place)
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    read /state.duckdb is not an exposure log: it has no table user_assignments (it has layers)
    check the path; the state database is given apart from the exposure log
    read the table user_assignments in /short.DuckDB has no column layer_id, slot_index, experiment_id, variant, assignment_timestamp
    check the path, or write the log with AVOS
    read the table user_assignments in /view.duckdb has no row ids
    copy its rows to a plain table: not a view, not WITHOUT ROWID, and without a column _rowid_
    read /sqlite.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /text.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /empty.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    read /directory.duckdb is not a file
    name the database file itself
    read the exposure log /none.duckdb doesn't exist
    check the path; `avos assign --log FILE` or a service's logger creates one
    write /state.duckdb is not an exposure log: it has no table user_assignments (it has layers)
    check the path; the state database is given apart from the exposure log
    write the table user_assignments in /short.DuckDB has no column layer_id, slot_index, experiment_id, experiment_name, variant, assignment_timestamp
    check the path, or write the log with AVOS
    write /empty.duckdb is not a DuckDB database
    check the path; a SQLite log has a name that doesn't end in .duckdb
    write /link.duckdb is a link to a file that doesn't exist
    remove the link, or let it point to a database
    write the directory /none doesn't exist
    create the directory first, or check the path
    ");
    assert!(!path("none.duckdb").exists());
}

/// The blocks at the head of a file that DuckDB 2.0.1 created with its defaults, to their last byte
/// that isn't 0.
const NEWER: [&str; 3] = [
    "7753c6770cb4fb894455434be70300000000000000000000000000000000000000000000000000000000\
     0000000000000000000076322e302e310000000000000000000000000000000000000000000000000000\
     386437383131346539300000000000000000000000000000000000000000000000000000000000001bbc\
     c41ff4f4980edca997597d92dbbb",
    "1319555dab92acfe01000000000000000000000000000000000000000000000202000000000000000000\
     040000000000000800000000000045",
    "d83778781c5b444d0000000000000000ffffffffffffffffffffffffffffffff00000000000000000000\
     040000000000000800000000000045",
];

#[test]
fn a_log_of_a_newer_duckdb_says_how_to_get_an_older_one() {
    let place = place();
    let mut file = Vec::new();
    for block in NEWER {
        let start = file.len();
        let digits = block.as_bytes().chunks(2);
        file.extend(digits.map(|pair| {
            let pair = str::from_utf8(pair).expect("digits");
            u8::from_str_radix(pair, 16).expect("a byte")
        }));
        file.resize(start + 4096, 0);
    }
    fs::write(&place.log, &file).expect("a file");
    let refused = [
        read(&place.log).expect_err("no log"),
        FileLogger::open(&place.log, LoggerOptions::default()).expect_err("no log"),
    ];
    for error in refused {
        assert_eq!(error.state(), "unread");
        insta::allow_duplicates!(insta::assert_snapshot!(error_text(&error, &place), @r"
        /log.duckdb was written by a newer DuckDB than this build can read: IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and 68.
        copy it with the DuckDB that wrote it: ATTACH 'old.duckdb' AS old (READ_ONLY); ATTACH 'new.duckdb' AS new (STORAGE_VERSION 'v1.0.0'); COPY FROM DATABASE old TO new;
        "));
    }
    assert!(fs::read(&place.log).expect("a file") == file, "unchanged");
}
