//! What happens to the console: keys, changed files, answers of the worker.

use std::sync::Arc;

use crossterm::event::MouseEvent;

use super::breakdown::FoundBreakdown;
use super::edits::{EditSet, PlannedUndo};
use super::history::HistoryRead;
use super::holds::Held;
use super::incident::Counted;
use super::keys::Chord;
use super::lookup::UnitAnswers;
use super::marks::StagedPlan;
use super::model::{Distribution, Loaded, Trouble};
use super::past::PastRead;
use super::plans::PlanList;
use super::watch::WatchEvent;
use crate::config::edit::EditPlace;
use crate::exposure::{ArmUnits, UnitRows};
use crate::store::JournalEntry;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted.
    Paste(String),
    /// The mouse was clicked or its wheel turned.
    Mouse(MouseEvent),
    /// The terminal has a new size: columns, rows.
    Resized(u16, u16),
    /// Files, database or the way of watching them changed.
    Watch(WatchEvent),
    /// The worker answered a request.
    Answer(RequestId, Answer),
    /// The progress of the reading of the log that this request asked for, from 0 to 1.
    Counting(RequestId, f64),
    /// The part of the sample that is known so far, for this request.
    Sampling(RequestId, Arc<Distribution>),
    /// The progress of the search that this request asked for, from 0 to 1.
    Searching(RequestId, f64),
    /// It is time to read again what was locked for this owner.
    Retry(Owner),
    /// The terminal has gone away.
    TerminalGone,
    /// The editor was closed, or couldn't be opened.
    EditorClosed(Result<(), Trouble>),
    /// A text was handed to the terminal for copying, or it was too large.
    Copied(Result<&'static str, Trouble>),
}

impl Message {
    /// Returns whether somebody typed, pasted or clicked it.
    pub(super) fn is_input(&self) -> bool {
        matches!(self, Self::Key(_) | Self::Paste(_) | Self::Mouse(_))
    }
}

/// A request to the worker; every request is answered once, and its owner handles the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// The owner.
    pub owner: Owner,
    /// Its number among its owner's requests, ascending.
    pub number: u64,
}

/// A sender of requests to the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The console itself: reading files and database, simulating, applying.
    Console,
    /// The incident view: reading the exposure log.
    Incident,
    /// The journal.
    History,
    /// The unit lookup.
    Lookup,
    /// The search for an arm's units.
    ArmSearch,
    /// The breakdown of a split.
    Breakdown,
    /// What was applied before.
    Past,
    /// Edits of layer files.
    Edits,
    /// Holds and releases.
    Holds,
    /// The list of saved plans.
    Plans,
}

impl Owner {
    /// Returns the owner's next request, after the one with this number.
    pub fn next_request(self, last: &mut u64) -> RequestId {
        *last += 1;
        RequestId {
            owner: self,
            number: *last,
        }
    }
}

/// An answer of the worker.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Files and database were read, as far as possible.
    Loaded(Box<Loaded>),
    /// The sample was simulated; `None` if a newer request replaced it.
    Simulated(Option<Arc<Distribution>>),
    /// The exposure log was read and judged, as far as possible.
    Counted(Box<Counted>),
    /// What is marked was planned.
    Staged(Box<StagedPlan>),
    /// The plan was applied.
    Applied {
        /// The number of changes.
        changes: usize,
        /// The journal's entry.
        journal_id: Option<i64>,
    },
    /// The plan was made for another revision than the database's current one.
    Stale(Trouble),
    /// The saved plans of the directory.
    Plans(Arc<PlanList>),
    /// The journal's entries, newest first.
    History(HistoryRead),
    /// What a unit gets in every layer.
    Explained(Arc<UnitAnswers>),
    /// What the log says that a unit got.
    Searched(Arc<UnitRows>),
    /// The units that an arm got last.
    ArmFound(Arc<ArmUnits>),
    /// The split by the values of the dimensions; `None` if the counting was stopped.
    BrokenDown(Option<Arc<FoundBreakdown>>),
    /// The whole journal, with the states between its entries.
    Past(Arc<PastRead>),
    /// The layer file was edited, or had nothing to change.
    Edited(Arc<EditSet>),
    /// The way back from an entry of the journal.
    UndoPlanned(Box<PlannedUndo>),
    /// The experiment was held or released, or stood like that already.
    Held(Held),
    /// The value can't be edited safely, only by a person.
    EditByHand(EditPlace, Trouble),
    /// One entry of the journal.
    Entry(Arc<JournalEntry>),
    /// The request failed.
    Failed(Trouble),
}
