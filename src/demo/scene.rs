//! The company in a directory: its past, and what happens while somebody looks on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::company::{APPLIES, COLLEAGUE, LAYERS, PENDING};
use super::visitors::{Service, Visitors};
use crate::config::{SourceFile, Sources, check_sources, layer_file_text};
use crate::domain::{LayerId, LayerState};
use crate::exposure::{AssignmentLogger as _, FileLogger, LogError, LogLocation, LoggerOptions};
use crate::live::LiveAssigner;
use crate::plan::Scope;
use crate::review::Review;
use crate::store::{Author, DatabaseLocation, Snapshot, SqliteStore, StateStore, StoreError};

/// When the log begins: this long before the demo.
const LOG: SignedDuration = SignedDuration::from_mins(20);
/// When the arm dies, from the beginning of the demo.
const CRASH_AFTER: SignedDuration = SignedDuration::from_secs(20);
/// When a colleague applies something.
const APPLY_AFTER: SignedDuration = SignedDuration::from_secs(45);

/// Why the company can't be founded, or can't continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// Its directory or a layer file can't be written.
    #[error("failed to write the demo's files: {0}")]
    Files(#[from] io::Error),
    /// Its database can't be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its log can't be written.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl DemoError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        "set TMPDIR to a directory in which files can be created"
    }
}

/// A synthetic company: layer files, a database with a journal, an exposure log, and visitors.
pub struct Scene {
    configs: PathBuf,
    store: SqliteStore,
    log: PathBuf,
    visitors: Visitors,
    service: Service,
    /// When a colleague applies something, until it is done.
    apply: Option<Timestamp>,
}

impl Scene {
    /// Writes the company's files below the directory, with a past that ends at this time.
    pub fn begin(directory: &Path, now: Timestamp) -> Result<Self, DemoError> {
        let configs = directory.join("layers");
        let store = SqliteStore::new(directory.join("avos.db"));
        let log = directory.join("exposures.db");
        fs::create_dir(&configs)?;
        for layer in &LAYERS {
            let text = layer.file_after(PENDING, now);
            fs::write(configs.join(format!("{}.yml", layer.id)), text)?;
        }

        let founding = Author::new(APPLIES[0].1, at_apply(1, now));
        apply_all(&store, 1, &founding, now)?;
        let begin = now - LOG;
        let mut scene = Self {
            visitors: Visitors::new([begin, now], now + CRASH_AFTER),
            service: Service {
                live: LiveAssigner::open(store.clone())?,
                log: FileLogger::open(&log, LoggerOptions::default())?,
            },
            configs,
            store,
            log,
            apply: Some(now + APPLY_AFTER),
        };
        for (number, (_, actor)) in (1..).zip(APPLIES).skip(1) {
            let author = Author::new(actor, at_apply(number, now));
            scene.visitors.come_until(author.at, &scene.service)?;
            apply_all(&scene.store, number, &author, now)?;
            scene.service.refresh(author.at);
        }
        scene.advance(now)?;
        Ok(scene)
    }

    /// Lets everything happen until this time, and waits until it is on the disk.
    pub fn advance(&mut self, to: Timestamp) -> Result<(), DemoError> {
        if let Some(at) = self.apply.filter(|at| *at <= to) {
            self.visitors.come_until(at, &self.service)?;
            // Whoever finds the database locked or changed tries again.
            if apply_of_colleague(&self.store, at).is_ok() {
                self.apply = None;
            }
        }
        self.service.refresh(to);
        self.visitors.come_until(to, &self.service)?;
        self.service.log.flush()?;
        Ok(())
    }

    /// Skips the time until this one, in which nobody came.
    pub fn skip_to(&mut self, time: Timestamp) {
        self.visitors.skip_to(time);
        self.apply = self.apply.map(|at| at.max(time));
    }

    /// Returns the directory of the layer files.
    #[must_use]
    pub fn configs(&self) -> &Path {
        &self.configs
    }

    /// Returns where the database is.
    #[must_use]
    pub fn database(&self) -> DatabaseLocation {
        self.store.location()
    }

    /// Returns where the exposure log is.
    #[must_use]
    pub fn log(&self) -> LogLocation {
        LogLocation::from(&self.log)
    }
}

/// Returns when the apply of this number was.
fn at_apply(number: usize, now: Timestamp) -> Timestamp {
    now - SignedDuration::from_mins(APPLIES[number - 1].0)
}

/// Applies what the layer files said at that time.
fn apply_all(
    store: &SqliteStore,
    number: usize,
    author: &Author,
    now: Timestamp,
) -> Result<(), DemoError> {
    let layers = LAYERS.iter();
    let files = layers.map(|layer| (layer.id, layer.file_after(number, now)));
    apply(store, files, &Scope::All, author)
}

/// Applies what a colleague's files say, who knows nothing of the files here.
fn apply_of_colleague(store: &SqliteStore, at: Timestamp) -> Result<(), DemoError> {
    let (actor, layer_id, experiment) = COLLEAGUE;
    let id = LayerId::from(layer_id);
    let Snapshot {
        state,
        last_applied,
        ..
    } = store.snapshot()?;
    let Some(layer) = state.layer(&id) else {
        return Ok(());
    };
    // The user may have applied something in the meantime.
    let at = last_applied.map_or(at, |last| at.max(last.applied_at));
    let mut layer = LayerState::clone(layer);
    layer.experiments.extend(experiment.after(PENDING, at));
    let file = (layer_id, layer_file_text(&layer));
    let scope = Scope::Layers(vec![id]);
    apply(store, [file], &scope, &Author::new(actor, at))
}

/// Plans and applies these files of layers, unless an error blocks it.
fn apply<'a>(
    store: &SqliteStore,
    files: impl IntoIterator<Item = (&'a str, String)>,
    scope: &Scope,
    author: &Author,
) -> Result<(), DemoError> {
    let file = |(layer, text): (&str, String)| SourceFile {
        name: format!("{layer}.yml"),
        content: Ok(text.into()),
    };
    let sources = Sources::new("layers", files.into_iter().map(file).collect());
    let checked = check_sources(&sources, author.at);
    let snapshot = store.snapshot().or_else(|error| {
        let is_missing = error.is_missing();
        is_missing.then(Snapshot::empty).ok_or(error)
    })?;
    let (review, _) = Review::new(&sources, &checked, &snapshot.state, scope, author.at);
    if let Some(plan) = review.plan() {
        store.apply(&plan, author)?;
    }
    Ok(())
}
