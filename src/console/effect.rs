//! What `update` asks for: the only way from the model to the outside.

use std::path::PathBuf;
use std::sync::Arc;

use super::breakdown::AskedBreakdown;
use super::confirm::ApplyWhy;
use super::edits::{EditSet, NewExperiment};
use super::holds::NewHold;
use super::lookup::UnitState;
use super::marks::Marks;
use super::message::{Owner, RequestId};
use super::model::{FileVersions, States};
use crate::config::edit::ExperimentEdit;
use crate::domain::{ExperimentId, LayerId};
use crate::exposure::LoggedArm;
use crate::plan::Plan;
use crate::review::Comparison;

/// Something to do outside of the model.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read files and database.
    Load(RequestId),
    /// Read again in a while, since the database or the log is locked and nothing reports when it
    /// is free.
    RetrySoon(Owner),
    /// Simulate the sample with both states; replaces an unfinished simulation.
    Simulate {
        /// The request.
        request: RequestId,
        /// The states.
        states: Arc<States>,
        /// The layer on the screen, to be sampled first.
        first: Option<LayerId>,
    },
    /// Read the new rows of the exposure log and judge it; by the database's current contents, if
    /// requested, else by those read last.
    Count {
        /// The request.
        request: RequestId,
        /// Whether the database may have changed.
        is_database_new: bool,
    },
    /// Stop reading the log; what was read so far is judged.
    StopCounting(RequestId),
    /// Plan what is marked, from this comparison of these files with the database.
    Stage(RequestId, Arc<Comparison>, Marks, FileVersions),
    /// Apply the plan, for this reason.
    Apply(RequestId, Box<Plan>, ApplyWhy),
    /// Read the saved plans of the directory.
    ListPlans(RequestId),
    /// From now on, load and apply this saved plan.
    OpenPlan(PathBuf),
    /// Read the journal's entries, without their changes and diffs.
    ReadHistory(RequestId),
    /// Read one entry of the journal.
    ReadEntry(RequestId, i64),
    /// Read the whole journal, with the states between its entries.
    ReadPast(RequestId),
    /// Ask what a unit gets in every layer of this state.
    Explain(RequestId, String, UnitState),
    /// Search the log for a unit's rows; an older search is canceled.
    Search(RequestId, String),
    /// Search the log for the units that an arm got last; an older search is canceled.
    SearchArm(RequestId, LoggedArm),
    /// Break a split down by the values of dimensions; an older one is canceled.
    BreakDown(RequestId, AskedBreakdown),
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
    /// Edit an experiment in its layer file.
    EditExperiment(RequestId, ExperimentId, ExperimentEdit),
    /// Write a new experiment into a layer file.
    CreateExperiment(RequestId, NewExperiment),
    /// Plan to undo this entry of the journal in the files.
    PlanUndo(RequestId, i64),
    /// Give layer files their new texts, if they still have the old ones.
    ReplaceFiles(RequestId, Box<EditSet>),
    /// Hold an experiment.
    Hold(RequestId, NewHold),
    /// Release an experiment, perhaps for a reason.
    Release(RequestId, ExperimentId, Option<String>),
    /// Hand a text to the terminal's clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the outcome.
        what: &'static str,
    },
    /// Suspend until the shell resumes the console.
    Suspend,
    /// Quit.
    Quit,
}
