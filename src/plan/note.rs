//! What reviewers should know besides the changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Experiment, ExperimentId, LayerId, LayerState};
use crate::numbers::counted;

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoteCode {
    /// It is only in the database and stays.
    OnlyInDatabase,
    /// Completed in the files, but the database never saw it: nothing to do.
    CompletedUnseen,
    /// It takes slots that another experiment held: one that is completed with the same plan, whose units it
    /// takes as well, or one of the past.
    InheritsSlots,
    /// An existing layer or experiment would change because a key isn't in its file.
    KeyLeftOut,
    /// A hold keeps it from becoming active.
    Held,
    /// Another program changed it, and no apply has set it since.
    ChangedOutside,
    /// A staged plan makes this change of the layer too, since something chosen needs it.
    GoesAlong,
}

impl NoteCode {
    /// Returns the code in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnlyInDatabase => "only-in-database",
            Self::CompletedUnseen => "completed-unseen",
            Self::InheritsSlots => "inherits-slots",
            Self::KeyLeftOut => "key-left-out",
            Self::Held => "held",
            Self::ChangedOutside => "changed-outside",
            Self::GoesAlong => "goes-along",
        }
    }
}

/// Slots that an experiment takes, and who held them last, however long ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InheritedSlots {
    /// Who held them.
    pub from: ExperimentId,
    /// How many there are.
    pub slots: u32,
    /// Whether the same plan frees them, so that units switch.
    pub freed_by_plan: bool,
    /// Until when they were held, if they were free before the plan. `None` as well if another program took
    /// them away, at a time that nobody knows.
    pub held_until: Option<Timestamp>,
}

/// Says how many slots are taken from an experiment that the same plan completes.
pub(crate) fn taken_words(slots: u32, from: &str) -> String {
    let units = match slots {
        1 => "its units with it",
        _ => "their units with them",
    };
    let slots = counted(slots.into(), "slot", "slots");
    format!("takes {slots} of `{from}`, and {units}")
}

/// Something that reviewers should know, though it is neither a change nor forbidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// The layer concerned.
    pub layer_id: LayerId,
    /// The experiment concerned; `None` for a layer.
    pub experiment_id: Option<ExperimentId>,
    /// The missing key, for a [`NoteCode::KeyLeftOut`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The slots and their former holder, for a [`NoteCode::InheritsSlots`].
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<InheritedSlots>,
    /// One sentence.
    pub message: String,
}

impl Note {
    /// Notes that an experiment of this layer is in no file.
    pub(super) fn only_in_database(layer: &LayerState, has: &Experiment) -> Self {
        let (id, status) = (&has.experiment_id, has.status);
        let held = layer.slots.held(id);
        let layer_id = &layer.layer.layer_id;
        Self {
            code: NoteCode::OnlyInDatabase,
            layer_id: layer_id.clone(),
            experiment_id: Some(id.clone()),
            key: None,
            inherited: None,
            message: format!(
                "`{id}` ({status}, {held} slots) is only in the database and stays on `{layer_id}`"
            ),
        }
    }
}
