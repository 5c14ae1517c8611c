//! A database by its path: the module's front door.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::apply::By;
use super::error::Failure;
use super::{
    Applied, ChangeProbe, Inspection, JournalEntry, JournalHead, Snapshot, StoreError,
    UnreadAllocations, apply, create, inspect, journal, open, read, unread,
};
use crate::plan::Plan;

/// How long a read waits for another program's lock.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// How long an apply waits for another program's lock.
const APPLY_PATIENCE: Duration = Duration::from_secs(5);

/// The database at a path, whether it exists or not. It opens a connection for each call and
/// holds nothing between them.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    read_patience: Duration,
    apply_patience: Duration,
}

impl Store {
    /// The database at this path; touches nothing. A read waits 2 seconds for another program's
    /// lock, an apply 5.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            read_patience: READ_PATIENCE,
            apply_patience: APPLY_PATIENCE,
        }
    }

    /// The same, waiting this long for another program's lock.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self {
            read_patience: patience,
            apply_patience: patience,
            ..self
        }
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The state at this instant. Creates, extends and changes nothing, and leaves no file behind.
    ///
    /// A file without a byte counts as an empty database; one that doesn't exist is
    /// [`StoreError::Missing`].
    pub fn read(&self) -> Result<Snapshot, StoreError> {
        self.look(snapshot)
    }

    /// The state and the journal's entries, newest first, of one instant: what a
    /// [`Timeline`](crate::timeline::Timeline) is made of.
    pub fn read_with_history(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError> {
        self.look(|connection, path| {
            Ok((
                snapshot(connection, path)?,
                journal::entries(connection, None)?,
            ))
        })
    }

    /// What the database says besides its state, and nothing reads: for who copies a state.
    pub fn unread_allocations(&self) -> Result<Vec<UnreadAllocations>, StoreError> {
        self.look(|connection, path| {
            let origin = super::schema::origin(connection, path)?;
            unread::allocations(connection, origin)
        })
    }

    /// A look at the file itself, sound or not. It changes no byte, not even where a read would
    /// roll back what a program that died left half done.
    pub fn inspect(&self) -> Result<Inspection, StoreError> {
        inspect::inspect(&self.path, self.read_patience)
    }

    /// The journal's entries, newest first; only the one of this number, if given.
    pub fn history(&self, id: Option<i64>) -> Result<Vec<JournalEntry>, StoreError> {
        self.look(|connection, path| {
            super::schema::origin(connection, path)?;
            journal::entries(connection, id)
        })
    }

    /// The heads of the journal's entries, newest first: all that a list needs.
    pub fn history_heads(&self) -> Result<Vec<JournalHead>, StoreError> {
        self.look(|connection, path| {
            super::schema::origin(connection, path)?;
            journal::heads(connection)
        })
    }

    /// Carries out the plan: all of it in one transaction, or nothing. `actor` and `at` go to the
    /// journal and the rows' timestamps.
    ///
    /// The database must be at the plan's revision. One that doesn't exist is created, one made by
    /// the Python AVOS extended in place. A plan without changes writes nothing.
    pub fn apply(&self, plan: &Plan, actor: &str, at: Timestamp) -> Result<Applied, StoreError> {
        if plan.changes.is_empty() {
            return self.find_unchanged(plan);
        }
        let by = By { actor, at };
        if open::stamp(&self.path)?.is_some() {
            apply::to_file(&self.path, self.apply_patience, plan, by)
        } else {
            create::to_new_file(&self.path, self.apply_patience, plan, by)
        }
    }

    /// A probe that tells whether the database changed since now.
    pub fn probe(&self) -> Result<ChangeProbe, StoreError> {
        ChangeProbe::new(&self.path)
    }

    fn find_unchanged(&self, plan: &Plan) -> Result<Applied, StoreError> {
        let found = match self.read() {
            Ok(snapshot) => snapshot.state.revision,
            Err(error) if error.is_missing() => Snapshot::empty().state.revision,
            Err(error) => return Err(error),
        };
        if found != plan.base_revision {
            let planned = plan.base_revision.clone();
            return Err(StoreError::Stale { planned, found });
        }
        Ok(Applied {
            applied: 0,
            journal_id: None,
            revision: found,
        })
    }

    /// Looks at the database within one transaction, so that all that is seen is of one instant.
    fn look<T>(
        &self,
        see: impl FnOnce(&Connection, &Path) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let path = &self.path;
        if open::stamp(path)?.is_none() {
            let path = path.clone();
            return Err(StoreError::Missing { path });
        }
        let connection = open::reader(path, self.read_patience)?;
        let look = || {
            let transaction = connection.unchecked_transaction()?;
            see(&transaction, path)
        };
        look().map_err(|failure| failure.at(path))
    }
}

fn snapshot(connection: &Connection, path: &Path) -> Result<Snapshot, Failure> {
    let (state, origin) = read::state(connection, path)?;
    Ok(Snapshot {
        last_applied: journal::last(connection)?,
        state,
        origin,
    })
}
