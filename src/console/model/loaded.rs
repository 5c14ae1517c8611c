//! What the worker read: layer files or a saved plan, the database, and what follows from both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Standing;
use crate::config::ConfigCounts;
use crate::diagnostic::{Diagnostic, Excerpt};
use crate::digest::to_hex;
use crate::domain::{ExperimentId, LayerId, LayerState, State};
use crate::plan::{Change, ChangedThing, OutsideNote};
use crate::review::{Comparison, Review};
use crate::store::AppliedPlan;

/// Something that couldn't be read or done, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
}

/// One consistent reading of files and database.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// When it was read.
    pub at: Timestamp,
    /// The layer files, or the saved plan.
    pub files: FilesInfo,
    /// The database.
    pub database: DatabaseInfo,
    /// Every layer in the files or in the database, by id.
    pub layers: Vec<LayerRow>,
    /// Every finding, of files and rules alike, with its excerpt: errors before warnings.
    pub problems: Vec<Problem>,
    /// The plan for everything, or the saved one; `None` if the files or the database can't be read
    /// at all.
    pub review: Option<Arc<Review>>,
    /// What could be applied by itself of layers that an error blocks as a whole; the plan doesn't have it.
    pub sound_changes: Vec<Change>,
    /// What the plan was made from, for plans of single layers; `None` for a saved plan, which is
    /// applied as a whole.
    pub comparison: Option<Arc<Comparison>>,
    /// The states to sample; `None` while there is no plan.
    pub states: Option<Arc<States>>,
}

/// What is known about the configs directory, or about the saved plan's file.
#[derive(Clone, Debug)]
pub struct FilesInfo {
    /// Its contents, or why it can't be read.
    pub contents: Result<Contents, Trouble>,
    /// When the newest file changed.
    pub changed_at: Option<Timestamp>,
    /// Each file's name with a digest of its contents.
    pub versions: FileVersions,
}

/// Returns what tells a file's text from others: its digest.
#[must_use]
pub fn file_version(text: &str) -> String {
    to_hex(Sha256::digest(text.as_bytes()))
}

/// The contents of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Layers.
    Layers(ConfigCounts),
    /// A saved plan; `None` while there is no database to compare it with.
    Plan(Option<Standing>),
}

/// File names with digests of their contents.
pub type FileVersions = BTreeMap<String, String>;

impl FilesInfo {
    /// Returns whether the saved plan can still be applied, if there is a database.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        match &self.contents {
            Ok(Contents::Plan(standing)) => standing.as_ref(),
            Ok(Contents::Layers(_)) | Err(_) => None,
        }
    }

    /// Returns whether there is a saved plan that can't be applied.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(
            self.standing(),
            Some(Standing::Applied(_) | Standing::Refused(_))
        )
    }

    /// Returns the names of the files that differ: changed, new or deleted.
    #[must_use]
    pub fn changed_since<'a>(&'a self, before: &'a FileVersions) -> Vec<&'a str> {
        let names: BTreeSet<&String> = self.versions.keys().chain(before.keys()).collect();
        let changed = names
            .into_iter()
            .filter(|name| self.versions.get(*name) != before.get(*name));
        changed.map(String::as_str).collect()
    }
}

/// What is known about the database.
#[derive(Clone, Debug)]
pub struct DatabaseInfo {
    /// Whether the file exists, or why it can't be read. One that doesn't exist counts as empty.
    pub exists: Result<bool, Trouble>,
    /// Whether it is to be read again soon: another program holds its lock, or the server can't be reached.
    pub is_busy: bool,
    /// Why the server can't be reached. What is shown was read before.
    pub reconnecting: Option<Trouble>,
    /// Whether this user may only read.
    pub is_read_only: bool,
    /// When it changed.
    pub changed_at: Option<Timestamp>,
    /// The number of the journal's newest entry, if it has any.
    pub last_entry: Option<i64>,
    /// The last apply, if another program changed the database since.
    pub changed_outside: Option<AppliedPlan>,
    /// What other programs changed and no entry has set since, if the database can be read.
    pub drift: Arc<[OutsideNote]>,
}

/// The state of the database, and as it would be after the plan.
#[derive(Clone, Debug)]
pub struct States {
    /// The database's state.
    pub before: State,
    /// The state after the plan.
    pub after: State,
}

impl States {
    /// Returns whether the same experiments are within their dates at both times.
    pub(in crate::console) fn assign_alike(&self, at: Timestamp, then: Timestamp) -> bool {
        let layers = [&self.before, &self.after].map(|state| state.layers.values());
        layers
            .into_iter()
            .flatten()
            .all(|layer| layer.is_alike_at(at, then))
    }
}

