//! What the worker read: layer files or a saved plan, the database, and what follows from both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Standing;
use crate::config::ConfigCounts;
use crate::diagnostic::{Diagnostic, Excerpt};
use crate::domain::{LayerId, LayerState, State};
use crate::plan::Scope;
use crate::review::{Comparison, Review};

/// Something that couldn't be read or done, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
}

/// One consistent look at files and database.
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
    /// Every finding, errors of files and rules alike, with its excerpt.
    pub problems: Vec<Problem>,
    /// The plan for everything, or the saved one; none while the files or the database can't be
    /// read at all.
    pub review: Option<Arc<Review>>,
    /// What the plan was made from, for plans of single layers; `None` for a saved plan, which is
    /// applied as a whole.
    pub comparison: Option<Arc<Comparison>>,
    /// The states to sample; `None` while there is no plan.
    pub states: Option<Arc<States>>,
}

/// What is known of the configs directory, or of the file of the saved plan.
#[derive(Clone, Debug)]
pub struct FilesInfo {
    /// Its contents, or why it can't be read.
    pub contents: Result<Contents, Trouble>,
    /// When the newest file was changed.
    pub changed_at: Option<Timestamp>,
    /// Each file's name with a digest of its contents.
    pub versions: FileVersions,
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
    /// Whether the saved plan can still be applied, if there is a database.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        match &self.contents {
            Ok(Contents::Plan(standing)) => standing.as_ref(),
            Ok(Contents::Layers(_)) | Err(_) => None,
        }
    }

    /// Whether there is a saved plan and it can't be applied.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(
            self.standing(),
            Some(Standing::Applied(_) | Standing::Refused(_))
        )
    }

    /// The names of the files that aren't what they were: changed, new or gone.
    #[must_use]
    pub fn changed_since<'a>(&'a self, before: &'a FileVersions) -> Vec<&'a str> {
        let names: BTreeSet<&String> = self.versions.keys().chain(before.keys()).collect();
        let changed = names
            .into_iter()
            .filter(|name| self.versions.get(*name) != before.get(*name));
        changed.map(String::as_str).collect()
    }
}

/// What is known of the database.
#[derive(Clone, Debug)]
pub struct DatabaseInfo {
    /// Whether the file exists, or why it can't be read. One that doesn't exist counts as empty.
    pub exists: Result<bool, Trouble>,
    /// Whether it can't be read because another program holds its lock.
    pub is_busy: bool,
    /// When it was changed.
    pub changed_at: Option<Timestamp>,
}

/// The state of the database, and as it would be after the plan.
#[derive(Clone, Debug)]
pub struct States {
    /// As the database has it.
    pub before: State,
    /// As it would be.
    pub after: State,
}

impl States {
    /// Whether at both times the same experiments are within their dates.
    pub(in crate::console) fn assign_alike(&self, at: Timestamp, then: Timestamp) -> bool {
        let layers = [&self.before, &self.after].map(|state| state.layers.values());
        let mut experiments = layers
            .into_iter()
            .flatten()
            .flat_map(|layer| &layer.experiments);
        experiments.all(|experiment| experiment.is_current(at) == experiment.is_current(then))
    }
}

/// A layer on both sides.
#[derive(Clone, Debug)]
pub struct LayerRow {
    /// Its id.
    pub layer_id: LayerId,
    /// Its file, relative to the configs directory, and the line of its id there.
    pub file: Option<(String, usize)>,
    /// Whether the files don't have it.
    pub is_only_in_database: bool,
    /// As the database has it.
    pub before: Option<Arc<LayerState>>,
    /// As it would be after the plan; the same as before while its plan can't be applied.
    pub after: Option<Arc<LayerState>>,
    /// Whether an error of the files or of the plan concerns it.
    pub is_in_error: bool,
}

impl LayerRow {
    /// Whether the plan leaves the layer as it is, as far as that shows at once: both sides are the
    /// same layer, and not only an equal one.
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
    /// The layers that it concerns; none when it could be any.
    pub layers: Vec<LayerId>,
    /// The lines around it, where there are some.
    pub excerpt: Option<Excerpt>,
}

impl Loaded {
    /// How many problems are errors.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.problems
            .iter()
            .filter(|problem| problem.diagnostic.is_error())
            .count()
    }

    /// How many problems are warnings.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.problems.len() - self.error_count()
    }

    /// Files and database were read, agree, and nothing is in error.
    #[must_use]
    pub fn is_in_agreement(&self) -> bool {
        let review = self.review.as_ref();
        review.is_some_and(|review| review.is_applicable && review.changes.is_empty())
    }

    /// The plan for a layer alone; `None` if no file has it, or if nothing can be planned.
    #[must_use]
    pub fn layer_review(&self, layer: &LayerId) -> Option<Review> {
        let comparison = self
            .comparison
            .as_ref()
            .filter(|_| self.has_file_of(layer))?;
        Some(comparison.review(&Scope::Layers(vec![layer.clone()])))
    }

    /// Whether a file has this layer, right or wrong; never for a saved plan.
    #[must_use]
    pub fn has_file_of(&self, layer: &LayerId) -> bool {
        let comparison = self.comparison.as_ref();
        comparison.is_some_and(|comparison| comparison.has_file_of(layer))
    }

    /// Whether the database would be another one after the plan.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let review = self.review.as_ref();
        review.is_some_and(|review| !review.changes.is_empty()) && !self.files.is_refused()
    }

    /// Why files or database couldn't be read at all.
    pub fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        let files = self.files.contents.as_ref().err();
        files.into_iter().chain(self.database.exists.as_ref().err())
    }
}
