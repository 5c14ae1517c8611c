//! The interface of a store: what it offers, wherever it keeps the running state.

use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{AppliedPlan, GitCommit, JournalEntry, JournalHead, SlotEntry, StoreError, revision};
#[cfg(feature = "postgres")]
use super::{PostgresUrl, PostgresUrlError};
use crate::domain::{ExperimentId, HashAlgorithm, LayerId, LayerState, Revision, State};
use crate::location::{LocationError, refuse_scheme, scheme_of};
use crate::plan::{Plan, PlanId};

/// Keeps the running state. Every implementation passes the same conformance tests
/// (`tests/suite/store/conformance.rs`).
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Returns where the database is.
    fn location(&self) -> DatabaseLocation;

    /// Reads the state at this instant. It creates, extends and changes nothing.
    ///
    /// A database that doesn't exist is [`StoreError::Missing`].
    fn snapshot(&self) -> Result<Snapshot, StoreError>;

    /// Reads one layer's state at this instant; `None` if the database has no such layer. The cost is
    /// that of the layer, not of the whole database; faults elsewhere go unnoticed.
    ///
    /// A database that doesn't exist is [`StoreError::Missing`].
    fn layer(&self, id: &LayerId) -> Result<Option<Arc<LayerState>>, StoreError> {
        Ok(self.snapshot()?.state.layers.remove(id))
    }

    /// Reads entries of the journal, newest first. There are none before the first apply.
    fn journal(&self, query: JournalQuery) -> Result<Vec<JournalEntry>, StoreError>;

    /// Reads the heads of all entries, newest first, which is all that a list needs.
    fn journal_heads(&self) -> Result<Vec<JournalHead>, StoreError> {
        let entries = self.journal(JournalQuery::All)?;
        Ok(entries.iter().map(JournalHead::from).collect())
    }

    /// Returns whether another program wrote between two entries of the journal: whether one starts from
    /// another revision than the one before it left.
    fn has_journal_gaps(&self) -> Result<bool, StoreError> {
        let heads = self.journal_heads()?;
        let mut pairs = heads.iter().zip(heads.iter().skip(1));
        Ok(pairs.any(|(next, head)| next.base_revision != head.revision))
    }

    /// Returns the head of the entry that applied this plan, if one did: a plan is applied once.
    fn entry_of_plan(&self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, StoreError> {
        let entries = self.journal(JournalQuery::All)?;
        let entry = entries.iter().find(|entry| entry.plan_id == *plan_id);
        Ok(entry.map(AppliedPlan::from))
    }

    /// Reads the slots around every apply, newest first.
    fn slot_entries(&self) -> Result<Vec<SlotEntry>, StoreError> {
        let entries = self.journal(JournalQuery::All)?.into_iter();
        let entries = entries.map(|entry| SlotEntry {
            journal_id: entry.journal_id,
            applied_at: entry.applied_at,
            slots: entry.slots,
        });
        Ok(entries.collect())
    }

    /// Reads the state and the whole journal, newest entry first, at one instant: the input of a
    /// [`Timeline`](crate::timeline::Timeline).
    fn snapshot_with_journal(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError>;

    /// Reads the allocations in the database that a state leaves out; an export names them.
    fn unread_allocations(&self) -> Result<Vec<UnreadAllocations>, StoreError> {
        Ok(Vec::new())
    }

    /// Returns whether this user may apply, as far as can be seen without trying. A file tells only when it is
    /// written.
    fn is_writable(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Creates what a database on a server needs before the first apply, and with `has_triggers` what notices rows
    /// that are edited by hand at once; returns whether anything was missing. A file needs nothing.
    fn init(&self, _has_triggers: bool) -> Result<bool, StoreError> {
        let database = self.location();
        Err(StoreError::NotAServer { database })
    }

    /// Extends the schema of a database on a server; returns its version before, or `None` if it was up to
    /// date. A file is extended by the next apply.
    fn migrate(&self) -> Result<Option<i64>, StoreError> {
        let database = self.location();
        Err(StoreError::NotAServer { database })
    }

    /// Fills an empty database with the state of another one and its whole journal, newest entry first, as a
    /// whole or not at all. The copy has a revision of its own, which takes the place of the state's in the
    /// journal.
    fn fill(
        &self,
        state: &State,
        entries: &[JournalEntry],
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Applies the plan as a whole or not at all.
    ///
    /// If the layers that it changes aren't as they were, the plan is [`StoreError::Stale`]. If it stands in
    /// the journal, it is [`StoreError::Reapplied`]: if you don't know whether an apply was committed, apply
    /// the plan again to find out. A database that doesn't exist is created. A plan without changes writes nothing.
    fn apply(&self, plan: &Plan, author: &Author) -> Result<Applied, StoreError>;

    /// Returns a probe that notices changes from now on. Call this before reading the state, so that no
    /// change is missed in between.
    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError>;
}

/// Tells cheaply whether any program, this one included, changed the database.
///
/// It may report a change where there is none; compare the revisions to be sure.
pub trait ChangeProbe: Send {
    /// Returns whether the database changed since the last call, or became readable or unreadable.
    fn changed(&mut self) -> Result<bool, StoreError>;

    /// Waits until somebody may have changed the database, at most this long, and breaks off soon after the
    /// sender of `stop` is dropped. A store that nobody tells of changes waits the whole time.
    fn wait(&mut self, patience: Duration, stop: &Receiver<Infallible>) -> ControlFlow<()> {
        wait_for_stop(patience, stop)
    }
}

/// Waits as long as this, and breaks off once the sender of `stop` is dropped.
pub(crate) fn wait_for_stop(patience: Duration, stop: &Receiver<Infallible>) -> ControlFlow<()> {
    match stop.recv_timeout(patience) {
        Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(()),
        Err(RecvTimeoutError::Disconnected) => ControlFlow::Break(()),
    }
}

/// Which entries of a journal to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalQuery {
    /// All of them.
    All,
    /// The one with this number, if it exists.
    One(i64),
}

/// The entry with this number, if one is given, else all of them.
impl From<Option<i64>> for JournalQuery {
    fn from(id: Option<i64>) -> Self {
        id.map_or(Self::All, Self::One)
    }
}

/// Who applies a plan, when and why: for the journal and for the timestamps of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who, like `user@host`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// Where it was asked for, such as a ticket's id.
    pub ticket: Option<String>,
    /// The commit of the layer files that the plan is from, if it is known.
    pub git: Option<GitCommit>,
}

impl Author {
    /// Creates an author who gives no reason.
    pub fn new(actor: impl Into<String>, at: Timestamp) -> Self {
        Self {
            actor: actor.into(),
            at,
            reason: None,
            ticket: None,
            git: None,
        }
    }
}

/// What an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many changes were made.
    pub applied: usize,
    /// The journal's entry; `None` if there was nothing to do.
    pub journal_id: Option<i64>,
    /// The database's revision afterwards.
    pub revision: Revision,
}