/// A layer before and after the plan.
#[derive(Clone, Debug)]
pub struct LayerRow {
    /// Its id.
    pub layer_id: LayerId,
    /// Its file, relative to the configs directory, and the line of its id there.
    pub file: Option<(String, usize)>,
    /// Whether it is only in the database.
    pub is_only_in_database: bool,
    /// The database's state.
    pub before: Option<Arc<LayerState>>,
    /// Its state after the plan; the same as before if its plan can't be applied.
    pub after: Option<Arc<LayerState>>,
    /// Whether an error in the files or in the plan concerns it.
    pub is_in_error: bool,
}

impl LayerRow {
    /// Returns whether the plan leaves the layer as it is, as far as a cheap check shows: both
    /// sides are the same object, not merely equal.
    #[must_use]
    pub fn stays(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => Arc::ptr_eq(before, after),
            _ => false,
        }
    }
}

/// A finding with the lines around it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The layers that it concerns; empty if it could be any.
    pub layers: Vec<LayerId>,
    /// The experiment that it concerns, if it is about one.
    pub experiment: Option<ExperimentId>,
    /// The lines around it, if there are any.
    pub excerpt: Option<Excerpt>,
}

impl Loaded {
    /// Returns whether anything can't be read, or is wrong in the files.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        let mut problems = self.problems.iter();
        self.troubles().next().is_some() || problems.any(|problem| problem.diagnostic.is_error())
    }

    /// Returns the layer, if it is in the files or in the database.
    #[must_use]
    pub fn layer_row(&self, id: &LayerId) -> Option<&LayerRow> {
        let index = self.layers.binary_search_by(|row| row.layer_id.cmp(id));
        Some(&self.layers[index.ok()?])
    }

    /// Returns the number of errors.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.problems
            .partition_point(|problem| problem.diagnostic.is_error())
    }

    /// Returns the number of warnings.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.problems.len() - self.error_count()
    }

    /// Returns whether files and database were read and agree, without errors.
    #[must_use]
    pub fn is_in_agreement(&self) -> bool {
        let review = self.review.as_ref();
        review.is_some_and(|review| review.is_applicable && review.changes.is_empty())
    }

    /// Returns the plan for a single layer; `None` if no file has it, or if nothing can be planned.
    #[must_use]
    pub fn layer_review(&self, layer: &LayerId) -> Option<Review> {
        let comparison = self
            .comparison
            .as_ref()
            .filter(|_| self.has_file_of(layer))?;
        Some(comparison.review(vec![layer.clone()]))
    }

    /// Returns where the files have this experiment, as file, line and column.
    #[must_use]
    pub fn place_of_experiment(
        &self,
        layer: &LayerId,
        experiment: &ExperimentId,
    ) -> Option<(String, usize, usize)> {
        let span = self.comparison.as_ref()?.span_of(layer, experiment)?;
        Some((span.file.to_string(), span.line, span.column))
    }

    /// Returns whether a file has this layer, valid or not; never for a saved plan.
    #[must_use]
    pub fn has_file_of(&self, layer: &LayerId) -> bool {
        let comparison = self.comparison.as_ref();
        comparison.is_some_and(|comparison| comparison.has_file_of(layer))
    }

    /// Returns everything that can be changed: the plan, then what could be applied by itself of layers in
    /// error.
    #[must_use]
    pub fn change_lists(&self) -> [&[Change]; 2] {
        let planned = self.review.as_ref().map_or(&[][..], |it| &it.changes);
        [planned, &self.sound_changes]
    }

    /// Returns whether this can be changed.
    #[must_use]
    pub fn changes_thing(&self, thing: &ChangedThing) -> bool {
        let mut changes = self.change_lists().into_iter().flatten();
        changes.any(|change| thing.is_about(&change.layer_id, change.experiment_id.as_ref()))
    }

    /// Returns everything that can be changed.
    #[must_use]
    pub fn changed_things(&self) -> BTreeSet<ChangedThing> {
        let changes = self.change_lists().into_iter().flatten();
        changes.map(ChangedThing::of).collect()
    }

    /// Returns whether the plan would change the database.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let review = self.review.as_ref();
        review.is_some_and(|review| !review.changes.is_empty()) && !self.files.is_refused()
    }

    /// Returns why files or database couldn't be read at all.
    pub fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        let files = self.files.contents.as_ref().err();
        let database = self.database.exists.as_ref().err();
        files
            .into_iter()
            .chain(database)
            .chain(&self.database.reconnecting)
    }
}
