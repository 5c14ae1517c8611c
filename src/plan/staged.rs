//! The plan of single experiments. A layer is wanted as the database has it, and only what was chosen as
//! the files want it; that is planned like any layer, so there is one set of rules.
//!
//! What a chosen experiment needs besides itself:
//!
//! - Its layer, where the database doesn't have it: it goes along, with a note.
//! - A larger `total_traffic_percentage` of its layer: it goes along, with a note.
//! - Slots that a completion in the files would free: the completion stays out, since it ends something.
//!   The plan is refused, and the finding names the completion.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hold_notes::notes_of_holds;
use super::layer_plan::{LayerOutcome, PlanContext};
use super::rules::is_of_capacity;
use super::{Action, Change, Note, NoteCode, PlanOutcome};
use crate::diagnostic::quoted;
use crate::domain::{
    Desired, DesiredLayer, Experiment, ExperimentId, LayerId, LayerState, LeftOutKeys, Placement,
    State,
};
use crate::numbers::counted;

/// What changes together, and can be planned by itself: an experiment may have several changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChangedThing {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment; `None` for the layer's own change.
    pub experiment_id: Option<ExperimentId>,
}

impl ChangedThing {
    /// Returns what a change is about.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        Self {
            layer_id: change.layer_id.clone(),
            experiment_id: change.experiment_id.clone(),
        }
    }

    /// Returns whether it is this experiment of this layer, or without an experiment the layer itself.
    #[must_use]
    pub fn is_about(&self, layer: &LayerId, experiment: Option<&ExperimentId>) -> bool {
        self.layer_id == *layer && self.experiment_id.as_ref() == experiment
    }
}

/// Returns whether what the layer's file says of the layer itself decides what happens to this one: if it
/// takes slots, or if the file has no sound values of it.
pub(crate) fn needs_own_values(desired: &Desired, state: &State, staged: &ChangedThing) -> bool {
    let ChangedThing {
        layer_id,
        experiment_id: Some(id),
    } = staged
    else {
        return true;
    };
    let Some(layer) = state.layer(layer_id) else {
        return true;
    };
    let wants = FilePart::of(desired, layer_id).and_then(|part| part.experiment(id));
    wants.is_none_or(|wants| takes_slots(layer, wants))
}

/// Returns whether the experiment takes slots of the layer that it doesn't have.
fn takes_slots(layer: &LayerState, wants: &Experiment) -> bool {
    wants.holds_slots()
        && layer.experiment(&wants.experiment_id).is_none_or(|has| {
            wants.reserved_percentage.exceeds(has.reserved_percentage)
                || wants.traffic_percentage.exceeds(has.traffic_percentage)
        })
}

/// What is sound in a layer's file.
#[derive(Clone, Copy)]
struct FilePart<'a> {
    /// The layer's own values, unless one of them is in error.
    own: Option<&'a DesiredLayer>,
    experiments: &'a [Experiment],
    left_out: &'a LeftOutKeys,
}

impl<'a> FilePart<'a> {
    fn of(desired: &'a Desired, id: &LayerId) -> Option<Self> {
        if let Some(layer) = desired.layer(id) {
            return Some(Self {
                own: Some(layer),
                experiments: &layer.experiments,
                left_out: &layer.left_out,
            });
        }
        let part = desired
            .sound_parts
            .iter()
            .find(|part| part.layer_id == *id)?;
        Some(Self {
            own: part.own.as_ref(),
            experiments: &part.experiments,
            left_out: &part.left_out,
        })
    }

    fn experiment(&self, id: &ExperimentId) -> Option<&'a Experiment> {
        let mut experiments = self.experiments.iter();
        experiments.find(|wants| wants.experiment_id == *id)
    }
}

/// Plans only these.
pub(super) fn plan_staged(
    desired: &Desired,
    state: &State,
    chosen: &[ChangedThing],
    at: Timestamp,
) -> PlanOutcome {
    let mut outcome = PlanOutcome::nothing();
    let context = PlanContext::new(desired, state);
    let layers: BTreeSet<&LayerId> = chosen.iter().map(|staged| &staged.layer_id).collect();
    for layer_id in layers {
        let before = state.layers.get(layer_id);
        let of_layer = chosen.iter().filter(|staged| staged.layer_id == *layer_id);
        let ids = of_layer
            .clone()
            .filter_map(|staged| staged.experiment_id.as_ref());
        let layer = StagedLayer {
            layer_id,
            before,
            part: FilePart::of(desired, layer_id),
            is_in_error: desired.in_error.contains(layer_id),
            ids: ids.collect(),
            is_own_chosen: of_layer
                .into_iter()
                .any(|staged| staged.experiment_id.is_none()),
            context: &context,
            at,
        };
        outcome.notes.extend(layer.only_in_database());
        match (layer.plan(), before) {
            (Some(planned), _) => outcome.add(&planned),
            (None, Some(before)) => {
                let in_file = desired.sound_experiments(layer_id);
                outcome
                    .notes
                    .extend(notes_of_holds(before, in_file, |_| false, at));
            }
            (None, None) => {}
        }
    }
    outcome
}

