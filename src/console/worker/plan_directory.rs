//! Reads a directory of saved plans, and holds each against the database.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::parts::modified;
use super::{WorkerDeps, trouble};
use crate::console::message::Answer;
use crate::console::model::Trouble;
use crate::console::plans::{
    ListedPlan, PlanConflicts, PlanList, PlanStanding, ReadPlan, UnreadablePlan,
};
use crate::opened_plan::{OpenedPlan, open_plan};
use crate::plan::OutsideNote;
use crate::plan_file;
use crate::review::{JournalFacts, Refusal, Reopened, SavedPlan};
use crate::store::{Snapshot, StateStore, StoreError};
use crate::timeline::read_with_drift;

/// What the database holds, or why it can't be read. One that doesn't exist counts as empty.
type DatabaseRead = Result<(Snapshot, Vec<OutsideNote>), Trouble>;

/// All plans of the directory, in order of their names.
pub(super) fn list(deps: &WorkerDeps, at: Timestamp) -> Answer {
    let directory = deps.proposal.path();
    let files = plan_file::candidates(directory).map_err(|error| Trouble {
        message: format!(
            "the directory {} can't be read: {error}",
            directory.display()
        ),
        help: "give a directory of plans that `avos plan --out` wrote".to_owned(),
    });
    let plans = files.map(|files| {
        let store = &*deps.store;
        let database = match read_with_drift(store) {
            Err(StoreError::Missing { .. }) => Ok((Snapshot::empty(), Vec::new())),
            read => read.map_err(|error| trouble::of(&error, error.help())),
        };
        let files = files.iter();
        let plans = files.map(|file| listed(file, store, &database, at));
        plans.collect::<Vec<ListedPlan>>()
    });
    Answer::Plans(Arc::new(PlanList::new(plans)))
}

fn listed(
    file: &Path,
    store: &dyn StateStore,
    database: &DatabaseRead,
    at: Timestamp,
) -> ListedPlan {
    let name = file.file_name().unwrap_or(file.as_os_str());
    ListedPlan {
        name: name.to_string_lossy().into_owned(),
        file: file.to_owned(),
        saved_at: modified(file),
        read: match plan_file::read(file) {
            Ok(saved) => Ok(read(&saved, store, database, at)),
            Err(error) => Err(UnreadablePlan {
                why: error.reason(),
                help: error.help(),
            }),
        },
    }
}

fn read(
    saved: &SavedPlan,
    store: &dyn StateStore,
    database: &DatabaseRead,
    at: Timestamp,
) -> ReadPlan {
    let unknown = |trouble: Trouble| {
        let state = Snapshot::empty().state;
        let Reopened { review, .. } = saved.reopen(&state, &JournalFacts::default(), at);
        (review, PlanStanding::Unknown(trouble))
    };
    let (review, standing) = match database {
        Err(trouble) => unknown(trouble.clone()),
        Ok((snapshot, drift)) => match open_plan(saved, store, &snapshot.state, drift, at) {
            Err(error) => unknown(trouble::of(&error, error.help())),
            Ok(OpenedPlan { reopened, applied }) => {
                let Reopened { review, outcome } = reopened;
                let standing = match (outcome, applied) {
                    (Ok(_), _) => PlanStanding::AsReviewed,
                    (Err(Refusal::Applied { .. }), Some(entry)) => PlanStanding::Applied(entry),
                    (Err(Refusal::Stale { .. }), _)
                        if saved.is_for_another_database(&snapshot.state) =>
                    {
                        PlanStanding::OtherDatabase
                    }
                    (Err(refusal), _) => PlanStanding::Refused(refusal),
                };
                (review, standing)
            }
        },
    };
    ReadPlan {
        review: Arc::new(review),
        standing,
        conflicts: PlanConflicts::default(),
    }
}
