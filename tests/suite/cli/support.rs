//! Running the program, places for files and databases.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use avos::store::{DatabaseLocation, StateStore};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::store_kind::{Database, StoreKind};

/// What a run of the program gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Run {
    pub(super) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The one document on standard output.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output with ids of 12 and of 64 digits replaced.
    pub(super) fn redacted(&self) -> String {
        let is_digit = |c: char| c.is_ascii_hexdigit();
        let words = self.out.split_inclusive(|c| !is_digit(c));
        let word = |word: &str| match word.trim_end_matches(|c| !is_digit(c)).len() {
            length @ (12 | 64) => format!("[id]{}", &word[length..]),
            _ => word.to_owned(),
        };
        words.map(word).collect()
    }
}

/// The program with these arguments, without the caller's wishes about color.
pub(super) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avos"));
    command
        .args(arguments)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

pub(super) fn avos(arguments: &[&str]) -> Run {
    Run::new(command(arguments).output().expect("a run"))
}

/// The plan of these files on the place's database.
pub(super) fn plan(place: &Place, configs: &str, more: &[&str]) -> Run {
    let arguments = ["plan", "--configs", configs, "--db", &place.db];
    avos(&[&arguments, more].concat())
}

/// A run with this on its standard input.
pub(super) fn avos_reading(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    let mut stdin = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        // The program may stop reading early.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("an end")
    });
    Run::new(output)
}

/// The keys of an object, in order of the alphabet.
pub(super) fn keys(object: &Value) -> Vec<&str> {
    let object = object.as_object().expect("an object");
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// The layer files of the walk-through.
pub(super) fn example(version: &str) -> String {
    path("examples/configs").join(version).display().to_string()
}

/// A reference file.
pub(super) fn reference(name: &str) -> PathBuf {
    path("tests/fixtures/reference").join(name)
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A directory for layer files, and a database.
pub(super) struct Place {
    directory: TempDir,
    database: Database,
    /// The name of the database, which needn't exist yet.
    pub(super) db: String,
}

impl Place {
    pub(super) fn with_database(directory: TempDir, database: Database) -> Self {
        let db = database.name();
        Self {
            directory,
            database,
            db,
        }
    }

    /// Without a database.
    pub(super) fn empty() -> Self {
        StoreKind::Sqlite.empty()
    }

    /// With the examples applied up to this version.
    pub(super) fn at(version: &str) -> Self {
        StoreKind::Sqlite.at(version)
    }

    /// With a copy of a reference database.
    pub(super) fn with_reference(name: &str) -> Self {
        let place = Self::empty();
        std::fs::copy(reference(name), &place.db).expect("a copy");
        place
    }

    /// Applies the files of this directory without being asked.
    pub(super) fn apply(&self, configs: &str) -> Run {
        avos(&["apply", "--configs", configs, "--db", &self.db, "--yes"])
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The store of its database.
    pub(super) fn store(&self) -> Arc<dyn StateStore> {
        avos::store::open(DatabaseLocation::parse(&self.db).expect("a name"))
    }

    /// How programs show the name of the database.
    pub(super) fn shown_db(&self) -> String {
        self.store().location().to_string()
    }

    /// Another program's statements on its database, in the names and words of a file.
    pub(super) fn execute(&self, sql: &str) {
        self.database.execute(sql);
    }

    /// Dates all entries of its journal back to this time.
    pub(super) fn backdate(&self, at: Timestamp) {
        let at = at.strftime("%Y-%m-%d %H:%M:%S%.6f");
        self.execute(&format!("UPDATE avos_journal SET applied_at = '{at}'"));
    }

    /// A place of its own with a copy of the database, which nobody may be using.
    pub(super) fn copy(&self) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let database = self.database.copy(&directory);
        Self::with_database(directory, database)
    }

    /// Nothing in its database is damaged.
    pub(super) fn check_integrity(&self) {
        self.database.check_integrity();
    }

    /// A directory with these layer files.
    pub(super) fn configs(&self, files: &[(&str, &str)]) -> String {
        let directory = self.path().join("configs");
        std::fs::create_dir_all(&directory).expect("a directory");
        for (name, text) in files {
            std::fs::write(directory.join(name), text).expect("a file");
        }
        directory.display().to_string()
    }
}

/// A database at `v1`, and the path of an exposure log beside it.
pub(super) struct Logged {
    pub(super) place: Place,
    pub(super) log: String,
}

impl Logged {
    /// There is no log yet.
    pub(super) fn new() -> Self {
        Self::over(StoreKind::Sqlite)
    }

    /// There is no log yet.
    pub(super) fn over(kind: StoreKind) -> Self {
        let place = kind.at("v1");
        let log = place.path().join("log.db").display().to_string();
        Self { place, log }
    }

    /// Another program's statements on the log.
    pub(super) fn sql(&self, sql: &str) {
        let log = Connection::open(&self.log).expect("a database");
        log.execute_batch(sql).expect("valid SQL");
    }

    /// The verb on the database and the log.
    pub(super) fn run(&self, verb: &str, more: &[&str]) -> Run {
        let words = [verb, "--db", &self.place.db, "--log", &self.log];
        avos(&[&words[..], more].concat())
    }

    /// A text without the place.
    pub(super) fn shown(&self, text: &str) -> String {
        text.replace(&self.place.path().display().to_string(), "DIR")
    }
}

/// A layer file with an experiment on half of 100 slots.
pub(super) fn layer_file(layer: &str, experiment: &str) -> String {
    format!(
        "layer_id: {layer}\nlayer_salt: salt_of_{layer}\nexperiments:\n  - experiment_id: \
         {experiment}\n    layer_id: {layer}\n    name: An experiment\n    variants: [a, b]\n    \
         traffic_allocation: {{a: 0.5, b: 0.5}}\n    status: active\n    traffic_percentage: 0.5\n"
    )
}

/// Random enough for moments to kill.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }
}