/// Group allocations of another splitter than the experiment's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadAllocations {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The key that holds them, such as `geo_allocations`.
    pub key: &'static str,
}

/// The name of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatabaseLocation {
    /// A SQLite file, whether it exists or not.
    File(PathBuf),
    /// The memory of this process.
    Memory,
    /// A database on a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

/// The schemes of PostgreSQL's URLs.
const POSTGRES_SCHEMES: [&str; 2] = ["postgres", "postgresql"];

impl DatabaseLocation {
    /// Parses a name that a user gave: the path of a SQLite file, or a `postgres://` URL.
    pub fn parse(name: impl Into<PathBuf>) -> Result<Self, LocationError> {
        let path = name.into();
        let scheme = scheme_of(&path);
        if let Some(scheme) = scheme.filter(|it| POSTGRES_SCHEMES.contains(&it.as_str())) {
            return Self::parse_postgres(&path, scheme);
        }
        refuse_scheme(&path, "a SQLite file or `postgres://…`")?;
        Ok(Self::File(path))
    }

    #[cfg(feature = "postgres")]
    fn parse_postgres(name: &Path, scheme: String) -> Result<Self, LocationError> {
        let url = name.to_str().ok_or(PostgresUrlError::Invalid);
        match url.and_then(PostgresUrl::parse) {
            Ok(url) => Ok(Self::Postgres(url)),
            Err(reason) => Err(LocationError::Postgres { scheme, reason }),
        }
    }

    #[cfg(not(feature = "postgres"))]
    fn parse_postgres(_: &Path, scheme: String) -> Result<Self, LocationError> {
        Err(LocationError::WithoutPostgres { scheme })
    }

    /// Returns the path of a database in a file; `None` for any other.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory => None,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }
}

impl<P: Into<PathBuf>> From<P> for DatabaseLocation {
    fn from(path: P) -> Self {
        Self::File(path.into())
    }
}

#[cfg(feature = "postgres")]
impl From<PostgresUrl> for DatabaseLocation {
    fn from(url: PostgresUrl) -> Self {
        Self::Postgres(url)
    }
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory => f.write_str("in memory"),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// The state at one instant, with its origin.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The running state.
    pub state: State,
    /// Who made the database.
    pub origin: Origin,
    /// The last apply in its journal.
    pub last_applied: Option<AppliedPlan>,
}

/// The schema version that this program writes, and the newest that it reads.
pub const SCHEMA_VERSION: i64 = 2;

/// Who made a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The database doesn't exist.
    Missing,
    /// A file without tables, perhaps of zero bytes.
    Empty,
    /// The Python AVOS of 2025, without reserved slots.
    Python2025,
    /// The Python AVOS of 2026, with reserved slots.
    Python2026,
    /// This program made or extended it.
    Avos {
        /// The version of its schema.
        schema_version: i64,
    },
}

impl Snapshot {
    /// Returns what a database that doesn't exist yet holds. A new, empty one has the same revision.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            state: empty_state(),
            origin: Origin::Missing,
            last_applied: None,
        }
    }
}

/// Returns a state without layers, with the default hash of a new database.
pub(super) fn empty_state() -> State {
    let default_hash_algorithm = HashAlgorithm::Sha256;
    State {
        revision: revision::empty_revision(default_hash_algorithm),
        ..State::empty(default_hash_algorithm)
    }
}
