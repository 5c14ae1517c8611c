//! A layer's plan under construction: slots are placed here, in a fixed order, and what reviewers
//! should know besides the changes is noted.

use std::collections::HashSet;

use jiff::Timestamp;

use super::replay::step_on_layer;
use super::rules::{self, Violation};
use super::{Action, Change, Edit, Note, NoteCode, ReplayError, SlotCounts};
use crate::domain::{
    DEFAULT_TOTAL_SLOTS, DesiredLayer, Experiment, ExperimentId, ExperimentRecord, Fraction,
    HashAlgorithm, Layer, LayerState, SlotMapError, SlotUse, Status, differing_attributes,
};

/// A plan under construction: each change is carried out on `after` as soon as it is found.
pub(super) struct Draft {
    pub(super) after: LayerState,
    pub(super) changes: Vec<Change>,
    pub(super) violations: Vec<Violation>,
    pub(super) notes: Vec<Note>,
    /// When it is planned, which decides what is held.
    at: Timestamp,
}

impl Draft {
    pub(super) fn begin(
        desired: &DesiredLayer,
        before: Option<&LayerState>,
        default_hash: HashAlgorithm,
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
        if has.status != wants.status && wants.status != Status::Completed {
            self.set_status(has, wants.status)?;
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

    /// Plans another status, unless a hold is in the way.
    fn set_status(&mut self, has: &Experiment, to: Status) -> Result<(), ReplayError> {
        let (id, from) = (&has.experiment_id, has.status);
        if to == Status::Active {
            let hold = self.after.holds.get(id);
            if hold.is_some_and(|hold| hold.is_in_force(self.at)) {
                return Ok(());
            }
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

/// Values of the database that a default would take the place of. Whoever loses a line of a file
/// asks for that without a word.
pub(super) fn note_left_out_keys(
    draft: &mut Draft,
    desired: &DesiredLayer,
    before: Option<&LayerState>,
) {
    let Some(before) = before else { return };
    let (from, to) = (
        before.layer.total_traffic_percentage,
        desired.total_traffic_percentage,
    );
    if !from.is_same(to) {
        let changed = Changed::new("total_traffic_percentage", &from, &to);
        note_if_left_out(draft, desired, None, changed);
    }
    for wants in &desired.experiments {
        let id = &wants.experiment_id;
        if let Some(has) = before.experiment(id) {
            for changed in changed_by_defaults(has, wants) {
                note_if_left_out(draft, desired, Some(id), changed);
            }
        }
    }
}

/// A key whose values in files and database differ.
struct Changed {
    key: &'static str,
    from: String,
    to: String,
}

impl Changed {
    fn new(key: &'static str, from: &impl ToString, to: &impl ToString) -> Self {
        Self {
            key,
            from: from.to_string(),
            to: to.to_string(),
        }
    }
}

/// Returns the differences in keys that may be left out.
fn changed_by_defaults(has: &Experiment, wants: &Experiment) -> impl Iterator<Item = Changed> {
    // A reserve that grows, or that never was more than the traffic, follows the traffic, which is
    // noted if it has to be.
    let reserve = has.reserved_percentage;
    let is_reserve_lost =
        reserve.exceeds(wants.reserved_percentage) && reserve.exceeds(has.traffic_percentage);
    differing_attributes(has, wants)
        .filter(move |attribute| attribute.key != "reserved_percentage" || is_reserve_lost)
        .filter_map(|attribute| {
            let words = attribute.words?;
            Some(Changed::new(attribute.key, &words(has), &words(wants)))
        })
}

fn note_if_left_out(
    draft: &mut Draft,
    desired: &DesiredLayer,
    id: Option<&ExperimentId>,
    changed: Changed,
) {
    let Changed { key, from, to } = changed;
    if !desired.left_out.contains(id, key) {
        return;
    }
    let whose = match id {
        Some(id) => format!("`{id}`"),
        None => format!("layer `{}`", desired.layer_id),
    };
    draft.notes.push(Note {
        code: NoteCode::KeyLeftOut,
        layer_id: desired.layer_id.clone(),
        experiment_id: id.cloned(),
        key: Some(key.to_owned()),
        message: format!(
            "`{key}` of {whose} isn't in the file: left out it means {to}, and the database has {from}"
        ),
    });
}

/// Notes experiments that take slots which another one frees in the same plan.
pub(super) fn note_inheritance(draft: &mut Draft, before: Option<&LayerState>) {
    let Some(before) = before else { return };
    let mut inherited: Vec<(ExperimentId, ExperimentId, u32)> = Vec::new();
    for new in draft.after.slots.runs() {
        for old in before.slots.runs_within(new.first, new.last) {
            let slots = old.last.0.min(new.last.0) - old.first.0.max(new.first.0) + 1;
            if old.experiment_id == new.experiment_id {
                continue;
            }
            let known = inherited
                .iter_mut()
                .find(|(heir, from, _)| *heir == new.experiment_id && *from == old.experiment_id);
            match known {
                Some((_, _, count)) => *count += slots,
                None => {
                    inherited.push((new.experiment_id.clone(), old.experiment_id.clone(), slots));
                }
            }
        }
    }
    for (heir, from, slots) in inherited {
        draft.note(NoteCode::InheritsSlots, Some(&heir), |_| {
            format!("`{heir}` takes {slots} slots of `{from}`, and their units with them")
        });
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
        let mut draft = Draft::begin(&layer, None, HashAlgorithm::Sha256, Timestamp::UNIX_EPOCH);
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