/// A layer of which only some is planned.
struct StagedLayer<'a> {
    layer_id: &'a LayerId,
    before: Option<&'a Arc<LayerState>>,
    part: Option<FilePart<'a>>,
    is_in_error: bool,
    /// The chosen experiments.
    ids: BTreeSet<&'a ExperimentId>,
    /// Whether the layer's own change is chosen.
    is_own_chosen: bool,
    context: &'a PlanContext<'a>,
    at: Timestamp,
}

impl StagedLayer<'_> {
    /// Plans it; `None` if its file says nothing sound about it that could be planned.
    fn plan(&self) -> Option<LayerOutcome> {
        let part = self.part?;
        let outcome = self.outcome(&part, &self.ids, self.is_own_chosen)?;
        let mut outcome = self.with_larger_cap(&part, &outcome).unwrap_or(outcome);
        self.name_completions(&part, &mut outcome);
        outcome.notes.retain(|note| {
            let id = note.experiment_id.as_ref();
            let is_chosen = id.is_none_or(|id| self.ids.contains(id));
            note.code == NoteCode::Held || note.code != NoteCode::OnlyInDatabase && is_chosen
        });
        outcome.notes.extend(self.creation(&outcome.changes));
        Some(outcome)
    }

    /// Plans these experiments; `with_own` says whether the layer gets its new `total_traffic_percentage`.
    fn outcome(
        &self,
        part: &FilePart<'_>,
        ids: &BTreeSet<&ExperimentId>,
        with_own: bool,
    ) -> Option<LayerOutcome> {
        let wanted = wanted(self.before.map(|layer| &**layer), part, ids, with_own)?;
        Some(LayerOutcome::new(
            &wanted,
            self.before,
            Some(ids),
            self.context,
            self.at,
        ))
    }

    /// Plans it with the `total_traffic_percentage` of the file, if that is larger and is what the chosen
    /// experiments lack.
    fn with_larger_cap(&self, part: &FilePart<'_>, outcome: &LayerOutcome) -> Option<LayerOutcome> {
        let (own, before) = (part.own?, self.before?);
        let (from, to) = (
            before.layer.total_traffic_percentage,
            own.total_traffic_percentage,
        );
        if self.is_own_chosen || !to.exceeds(from) || !lacks_capacity(outcome) {
            return None;
        }
        let mut larger = self.outcome(part, &self.ids, true)?;
        if lacks_capacity(&larger) {
            return None;
        }
        larger.notes.push(self.goes_along(format!(
            "`total_traffic_percentage` of layer `{}` goes along, {from} to {to}: what was chosen needs it",
            self.layer_id
        )));
        Some(larger)
    }

    /// Notes that the layer is created too.
    fn creation(&self, changes: &[Change]) -> Option<Note> {
        let is_created = |change: &Change| matches!(change.action, Action::CreateLayer { .. });
        let goes_along = !self.is_own_chosen && changes.iter().any(is_created);
        goes_along.then(|| {
            self.goes_along(format!(
                "layer `{}` goes along: the database doesn't have it yet",
                self.layer_id
            ))
        })
    }

    fn goes_along(&self, message: String) -> Note {
        Note::new(NoteCode::GoesAlong, self.layer_id.clone(), None, message)
    }

    /// Where slots are missing, names the completions in the file that would free them, as many as it takes.
    fn name_completions(&self, part: &FilePart<'_>, outcome: &mut LayerOutcome) {
        let Some(before) = self.before.filter(|_| lacks_capacity(outcome)) else {
            return;
        };
        let mut ids = self.ids.clone();
        let mut freeing = Vec::new();
        for wants in part.experiments {
            let id = &wants.experiment_id;
            let slots = before.slots.held(id);
            if wants.holds_slots() || slots == 0 || !ids.insert(id) {
                continue;
            }
            freeing.push((id, slots));
            let with = [self.is_own_chosen, true].map(|own| self.outcome(part, &ids, own));
            let is_enough = |outcome: &LayerOutcome| !lacks_capacity(outcome);
            if with.iter().flatten().any(is_enough) {
                let help = completions_help(&freeing);
                let lacking = outcome.violations.iter_mut();
                for violation in lacking.filter(|violation| is_of_capacity(violation)) {
                    violation.help = format!("{help}; or {}", violation.help);
                }
                return;
            }
        }
    }

    /// Notes chosen experiments that no file has. Of a layer in error, the file may have more than what is
    /// sound.
    fn only_in_database(&self) -> impl Iterator<Item = Note> {
        let before = self.before.filter(|_| !self.is_in_error);
        before.into_iter().flat_map(|layer| {
            let is_in_file = |has: &Experiment| {
                self.part
                    .is_some_and(|part| part.experiment(&has.experiment_id).is_some())
            };
            let chosen = layer.experiments.iter();
            let chosen = chosen.filter(|has| self.ids.contains(&has.experiment_id));
            chosen
                .filter(move |has| !is_in_file(has))
                .map(|has| Note::only_in_database(layer, has))
        })
    }
}

