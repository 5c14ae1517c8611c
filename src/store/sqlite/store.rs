//! A database in a SQLite file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::failure::Failure;
use super::inspect::{self, Inspection};
use super::probe::SqliteProbe;
use super::{apply, create, journal, read, schema};
use crate::domain::{LayerId, LayerState, State};
use crate::plan::{Plan, PlanId};
use crate::sqlite;
use crate::store::apply::nothing_applied;
use crate::store::{
    Applied, AppliedPlan, Author, ChangeProbe, DatabaseLocation, JournalEntry, JournalHead,
    JournalQuery, SlotEntry, Snapshot, StateStore, StoreError, UnreadAllocations,
};

/// How long a read waits for another program's lock.
const READ_PATIENCE: Duration = Duration::from_secs(2);
/// How long an apply waits for another program's lock.
const APPLY_PATIENCE: Duration = Duration::from_secs(5);

/// Keeps the state in a SQLite file, which needn't exist yet. It opens a connection for each call and
/// holds none in between.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    path: PathBuf,
    read_patience: Duration,
    apply_patience: Duration,
}

impl SqliteStore {
    /// Returns the store for this path, and touches nothing yet. A read waits 2 seconds for another
    /// program's lock, an apply 5.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            read_patience: READ_PATIENCE,
            apply_patience: APPLY_PATIENCE,
        }
    }

    /// Sets how long a read and an apply wait for another program's lock.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self {
            read_patience: patience,
            apply_patience: patience,
            ..self
        }
    }

    /// Returns where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Inspects the file itself, sound or not. Changes nothing, not even where a read would roll
    /// back what a program that died left unfinished.
    pub fn inspect(&self) -> Result<Inspection, StoreError> {
        inspect::inspect(&self.path, self.read_patience)
    }

    /// Writes to the file, or to a new one in its place.
    fn write<T>(&self, write: impl Fn(&Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if sqlite::stamp(&self.path)?.is_some() {
            write(&self.path)
        } else {
            create::create_file(&self.path, write)
        }
    }

    /// Reads from the database within one transaction, so that everything read is of one instant.
    fn look<T>(
        &self,
        see: impl FnOnce(&Connection, &Path) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let path = &self.path;
        if sqlite::stamp(path)?.is_none() {
            let database = self.location();
            return Err(StoreError::Missing { database });
        }
        let connection = sqlite::open_reader(path, self.read_patience)?;
        let look = || {
            let transaction = connection.unchecked_transaction()?;
            see(&transaction, path)
        };
        look().map_err(|failure| failure.at(path))
    }
}

/// An empty file counts as an empty database. Reading leaves no file behind.
impl StateStore for SqliteStore {
    fn location(&self) -> DatabaseLocation {
        self.path.clone().into()
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.look(snapshot)
    }

    fn layer(&self, id: &LayerId) -> Result<Option<Arc<LayerState>>, StoreError> {
        self.look(|connection, path| read::layer_state(connection, path, id))
    }

    fn journal(&self, query: JournalQuery) -> Result<Vec<JournalEntry>, StoreError> {
        self.look(|connection, path| {
            schema::origin(connection, path)?;
            journal::read_entries(connection, query)
        })
    }

    fn journal_heads(&self) -> Result<Vec<JournalHead>, StoreError> {
        self.look(|connection, path| {
            schema::origin(connection, path)?;
            journal::read_heads(connection)
        })
    }

    fn has_journal_gaps(&self) -> Result<bool, StoreError> {
        self.look(|connection, path| {
            schema::origin(connection, path)?;
            journal::has_gaps(connection)
        })
    }

    fn entry_of_plan(&self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, StoreError> {
        self.look(|connection, path| {
            schema::origin(connection, path)?;
            journal::read_entry_of(connection, plan_id)
        })
    }

    fn slot_entries(&self) -> Result<Vec<SlotEntry>, StoreError> {
        self.look(|connection, path| {
            schema::origin(connection, path)?;
            journal::read_slots(connection)
        })
    }

    fn snapshot_with_journal(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError> {
        self.look(|connection, path| {
            let snapshot = snapshot(connection, path)?;
            Ok((
                snapshot,
                journal::read_entries(connection, JournalQuery::All)?,
            ))
        })
    }

    fn unread_allocations(&self) -> Result<Vec<UnreadAllocations>, StoreError> {
        self.look(|connection, path| {
            let origin = schema::origin(connection, path)?;
            read::unread_allocations(connection, origin)
        })
    }

    /// Uses a single transaction. A database made by the Python AVOS is extended in place.
    fn apply(&self, plan: &Plan, author: &Author) -> Result<Applied, StoreError> {
        if plan.changes.is_empty() {
            return nothing_applied(self);
        }
        self.write(|path| apply::apply_to_file(path, self.apply_patience, plan, author))
    }

    fn fill(
        &self,
        state: &State,
        entries: &[JournalEntry],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let contents = (state, entries);
        self.write(|path| apply::fill_file(path, self.apply_patience, contents, at))
    }

    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        Ok(Box::new(SqliteProbe::new(&self.path)?))
    }
}

fn snapshot(connection: &Connection, path: &Path) -> Result<Snapshot, Failure> {
    let (state, origin) = read::state(connection, path)?;
    Ok(Snapshot {
        last_applied: journal::read_last(connection)?,
        state,
        origin,
    })
}
