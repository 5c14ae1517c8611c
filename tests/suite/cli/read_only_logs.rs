//! Logs that can be read and not written, by a user who isn't root.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;

use super::support::Place;

/// Who has no rights of their own.
const NOBODY: u32 = 65_534;

/// A directory with a log in WAL mode that nobody has open, and beside the log nothing that isn't
/// named here.
struct Scene {
    place: Place,
    logs: TempDir,
    log: PathBuf,
}

const ROW: &str = "INSERT INTO user_assignments VALUES ('u', 'homepage_hero', 1,
                   'hero_button_colors_v1', 'blue', 'assigned', '2026-05-04 12:00:00')";

impl Scene {
    fn new() -> Self {
        let place = Place::at("v1");
        let logs = tempfile::tempdir().expect("a directory");
        let log = logs.path().join("log.db");
        let scene = Self { place, logs, log };
        scene.sql(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, variant,
             status, assignment_timestamp)",
        );
        scene.sql(ROW);
        scene
    }

    fn sql(&self, sql: &str) {
        let log = Connection::open(&self.log).expect("a database");
        log.execute_batch(sql).expect("valid SQL");
    }

    /// Adds a row as a program that dies before it merges its write-ahead log.
    fn write_and_die(&self) {
        let writer = Connection::open(&self.log).expect("a database");
        writer.execute_batch(ROW).expect("a row");
        let saved = tempfile::tempdir().expect("a directory");
        for name in ["log.db", "log.db-wal"] {
            fs::copy(self.logs.path().join(name), saved.path().join(name)).expect("a copy");
        }
        drop(writer);
        for name in ["log.db", "log.db-wal"] {
            fs::copy(saved.path().join(name), self.logs.path().join(name)).expect("a copy");
        }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.logs.path()).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.display().to_string()).collect();
        names.sort();
        names
    }

    /// What a verb says to who may read all and write neither the log nor beside it. Root may write
    /// everything, so root's tests run as nobody.
    fn read_only(&self, verb: &str) -> String {
        allow(self.place.path(), 0o755);
        allow(self.place.db.as_ref(), 0o644);
        let bytes = fs::read(&self.log).expect("a log");
        let before = self.names();
        for name in &before {
            allow(&self.logs.path().join(name), 0o444);
        }
        allow(self.logs.path(), 0o555);
        let mut program = PathBuf::from(env!("CARGO_BIN_EXE_avos"));
        let is_root = self.logs.path().metadata().expect("a directory").uid() == 0;
        if is_root {
            // Nobody may not get to where it was built. Another program copies it: what this one has open for
            // writing, the children of other tests have too for a moment, and then it can't be run.
            let copy = self.place.path().join("avos");
            let copied = Command::new("cp").arg(program).arg(&copy).status();
            assert!(copied.expect("a copy").success());
            program = copy;
        }
        let mut command = Command::new(program);
        command.args([verb, "--db", &self.place.db, "--log"]);
        command.arg(&self.log).current_dir("/");
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().expect("a run");
        allow(self.logs.path(), 0o755);
        assert_eq!(self.names(), before, "no file is left behind");
        assert!(fs::read(&self.log).expect("a log") == bytes, "unchanged");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("a text");
        said.replace(&self.logs.path().display().to_string(), "DIR")
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
}

#[test]
fn a_log_that_was_closed_is_read_whole() {
    let scene = Scene::new();
    let said = scene.read_only("srm");
    assert!(said.contains("DIR/log.db: 1 row, 1 unit,"), "{said}");
    let said = scene.read_only("replay");
    assert!(said.contains("1 of 1 row "), "{said}");
}

#[test]
fn a_log_whose_newest_rows_would_be_missed_is_refused() {
    let scene = Scene::new();
    scene.write_and_die();
    assert_eq!(scene.names(), ["log.db", "log.db-wal"]);
    for verb in ["srm", "replay"] {
        insta::allow_duplicates!(insta::assert_snapshot!(scene.read_only(verb), @"
        error: the newest rows of the exposure log DIR/log.db are in DIR/log.db-wal, which can't be read in a read-only directory
        help: copy both files to a directory that can be written, and give the copy; or have the log's owner merge them: sqlite3 FILE 'PRAGMA wal_checkpoint(TRUNCATE)'
        "));
    }
}

#[test]
fn a_log_that_another_user_has_open_is_read_whole() {
    let scene = Scene::new();
    let writer = Connection::open(&scene.log).expect("a database");
    writer.execute_batch(ROW).expect("a row");
    let said = scene.read_only("srm");
    assert!(said.contains("DIR/log.db: 2 rows, 1 unit,"), "{said}");
    drop(writer);
}
