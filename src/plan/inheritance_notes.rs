//! The notes on slots that others held before.

use jiff::Timestamp;

use super::draft::Draft;
use super::{InheritedSlots, Note, NoteCode};
use crate::domain::{ExperimentId, FormerHolders, LayerState};

/// Slots of an heir, and who held them until when.
#[derive(PartialEq, Eq)]
struct Inheritance<'a> {
    heir: &'a ExperimentId,
    from: &'a ExperimentId,
    freed_by_plan: bool,
    held_until: Option<Timestamp>,
}

/// Notes experiments that take slots which another one frees in the same plan, or held in the past.
pub(super) fn note_inheritance(
    draft: &mut Draft,
    before: Option<&LayerState>,
    history: &FormerHolders,
) {
    let after = draft.after.slots.clone();
    let mut found: Vec<(Inheritance<'_>, u32)> = Vec::new();
    for new in after.runs() {
        let heir = &new.experiment_id;
        let former = |first: u32, last: u32| {
            history.within(first, last).map(move |run| {
                let inheritance = Inheritance {
                    heir,
                    from: &run.experiment_id,
                    freed_by_plan: false,
                    held_until: run.until,
                };
                (inheritance, run.last.min(last) - run.first.max(first) + 1)
            })
        };
        let mut next = new.first.0;
        let held = before.into_iter();
        for old in held.flat_map(|before| before.slots.runs_within(new.first, new.last)) {
            let (first, last) = (old.first.0.max(next), old.last.0.min(new.last.0));
            if first > next {
                found.extend(former(next, first - 1));
            }
            if old.experiment_id != *heir {
                let inheritance = Inheritance {
                    heir,
                    from: &old.experiment_id,
                    freed_by_plan: true,
                    held_until: None,
                };
                found.push((inheritance, last - first + 1));
            }
            next = last + 1;
        }
        if next <= new.last.0 {
            found.extend(former(next, new.last.0));
        }
    }
    let mut inherited: Vec<(Inheritance<'_>, u32)> = Vec::new();
    for (inheritance, slots) in found {
        let mut known = inherited.iter_mut();
        match known.find(|(known, _)| *known == inheritance) {
            Some((_, count)) => *count += slots,
            None => inherited.push((inheritance, slots)),
        }
    }
    let notes = inherited.into_iter().map(|(inheritance, slots)| {
        let Inheritance {
            heir,
            from,
            freed_by_plan,
            held_until,
        } = inheritance;
        let inherited = InheritedSlots {
            from: from.clone(),
            slots,
            freed_by_plan,
            held_until,
        };
        let message = inherited.sentence(heir, |until| format!("{until:.0}"));
        let layer_id = draft.after.layer.layer_id.clone();
        Note {
            inherited: Some(inherited),
            ..Note::new(
                NoteCode::InheritsSlots,
                layer_id,
                Some(heir.clone()),
                message,
            )
        }
    });
    let notes: Vec<Note> = notes.collect();
    draft.notes.extend(notes);
}
