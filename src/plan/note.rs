//! What reviewers should know besides the changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Experiment, ExperimentId, Hold, LayerId, LayerState, Status};
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

impl InheritedSlots {
    /// Says which slots the experiment `heir` takes; `time` words when a former holder ended.
    pub(crate) fn sentence(
        &self,
        heir: &ExperimentId,
        time: impl FnOnce(Timestamp) -> String,
    ) -> String {
        let Self {
            from,
            slots,
            freed_by_plan,
            held_until,
        } = self;
        if *freed_by_plan {
            return format!("`{heir}` {}", taken_words(*slots, from.as_str()));
        }
        let until = match (held_until, slots) {
            (Some(until), _) => time(*until),
            (None, 1) => "another program took it away".to_owned(),
            (None, _) => "another program took them away".to_owned(),
        };
        let slots = counted((*slots).into(), "slot", "slots");
        format!("`{heir}` takes {slots} that `{from}` held until {until}")
    }
}

/// An experiment with a hold in force, and what comes of it in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldExperiment {
    /// The hold.
    #[serde(flatten)]
    pub hold: Hold,
    /// Its status in the database.
    pub status: Status,
    /// Its status in the files; `None` if they don't have it, or not soundly.
    pub desired: Option<Status>,
    /// Whether the plan is about it.
    #[serde(rename = "planned")]
    pub is_planned: bool,
}

impl HeldExperiment {
    /// Says that the experiment `id` is held, in these words about the hold, and what comes of it.
    pub(crate) fn sentence(&self, id: &ExperimentId, held: &str) -> String {
        let outcome = match (self.status, self.desired) {
            (Status::Active, Some(Status::Completed)) if self.is_planned => String::new(),
            (Status::Active, Some(_)) if self.is_planned => {
                "; another program made it active, and this plan pauses it".to_owned()
            }
            (Status::Active, _) => {
                format!("; another program made it active: `avos hold {id}` pauses it again")
            }
            (status, Some(Status::Active)) => {
                format!("; it stays {status}, though the files say active")
            }
            _ => String::new(),
        };
        format!("`{id}` {held}{outcome}")
    }
}

/// The entry of the journal after which another program changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinceEntry {
    /// Its number.
    pub journal_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
}

/// What another program changed, and since when at the earliest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideDifference {
    /// The difference, like `active → paused`; `None` if the journal doesn't say how it was.
    pub what: Option<String>,
    /// The entry before it.
    pub since: SinceEntry,
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
    /// The hold, for a [`NoteCode::Held`]; like `outside`, not in plans of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HeldExperiment>,
    /// The difference, for a [`NoteCode::ChangedOutside`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<OutsideDifference>,
    /// One sentence.
    pub message: String,
}

impl Note {
    /// Creates a note that says only this.
    #[must_use]
    pub fn new(
        code: NoteCode,
        layer_id: LayerId,
        experiment_id: Option<ExperimentId>,
        message: String,
    ) -> Self {
        Self {
            code,
            layer_id,
            experiment_id,
            key: None,
            inherited: None,
            hold: None,
            outside: None,
            message,
        }
    }

    /// Notes that an experiment of this layer is in no file.
    pub(super) fn only_in_database(layer: &LayerState, has: &Experiment) -> Self {
        let (id, status) = (&has.experiment_id, has.status);
        let held = layer.slots.held(id);
        let layer_id = &layer.layer.layer_id;
        let message = format!(
            "`{id}` ({status}, {held} slots) is only in the database and stays on `{layer_id}`"
        );
        let code = NoteCode::OnlyInDatabase;
        Self::new(code, layer_id.clone(), Some(id.clone()), message)
    }
}
