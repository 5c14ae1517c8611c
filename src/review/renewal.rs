//! A saved plan made anew: whether it still does what was reviewed, or less, or something else.
//!
//! The old plan is compared as its document says it, never with a database: it may be stale, applied in
//! part by other plans, or have errors. Its evidence too: the age that it has by now is another question.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::evidence::{deserialize_kinds, serialize_kinds};
use super::{Evidence, EvidenceVerdict, PlanReport, Review, SavedPlan};
use crate::domain::{ExperimentId, FRACTION_TOLERANCE, Fraction, LayerId, VariantName};
use crate::plan::{Action, Change, Edit, Impact, Note, PlanId, SlotCounts, UnitMoves};
use crate::traffic::AnomalyKind;

/// How a plan compares with the one that it renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RenewalVerdict {
    /// The same changes, with the same units joining, leaving and switching, on evidence that isn't worse.
    Same,
    /// Nothing that wasn't reviewed: each change was, or goes only a part of the way that was, nowhere
    /// do more units join, leave or switch, and no evidence is worse.
    Less,
    /// Anything else; also a plan that can't be applied.
    More,
}

impl RenewalVerdict {
    /// Returns the name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Less => "less",
            Self::More => "more",
        }
    }
}

/// How a plan compares with the one that it renews, and in what they differ.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// How they compare.
    pub verdict: RenewalVerdict,
    /// The other one, and the differences.
    pub difference: RenewalDifference,
}

/// In what a plan differs from the one that it renews.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenewalDifference {
    /// The plan that was reviewed.
    pub plan_id: PlanId,
    /// The changes of the new plan that weren't reviewed.
    pub not_reviewed: Vec<Change>,
    /// The reviewed changes of which the new plan has nothing.
    pub not_needed: Vec<Change>,
    /// The layers whose units move otherwise than was reviewed, by id.
    pub impact: Vec<ImpactDifference>,
    /// The experiments whose evidence isn't what was reviewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceDifference>,
}

/// How much more of a layer's units move than was reviewed; below zero: fewer. Fractions of its
/// `total_slots`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImpactDifference {
    /// The layer.
    pub layer_id: LayerId,
    /// Units that join.
    pub units_joining: f64,
    /// Units that leave.
    pub units_leaving: f64,
    /// Units that switch.
    pub units_switching: f64,
}

/// How the evidence for an experiment differs from what was reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDifference {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The reviewed verdict; `None` if no log had been judged for it.
    pub reviewed: Option<EvidenceVerdict>,
    /// The verdict of the new plan.
    pub verdict: EvidenceVerdict,
    /// The anomalies that weren't reviewed.
    #[serde(
        serialize_with = "serialize_kinds",
        deserialize_with = "deserialize_kinds"
    )]
    pub new_anomalies: Vec<AnomalyKind>,
}

impl Review {
    /// Says of this review, which planned the same layers anew, how it compares with a plan that was
    /// reviewed earlier; its id covers that.
    #[must_use]
    pub fn renewing(mut self, reviewed: &SavedPlan) -> Self {
        self.renewal = Some(Renewal::between(reviewed.document(), &self));
        self.plan_id = self.seal();
        self
    }
}

impl Renewal {
    fn between(reviewed: &PlanReport, review: &Review) -> Self {
        let (old, new) = (&reviewed.changes, &review.changes);
        let known = ChangesBySubject::of(old);
        let coverage: Vec<Coverage> = new.iter().map(|change| known.coverage(change)).collect();
        let pairs = || new.iter().zip(&coverage);
        let not_reviewed = pairs().filter(|(_, coverage)| **coverage == Coverage::No);
        let subjects: BTreeSet<Subject<'_>> = new.iter().map(subject).collect();
        let not_needed = old
            .iter()
            .filter(|change| !subjects.contains(&subject(change)));
        let moves = [Moves::of(&reviewed.impact), Moves::of(&review.impact)];
        let inherited = [inherited(&reviewed.notes), inherited(&review.notes)];
        let evidence = evidence_differences(reviewed, review);

        let is_same = coverage.iter().all(|coverage| *coverage == Coverage::Whole)
            && old.len() == new.len()
            && moves[0].are_within(&moves[1])
            && inherited[0] == inherited[1];
        let is_within = coverage.iter().all(|coverage| *coverage != Coverage::No)
            && inherited[1].is_subset(&inherited[0]);
        let verdict = if !review.is_applicable
            || !is_within
            || !moves[1].are_within(&moves[0])
            || evidence.iter().any(EvidenceDifference::is_worse)
        {
            RenewalVerdict::More
        } else if is_same {
            RenewalVerdict::Same
        } else {
            RenewalVerdict::Less
        };
        Self {
            verdict,
            difference: RenewalDifference {
                plan_id: reviewed.plan_id.clone(),
                not_reviewed: not_reviewed.map(|(change, _)| change.clone()).collect(),
                not_needed: not_needed.cloned().collect(),
                impact: differences(&reviewed.impact, &review.impact),
                evidence,
            },
        }
    }
}

