//! A directory with layer files and room for a database, and the console on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use avos::store::{SqliteStore, StateStore, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use super::terminal::{Launch, Terminal};

/// The size that most tests use: all panels are open.
pub(super) const SIZE: (u16, u16) = (120, 36);

/// `configs/`, `avos.db` once something is applied, and `home/`.
pub(super) struct Place {
    directory: TempDir,
}

impl Place {
    /// With the layer files of `examples/configs/v1`.
    pub(super) fn with_v1() -> Self {
        let place = Self::without_configs();
        fs::create_dir(place.path("configs")).expect("a new directory");
        place.copy_example("v1", "checkout_flow.yml");
        place.copy_example("v1", "homepage_hero.yml");
        place
    }

    /// With nothing.
    pub(super) fn without_configs() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir(directory.path().join("home")).expect("a new directory");
        Self { directory }
    }

    /// A path below the directory.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts a layer file of `examples/configs` in place, as editors save: by renaming over.
    pub(super) fn copy_example(&self, version: &str, name: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples/configs")
            .join(version)
            .join(name);
        self.write_config(name, &fs::read_to_string(from).expect("an example"));
    }

    /// Writes a layer file, as editors save: by renaming over.
    pub(super) fn write_config(&self, name: &str, text: &str) {
        fs::write(self.path("configs/.new"), text).expect("our file");
        fs::rename(self.path("configs/.new"), self.path("configs").join(name)).expect("our file");
    }

    /// A layer file's text.
    pub(super) fn config(&self, name: &str) -> String {
        fs::read_to_string(self.path("configs").join(name)).expect("our file")
    }

    /// Replaces a text that must stand in a layer file.
    pub(super) fn edit_config(&self, name: &str, from: &str, to: &str) {
        let text = self.config(name);
        assert!(text.contains(from), "{from:?} in {name}");
        self.write_config(name, &text.replacen(from, to, 1));
    }

    /// The names in the directory, and in `home/` and `configs/`, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ["", "home", "configs"]
            .into_iter()
            .flat_map(|directory| fs::read_dir(self.path(directory)).expect("our directory"))
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(self.directory.path()).expect("below it");
                name.display().to_string()
            })
            .collect();
        names.sort();
        names
    }

    /// The console on it.
    pub(super) fn console(&self) -> Terminal {
        self.console_with(&[], &[], SIZE)
    }

    /// The console with these arguments and variables besides.
    pub(super) fn console_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        size: (u16, u16),
    ) -> Terminal {
        let mut args = vec!["--configs", "configs"];
        args.extend(arguments);
        self.start(&args, variables, size)
    }

    /// The console on the saved plan.
    pub(super) fn console_on_plan(&self) -> Terminal {
        self.start(&["--plan", "plan.json"], &[], SIZE)
    }

    fn start(&self, arguments: &[&str], variables: &[(&str, &str)], size: (u16, u16)) -> Terminal {
        let mut args = vec!["--db", "avos.db"];
        args.extend(arguments);
        self.start_only(args, variables, size)
    }

    /// The console with exactly these arguments.
    pub(super) fn start_only(
        &self,
        args: Vec<&str>,
        variables: &[(&str, &str)],
        size: (u16, u16),
    ) -> Terminal {
        Terminal::start(&Launch {
            program: env!("CARGO_BIN_EXE_avos-tui"),
            args,
            directory: self.directory.path(),
            home: &self.path("home"),
            variables: variables.to_vec(),
            size,
        })
    }

    /// Runs a verb that goes well there. Returns what it prints.
    pub(super) fn avos(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_avos"))
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .expect("a run");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Saves what the layer files ask for now as `plan.json`.
    pub(super) fn save_plan(&self) {
        let plan = ["plan", "--configs", "configs", "--db", "avos.db"];
        let plan = self.avos(&[&plan[..], &["--format", "json"]].concat());
        fs::write(self.path(".new-plan"), plan).expect("our file");
        fs::rename(self.path(".new-plan"), self.path("plan.json")).expect("our file");
    }

    /// Applies what the layer files ask for, in another process.
    pub(super) fn apply_elsewhere(&self) {
        self.avos(&["apply", "--configs", "configs", "--db", "avos.db", "--yes"]);
    }

    /// The console, after the layer files were applied by hand.
    pub(super) fn console_with_applied(&self) -> Terminal {
        let mut console = self.console();
        apply_additions(&mut console);
        console
    }

    /// The database as the store reads it.
    pub(super) fn read(&self) -> Result<avos::store::Snapshot, StoreError> {
        SqliteStore::new(self.path("avos.db")).snapshot()
    }

    /// Another program's connection.
    pub(super) fn other_program(&self) -> Connection {
        Connection::open(self.path("avos.db")).expect("a connection")
    }
}

/// Waits until files and database are read and the changes of files are noticed.
#[track_caller]
pub(super) fn wait_until_ready(console: &mut Terminal) {
    console.wait_for("files and database to be read", |screen| {
        let text = screen.contents();
        text.contains("watching") && !text.contains("reading")
    });
}

/// Applies what takes one key.
#[track_caller]
pub(super) fn apply_additions(console: &mut Terminal) {
    wait_until_ready(console);
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    console.keys("y");
    console.wait_for_text("Applied");
}
