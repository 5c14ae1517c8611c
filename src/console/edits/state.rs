//! The state: the last edit, to undo it, and the form that asks for what an edit needs.

use std::sync::Arc;

use crate::config::edit::FileEdit;
use crate::console::message::RequestId;
use crate::console::model::{FileVersions, file_version};
use crate::diagnostic::Diagnostic;
use crate::domain::{ExperimentId, Fraction, LayerId};

/// Why nothing can be edited while an edit is being written.
pub(in crate::console) const EDIT_RUNNING: &str = "an edit is being written";

/// The edits that this console made.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// The last one.
    pub last: Option<Arc<EditSet>>,
    /// Whether the last one undid the one before it.
    pub is_undone: bool,
    /// The request that edits a file.
    pub running: Option<RequestId>,
    /// How many readings of the files are to come until one certainly has the last edit.
    readings_due: u8,
    /// What its answer opens.
    pub(super) opens: OpensAfter,
    /// Whether that request undoes or redoes the last edit.
    pub(super) goes_back: bool,
    /// The number of its newest request.
    pub last_request: u64,
}

impl Edits {
    /// Notes that the last edit was written, before what is being read now was read, or afterwards.
    pub(in crate::console) fn wait_for_reading(&mut self, is_reading: bool, files: &FileVersions) {
        self.readings_due = 1 + u8::from(is_reading);
        self.end_if_read(files);
    }

    /// Notes what was read.
    pub(in crate::console) fn note_reading(&mut self, files: &FileVersions) {
        self.readings_due = self.readings_due.saturating_sub(1);
        self.end_if_read(files);
    }

    fn end_if_read(&mut self, files: &FileVersions) {
        let is_read = |edit: &FileEdit| {
            let read = files.get(&edit.file);
            read.is_some_and(|read| *read == file_version(&edit.after))
        };
        if self.readings_due > 0
            && let Some(last) = &self.last
            && last.files.iter().all(is_read)
        {
            self.readings_due = 0;
        }
    }

    /// Returns why nothing that is planned may be applied or marked: the last edit isn't in the plan yet.
    pub(in crate::console) fn unplanned(&self) -> Option<String> {
        let is_unplanned = self.running.is_some() || self.readings_due > 0;
        is_unplanned.then(|| "the edit isn't in the plan yet: wait a moment".to_owned())
    }
}

/// What an answer opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OpensAfter {
    /// Nothing.
    #[default]
    Nothing,
    /// The form of what was planned.
    Form,
    /// The new experiment in the editor.
    Editor,
}

/// Edits that are made at once, and undone at once.
#[derive(Clone, Debug)]
pub struct EditSet {
    /// What they are about, such as an experiment's id.
    pub subject: String,
    /// The edit of each file.
    pub files: Vec<FileEdit>,
}

impl EditSet {
    /// Returns whether a file has to change at all.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.files.iter().any(FileEdit::is_change)
    }

    /// Returns the edits that undo these, byte for byte.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            subject: self.subject.clone(),
            files: self.files.iter().rev().map(FileEdit::inverse).collect(),
        }
    }
}

/// An experiment that is to be written into the file of its layer.
#[derive(Clone, Debug)]
pub struct NewExperiment {
    /// The layer.
    pub layer_id: LayerId,
    /// Its file, relative to the configs directory.
    pub file: String,
    /// The share of the layer that the experiment holds.
    pub share: Fraction,
}

/// An experiment that can be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedThing {
    /// Its layer.
    pub layer_id: LayerId,
    /// The experiment.
    pub experiment_id: ExperimentId,
}

/// What is asked before an edit.
#[derive(Clone, Debug)]
pub enum EditForm {
    /// To how much traffic.
    Ramp {
        /// The experiment.
        thing: EditedThing,
        /// The percentage as it was typed, without its sign.
        typed: String,
        /// Whether it is still the present one, which the first digit replaces.
        is_untouched: bool,
    },
    /// With which winner.
    Complete {
        /// The experiment.
        thing: EditedThing,
        /// Its variants.
        variants: Vec<String>,
        /// The index of the winner; `None` for none.
        winner: Option<usize>,
    },
    /// Whether to undo an entry of the journal.
    Undo(PlannedUndo),
}

/// The way back from an entry of the journal.
#[derive(Clone, Debug)]
pub struct PlannedUndo {
    /// The entry.
    pub journal_id: i64,
    /// The edits; none if anything can't be undone.
    pub edits: EditSet,
    /// What can't be undone.
    pub obstacles: Vec<Diagnostic>,
}
