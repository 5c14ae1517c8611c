//! A layer's plan under construction: slots are placed here, in a fixed order, and what reviewers
//! should know besides the changes is noted.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::replay::step_on_layer;
use super::rules::{self, Violation};
use super::{Action, Change, Edit, Note, NoteCode, ReplayError, SlotCounts};
use crate::domain::{
    DEFAULT_TOTAL_SLOTS, DesiredLayer, Experiment, ExperimentId, ExperimentRecord, FormerHolders,
    Fraction, HashAlgorithm, Layer, LayerState, Placement, SlotMap, SlotMapError, SlotUse, Status,
    most_rested,
};

/// A plan under construction: each change is carried out on `after` as soon as it is found.
pub(super) struct Draft {
    pub(super) after: LayerState,
    pub(super) changes: Vec<Change>,
    pub(super) violations: Vec<Violation>,
    pub(super) notes: Vec<Note>,
    /// When it is planned, which decides what is held.
    at: Timestamp,
    /// What decides which slots are taken; `None` if the lowest free ones are.
    rest: Option<SlotRest>,
}

/// How long slots have rested.
struct SlotRest {
    /// The slots before the plan; `None` for a new layer.
    before: Option<SlotMap>,
    history: Arc<FormerHolders>,
}

impl Draft {
    pub(super) fn begin(
        desired: &DesiredLayer,
        before: Option<&LayerState>,
        default_hash: HashAlgorithm,
        history: &Arc<FormerHolders>,
        at: Timestamp,
    ) -> Self {
        let after = before.cloned().unwrap_or_else(|| {
            LayerState::empty(Layer {
                layer_id: desired.layer_id.clone(),
                layer_salt: desired.layer_salt.clone(),
                total_slots: desired.total_slots.unwrap_or(DEFAULT_TOTAL_SLOTS),
                total_traffic_percentage: desired.total_traffic_percentage,
                hash_algorithm: desired.hash_algorithm.unwrap_or(default_hash),
            })
        });
        let mut draft = Self {
            after,
            changes: Vec::new(),
            violations: Vec::new(),
            notes: Vec::new(),
            at,
            rest: (desired.placement == Placement::Rested).then(|| SlotRest {
                before: before.map(|layer| layer.slots.clone()),
                history: Arc::clone(history),
            }),
        };
        let layer = &draft.after.layer;
        let (from, to) = (
            layer.total_traffic_percentage,
            desired.total_traffic_percentage,
        );
        if before.is_none() {
            let action = Action::CreateLayer {
                layer_salt: layer.layer_salt.clone(),
                total_slots: layer.total_slots,
                total_traffic_percentage: from,
                hash_algorithm: layer.hash_algorithm,
            };
            draft.record(None, action, None);
        } else if !from.is_same(to) {
            draft.after.layer.total_traffic_percentage = to;
            draft.record(None, Action::UpdateLayer { from, to }, None);
        }
        draft
    }

    /// Plans one experiment that breaks no rule.
    pub(super) fn place(&mut self, has: Option<&Experiment>, wants: &Experiment) {
        let id = &wants.experiment_id;
        let planned = self.changes.len();
        let placed = match has {
            Some(has) if !has.holds_slots() => Ok(()),
            Some(has) => self.change(has, wants),
            None if wants.holds_slots() => self.create(wants),
            None => {
                self.note(NoteCode::CompletedUnseen, Some(id), |layer| {
                    format!("`{id}` is completed and layer `{layer}` never had it: nothing to do")
                });
                Ok(())
            }
        };
        let Err(error) = placed else { return };
        // An experiment is planned as a whole or not at all: changes before the error are dropped.
        self.changes.truncate(planned);
        let layer = &self.after.layer;
        self.violations.push(match error {
            ReplayError::Slots(SlotMapError::TooFew { wanted, free }) => {
                rules::report_no_slots_left(layer, wants, wanted, free)
            }
            // Changes made from this layer fit it in every other respect.
            error => Violation::of_defect(&layer.layer_id, id, &error),
        });
    }

