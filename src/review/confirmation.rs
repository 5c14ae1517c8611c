//! The confirmation that an apply asks for: stricter, the more it does to units.

use std::collections::{BTreeMap, BTreeSet};

use super::{Doubt, Evidence, WeighedEvidence};
use crate::domain::{ExperimentId, FRACTION_TOLERANCE, LayerId};
use crate::plan::{Action, Change, Impact, Note, NoteCode};

/// Ramp-ups by more than this share of a layer ask for a name.
const LARGE_RAMP_UP: f64 = 0.5;

/// How an apply is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Additions and small ramp-ups: a single key.
    OneKey,
    /// Something ends, units lose what they have, or a ramp-up is large or perhaps unintended: a
    /// name must be typed.
    Type {
        /// The name.
        name: String,
        /// Reasons that the impact on units doesn't show by itself, one sentence each.
        reasons: Vec<String>,
        /// Whether the journal must be told why: a split doesn't hold, or there is no evidence of it.
        needs_reason: bool,
    },
}

impl Confirmation {
    /// Returns whether the journal must be told why.
    #[must_use]
    pub fn needs_reason(&self) -> bool {
        matches!(self, Self::Type { needs_reason, .. } if *needs_reason)
    }

    /// Decides what these changes ask for. A name is asked for if an experiment is completed, if
    /// units leave or switch, if ramp-ups take in more than half of a layer, if one comes from a key that
    /// isn't in the file, or if it changes again what another program changed; and, with a reason, if the
    /// split of an experiment that ramps up or gets a winner doesn't hold. It is the experiment's if it
    /// concerns only one, the layer's if it concerns only one, else `all`.
    #[must_use]
    pub fn of(
        changes: &[Change],
        impact: &[Impact],
        notes: &[Note],
        evidence: &[WeighedEvidence],
    ) -> Self {
        let completed = changes
            .iter()
            .filter(|change| matches!(change.action, Action::Complete { .. }))
            .filter_map(subject)
            .map(|(layer_id, id)| (layer_id, Some(id)));
        let losing = impact.iter().flat_map(|layer| {
            let losing = layer.experiments.iter();
            let losing = losing.filter(|experiment| experiment.units.lost() > 0.0);
            losing.map(|experiment| (&layer.layer_id, Some(&experiment.experiment_id)))
        });
        let mut concerned: BTreeSet<ConfirmedRef<'_>> = completed.chain(losing).collect();
        let mut reasons = Vec::new();
        for (change, note) in undone_outside(changes, notes) {
            concerned.insert((&change.layer_id, change.experiment_id.as_ref()));
            let reason = format!("{}; this plan changes it again.", note.message);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        for ramped in RampedLayer::all(changes, impact) {
            if let Some(reason) = ramped.too_large() {
                let ids = ramped.ramp_ups.keys();
                concerned.extend(ids.map(|id| (ramped.layer_id, Some(*id))));
                reasons.push(reason);
            }
            for (id, reason) in ramped.perhaps_not_meant(notes) {
                concerned.insert((ramped.layer_id, Some(id)));
                reasons.push(reason);
            }
        }
        let mut needs_reason = false;
        for weighed in evidence {
            let Evidence {
                experiment_id,
                layer_id,
                ..
            } = &weighed.evidence;
            if let Some(doubt) = weighed.doubt() {
                concerned.insert((layer_id, Some(experiment_id)));
                reasons.push(doubt_about(experiment_id, doubt));
                needs_reason = true;
            }
        }
        match name(&concerned) {
            None => Self::OneKey,
            Some(name) => Self::Type {
                name,
                reasons,
                needs_reason,
            },
        }
    }
}

fn doubt_about(id: &ExperimentId, doubt: Doubt) -> String {
    match doubt {
        Doubt::Mismatch => format!("The units of `{id}` don't split as they should."),
        Doubt::Lost => format!("Exposures of `{id}` are lost, so its split can't be trusted."),
        Doubt::Unread => {
            format!("The log is still being read: nobody knows whether the split of `{id}` holds.")
        }
        Doubt::Untested | Doubt::StandsStill | Doubt::Old | Doubt::Ahead => {
            format!("There is no evidence that the split of `{id}` holds.")
        }
    }
}

/// An experiment on its layer, or the layer itself.
type ConfirmedRef<'a> = (&'a LayerId, Option<&'a ExperimentId>);

/// Returns the changes of what another program changed and no apply has set since, each with the note about
/// that. A layer of which nobody knows whether it changed has a note of its own, and its
/// experiments none.
fn undone_outside<'a>(
    changes: &'a [Change],
    notes: &'a [Note],
) -> impl Iterator<Item = (&'a Change, &'a Note)> {
    let outside = notes
        .iter()
        .filter(|note| note.code == NoteCode::ChangedOutside);
    outside.flat_map(|note| {
        let is_it = |change: &&Change| {
            change.layer_id == note.layer_id && change.experiment_id == note.experiment_id
        };
        changes
            .iter()
            .filter(is_it)
            .map(move |change| (change, note))
    })
}

