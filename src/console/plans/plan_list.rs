//! What the worker read of a directory of saved plans: each held against the database, and against the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::console::model::{RowKey, Trouble};
use crate::domain::{ExperimentId, LayerId};
use crate::plan::{Action, PlanId};
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
    /// The plans that can be applied as well, but not both.
    pub conflicts: PlanConflicts,
}

/// Whether a plan can be applied to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanStanding {
    /// It does what was reviewed.
    AsReviewed,
    /// It was applied.
    Applied(AppliedPlan),
    /// It was made for another database.
    OtherDatabase,
    /// It can't be applied.
    Refused(Refusal),
    /// Nobody knows: the database can't be read.
    Unknown(Trouble),
}

/// The plans of which only one can be applied, either it or this one; none for a plan that can't be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanConflicts {
    /// The first of them, by name: a directory may be full of plans for one layer.
    pub first: Vec<PlanConflict>,
    /// How many there are.
    pub count: usize,
}

/// Another plan of which only one of both can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanConflict {
    /// The name of the other one's file.
    pub with: String,
    /// Whether it is the same plan in another file.
    pub is_same: bool,
    /// The layers that both change.
    pub layers: Vec<LayerId>,
    /// The experiments that both create.
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

/// The most conflicts of a plan that are described.
const MAX_DESCRIBED: usize = 5;

/// Returns the conflicts of each plan that can be applied, by its index.
fn conflicts(plans: &[ListedPlan]) -> BTreeMap<usize, PlanConflicts> {
    let fits = |(index, plan): (usize, &'_ ListedPlan)| {
        let read = plan.read.as_ref().ok();
        read.is_some_and(|read| read.standing == PlanStanding::AsReviewed)
            .then_some(index)
    };
    let fitting: Vec<usize> = plans.iter().enumerate().filter_map(fits).collect();
    let claims: BTreeMap<usize, PlanClaims<'_>> = fitting
        .into_iter()
        .filter_map(|index| Some((index, PlanClaims::of(plans[index].read.as_ref().ok()?))))
        .collect();
    let mut by_layer: BTreeMap<&LayerId, Vec<usize>> = BTreeMap::new();
    let mut by_creation: BTreeMap<&ExperimentId, Vec<usize>> = BTreeMap::new();
    for (index, claims) in &claims {
        for layer in &claims.layers {
            by_layer.entry(layer).or_default().push(*index);
        }
        for experiment in &claims.creations {
            by_creation.entry(experiment).or_default().push(*index);
        }
    }
    let of_plan = |(index, own): (&usize, &PlanClaims<'_>)| {
        let about_layers = own.layers.iter().flat_map(|id| &by_layer[id]);
        let about_creations = own.creations.iter().flat_map(|id| &by_creation[id]);
        let others = about_layers.chain(about_creations);
        let others: BTreeSet<usize> = others.copied().filter(|other| other != index).collect();
        let first = others.iter().take(MAX_DESCRIBED);
        let first = first.map(|other| own.conflict(&claims[other], plans[*other].name.clone()));
        let conflicts = PlanConflicts {
            first: first.collect(),
            count: others.len(),
        };
        (*index, conflicts)
    };
    claims.iter().map(of_plan).collect()
}

/// What only one plan can do.
struct PlanClaims<'p> {
    plan_id: &'p PlanId,
    /// The layers that it changes.
    layers: BTreeSet<&'p LayerId>,
    /// The experiments that it creates.
    creations: BTreeSet<&'p ExperimentId>,
}

impl<'p> PlanClaims<'p> {
    fn of(read: &'p ReadPlan) -> Self {
        Self {
            plan_id: &read.review.plan_id,
            layers: read.layers().into_iter().collect(),
            creations: read.creations().collect(),
        }
    }

    /// Returns what both claim; `with` is the name of the other one's file.
    fn conflict(&self, other: &Self, with: String) -> PlanConflict {
        let layers = self.layers.intersection(&other.layers);
        let experiments = self.creations.intersection(&other.creations);
        PlanConflict {
            with,
            is_same: self.plan_id == other.plan_id,
            layers: layers.map(|id| (*id).clone()).collect(),
            experiments: experiments.map(|id| (*id).clone()).collect(),
        }
    }
}
