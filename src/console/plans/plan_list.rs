//! What the worker read of a directory of saved plans: each held against the database, and against the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::console::model::{RowKey, Trouble};
use crate::domain::{ExperimentId, LayerId};
use crate::plan::Action;
use crate::review::{Refusal, Review};
use crate::store::AppliedPlan;

/// The saved plans of a directory, in order of their names, or why it can't be read.
#[derive(Clone, Debug)]
pub struct PlanList {
    /// The plans.
    pub plans: Result<Vec<ListedPlan>, Trouble>,
}

/// A file that is a saved plan, or looks like one.
#[derive(Clone, Debug)]
pub struct ListedPlan {
    /// Its name in the directory.
    pub name: String,
    /// Its path.
    pub file: PathBuf,
    /// When it was saved.
    pub saved_at: Option<Timestamp>,
    /// What it says, or why it can't be read.
    pub read: Result<ReadPlan, UnreadablePlan>,
}

/// Why a file isn't a plan that can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadablePlan {
    /// The reason, without the file's name.
    pub why: String,
    /// How to fix it.
    pub help: &'static str,
}

/// A plan that could be read.
#[derive(Clone, Debug)]
pub struct ReadPlan {
    /// What was reviewed.
    pub review: Arc<Review>,
    /// Whether it can be applied.
    pub standing: PlanStanding,
    /// The plans that can be applied as well, but not both. Empty unless this one can be applied.
    pub conflicts: Vec<PlanConflict>,
}

/// Whether a plan can be applied to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanStanding {
    /// It does what was reviewed.
    AsReviewed,
    /// It was applied.
    Applied(AppliedPlan),
    /// The database never was as it was made for.
    OtherDatabase,
    /// It can't be applied.
    Refused(Refusal),
    /// Nobody knows: the database can't be read.
    Unknown(Trouble),
}

/// Another plan of which only one of both can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanConflict {
    /// The name of the other one's file.
    pub with: String,
    /// The layers that both change.
    pub layers: Vec<LayerId>,
    /// The experiments that both create, on layers of their own.
    pub experiments: Vec<ExperimentId>,
}

impl PlanList {
    /// Finds out which of these plans conflict.
    #[must_use]
    pub fn new(plans: Result<Vec<ListedPlan>, Trouble>) -> Self {
        let plans = plans.map(|mut plans| {
            let conflicts = conflicts(&plans);
            for (index, found) in conflicts {
                if let Ok(read) = &mut plans[index].read {
                    read.conflicts = found;
                }
            }
            plans
        });
        Self { plans }
    }

    /// Returns the plans, if the directory can be read.
    #[must_use]
    pub fn plans(&self) -> &[ListedPlan] {
        self.plans.as_deref().unwrap_or_default()
    }
}

impl ListedPlan {
    /// Returns the key of its row.
    #[must_use]
    pub fn key(&self) -> RowKey {
        RowKey(self.name.clone())
    }
}

impl ReadPlan {
    /// Returns the layers that it changes, in order.
    #[must_use]
    pub fn layers(&self) -> Vec<&LayerId> {
        let changes = self.review.changes.iter();
        let layers: BTreeSet<&LayerId> = changes.map(|change| &change.layer_id).collect();
        layers.into_iter().collect()
    }

    /// Returns the largest share of a layer's units that join, leave or switch.
    #[must_use]
    pub fn moving(&self) -> f64 {
        let impacts = self.review.impact.iter();
        let moving = impacts.map(|it| it.units_joining + it.units_leaving + it.units_switching);
        moving.fold(0.0, f64::max)
    }

    /// Returns the new experiments.
    fn creations(&self) -> impl Iterator<Item = &ExperimentId> {
        let changes = self.review.changes.iter();
        let creations = changes.filter(|it| matches!(it.action, Action::CreateExperiment { .. }));
        creations.filter_map(|it| it.experiment_id.as_ref())
    }
}

/// Returns the conflicts of each plan that has any, by its index.
fn conflicts(plans: &[ListedPlan]) -> BTreeMap<usize, Vec<PlanConflict>> {
    let mut by_layer: BTreeMap<&LayerId, Vec<usize>> = BTreeMap::new();
    let mut by_creation: BTreeMap<&ExperimentId, Vec<usize>> = BTreeMap::new();
    for (index, plan) in plans.iter().enumerate() {
        let Ok(read) = &plan.read else { continue };
        if read.standing != PlanStanding::AsReviewed {
            continue;
        }
        for layer in read.layers() {
            by_layer.entry(layer).or_default().push(index);
        }
        for experiment in read.creations() {
            by_creation.entry(experiment).or_default().push(index);
        }
    }
    // For each plan the others, each with what both are about.
    let mut shared: BTreeMap<(usize, usize), PlanConflict> = BTreeMap::new();
    let mut found = |one: usize, other: usize, what: Shared<'_>| {
        let conflict = shared.entry((one, other)).or_insert_with(|| PlanConflict {
            with: plans[other].name.clone(),
            layers: Vec::new(),
            experiments: Vec::new(),
        });
        match what {
            Shared::Layer(id) => conflict.layers.push(id.clone()),
            Shared::Creation(id) if conflict.layers.is_empty() => {
                conflict.experiments.push(id.clone());
            }
            Shared::Creation(_) => {}
        }
    };
    for (layer, indices) in &by_layer {
        for (one, other) in pairs(indices) {
            found(one, other, Shared::Layer(layer));
        }
    }
    for (experiment, indices) in &by_creation {
        for (one, other) in pairs(indices) {
            found(one, other, Shared::Creation(experiment));
        }
    }
    let mut conflicts: BTreeMap<usize, Vec<PlanConflict>> = BTreeMap::new();
    for ((one, _), conflict) in shared {
        conflicts.entry(one).or_default().push(conflict);
    }
    conflicts
}

/// What two plans are both about.
enum Shared<'a> {
    Layer(&'a LayerId),
    Creation(&'a ExperimentId),
}

/// Returns all pairs of different ones, both ways round.
fn pairs(indices: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    indices.iter().flat_map(move |one| {
        let others = indices.iter().filter(move |other| *other != one);
        others.map(move |other| (*one, *other))
    })
}
