//! A layer's plan in the making: slots are placed here, in a fixed order.

use super::replay::step_on_layer;
use super::rules::{self, Violation};
use super::{Action, Change, Edit, Note, NoteCode, ReplayError, SlotCounts};
use crate::domain::{
    DEFAULT_TOTAL_SLOTS, DesiredLayer, Experiment, ExperimentId, ExperimentRecord, Fraction,
    HashAlgorithm, Layer, LayerState, SlotMapError, SlotUse, Status,
};

/// A plan in the making: each change is carried out on `after` as soon as it is found.
pub(super) struct Draft {
    pub(super) after: LayerState,
    pub(super) changes: Vec<Change>,
    pub(super) violations: Vec<Violation>,
    pub(super) notes: Vec<Note>,
}

impl Draft {
    pub(super) fn begin(
        desired: &DesiredLayer,
        before: Option<&LayerState>,
        default_hash: HashAlgorithm,
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
            draft.record(None, action);
        } else if !from.is_same(to) {
            draft.after.layer.total_traffic_percentage = to;
            draft.record(None, Action::UpdateLayer { from, to });
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
        let (wanted, free) = match placed {
            Ok(()) => return,
            Err(ReplayError::Slots(SlotMapError::TooFew { wanted, free })) => (wanted, free),
            // Changes made from this very layer fit it in every other respect.
            Err(error) => unreachable!("a change of `{id}` doesn't fit its own layer: {error}"),
        };
        // It is all or nothing for an experiment, too: what came before the slots is not planned.
        self.changes.truncate(planned);
        let layer = &self.after.layer;
        self.violations
            .push(rules::no_slots_left(layer, wants, wanted, free));
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
        for edit in edits(has, wants) {
            self.push(id, Action::Edit(edit))?;
        }
        if has.status != wants.status && wants.status != Status::Completed {
            self.push(
                id,
                Action::SetStatus {
                    from: has.status,
                    to: wants.status,
                },
            )?;
        }
        self.grow(has, wants)?;
        if wants.status == Status::Completed {
            let is_rolled_out = !wants.traffic_allocation.is_same(&has.traffic_allocation);
            let winner = wants
                .traffic_allocation
                .winner()
                .filter(|_| is_rolled_out)
                .cloned();
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

    /// Reserves and activates what the percentages ask for beyond what is there.
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
        // Where nothing is reserved beyond the traffic, the ramp-up alone says it all.
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
            // As it is by now: a reserve may have been planned just above.
            let now = self.after.experiment(id).unwrap_or(has);
            self.push(id, Action::ramp_up(now, to, slots))?;
        }
        Ok(())
    }

    /// Carries out a change on the layer as it will be, and writes it down.
    fn push(&mut self, id: &ExperimentId, action: Action) -> Result<(), ReplayError> {
        step_on_layer(&mut self.after, Some(id), &action)?;
        self.record(Some(id), action);
        Ok(())
    }

    fn record(&mut self, id: Option<&ExperimentId>, action: Action) {
        let layer_id = self.after.layer.layer_id.clone();
        self.changes.push(Change {
            layer_id,
            experiment_id: id.cloned(),
            action,
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
        self.notes.push(Note {
            code,
            layer_id,
            experiment_id: id.cloned(),
            key: None,
            message,
        });
    }
}

fn edits(has: &Experiment, wants: &Experiment) -> Vec<Edit> {
    let mut edits = Vec::new();
    if has.name != wants.name {
        edits.push(Edit::Name {
            from: has.name.clone(),
            to: wants.name.clone(),
        });
    }
    if has.start_date != wants.start_date {
        edits.push(Edit::StartDate {
            from: has.start_date,
            to: wants.start_date,
        });
    }
    if has.end_date != wants.end_date {
        edits.push(Edit::EndDate {
            from: has.end_date,
            to: wants.end_date,
        });
    }
    if has.priority != wants.priority {
        edits.push(Edit::Priority {
            from: has.priority,
            to: wants.priority,
        });
    }
    edits
}
