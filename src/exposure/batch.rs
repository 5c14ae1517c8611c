//! Assignments on their way to the disk: their texts one after the other in one buffer, so that
//! taking one costs a copy and no allocation once the buffer has grown.

use jiff::Timestamp;

use crate::assign::{Assignment, AssignmentStatus};
use crate::domain::{ExperimentId, GroupName, SlotIndex, VariantName};

/// How many texts a row has.
const TEXTS: usize = 6;

/// Rows in order.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    /// Where each text ends; it starts where the one before it ends.
    ends: [usize; TEXTS],
    /// Which texts are there: an empty one and none are two things.
    is_there: [bool; TEXTS],
    slot_index: SlotIndex,
    status: AssignmentStatus,
    at: Timestamp,
}

/// A row as it is written.
pub(super) struct BatchRow<'b> {
    /// Unit, layer, experiment, its name, variant, group.
    pub(super) texts: [Option<&'b str>; TEXTS],
    pub(super) slot_index: SlotIndex,
    pub(super) status: AssignmentStatus,
    pub(super) at: Timestamp,
}

impl Batch {
    /// Copies an assignment.
    pub(super) fn push(&mut self, assignment: &Assignment, at: Timestamp) {
        let texts = [
            Some(assignment.unit_id),
            Some(assignment.layer_id.as_str()),
            assignment.experiment_id.map(ExperimentId::as_str),
            assignment.experiment_name,
            assignment.variant.map(VariantName::as_str),
            assignment.group.map(GroupName::as_str),
        ];
        let ends = texts.map(|text| {
            self.text.push_str(text.unwrap_or_default());
            self.text.len()
        });
        self.rows.push(Row {
            ends,
            is_there: texts.map(|text| text.is_some()),
            slot_index: assignment.slot_index,
            status: assignment.status,
            at,
        });
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many bytes their texts take.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Forgets the rows, and keeps no more than so many bytes of buffer for the next ones.
    pub(super) fn clear(&mut self, keep_bytes: usize) {
        self.rows.clear();
        self.text.clear();
        self.text.shrink_to(keep_bytes);
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = BatchRow<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |row| {
            let mut texts = [None; TEXTS];
            for (index, text) in texts.iter_mut().enumerate() {
                let end = row.ends[index];
                *text = row.is_there[index].then_some(&self.text[start..end]);
                start = end;
            }
            BatchRow {
                texts,
                slot_index: row.slot_index,
                status: row.status,
                at: row.at,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LayerId;

    #[test]
    fn texts_come_back_as_they_were_and_where_there_was_none_is_none() {
        let (layer, experiment) = (LayerId::from("é"), ExperimentId::from(""));
        let mut batch = Batch::default();
        for unit_id in ["", "中文\0"] {
            let assignment = Assignment {
                unit_id,
                layer_id: &layer,
                slot_index: SlotIndex(3),
                experiment_id: Some(&experiment),
                experiment_name: None,
                variant: None,
                status: AssignmentStatus::ExperimentInactive,
                group: None,
            };
            batch.push(&assignment, Timestamp::UNIX_EPOCH);
        }
        let texts: Vec<_> = batch.rows().map(|row| row.texts).collect();
        let expected = |unit| [Some(unit), Some("é"), Some(""), None, None, None];
        assert_eq!(texts, [expected(""), expected("中文\0")]);
    }
}