    fn create(&mut self, wants: &Experiment) -> Result<(), ReplayError> {
        let total = self.after.slots.total();
        let active = wants.traffic_percentage.slots_of(total);
        let held = wants.reserved_percentage.slots_of(total);
        let slots = SlotCounts {
            active_before: 0,
            active_after: active,
            reserved_before: 0,
            reserved_after: held - active,
        };
        let experiment = ExperimentRecord::new(&self.after.layer.layer_id, wants);
        let action = Action::CreateExperiment {
            experiment: Box::new(experiment),
            slots,
        };
        self.push(&wants.experiment_id, action)
    }

    fn change(&mut self, has: &Experiment, wants: &Experiment) -> Result<(), ReplayError> {
        let id = &wants.experiment_id;
        for edit in Edit::between(has, wants) {
            self.push(id, Action::Edit(edit))?;
        }
        let is_held = self.is_held(id);
        let to = match wants.status {
            // Another program made it active.
            Status::Active if is_held && has.status == Status::Active => Status::Paused,
            Status::Active if is_held => has.status,
            wanted => wanted,
        };
        if has.status != to && to != Status::Completed {
            self.set_status(has, to)?;
        }
        self.grow(has, wants)?;
        if wants.status == Status::Completed {
            let is_rolled_out = !wants.traffic_allocation.is_same(&has.traffic_allocation);
            let winner = wants
                .traffic_allocation
                .winner()
                .filter(|_| is_rolled_out)
                .cloned();
            self.release(id)?;
            let slots = SlotCounts::from_here(&self.after.slots, id, 0, 0);
            let before = winner.is_some().then(|| (&has.traffic_allocation).into());
            let action = Action::Complete {
                from: has.status,
                to: Status::Completed,
                winner,
                allocation_before: before,
                slots,
            };
            self.push(id, action)?;
        }
        Ok(())
    }

    /// Returns whether a hold keeps the experiment from being active.
    fn is_held(&self, id: &ExperimentId) -> bool {
        let hold = self.after.holds.get(id);
        hold.is_some_and(|hold| hold.is_in_force(self.at))
    }

    /// Plans another status, which no hold forbids.
    fn set_status(&mut self, has: &Experiment, to: Status) -> Result<(), ReplayError> {
        let (id, from) = (&has.experiment_id, has.status);
        if to == Status::Active {
            self.release(id)?;
        }
        self.push(id, Action::SetStatus { from, to })
    }

    /// Plans the end of the experiment's hold, if it has one.
    fn release(&mut self, id: &ExperimentId) -> Result<(), ReplayError> {
        match self.after.holds.get(id).cloned() {
            Some(hold) => self.push(id, Action::Release { hold }),
            None => Ok(()),
        }
    }

    /// Reserves and activates the slots that the percentages require beyond those held.
    fn grow(&mut self, has: &Experiment, wants: &Experiment) -> Result<(), ReplayError> {
        let id = &wants.experiment_id;
        let slots = &self.after.slots;
        let total = slots.total();
        let (active, mut held) = (slots.count(id, SlotUse::Active), slots.held(id));
        // Slots are taken only where a share grows, and by no experiment that is completed by the
        // same plan. A share that stays keeps what it has, even where another program left it with
        // fewer slots: a pause must not be refused for want of them.
        let target = |wants_share: Fraction, has_share: Fraction, now: u32| {
            if wants.holds_slots() && wants_share.exceeds(has_share) {
                wants_share.slots_of(total).max(now)
            } else {
                now
            }
        };
        let active_target = target(wants.traffic_percentage, has.traffic_percentage, active);
        let held_target = target(wants.reserved_percentage, has.reserved_percentage, held);
        let held_target = held_target.max(active_target);

        let (from, to) = (has.reserved_percentage, wants.reserved_percentage);
        // If nothing is reserved beyond the traffic, the ramp-up alone is enough.
        let is_implied =
            from.is_same(has.traffic_percentage) && to.is_same(wants.traffic_percentage);
        if to.exceeds(from) && !is_implied {
            let slots = SlotCounts::from_here(slots, id, active, held_target - active);
            self.push(id, Action::Reserve { from, to, slots })?;
            held = held_target;
        }
        let (from, to) = (has.traffic_percentage, wants.traffic_percentage);
        if to.exceeds(from) || active_target > active || held_target > held {
            let slots = &self.after.slots;
            let slots =
                SlotCounts::from_here(slots, id, active_target, held_target - active_target);
            // The current state: a reserve may have been planned just above.
            let now = self.after.experiment(id).unwrap_or(has);
            self.push(id, Action::ramp_up(now, to, slots))?;
        }
        Ok(())
    }

