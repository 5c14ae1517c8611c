//! A saved plan held against the database: what was reviewed, and whether it can still be applied.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::load::{incomplete, modified, problems, rows, unreadable};
use crate::console::model::{Contents, DatabaseInfo, FilesInfo, Loaded, Standing, States, Trouble};
use crate::review::{Refusal, Reopened, SavedPlan, SavedPlanError};
use crate::store::{LastApplied, Snapshot};

/// The most bytes of a plan that are read. A real one stays far below.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the plan, and opens it on the database.
pub(super) fn load(
    file: &Path,
    database: DatabaseInfo,
    snapshot: Option<Snapshot>,
    at: Timestamp,
) -> Loaded {
    let read = read(file).map_err(|error| Trouble {
        message: format!("the plan {} {error}", file.display()),
        help: error.help().to_owned(),
    });
    let (saved, snapshot) = match (read, snapshot) {
        (Ok(saved), Some(snapshot)) => (saved, snapshot),
        (read, snapshot) => {
            let info = match read {
                Ok(saved) => info(file, &saved, None),
                Err(trouble) => unreadable(trouble),
            };
            let state = snapshot.map(|snapshot| snapshot.state);
            let rows = rows([].into_iter(), state.as_ref(), state.as_ref(), &[]);
            return incomplete(at, info, database, rows, Vec::new());
        }
    };
    let Snapshot {
        state,
        last_applied,
        ..
    } = snapshot;
    let Reopened {
        review,
        after,
        refusal,
    } = saved.reopen(&state, at);
    let last = last_applied.filter(|last| last.plan_id == review.plan_id);
    let after = state.with_layers(after);
    let in_error = review.findings.iter();
    let in_error = in_error.filter(|finding| finding.diagnostic.is_error());
    let proposed = in_error.flat_map(|finding| &finding.layers);
    Loaded {
        at,
        files: info(file, &saved, Some(standing(refusal, last))),
        database,
        layers: rows(
            proposed.chain(after.layers.keys()),
            Some(&state),
            Some(&after),
            &review.findings,
        ),
        problems: problems(&review.findings, |_| None),
        review: Some(Arc::new(review)),
        layer_reviews: BTreeMap::new(),
        states: Some(Arc::new(States {
            before: state,
            after,
        })),
    }
}

/// `last` is the newest apply, where it was one of this plan.
fn standing(refusal: Option<Refusal>, last: Option<LastApplied>) -> Standing {
    match (refusal, last) {
        (None, _) => Standing::Pending,
        (Some(Refusal::Stale { .. }), Some(last)) => Standing::Applied(last),
        (Some(refusal), _) => Standing::Refused(refusal),
    }
}

/// The plan's id is the digest of what it says: however it is written, it is the same plan.
fn info(file: &Path, saved: &SavedPlan, standing: Option<Standing>) -> FilesInfo {
    let name = file.file_name().unwrap_or(file.as_os_str());
    let name = name.to_string_lossy().into_owned();
    FilesInfo {
        contents: Ok(Contents::Plan(standing)),
        changed_at: modified(file),
        versions: [(name, saved.plan_id().to_string())].into(),
    }
}

fn read(file: &Path) -> Result<SavedPlan, ReadPlanError> {
    // Before opening: opening a pipe would wait for its writer.
    if !fs::metadata(file)?.is_file() {
        return Err(ReadPlanError::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ReadPlanError::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| ReadPlanError::NotText)?;
    Ok(SavedPlan::read(&text)?)
}

/// Why a file gives no plan; each goes on after the plan's name.
#[derive(Debug, thiserror::Error)]
enum ReadPlanError {
    #[error("doesn't exist")]
    Missing,
    #[error("can't be read: {0}")]
    Unreadable(#[source] io::Error),
    #[error("can't be read: it is not a file")]
    NotAFile,
    #[error("can't be read: it is larger than {} MiB", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("can't be read: it is not UTF-8 text")]
    NotText,
    #[error("can't be used: {0}")]
    Unusable(#[from] SavedPlanError),
}

impl From<io::Error> for ReadPlanError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Unreadable(error),
        }
    }
}

impl ReadPlanError {
    fn help(&self) -> &'static str {
        match self {
            Self::Missing => {
                "make it with `avos plan --out FILE`; it is read as soon as it is there"
            }
            Self::Unreadable(_) => "allow this user to read it",
            Self::NotAFile | Self::TooLarge | Self::NotText => {
                "give a file that `avos plan --out FILE` wrote"
            }
            Self::Unusable(error) => error.help(),
        }
    }
}