/// How much of a change was reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    /// Exactly it.
    Whole,
    /// It goes a part of the way that was reviewed, or its result was.
    Part,
    /// It wasn't.
    No,
}

/// A layer or an experiment, and what happens to it.
type Subject<'c> = (&'c LayerId, Option<&'c ExperimentId>, &'static str);

fn subject(change: &Change) -> Subject<'_> {
    let what = match &change.action {
        Action::Edit(edit) => edit.verb(),
        action => action.kind(),
    };
    (&change.layer_id, change.experiment_id.as_ref(), what)
}

/// Changes by what they concern.
struct ChangesBySubject<'c>(HashMap<Subject<'c>, Vec<&'c Change>>);

impl<'c> ChangesBySubject<'c> {
    fn of(changes: &'c [Change]) -> Self {
        let mut by_subject: HashMap<_, Vec<_>> = HashMap::new();
        for change in changes {
            by_subject.entry(subject(change)).or_default().push(change);
        }
        Self(by_subject)
    }

    fn coverage(&self, change: &Change) -> Coverage {
        let reviewed = self.0.get(&subject(change)).into_iter().flatten();
        let reviewed = reviewed.map(|reviewed| {
            if takes_other_slots(reviewed, change) {
                Coverage::No
            } else {
                coverage(&reviewed.action, &change.action)
            }
        });
        reviewed
            .min_by_key(|coverage| *coverage as u8)
            .unwrap_or(Coverage::No)
    }
}

/// Returns whether the change takes slots by name that the reviewed one doesn't, or only one of them does.
fn takes_other_slots(reviewed: &Change, change: &Change) -> bool {
    let within = |(first, last): &(u32, u32), runs: &[(u32, u32)]| {
        runs.iter().any(|run| run.0 <= *first && *last <= run.1)
    };
    match (&reviewed.taken, &change.taken) {
        (None, None) => false,
        (Some(known), Some(taken)) => !taken.iter().all(|run| within(run, known)),
        _ => true,
    }
}

fn coverage(reviewed: &Action, action: &Action) -> Coverage {
    if serde_json::json!(reviewed) == serde_json::json!(action) {
        return Coverage::Whole;
    }
    let is_part = match (reviewed, action) {
        (Action::UpdateLayer { to: reviewed, .. }, Action::UpdateLayer { to, .. }) => {
            reviewed.is_same(*to)
        }
        (
            Action::RampUp {
                from: reviewed_from,
                to: reviewed_to,
                slots: reviewed,
                ..
            },
            Action::RampUp {
                from, to, slots, ..
            },
        )
        | (
            Action::Reserve {
                from: reviewed_from,
                to: reviewed_to,
                slots: reviewed,
            },
            Action::Reserve { from, to, slots },
        ) => {
            is_on_the_way([*reviewed_from, *reviewed_to], [*from, *to])
                && gains(slots) <= gains(reviewed)
                && slots.active_after <= reviewed.active_after
        }
        (Action::SetStatus { to: reviewed, .. }, Action::SetStatus { to, .. }) => reviewed == to,
        (
            Action::Complete {
                winner: reviewed, ..
            },
            Action::Complete { winner, .. },
        ) => reviewed == winner,
        (Action::Edit(reviewed), Action::Edit(edit)) => has_same_result(reviewed, edit),
        _ => false,
    };
    if is_part {
        Coverage::Part
    } else {
        Coverage::No
    }
}

/// Returns whether one range of shares lies within the other.
fn is_on_the_way(reviewed: [Fraction; 2], now: [Fraction; 2]) -> bool {
    !reviewed[0].exceeds(now[0]) && !now[1].exceeds(reviewed[1])
}

/// Returns how many slots are taken.
fn gains(slots: &SlotCounts) -> u32 {
    slots.held_after().saturating_sub(slots.held_before())
}

fn has_same_result(reviewed: &Edit, edit: &Edit) -> bool {
    match (reviewed, edit) {
        (Edit::Name(reviewed), Edit::Name(edit)) => reviewed.to == edit.to,
        (Edit::StartDate(reviewed), Edit::StartDate(edit))
        | (Edit::EndDate(reviewed), Edit::EndDate(edit)) => reviewed.to == edit.to,
        (Edit::Priority(reviewed), Edit::Priority(edit)) => reviewed.to == edit.to,
        _ => false,
    }
}

