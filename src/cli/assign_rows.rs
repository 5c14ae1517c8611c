//! The lines of JSON of `avos assign`.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::Serialize;

use crate::assign::{Assignment, AssignmentStatus};
use crate::domain::{ExperimentId, SlotIndex, VariantName};
use crate::json;

/// Writes lines of JSON to a buffer. Most units of a batch share all but their ids and slots with
/// others, so the rest is made once.
pub(super) struct JsonRows<'a, 'b> {
    rests: HashMap<AnswerKey<'a>, RestOfRow, RandomState>,
    buffer: &'b mut Vec<u8>,
}

/// What decides all of a layer's row but unit and slot.
type AnswerKey<'a> = (
    Option<&'a ExperimentId>,
    Option<&'a VariantName>,
    AssignmentStatus,
);

/// What stands between a row's unit and its slot, and after its slot.
struct RestOfRow {
    before_slot: String,
    after_slot: String,
}

impl<'a, 'b> JsonRows<'a, 'b> {
    /// Appends to this buffer rows of one layer.
    pub(super) fn new(buffer: &'b mut Vec<u8>) -> Self {
        Self {
            rests: HashMap::default(),
            buffer,
        }
    }

    /// Appends the row of an answer.
    pub(super) fn assigned(&mut self, assignment: &Assignment<'a>) -> serde_json::Result<()> {
        let Assignment {
            experiment_id,
            variant,
            status,
            ..
        } = *assignment;
        let rest = self.rests.entry((experiment_id, variant, status));
        let rest = rest.or_insert_with(|| RestOfRow::new(assignment));
        self.buffer.extend_from_slice(UNIT);
        json::write(&mut *self.buffer, &assignment.unit_id)?;
        self.buffer.extend_from_slice(rest.before_slot.as_bytes());
        json::write(&mut *self.buffer, &assignment.slot_index)?;
        self.buffer.extend_from_slice(rest.after_slot.as_bytes());
        Ok(())
    }

    /// Appends any other row.
    pub(super) fn row(&mut self, row: &impl Serialize) -> serde_json::Result<()> {
        json::write(&mut *self.buffer, row)?;
        self.buffer.push(b'\n');
        Ok(())
    }
}

const UNIT: &[u8] = br#"{"unit_id":"#;
const NO_UNIT: &str = r#"{"unit_id":"""#;
/// No text has this: quotes within texts are escaped.
const SLOT: &str = r#","slot_index":"#;

impl RestOfRow {
    fn new(assignment: &Assignment) -> Self {
        let blank = Assignment {
            unit_id: "",
            slot_index: SlotIndex(0),
            ..*assignment
        };
        let mut row = Vec::new();
        let written = json::write(&mut row, &blank).map(|()| String::from_utf8_lossy(&row));
        let row = written.expect("plain values are JSON");
        let rest = row
            .strip_prefix(NO_UNIT)
            .and_then(|row| row.split_once(SLOT));
        let (before, after) = rest.expect("a row has a unit and a slot");
        Self {
            before_slot: before.to_owned() + SLOT,
            after_slot: after[1..].to_owned() + "\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::LayerId;

    proptest! {
        #[test]
        fn rows_are_those_of_whole_assignments(
            layer_id: String,
            ids in prop::collection::vec((any::<Option<String>>(), any::<Option<String>>()), 1..4),
            units in prop::collection::vec((any::<String>(), any::<u32>(), 0..3_usize, 0..3_usize), 0..20),
        ) {
            let layer_id = LayerId::from(layer_id);
            let ids: Vec<(Option<ExperimentId>, Option<VariantName>)> = ids
                .into_iter()
                .map(|(experiment, variant)| (experiment.map(Into::into), variant.map(Into::into)))
                .collect();
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            let mut rows = JsonRows::new(&mut found);
            for (unit_id, slot, kind, status) in &units {
                let (experiment_id, variant) = &ids[kind % ids.len()];
                let assignment = Assignment {
                    unit_id,
                    layer_id: &layer_id,
                    slot_index: SlotIndex(*slot),
                    experiment_id: experiment_id.as_ref(),
                    experiment_name: experiment_id.as_ref().map(ExperimentId::as_str),
                    variant: variant.as_ref(),
                    status: AssignmentStatus::ALL[*status],
                    group: None,
                    revision: None,
                };
                rows.assigned(&assignment).expect("JSON");
                json::write(&mut expected, &assignment).expect("JSON");
                expected.push(b'\n');
            }
            prop_assert_eq!(String::from_utf8(found), String::from_utf8(expected));
        }
    }
}
