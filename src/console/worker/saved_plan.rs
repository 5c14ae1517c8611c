//! A saved plan held against the database: what was reviewed, and whether it can still be applied.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::parts::{incomplete, modified, problems, rows, unreadable};
use super::trouble;
use crate::console::model::{
    Contents, DatabaseInfo, FileVersions, FilesInfo, Loaded, Standing, States, Trouble,
};
use crate::opened_plan::{OpenedPlan, open_plan};
use crate::plan_file;
use crate::review::{Refusal, Reopened, SavedPlan};
use crate::store::{AppliedPlan, Snapshot, StateStore};

/// Reads the plan, and opens it on the database.
pub(super) fn load(
    file: &Path,
    store: &dyn StateStore,
    database: DatabaseInfo,
    snapshot: Option<Snapshot>,
    at: Timestamp,
) -> Loaded {
    let read = plan_file::read(file).map_err(|error| Trouble {
        message: error.to_string(),
        help: error.help().to_owned(),
    });
    let (saved, snapshot) = match (read, snapshot) {
        (Ok(saved), Some(snapshot)) => (saved, snapshot),
        (read, snapshot) => {
            let info = match read {
                Ok(saved) => info(file, &saved, None),
                Err(trouble) => unreadable(trouble),
            };
            return unopened(at, info, database, snapshot);
        }
    };
    let opened = match open_plan(&saved, store, &snapshot.state, &database.drift, at) {
        Ok(opened) => opened,
        Err(error) => {
            let database = DatabaseInfo {
                is_busy: error.is_busy(),
                exists: Err(trouble::of(&error, error.help())),
                ..database
            };
            return unopened(at, info(file, &saved, None), database, None);
        }
    };
    let OpenedPlan { reopened, applied } = opened;
    let Reopened { review, outcome } = reopened;
    let state = snapshot.state;
    let (after, refusal) = match outcome {
        Ok(after) => (state.with_layers(after), None),
        Err(refusal) => (state.clone(), Some(refusal)),
    };
    let in_error = review.findings.iter();
    let in_error = in_error.filter(|finding| finding.diagnostic.is_error());
    let proposed = in_error.flat_map(|finding| &finding.layers);
    Loaded {
        at,
        files: info(file, &saved, Some(standing(refusal, applied))),
        database,
        layers: rows(
            proposed.chain(after.layers.keys()),
            Some(&state),
            Some(&after),
            &review.findings,
        ),
        problems: problems(&review.findings, |_| None, |_| None),
        review: Some(Arc::new(review)),
        sound_changes: Vec::new(),
        comparison: None,
        states: Some(Arc::new(States {
            before: state,
            after,
        })),
    }
}

/// No plan of a directory is open.
pub(super) fn none_of(
    directory: &Path,
    database: DatabaseInfo,
    snapshot: Option<Snapshot>,
    at: Timestamp,
) -> Loaded {
    let files = FilesInfo {
        contents: Ok(Contents::Plan(None)),
        changed_at: modified(directory),
        versions: FileVersions::new(),
    };
    unopened(at, files, database, snapshot)
}

fn unopened(
    at: Timestamp,
    files: FilesInfo,
    database: DatabaseInfo,
    snapshot: Option<Snapshot>,
) -> Loaded {
    let state = snapshot.map(|snapshot| snapshot.state);
    let rows = rows([].into_iter(), state.as_ref(), state.as_ref(), &[]);
    incomplete(at, files, database, rows, Vec::new())
}

fn standing(refusal: Option<Refusal>, applied: Option<AppliedPlan>) -> Standing {
    match (refusal, applied) {
        (None, _) => Standing::Pending,
        (Some(Refusal::Applied { .. }), Some(applied)) => Standing::Applied(applied),
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
