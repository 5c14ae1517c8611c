//! A console's model on a directory of its own: files that tests change, and a database.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avos::console::incident::Counted;
use avos::console::model::{Loaded, Model, Startup};
use avos::console::proposal::Proposal;
use avos::console::theme::{Symbols, Theme, ThemeName};
use avos::console::worker::Loader;
use avos::store::{Author, SqliteStore, StateStore};
use jiff::Timestamp;
use tempfile::TempDir;

use super::console::{now, read, read_with_log, startup};

/// The example configs that come with the project.
pub(crate) const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/configs");

/// A configs directory and a database that nobody else uses.
pub(crate) struct Desk {
    directory: TempDir,
}

impl Desk {
    /// No files, and no database.
    pub(crate) fn empty() -> Self {
        let desk = Self {
            directory: tempfile::tempdir().expect("a directory"),
        };
        fs::create_dir(desk.configs()).expect("a directory");
        desk
    }

    /// The files of `set` below `base`, and no database.
    pub(crate) fn new(base: &str, set: &str) -> Self {
        let desk = Self::empty();
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
        self.apply_as("test@host", now());
    }

    /// The same by somebody at another time.
    pub(crate) fn apply_as(&self, actor: &str, at: Timestamp) {
        let loaded = self.load();
        let plan = loaded
            .review
            .and_then(|review| review.plan())
            .expect("an applicable plan");
        self.store()
            .apply(&plan, &Author::new(actor, at))
            .expect("an apply");
    }

    /// The configs directory.
    pub(crate) fn configs(&self) -> PathBuf {
        self.directory.path().join("configs")
    }

    /// The database.
    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::new(self.database())
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.path().join("avos.db")
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
        self.load_proposal(&Proposal::Configs(self.configs()))
    }

    /// The same of the saved plan.
    pub(crate) fn load_plan(&self) -> Loaded {
        self.load_proposal(&Proposal::Plan(self.plan()))
    }

    fn load_proposal(&self, proposal: &Proposal) -> Loaded {
        let mut loaded = Loader::new(proposal.clone(), Arc::new(self.store())).load(now());
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
        let startup = Startup {
            theme: Theme::by_name(theme),
            symbols,
            ..startup(Proposal::Configs("configs".into()))
        };
        read(startup, size, &|| self.load())
    }

    /// A model that has read everything, and of the log what this is; for looking only, if so
    /// wanted.
    pub(crate) fn model_with_log(
        &self,
        size: (u16, u16),
        (theme, symbols): (ThemeName, &'static Symbols),
        is_read_only: bool,
        counted: &Counted,
    ) -> Model {
        let startup = Startup {
            theme: Theme::by_name(theme),
            symbols,
            log: Some("exposures.db".to_owned()),
            is_read_only,
            ..startup(Proposal::Configs("configs".into()))
        };
        read_with_log(startup, size, &|| self.load(), &|| counted.clone())
    }

    /// A model that has read the saved plan, opened it on the database, and sampled both states.
    pub(crate) fn model_of_plan(&self, size: (u16, u16)) -> Model {
        let startup = startup(Proposal::Plan("plan.json".into()));
        read(startup, size, &|| self.load_plan())
    }

    /// Where a plan is saved.
    pub(crate) fn plan(&self) -> PathBuf {
        self.directory.path().join("plan.json")
    }

    /// Saves what the files ask for now as a plan.
    pub(crate) fn save_plan(&self) {
        let review = self.load().review.expect("a review");
        let text = serde_json::to_string(&review.to_report()).expect("JSON");
        fs::write(self.plan(), text).expect("a file");
    }

    /// The directory of saved plans.
    pub(crate) fn plans(&self) -> PathBuf {
        self.directory.path().join("plans")
    }

    /// Saves what the files ask for of these layers there; of all, if none is named.
    pub(crate) fn save_plan_of(&self, layers: &[&str], name: &str) {
        let loaded = self.load();
        let comparison = loaded.comparison.expect("files");
        let chosen = layers.iter().map(|id| (*id).into());
        let review = if layers.is_empty() {
            comparison.all().to_report()
        } else {
            comparison.review(chosen.collect()).to_report()
        };
        self.write_plan(name, &serde_json::to_string(&review).expect("JSON"));
    }

    /// Writes a file there, as if it were as old as everything else.
    pub(crate) fn write_plan(&self, name: &str, text: &str) {
        fs::create_dir_all(self.plans()).expect("a directory");
        let path = self.plans().join(name);
        fs::write(&path, text).expect("a file");
        let file = fs::File::options().write(true).open(path);
        let modified = file.and_then(|file| file.set_modified(now().into()));
        modified.expect("a time");
    }

    fn take_files(&self, from: &Path) {
        for entry in fs::read_dir(from).expect("the examples") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            fs::copy(&path, self.configs().join(name)).expect("a copy");
        }
    }
}
