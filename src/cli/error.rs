//! All that can go wrong with a verb: what is said, what helps, and the exit code.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::assign::AssignError;
use crate::config::{ReadError, WriteError};
use crate::diagnostic::{Help, visible};
use crate::domain::{ExperimentId, LayerId};
use crate::exposure::LogError;
use crate::plan_file::PlanFileError;
use crate::review::{Refusal, ScopeError};
use crate::srm::SrmError;
use crate::store::StoreError;

use super::show::counted;
use super::srm::WrittenError;

/// Why a verb couldn't do its work, or wouldn't.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// The configs directory can't be read.
    #[error(transparent)]
    Configs(#[from] ReadError),
    /// The database can't be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// The database changed between the plan and its apply.
    #[error("Stale: {0}")]
    StaleDatabase(StoreError),
    /// The files changed while the question stood.
    #[error("Stale: the files changed while the question stood; nothing was applied")]
    StaleFiles,
    /// A plan's file can't be read or written.
    #[error(transparent)]
    PlanFile(#[from] PlanFileError),
    /// A saved plan doesn't do what was reviewed, or never could be applied.
    #[error("{}: {refusal}; nothing was applied", refusal.word())]
    SavedPlan {
        /// Why not.
        refusal: Refusal,
    },
    /// A chosen layer can't be planned.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The database has no such layer.
    #[error("{0}")]
    UnknownLayer(AssignError),
    /// Neither the database nor the log has such an experiment.
    #[error(
        "neither the database nor the log has an experiment {id:?}{}",
        did_you_mean(near)
    )]
    UnknownExperiment {
        /// The id that was asked for.
        id: ExperimentId,
        /// The ids that resemble it, the nearest first.
        near: Vec<ExperimentId>,
    },
    /// The journal has no such entry.
    #[error("the journal has no entry {0}")]
    UnknownEntry(i64),
    /// Errors of the chosen layers stand in the way of an apply.
    #[error("nothing was applied: {} in the way", counted(*.0, "error stands", "errors stand"))]
    Blocked(usize),
    /// A plan does or has what its reviewer wants none of.
    #[error("refused by --fail-on: {breaches}{}", if *.was_to_be_saved { "; the plan wasn't saved" } else { "" })]
    FailOn {
        /// What it does or has.
        breaches: String,
        /// Whether it was to be saved.
        was_to_be_saved: bool,
    },
    /// A log has something that `--fail-on` names.
    #[error("failed by --fail-on: {0}")]
    LogFailOn(String),
    /// Errors of the layer stand in the way of its plan.
    #[error("layer {layer:?} can't be planned: {} in the way", counted(*.errors, "error stands", "errors stand"))]
    Unplannable {
        /// The layer.
        layer: LayerId,
        /// How many errors.
        errors: usize,
    },
    /// Two entries of a document would have the same key.
    #[error("two entries of the report would have the key {0:?}")]
    SameKey(String),
    /// Nobody can be asked.
    #[error("nothing was applied: there is no terminal to ask on")]
    NobodyToAsk,
    /// The one who was asked said something else than yes, or than the name.
    #[error("nothing was applied: {}", unconfirmed(name.as_deref()))]
    NotConfirmed {
        /// The name that was to be typed, where one was.
        name: Option<String>,
    },
    /// The database has no layer to export.
    #[error("the database {} holds no layer: there is nothing to export", .0.display())]
    NothingToExport(PathBuf),
    /// The layer files can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An exposure log can't be written or read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Counts can't be tested.
    #[error(transparent)]
    Srm(#[from] SrmError),
    /// Counts or weights can't be read, or in more than one way.
    #[error(transparent)]
    Written(#[from] WrittenError),
    /// Units can't be read.
    #[error("can't read the units from {from}")]
    Units {
        /// The file's name, or what standard input is called.
        from: String,
        /// Why not.
        source: io::Error,
    },
    /// A line of the units is no id.
    #[error("line {line} of {from} {what}")]
    Unit {
        /// The file's name, or what standard input is called.
        from: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Some units got no answer; their lines say which.
    #[error("{} got no variant: {reason}", counted(*.units, "unit", "units"))]
    Unassigned {
        /// How many units.
        units: usize,
        /// Why, for each experiment concerned.
        reason: String,
    },
    /// The report can't be written.
    #[error("can't write the output")]
    Output(#[from] io::Error),
}

fn unconfirmed(name: Option<&str>) -> String {
    match name {
        None => "not confirmed".to_owned(),
        Some(name) => format!("the answer wasn't `{}`", visible(name)),
    }
}

fn did_you_mean(near: &[ExperimentId]) -> String {
    let near: Vec<String> = near.iter().map(|id| format!("{id:?}")).collect();
    match near.as_slice() {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(", ")),
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            stale @ StoreError::Stale { .. } => Self::StaleDatabase(stale),
            error => Self::Store(error),
        }
    }
}

impl CliError {
    /// A directory of units, a missing file of units and the like.
    pub(super) fn units(from: &str, source: io::Error) -> Self {
        Self::Units {
            from: from.to_owned(),
            source,
        }
    }

    /// Why nothing was applied, in a word for programs; none where the report is at fault.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        Some(match self {
            Self::Blocked(_) => "blocked",
            Self::NobodyToAsk => "no-terminal",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::StaleDatabase(_) | Self::StaleFiles => "stale",
            Self::SavedPlan { refusal } => refusal.code(),
            Self::Output(_) => return None,
            _ => "error",
        })
    }

    /// How to mend it.
    pub(super) fn help(&self) -> Option<String> {
        let help = match self {
            Self::Configs(error) => return error.help().map(Cow::into_owned),
            Self::Store(error) | Self::StaleDatabase(error) => error.help()?,
            Self::PlanFile(error) => error.help(),
            Self::Log(error) => error.help()?,
            Self::SavedPlan { refusal } => refusal.help(),
            Self::Scope(error) => return Some(error.help()),
            Self::StaleFiles => "review the plan again: it may be another one now",
            Self::UnknownLayer(_) => "`avos layers --db FILE` lists the layers that there are",
            Self::UnknownExperiment { .. } => {
                "leave out `--experiment` to see all of them; ids are compared to the letter"
            }
            Self::UnknownEntry(_) => "`avos history --db FILE` lists the entries that there are",
            Self::Blocked(_) => {
                "mend what is found above, or choose other layers with `--layer ID`: errors of \
                 the rest aren't in their way"
            }
            Self::FailOn { .. } => {
                "the report says where; if it is meant, plan again without that reason"
            }
            Self::LogFailOn(_) => "the report says where",
            Self::Unplannable { .. } => {
                "mend what is found; errors of other layers don't matter here"
            }
            Self::SameKey(_) => "`--format human` tells them apart",
            Self::NobodyToAsk => {
                "review the plan with `avos plan`, then give `--yes` to apply without being asked"
            }
            Self::NotConfirmed { .. } => "run it again to be asked again",
            Self::Unassigned { .. } => {
                "give the units' group with `--segment`, `--geo` or `--stratum`"
            }
            Self::Written(error) => return Some(error.help()),
            Self::Srm(_) => "`avos srm --help` shows examples",
            Self::NothingToExport(_) => {
                "check the path; the first apply creates the layers that files ask for"
            }
            Self::Write(error) => return error.help().map(Cow::into_owned),
            Self::Units { .. } => "give a file with one unit id a line, or `-` for standard input",
            Self::Unit { .. } => "give one unit id a line, as UTF-8 text",
            Self::Output(_) => "make room where the output goes, or send it elsewhere",
        };
        Some(help.to_owned())
    }

    /// The program's exit code.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            // What can't be tested stands on the command line; a script must be able to tell a
            // slip there from a mismatch that was found.
            Self::Srm(_) | Self::Written(_) => 2,
            _ => 1,
        }
    }
}
