//! A database on a PostgreSQL server.

use std::sync::Arc;

use jiff::Timestamp;
use postgres::{IsolationLevel, Transaction};

use super::apply::{apply, fill};
use super::connect::connect;
use super::failure::Failure;
use super::probe::PostgresProbe;
use super::read::{self, StoredContents};
use super::schema::{self, Meta};
use super::{PostgresUrl, journal};
use crate::domain::{LayerId, LayerState, State};
use crate::plan::{Plan, PlanId};
use crate::store::apply::nothing_applied;
use crate::store::{
    Applied, AppliedPlan, Author, ChangeProbe, DatabaseLocation, JournalEntry, JournalHead,
    JournalQuery, Snapshot, StateStore, StoreError,
};

/// Keeps the state in a PostgreSQL database that [`StateStore::init`] prepared. It opens a connection for
/// each call and holds none in between.
///
/// Its calls block. Within an asynchronous runtime, make them on a thread for blocking work.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    url: PostgresUrl,
}

impl PostgresStore {
    /// Returns the store for this database, and connects to nothing yet.
    #[must_use]
    pub fn new(url: PostgresUrl) -> Self {
        Self { url }
    }

    /// Reads from the database within one transaction, so that everything read is of one instant.
    fn look<T>(
        &self,
        see: impl FnOnce(&mut Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut client = connect(&self.url)?;
        let look = || {
            let transaction = client.build_transaction().read_only(true);
            let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead);
            see(&mut transaction.start()?)
        };
        look().map_err(|failure: Failure| failure.at(&self.url))
    }
}

impl StateStore for PostgresStore {
    fn location(&self) -> DatabaseLocation {
        self.url.clone().into()
    }

    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.look(|client| Ok(StoredContents::read(client, &self.url)?.snapshot))
    }

    fn layer(&self, id: &LayerId) -> Result<Option<Arc<LayerState>>, StoreError> {
        self.look(|client| {
            Meta::read(client, &self.url)?;
            Ok(read::layers(client, Some(id))?.remove(id))
        })
    }

    fn journal(&self, query: JournalQuery) -> Result<Vec<JournalEntry>, StoreError> {
        self.look(|client| {
            Meta::read(client, &self.url)?;
            journal::read_entries(client, query)
        })
    }

    fn journal_heads(&self) -> Result<Vec<JournalHead>, StoreError> {
        self.look(|client| {
            Meta::read(client, &self.url)?;
            journal::read_heads(client)
        })
    }

    fn has_journal_gaps(&self) -> Result<bool, StoreError> {
        self.look(|client| {
            Meta::read(client, &self.url)?;
            journal::has_gaps(client)
        })
    }

    fn entry_of_plan(&self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, StoreError> {
        self.look(|client| {
            Meta::read(client, &self.url)?;
            journal::read_entry_of(client, plan_id)
        })
    }

    fn snapshot_with_journal(&self) -> Result<(Snapshot, Vec<JournalEntry>), StoreError> {
        self.look(|client| {
            let snapshot = StoredContents::read(client, &self.url)?.snapshot;
            Ok((snapshot, journal::read_entries(client, JournalQuery::All)?))
        })
    }

    fn is_writable(&self) -> Result<bool, StoreError> {
        self.look(|client| schema::is_writable(client))
    }

    /// Creates the schema `avos` and its tables where they are missing.
    fn init(&self, has_triggers: bool) -> Result<bool, StoreError> {
        let mut client = connect(&self.url)?;
        schema::init(&mut client, has_triggers).map_err(|failure| failure.at(&self.url))
    }

    fn migrate(&self) -> Result<Option<i64>, StoreError> {
        let mut client = connect(&self.url)?;
        schema::migrate(&mut client, &self.url).map_err(|failure| failure.at(&self.url))
    }

    fn fill(
        &self,
        state: &State,
        entries: &[JournalEntry],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        fill(&self.url, (state, entries), at)
    }

    /// Uses a single transaction, behind a lock on the one row of `avos.state`. A commit that is interrupted
    /// is looked for in the journal.
    fn apply(&self, plan: &Plan, author: &Author) -> Result<Applied, StoreError> {
        if plan.changes.is_empty() {
            return nothing_applied(self);
        }
        apply(&self.url, plan, author)
    }

    fn changes(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        Ok(Box::new(PostgresProbe::new(&self.url)))
    }
}