/// Returns the layer as the database has it, with these experiments as the file wants them. `None` if there
/// is nothing to plan.
fn wanted(
    before: Option<&LayerState>,
    part: &FilePart<'_>,
    ids: &BTreeSet<&ExperimentId>,
    with_own: bool,
) -> Option<DesiredLayer> {
    let chosen = part.experiments.iter();
    let chosen: Vec<&Experiment> = chosen
        .filter(|wants| ids.contains(&wants.experiment_id))
        .collect();
    let Some(before) = before else {
        let own = part.own.filter(|_| with_own || !chosen.is_empty())?;
        return Some(DesiredLayer {
            experiments: chosen.into_iter().cloned().collect(),
            left_out: part.left_out.clone(),
            ..own_values(own)
        });
    };
    let stays = before.experiments.iter();
    let stays = stays.filter(|has| {
        let mut chosen = chosen.iter();
        chosen.all(|wants| wants.experiment_id != has.experiment_id)
    });
    let takes_slots = chosen.iter().any(|wants| takes_slots(before, wants));
    let mut wanted = match part.own.filter(|_| with_own || takes_slots) {
        Some(own) => own_values(own),
        None => DesiredLayer {
            layer_id: before.layer.layer_id.clone(),
            layer_salt: before.layer.layer_salt.clone(),
            total_slots: None,
            total_traffic_percentage: before.layer.total_traffic_percentage,
            hash_algorithm: None,
            placement: Placement::default(),
            experiments: Vec::new(),
            left_out: LeftOutKeys::default(),
        },
    };
    if !with_own {
        wanted.total_traffic_percentage = before.layer.total_traffic_percentage;
    }
    wanted.experiments = stays.chain(chosen.iter().copied()).cloned().collect();
    wanted.left_out = part.left_out.clone();
    Some(wanted)
}

/// Returns a layer's own values, without its experiments.
fn own_values(layer: &DesiredLayer) -> DesiredLayer {
    DesiredLayer {
        layer_id: layer.layer_id.clone(),
        layer_salt: layer.layer_salt.clone(),
        total_slots: layer.total_slots,
        total_traffic_percentage: layer.total_traffic_percentage,
        hash_algorithm: layer.hash_algorithm,
        placement: layer.placement,
        experiments: Vec::new(),
        left_out: LeftOutKeys::default(),
    }
}

/// Returns whether the layer has too little room for what is planned.
fn lacks_capacity(outcome: &LayerOutcome) -> bool {
    outcome.violations.iter().any(is_of_capacity)
}

/// Says which completions free the slots that are missing.
fn completions_help(freeing: &[(&ExperimentId, u32)]) -> String {
    let ids = freeing.iter().map(|(id, _)| quoted(id.as_str()));
    let ids = ids.collect::<Vec<_>>().join(" and ");
    let options = freeing.iter().map(|(id, _)| id.as_str());
    let options = options.collect::<Vec<_>>().join(" ");
    let slots: u32 = freeing.iter().map(|(_, held)| held).sum();
    let slots = counted(u64::from(slots), "slot", "slots");
    let free = if freeing.len() == 1 {
        "its completion frees"
    } else {
        "their completions free"
    };
    format!("choose {ids} as well (`--only {options}`): {free} {slots}")
}
