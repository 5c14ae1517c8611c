//! A console's model on a directory of its own: files that tests change, and a database.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avos::console::commands::Keymap;
use avos::console::message::{Answer, Message};
use avos::console::model::{Loaded, Model, Startup};
use avos::console::settings::Settings;
use avos::console::theme::{Symbols, Theme, ThemeName};
use avos::console::update::update;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::console::worker::{load, simulate};
use avos::store::Store;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;

/// The example configs that come with the project.
pub(crate) const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/configs");
/// How many units a sample has in tests.
const SAMPLE: u64 = 10_000;

/// A configs directory and a database that nobody else uses.
pub(crate) struct Desk {
    directory: TempDir,
}

impl Desk {
    /// The files of `set` below `base`, and no database.
    pub(crate) fn new(base: &str, set: &str) -> Self {
        let desk = Self {
            directory: tempfile::tempdir().expect("a directory"),
        };
        fs::create_dir(desk.configs()).expect("a directory");
        desk.take_files(&Path::new(base).join(set));
        desk
    }

    /// The files of `pending`, and a database to which `applied` was applied.
    pub(crate) fn applied(base: &str, applied: &str, pending: &str) -> Self {
        let desk = Self::new(base, applied);
        desk.apply();
        desk.take_files(&Path::new(base).join(pending));
        desk
    }

    /// Applies what the files ask for.
    pub(crate) fn apply(&self) {
        let loaded = self.load();
        let plan = loaded
            .review
            .and_then(|review| review.plan())
            .expect("an applicable plan");
        self.store()
            .apply(&plan, "test@host", now())
            .expect("an apply");
    }

    /// The configs directory.
    pub(crate) fn configs(&self) -> PathBuf {
        self.directory.path().join("configs")
    }

    /// The database.
    pub(crate) fn store(&self) -> Store {
        Store::new(self.directory.path().join("avos.db"))
    }

    /// Writes a layer file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.configs().join(name), text).expect("a file");
    }

    /// Adds to a layer file.
    pub(crate) fn append(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.configs().join(name)).expect("a file");
        self.write(name, &format!("{before}{text}"));
    }

    /// What the worker reads. Times of files are left out, since they differ from run to run.
    pub(crate) fn load(&self) -> Loaded {
        let mut loaded = load(&self.configs(), &self.store(), now());
        loaded.files.changed_at = loaded.files.changed_at.map(|_| now());
        loaded.database.changed_at = loaded.database.changed_at.map(|_| now());
        loaded
    }

    /// A model that has read and sampled everything, on a screen of this size.
    pub(crate) fn model(&self, size: (u16, u16)) -> Model {
        self.model_with(size, ThemeName::Dark, &Symbols::UNICODE)
    }

    /// The same with another look.
    pub(crate) fn model_with(
        &self,
        size: (u16, u16),
        theme: ThemeName,
        symbols: &'static Symbols,
    ) -> Model {
        let settings = Settings::load(None, &[]).expect("the defaults");
        let mut model = Model::new(
            Startup {
                configs: "configs".into(),
                database: "avos.db".into(),
                is_read_only: false,
                keymap: Keymap::new(&settings).expect("the defaults"),
                theme: Theme::by_name(theme),
                symbols,
                srm: settings.srm,
                time_zone: TimeZone::UTC,
            },
            size,
        );
        update(
            &mut model,
            Message::Watch(WatchEvent::Mode(WatchMode::Kernel)),
        );
        let request = model.running.load.expect("the files are read at once");
        update(
            &mut model,
            Message::Answer(request, Answer::Loaded(Box::new(self.load()))),
        );
        if let Some(request) = model.running.simulate {
            let loaded = model.loaded.clone().expect("it was loaded");
            let states = loaded.states.as_ref().expect("states to sample");
            let distribution = simulate(states, SAMPLE, now(), &|| false).map(Arc::new);
            update(
                &mut model,
                Message::Answer(request, Answer::Simulated(distribution)),
            );
        }
        model
    }

    fn take_files(&self, from: &Path) {
        for entry in fs::read_dir(from).expect("the examples") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            fs::copy(&path, self.configs().join(name)).expect("a copy");
        }
    }
}

/// The time at which everything in these tests happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}