/// Returns the notes on inherited slots: who takes how many of whom, and whether the plan frees them.
fn inherited(notes: &[Note]) -> BTreeSet<Inheritance<'_>> {
    let notes = notes.iter().filter_map(|note| {
        let inherited = note.inherited.as_ref()?;
        let heir = note.experiment_id.as_ref();
        let (slots, is_freed) = (inherited.slots, inherited.freed_by_plan);
        Some((&note.layer_id, heir, &inherited.from, slots, is_freed))
    });
    notes.collect()
}

/// A layer, the heir on it, the last holder, how many slots, and whether the same plan frees them.
type Inheritance<'n> = (
    &'n LayerId,
    Option<&'n ExperimentId>,
    &'n ExperimentId,
    u32,
    bool,
);

/// Shares of units that move: of each layer, experiment and variant.
#[derive(Debug, Default)]
struct Moves<'i>(BTreeMap<MovesOf<'i>, [f64; 4]>);

/// A layer, an experiment or a variant of it.
type MovesOf<'i> = (
    &'i LayerId,
    Option<&'i ExperimentId>,
    Option<&'i VariantName>,
);

impl<'i> Moves<'i> {
    fn of(impacts: &'i [Impact]) -> Self {
        let mut moves = BTreeMap::new();
        for impact in impacts {
            let layer = &impact.layer_id;
            let (joining, leaving) = (impact.units_joining, impact.units_leaving);
            moves.insert(
                (layer, None, None),
                [joining, leaving, impact.units_switching, 0.0],
            );
            for experiment in impact.experiments.iter() {
                let id = Some(&experiment.experiment_id);
                moves.insert((layer, id, None), UnitMoves::moving(&experiment.units));
                for variant in experiment.variants.iter().flatten() {
                    moves.insert(
                        (layer, id, Some(&variant.variant)),
                        UnitMoves::moving(&variant.units),
                    );
                }
            }
        }
        Self(moves)
    }

    /// Returns whether nowhere more units move.
    fn are_within(&self, most: &Self) -> bool {
        self.0.iter().all(|(of, shares)| {
            let most = most.0.get(of).copied().unwrap_or_default();
            let mut pairs = shares.iter().zip(most);
            pairs.all(|(share, most)| *share <= most + FRACTION_TOLERANCE)
        })
    }
}

fn differences(reviewed: &[Impact], now: &[Impact]) -> Vec<ImpactDifference> {
    let by_layer = |impacts: &'_ [Impact]| -> BTreeMap<LayerId, [f64; 3]> {
        let moves = impacts.iter().map(|it| {
            let moves = [it.units_joining, it.units_leaving, it.units_switching];
            (it.layer_id.clone(), moves)
        });
        moves.collect()
    };
    let (was, is) = (by_layer(reviewed), by_layer(now));
    let layers: BTreeSet<&LayerId> = was.keys().chain(is.keys()).collect();
    let differences = layers.into_iter().map(|id| {
        let [was, is] = [&was, &is].map(|moves| moves.get(id).copied().unwrap_or_default());
        ImpactDifference {
            layer_id: id.clone(),
            units_joining: is[0] - was[0],
            units_leaving: is[1] - was[1],
            units_switching: is[2] - was[2],
        }
    });
    differences.filter(ImpactDifference::is_any).collect()
}

impl ImpactDifference {
    fn is_any(&self) -> bool {
        let shares = [self.units_joining, self.units_leaving, self.units_switching];
        shares.iter().any(|share| share.abs() > FRACTION_TOLERANCE)
    }
}

/// Compares the evidence for the new plan's changes. Where no log had been judged, a split that holds is no
/// difference, and neither is one of which still nobody knows.
fn evidence_differences(reviewed: &PlanReport, review: &Review) -> Vec<EvidenceDifference> {
    let old: Vec<&Evidence> = reviewed.evidence.iter().flatten().collect();
    let differences = review.evidence.iter().flatten().map(|now| {
        let was = old
            .iter()
            .find(|was| was.layer_id == now.layer_id && was.experiment_id == now.experiment_id);
        let known: &[AnomalyKind] = was.map_or(&[], |was| &was.anomalies);
        let new = now.anomalies.iter().filter(|kind| !known.contains(kind));
        EvidenceDifference {
            layer_id: now.layer_id.clone(),
            experiment_id: now.experiment_id.clone(),
            reviewed: was.map(|was| was.verdict),
            verdict: now.verdict,
            new_anomalies: new.copied().collect(),
        }
    });
    differences.filter(EvidenceDifference::is_any).collect()
}

impl EvidenceDifference {
    fn is_any(&self) -> bool {
        match self.reviewed {
            Some(reviewed) => reviewed != self.verdict || !self.new_anomalies.is_empty(),
            None => self.is_worse(),
        }
    }

    /// Returns whether it says something against the split that wasn't reviewed.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let reviewed = self.reviewed.unwrap_or(EvidenceVerdict::NoEvidence);
        self.verdict.gravity() > reviewed.gravity() || !self.new_anomalies.is_empty()
    }
}
