//! The seam: what a store of the running state offers, wherever it keeps it.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::{DatabaseLocation, JournalEntry, JournalHead, Snapshot, StoreError};
use crate::domain::{ExperimentId, LayerId, Revision};
use crate::plan::Plan;

/// The running state, wherever it is kept. Every implementation passes the same conformance tests.
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Where the database is.
    fn location(&self) -> DatabaseLocation;

    /// The state at this instant. Creates, extends and changes nothing.
    ///
    /// A database that doesn't exist is [`StoreError::Missing`].
    fn snapshot(&self) -> Result<Snapshot, StoreError>;

    /// Entries of the journal, newest first. A database that was never applied to has none.
    fn journal(&self, query: JournalQuery) -> Result<Vec<JournalEntry>, StoreError>;

    /// The heads of the journal's entries, newest first: all that a list needs.
    fn journal_heads(&self) -> Result<Vec<JournalHead>, StoreError> {
        let entries = self.journal(JournalQuery::All)?;
        Ok(entries.iter().map(JournalHead::from).collect())
    }

    /// The state and the whole journal, newest entry first, of one instant: what a
    /// [`Timeline`](crate::timeline::Timeline) is made of.
    fn snapshot_with_journal(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError>;

    /// Allocations in the database that a state ignores; needed when exporting.
    fn unread_allocations(&self) -> Result<Vec<UnreadAllocations>, StoreError> {
        Ok(Vec::new())
    }

    /// Carries out the plan: all of it, or nothing.
    ///
    /// The database must be at the plan's revision, else the plan is [`StoreError::Stale`]. One
    /// that doesn't exist is created. A plan without changes writes nothing.
    fn apply(&self, plan: &Plan, author: &Author) -> Result<Applied, StoreError>;

    /// A probe that notices changes from now on. Make it before reading the state, so that no
    /// change falls between the two.
    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError>;
}

/// Tells cheaply whether the database changed since the last question, by whatever program.
///
/// It may report a change once too often; comparing revisions then tells. This process's own
/// applies count as well.
pub trait ChangeProbe: Send {
    /// Whether the database changed since the last call, or could be read only one of the times.
    fn changed(&mut self) -> Result<bool, StoreError>;
}

/// Which entries of a journal to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalQuery {
    /// All of them.
    All,
    /// The one of this number, if it exists.
    One(i64),
}

/// The entry of this number, if one is given, else all of them.
impl From<Option<i64>> for JournalQuery {
    fn from(id: Option<i64>) -> Self {
        id.map_or(Self::All, Self::One)
    }
}

/// Who applies a plan, and when: for the journal and the timestamps of what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who, like `user@host`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

impl Author {
    /// This actor at this time.
    pub fn new(actor: impl Into<String>, at: Timestamp) -> Self {
        let actor = actor.into();
        Self { actor, at }
    }
}

/// What an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many changes were made.
    pub applied: usize,
    /// The journal's entry; none when there was nothing to do.
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
