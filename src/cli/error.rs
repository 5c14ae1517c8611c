//! Everything that can go wrong with a verb: message, help and exit code.

use std::borrow::Cow;
use std::io;

use jiff::Timestamp;

use crate::assign::AssignError;
use crate::config::edit::{EditError, ReplaceError};
use crate::config::{ReadError, WriteError};
use crate::console::settings::MissingVariable;
use crate::console::setup::SetupError;
use crate::copying::CopyError;
use crate::diagnostic::{Help, quoted_list, visible};
use crate::domain::{ExperimentId, LayerId};
use crate::exposure::LogError;
use crate::holding::{HoldEndError, HoldingError};
use crate::location::LocationError;
use crate::near::did_you_mean;
use crate::plan_file::PlanFileError;
use crate::review::{HoldError, Refusal, ScopeError};
use crate::srm::SrmError;
use crate::store::{DatabaseLocation, StoreError};
use crate::timeline::UnknownPast;

use super::safeguards::PlanRefusal;
use super::show::counted;
use super::srm::WrittenError;

/// Why a verb failed or refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// The configs directory can't be read.
    #[error(transparent)]
    Configs(#[from] ReadError),
    /// The database can't be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// The database changed between the plan and its apply.
    #[error("Stale: {0}; nothing was applied")]
    StaleDatabase(StoreError),
    /// The files changed while a person or a gate was asked.
    #[error("Stale: the files changed while waiting for confirmation; nothing was applied")]
    StaleFiles,
    /// A saved plan can't be read or written.
    #[error(transparent)]
    PlanFile(#[from] PlanFileError),
    /// A saved plan no longer does what was reviewed, or could never be applied.
    #[error("{}: {refusal}; nothing was applied", refusal.word())]
    SavedPlan {
        /// The reason.
        refusal: Refusal,
    },
    /// A database can't be copied.
    #[error(transparent)]
    Copy(CopyError),
    /// A log is to be tested, and no database is named.
    #[error("`--log` needs a database")]
    NoDatabase,
    /// `AVOS_DB` names no database.
    #[error("`AVOS_DB`: {0}")]
    WrongDatabase(LocationError),
    /// A chosen layer can't be planned.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The database has no such layer.
    #[error("{0}")]
    UnknownLayer(AssignError),
    /// A state of the past has no such layer.
    #[error("{moment}: {unknown}")]
    UnknownPastLayer {
        /// Which state, like `after journal 3`.
        moment: String,
        /// What was looked for.
        unknown: AssignError,
    },
    /// Neither the database nor the log has such an experiment.
    #[error("neither the database nor the log has an experiment `{id}`")]
    UnknownExperiment {
        /// The requested id.
        id: ExperimentId,
        /// Similar ids, the most similar first.
        near: Vec<ExperimentId>,
    },
    /// The journal has no such entry.
    #[error("the journal has no entry {id}: {}", extent(*.ends))]
    UnknownEntry {
        /// The requested number.
        id: i64,
        /// The first and the last number; `None` if the journal is empty.
        ends: Option<(i64, i64)>,
    },
    /// A state of the past isn't known.
    #[error("the state {asked} isn't known: {reason}")]
    UnknownPast {
        /// Which one, like `after journal 3`.
        asked: String,
        /// The reason.
        reason: UnknownPast,
    },
    /// A hold can't end then.
    #[error("`--until`: {0}")]
    HoldEnd(HoldEndError),
    /// An experiment can't be held or released.
    #[error(transparent)]
    Hold(HoldError),
    /// A state is requested that is still to come.
    #[error("`--state-at`: {0} is in the future")]
    FutureState(Timestamp),
    /// A log would get exposures that never happened.
    #[error("`--log` can't be used with a state of the past: these exposures never happened")]
    PastLog,
    /// Errors in the chosen layers block the apply.
    #[error("nothing was applied: blocked by {}", counted(*.0, "error", "errors"))]
    Blocked(usize),
    /// The plan violates a `--fail-on` condition, or `--gate` doesn't let it pass.
    #[error("refused by {}: {}{consequence}", .refusal.option(), .refusal.reason())]
    RefusedPlan {
        /// The reason.
        refusal: PlanRefusal,
        /// What isn't done for this reason, after a semicolon; or nothing.
        consequence: &'static str,
    },
    /// A condition of `--fail-on` is about evidence, and there is none at all.
    #[error("`--fail-on`: mismatch, lost, anomalies and no-evidence need an exposure log")]
    NoLog,
    /// A plan with evidence is renewed without a log, and needs more of it.
    #[error(
        "plan {renewed} has no evidence for {}, which the new plan ramps up or completes with a winner",
        quoted_list(lacking)
    )]
    NoEvidenceToKeep {
        /// The plan that is renewed.
        renewed: String,
        /// The experiments.
        lacking: Vec<ExperimentId>,
    },
    /// The command of `--gate` can't be run.
    #[error("the gate can't be run, so nothing was let through")]
    Gate(#[source] io::Error),
    /// The settings can't be used.
    #[error(transparent)]
    Settings(#[from] SetupError),
    /// The log is a source that can't be reached without a variable.
    #[error(transparent)]
    Variable(#[from] MissingVariable),
    /// A split doesn't hold, and nobody gave a reason for applying anyway.
    #[error("nothing was applied: a split doesn't hold, so {}", if *.is_asked { "a reason is needed" } else { "`--yes` needs `--reason`" })]
    NoReason {
        /// Whether a person was asked for it.
        is_asked: bool,
    },
    /// The log meets a `--fail-on` condition.
    #[error("failed by --fail-on: {0}")]
    LogFailOn(String),
    /// Errors in the layer block its plan.
    #[error("layer `{layer}` can't be planned: blocked by {}", counted(*.errors, "error", "errors"))]
    Unplannable {
        /// The layer.
        layer: LayerId,
        /// The number of errors.
        errors: usize,
    },
    /// Two entries of a JSON document would have the same key.
    #[error("two entries of the JSON document would have the key `{0}`")]
    SameKey(String),
    /// There is no terminal for the confirmation.
    #[error("nothing was applied: there is no terminal to confirm on")]
    NoTerminal,
    /// The answer wasn't yes, or wasn't the name.
    #[error("nothing was applied: {}", unconfirmed(name.as_deref()))]
    NotConfirmed {
        /// The name that had to be typed, if any.
        name: Option<String>,
    },
    /// The database has no layer to export.
    #[error("nothing to export: the database `{database}` {}", without_layers(moment.as_deref()))]
    NothingToExport {
        /// The database.
        database: DatabaseLocation,
        /// Which state, if it is one of the past, like `after journal 3`.
        moment: Option<String>,
    },
    /// The layer files can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An edit of a layer file can't be made.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// An edited layer file can't be written.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// An exposure log can't be written or read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Counts can't be tested.
    #[error(transparent)]
    Srm(#[from] SrmError),
    /// Counts or weights can't be read, or are ambiguous.
    #[error(transparent)]
    Written(#[from] WrittenError),
    /// Units can't be read.
    #[error("can't read the units from {from}")]
    Units {
        /// The file's name, or `standard input`.
        from: String,
        /// The reason.
        source: io::Error,
    },
    /// A line of the units isn't an id.
    #[error("line {line} of {from} {what}")]
    Unit {
        /// The file's name, or `standard input`.
        from: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Some units got no variant; their lines say which.
    #[error("{} got no variant: {reason}", counted(*.units, "unit", "units"))]
    Unassigned {
        /// The number of units.
        units: usize,
        /// The reason for each experiment concerned.
        reason: String,
    },
    /// The report can't be written.
    #[error("can't write the output")]
    Output(#[from] io::Error),
}

fn extent(ends: Option<(i64, i64)>) -> String {
    match ends {
        None => "it is empty".to_owned(),
        Some((first, last)) if first == last => format!("its only one is {first}"),
        Some((first, last)) => format!("it has {first} to {last}"),
    }
}

fn without_layers(moment: Option<&str>) -> String {
    match moment {
        None => "has no layers".to_owned(),
        Some(moment) => format!("had no layers {moment}"),
    }
}

fn unconfirmed(name: Option<&str>) -> String {
    match name {
        None => "not confirmed".to_owned(),
        Some(name) => format!("the answer wasn't `{}`", visible(name)),
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            stale @ (StoreError::Stale { .. } | StoreError::Reapplied { .. }) => {
                Self::StaleDatabase(stale)
            }
            error => Self::Store(error),
        }
    }
}

impl From<HoldingError> for CliError {
    fn from(error: HoldingError) -> Self {
        match error {
            HoldingError::Store(error) => error.into(),
            HoldingError::Plan(error) => Self::Hold(error),
        }
    }
}

impl From<CopyError> for CliError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => error.into(),
            error => Self::Copy(error),
        }
    }
}

impl CliError {
    /// Creates an error about units that can't be read: a missing file, a directory and the like.
    pub(super) fn units(from: &str, source: io::Error) -> Self {
        Self::Units {
            from: from.to_owned(),
            source,
        }
    }

    /// Creates an error about a number that none of these entries has.
    pub(super) fn unknown_entry(id: i64, ids: impl Iterator<Item = i64>) -> Self {
        let ids: Vec<i64> = ids.collect();
        let ends = ids.iter().min().copied().zip(ids.iter().max().copied());
        Self::UnknownEntry { id, ends }
    }

    /// Returns why nothing was applied, as a code for programs; `None` if the output failed.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        Some(match self {
            Self::Blocked(_) => "blocked",
            Self::NoTerminal => "no-terminal",
            Self::NotConfirmed { .. } => "not-confirmed",
            Self::StaleDatabase(StoreError::Reapplied { .. }) => "applied",
            Self::NoReason { .. } => "no-reason",
            Self::RefusedPlan { refusal, .. } => match refusal {
                PlanRefusal::FailOn(_) => "fail-on",
                PlanRefusal::Gate(_) => "gate",
            },
            Self::StaleDatabase(_) | Self::StaleFiles => "stale",
            Self::SavedPlan { refusal } => refusal.code(),
            Self::Output(_) => return None,
            _ => "error",
        })
    }

    /// Returns the number of the entry that applied the refused plan earlier.
    pub(super) fn applied_as(&self) -> Option<i64> {
        match self {
            Self::SavedPlan {
                refusal: Refusal::Applied { journal_id },
            }
            | Self::StaleDatabase(StoreError::Reapplied { journal_id }) => Some(*journal_id),
            _ => None,
        }
    }

    /// Returns what to do about it.
    pub(super) fn help(&self) -> Option<String> {
        let help = match self {
            Self::Configs(error) => return error.help().map(Cow::into_owned),
            Self::Store(error) | Self::StaleDatabase(error) => error.help()?,
            Self::PlanFile(error) => error.help(),
            Self::Log(error) => return error.help().map(Cow::into_owned),
            Self::SavedPlan { refusal } => refusal.help(),
            Self::Scope(error) => return Some(error.help()),
            Self::Copy(_) => "this is a fault of AVOS: please report it",
            Self::NoDatabase => "name it with `--db`, or in the variable `AVOS_DB`",
            Self::WrongDatabase(_) => "`AVOS_DB` is a path or a URL, as `--db` takes it",
            Self::StaleFiles => "review the plan again; it may differ now",
            Self::UnknownLayer(_) => "`avos layers --db FILE` lists the layers",
            Self::UnknownExperiment { near, .. } if !near.is_empty() => {
                return Some(did_you_mean(near));
            }
            Self::UnknownExperiment { .. } => {
                "leave out `--experiment` to see all of them; ids are case-sensitive"
            }
            Self::UnknownPastLayer { .. } => {
                "`avos layers` with the same `--at-journal` or `--state-at` lists the layers"
            }
            Self::UnknownEntry { .. } => "`avos history --db FILE` lists the entries",
            Self::UnknownPast { reason, .. } => return Some(reason.help()),
            Self::FutureState(_) => {
                "leave it out for the present state; a time without an offset is in UTC"
            }
            Self::HoldEnd(HoldEndError::TooLate) => {
                "leave it out: then the hold ends with a release"
            }
            Self::HoldEnd(HoldEndError::Past(_)) => {
                "give a time in the future, or how long from now, like 2h; a time without an offset \
                 is in UTC"
            }
            Self::Hold(error) => return Some(error.help()),
            Self::PastLog => "leave out `--log`, or `--at-journal` and `--state-at`",
            Self::Blocked(_) => {
                "fix the errors above, or apply what they don't concern: other layers with `--layer ID`, \
                 single experiments with `--only EXPERIMENT`"
            }
            Self::RefusedPlan { refusal, .. } => match refusal {
                PlanRefusal::FailOn(_) => {
                    "the report says where; if that is intended, plan again without the condition"
                }
                PlanRefusal::Gate(_) => "its output above may say why; make a plan that passes",
            },
            Self::NoLog => "give the log with `--log`, or a plan that was saved with `--log`",
            Self::NoEvidenceToKeep { .. } => {
                "give the log with `--log`, so that the new plan is judged as the old one was"
            }
            Self::Gate(_) => "the shell `sh` runs it; check the memory and the limit of processes",
            Self::Settings(error) => return error.help(),
            Self::Variable(error) => return Some(error.help()),
            Self::NoReason { is_asked: true } => "run the command again, and say why",
            Self::NoReason { is_asked: false } => {
                "say why with `--reason TEXT`; to refuse such plans, use `--fail-on \
                 mismatch,lost,no-evidence`"
            }
            Self::LogFailOn(_) => "the report shows where",
            Self::Unplannable { .. } => {
                "fix the layer's errors; errors in other layers don't matter here"
            }
            Self::SameKey(_) => "use `--format human`, which has no keys",
            Self::NoTerminal => {
                "review the plan with `avos plan`, then use `--yes` to apply without confirmation"
            }
            Self::NotConfirmed { .. } => "run the command again to confirm",
            Self::Unassigned { .. } => {
                "give the units' group with `--segment`, `--geo` or `--stratum`"
            }
            Self::Written(error) => return error.help().map(Cow::into_owned),
            Self::Srm(error) => return error.help().map(Cow::into_owned),
            Self::NothingToExport {
                moment: Some(_), ..
            } => "`avos history --db FILE` says what was applied when",
            Self::NothingToExport { .. } => {
                "check the path; the first apply creates layers from layer files"
            }
            Self::Write(error) => return error.help().map(Cow::into_owned),
            Self::Edit(error) => return error.help().map(Cow::into_owned),
            Self::Replace(error) => return error.help().map(Cow::into_owned),
            Self::Units { .. } => {
                "give a file with one unit id per line, or `-` for standard input"
            }
            Self::Unit { .. } => "give one unit id per line, as UTF-8 text",
            Self::Output(_) => "free some space, or send the output elsewhere",
        };
        Some(help.to_owned())
    }

    /// Returns the program's exit code.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            // The command line is wrong; a script must be able to tell that from a mismatch.
            Self::Srm(_)
            | Self::NoDatabase
            | Self::WrongDatabase(_)
            | Self::Written(_)
            | Self::FutureState(_)
            | Self::HoldEnd(_)
            | Self::PastLog
            | Self::NoLog => 2,
            _ => 1,
        }
    }
}
