//! What happens to the console: keys, changed files, answers of the worker.

use std::sync::Arc;

use crossterm::event::MouseEvent;

use super::incident::Counted;
use super::keys::Chord;
use super::lookup::UnitAnswers;
use super::model::{Distribution, Loaded, Trouble};
use super::watch::WatchEvent;
use crate::exposure::UnitRows;
use crate::store::{JournalEntry, JournalHead};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has another size: columns, rows.
    Resized(u16, u16),
    /// Files, database or the way of watching them changed.
    Watch(WatchEvent),
    /// The worker answers a request.
    Answer(RequestId, Answer),
    /// The reading of the log that this request asked for is so far, from 0 to 1.
    Counting(RequestId, f64),
    /// The search that this request asked for has looked through so much of the log, from 0 to 1.
    Searching(RequestId, f64),
    /// It is time to read again what was locked for this one.
    Retry(Owner),
    /// The terminal has gone away.
    TerminalGone,
    /// The editor was closed, or couldn't be opened.
    EditorClosed(Result<(), Trouble>),
    /// A text was handed to the terminal for copying, or it was too large.
    Copied(Result<&'static str, Trouble>),
}

/// A request to the worker; every request is answered once, and its owner takes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// Who asks.
    pub owner: Owner,
    /// Its number among its owner's requests, ascending.
    pub number: u64,
}

/// Who asks the worker.
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
}

impl Owner {
    /// The owner's next request, after the one of this number.
    pub fn next_request(self, last: &mut u64) -> RequestId {
        *last += 1;
        RequestId {
            owner: self,
            number: *last,
        }
    }
}

/// What the worker says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Files and database were read, as far as they could be.
    Loaded(Box<Loaded>),
    /// The sample was simulated; none when a newer request took its place.
    Simulated(Option<Arc<Distribution>>),
    /// The exposure log was read and judged, as far as it could be.
    Counted(Box<Counted>),
    /// The plan was applied: how many changes, and the journal's entry.
    Applied {
        /// How many changes.
        changes: usize,
        /// The journal's entry.
        journal_id: Option<i64>,
    },
    /// The plan was made for another revision than the database has now.
    Stale(Trouble),
    /// The journal's entries, newest first.
    History(Arc<[JournalHead]>),
    /// What a unit gets in every layer.
    Explained(Arc<UnitAnswers>),
    /// What the log says that a unit got.
    Searched(Arc<UnitRows>),
    /// One entry of the journal.
    Entry(Arc<JournalEntry>),
    /// What was asked for couldn't be done.
    Failed(Trouble),
}