fn subject(change: &Change) -> Option<(&LayerId, &ExperimentId)> {
    Some((&change.layer_id, change.experiment_id.as_ref()?))
}

/// Returns the most specific name that all of these have in common.
fn name(concerned: &BTreeSet<ConfirmedRef<'_>>) -> Option<String> {
    let layers: BTreeSet<&LayerId> = concerned.iter().map(|(layer_id, _)| *layer_id).collect();
    let (layer_id, id) = concerned.first()?;
    Some(match (layers.len(), concerned.len(), id) {
        (1, 1, Some(id)) => id.to_string(),
        (1, ..) => layer_id.to_string(),
        _ => "all".to_owned(),
    })
}

/// A layer whose experiments ramp up.
struct RampedLayer<'a> {
    layer_id: &'a LayerId,
    /// The share of the layer that each takes in.
    ramp_ups: BTreeMap<&'a ExperimentId, f64>,
}

impl<'a> RampedLayer<'a> {
    fn all(changes: &'a [Change], impact: &[Impact]) -> Vec<Self> {
        let mut layers: BTreeMap<&LayerId, BTreeMap<&ExperimentId, f64>> = BTreeMap::new();
        for change in changes {
            if let (Action::RampUp { from, to, .. }, Some((layer_id, id))) =
                (&change.action, subject(change))
            {
                // Slots that have no units yet can't be released either. An experiment that is
                // resumed as it ramps up takes in more units than slots.
                let joining = joining(impact, layer_id, id);
                let share = joining.max(to.value() - from.value());
                layers.entry(layer_id).or_default().insert(id, share);
            }
        }
        let layers = layers.into_iter();
        layers
            .map(|(layer_id, ramp_ups)| Self { layer_id, ramp_ups })
            .collect()
    }

    fn too_large(&self) -> Option<String> {
        let share: f64 = self.ramp_ups.values().sum();
        (share > LARGE_RAMP_UP + FRACTION_TOLERANCE).then(|| {
            let layer_id = self.layer_id;
            let percent = (share * 1e6).round() / 1e4;
            format!("{percent}% of layer `{layer_id}` joins, and a ramp-up can't be undone.")
        })
    }

    fn perhaps_not_meant(&self, notes: &[Note]) -> Vec<(&'a ExperimentId, String)> {
        let is_noted = |id: &ExperimentId| {
            notes.iter().any(|note| {
                note.code == NoteCode::KeyLeftOut
                    && note.experiment_id.as_ref() == Some(id)
                    && note.key.as_deref() == Some("traffic_percentage")
            })
        };
        let ids = self.ramp_ups.keys().copied().filter(|id| is_noted(id));
        ids.map(|id| {
            let reason = format!(
                "`traffic_percentage` of `{id}` isn't in the file, and a ramp-up can't be undone."
            );
            (id, reason)
        })
        .collect()
    }
}

/// Returns the share of the layer's units that join the experiment.
fn joining(impact: &[Impact], layer_id: &LayerId, id: &ExperimentId) -> f64 {
    let layers = impact.iter().filter(|impact| impact.layer_id == *layer_id);
    let experiments = layers.flat_map(|impact| impact.experiments.iter());
    let joining = experiments.filter(|experiment| experiment.experiment_id == *id);
    joining.map(|experiment| experiment.units.joining).sum()
}
