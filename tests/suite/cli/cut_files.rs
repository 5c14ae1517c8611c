//! Files whose last page is cut off, by a full disk or a copy that broke: SQLite would read the
//! missing part as zeros.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::{Place, Run, avos, example};

/// A log of some pages that its writer has closed.
fn log(place: &Place) -> PathBuf {
    let log = place.path().join("log.db");
    let units = place.path().join("units.txt");
    let ids: Vec<String> = (0..1000).map(|unit| format!("user_{unit}")).collect();
    fs::write(&units, ids.join("\n")).expect("a file");
    let (units, path) = (units.display().to_string(), log.display().to_string());
    let assign = ["assign", "--db", &place.db, "--layer", "homepage_hero"];
    let run = avos(&[&assign[..], &["--units", &units, "--log", &path]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    log
}

/// Every verb that opens this log.
fn runs(place: &Place, log: &Path) -> [Run; 3] {
    let log = &log.display().to_string();
    let db = &place.db;
    let assign = ["assign", "--db", db, "--layer", "homepage_hero"];
    [
        avos(&["srm", "--db", db, "--log", log]),
        avos(&["replay", "--db", db, "--log", log]),
        avos(&[&assign[..], &["--unit", "a", "--log", log]].concat()),
    ]
}

#[test]
fn a_log_without_the_end_of_its_last_page_is_damaged() {
    let place = Place::at("v1");
    let whole = fs::read(log(&place)).expect("a log");
    let cut = place.path().join("cut.db");
    for missing in [1, 100, 512, 4095, 4096, 6000, 8191] {
        let left = &whole[..whole.len() - missing];
        fs::write(&cut, left).expect("a file");
        for run in runs(&place, &cut) {
            assert_eq!((run.code, run.out.as_str()), (1, ""), "{missing}: {run:?}");
            assert!(run.err.contains("is damaged: its last page is cut off"));
            assert!(run.err.contains("\nhelp: restore it from a backup"));
        }
        assert!(fs::read(&cut).expect("a file") == left, "{missing}");
    }
}

#[test]
fn a_database_without_the_end_of_its_last_page_is_damaged() {
    let place = Place::at("v1");
    let whole = fs::read(&place.db).expect("a database");
    let left = &whole[..whole.len() - 1000];
    fs::write(&place.db, left).expect("a file");
    let configs = &example("v2");
    for run in [
        avos(&["layers", "--db", &place.db]),
        avos(&["plan", "--configs", configs, "--db", &place.db]),
        avos(&["apply", "--configs", configs, "--db", &place.db, "--yes"]),
        avos(&["history", "--db", &place.db]),
    ] {
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        assert!(run.err.contains("is damaged: its last page is cut off"));
    }
    assert!(fs::read(&place.db).expect("a file") == left);
}

#[test]
fn what_a_journal_completes_is_not_cut_off() {
    let place = Place::at("v1");
    let log = log(&place);
    let writer = rusqlite::Connection::open(&log).expect("a log");
    let row = "INSERT INTO user_assignments (unit_id, layer_id, slot_index, status,
               assignment_timestamp) VALUES ('b', 'homepage_hero', 1, 'not_assigned',
               '2026-05-04 12:00:00')";
    writer.execute(row, ()).expect("a row");
    let wal = place.path().join("log.db-wal");
    assert!(fs::metadata(wal).is_ok_and(|metadata| metadata.len() > 0));
    // The last page is in the write-ahead log, as after a crash while it was merged.
    let length = fs::metadata(&log).expect("a file").len();
    let file = fs::OpenOptions::new().write(true).open(&log);
    file.and_then(|file| file.set_len(length - 1000))
        .expect("a cut");
    let [srm, replay, assign] = runs(&place, &log);
    assert!(srm.out.contains("1,001 rows"), "{srm:?}");
    assert!(replay.out.contains("1,001 rows"), "{replay:?}");
    assert_eq!(assign.code, 0, "{assign:?}");
}
