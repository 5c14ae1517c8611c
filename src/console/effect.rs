//! What `update` wants done: the only way from the model to the world.

use std::sync::Arc;

use super::message::{Owner, RequestId};
use super::model::{Loaded, States};
use crate::plan::Plan;

/// Something to do outside of the model.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read files and database.
    Load(RequestId),
    /// Read again in a while, since the database or the log is locked and nothing says when it is
    /// free.
    RetrySoon(Owner),
    /// Simulate the sample through both states; takes the place of an unfinished one.
    Simulate(RequestId, Arc<States>),
    /// Read what is new in the exposure log and judge it; by what the database says now, where
    /// that is asked for, else by what it said last.
    Count {
        /// The request.
        request: RequestId,
        /// Whether the database may have changed.
        is_database_new: bool,
    },
    /// Stop reading the log; what was read by then is judged.
    StopCounting(RequestId),
    /// Apply the plan.
    Apply(RequestId, Box<Plan>),
    /// Read the journal's entries, without their changes and diffs.
    ReadHistory(RequestId),
    /// Read one entry of the journal.
    ReadEntry(RequestId, i64),
    /// Ask what a unit gets in every layer, now and after the plan.
    Explain(RequestId, String, Arc<Loaded>),
    /// Look for a unit's rows in the log; an older search is given up.
    Search(RequestId, String),
    /// Stop this search; it is answered with what it found.
    StopSearching(RequestId),
    /// Open the user's editor at this place of a file.
    Edit {
        /// The file, relative to the configs directory.
        file: String,
        /// Its line, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// Hand a text to the terminal's clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the outcome.
        what: &'static str,
    },
    /// Stop until the shell resumes.
    Suspend,
    /// Leave.
    Quit,
}