    /// Carries out a change on the layer as it will be, and records it.
    fn push(&mut self, id: &ExperimentId, action: Action) -> Result<(), ReplayError> {
        let taken = self.rested_slots(&action);
        step_on_layer(&mut self.after, Some(id), &action, taken.as_deref())?;
        self.record(Some(id), action, taken);
        Ok(())
    }

    /// Returns the slots that the action takes, if they aren't to be the lowest free ones. Too few free ones
    /// are found by the replay.
    fn rested_slots(&self, action: &Action) -> Option<Vec<(u32, u32)>> {
        let rest = self.rest.as_ref()?;
        let counts = action.slots()?;
        let count = counts.held_after().checked_sub(counts.held_before())?;
        let slots = &self.after.slots;
        let taken = most_rested(slots, rest.before.as_ref(), &rest.history, count)?;
        (!taken.is_empty()).then_some(taken)
    }

    fn record(
        &mut self,
        id: Option<&ExperimentId>,
        action: Action,
        taken: Option<Vec<(u32, u32)>>,
    ) {
        let layer_id = self.after.layer.layer_id.clone();
        self.changes.push(Change {
            layer_id,
            experiment_id: id.cloned(),
            action,
            taken,
        });
    }

    pub(super) fn note(
        &mut self,
        code: NoteCode,
        id: Option<&ExperimentId>,
        message: impl FnOnce(&str) -> String,
    ) {
        let layer_id = self.after.layer.layer_id.clone();
        let message = message(layer_id.as_str());
        let note = Note::new(code, layer_id, id.cloned(), message);
        self.notes.push(note);
    }
}

/// Experiments of the database that no file has. `wanted` are those of all files: one that moved to
/// another layer's file is a violation there.
pub(super) fn note_what_stays(
    draft: &mut Draft,
    before: Option<&LayerState>,
    wanted: &HashSet<&ExperimentId>,
) {
    for has in before.iter().flat_map(|layer| &layer.experiments) {
        let id = &has.experiment_id;
        if !wanted.contains(id) {
            let note = Note::only_in_database(&draft.after, has);
            draft.notes.push(note);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_does_not_fit_its_layer_is_reported_as_a_defect() {
        let experiment = |name: &str| {
            let builder = Experiment::builder("button").name(name);
            let builder = builder.arm("a", 0.5).arm("b", 0.5).traffic_percentage(0.1);
            builder.build().expect("an experiment")
        };
        let layer = DesiredLayer::builder("web", "salt")
            .build()
            .expect("a layer");
        let mut draft = Draft::begin(
            &layer,
            None,
            HashAlgorithm::Sha256,
            &Arc::default(),
            Timestamp::UNIX_EPOCH,
        );
        // The layer doesn't have the experiment that is supposed to be on it.
        draft.place(Some(&experiment("old")), &experiment("new"));
        assert_eq!(draft.changes.len(), 1, "only the layer is created");
        let [violation] = &draft.violations[..] else {
            panic!("{:?}", draft.violations);
        };
        assert_eq!(violation.rule.code, "defect");
        assert!(violation.rule.severity == crate::diagnostic::Severity::Error);
        insta::assert_snapshot!(
            violation.message,
            @"internal error: a planned change of experiment `button` doesn't fit layer `web`: `button` doesn't exist"
        );
        assert!(violation.help.contains("report"), "{}", violation.help);
    }
}
