//! The running state and the one way to change it, wherever it is kept.
//!
//! A [`StateStore`] reads a [`State`](crate::domain::State) for the planner and the assigner, and
//! carries out a [`Plan`](crate::plan::Plan) as a whole or not at all. Nothing else writes. This
//! module knows no YAML and no terminals, and only its folders `sqlite` and `postgres` know SQL.
//!
//! | file | defines |
//! |---|---|
//! | `state_store` | [`StateStore`], [`ChangeProbe`] and what their calls take and give, such as [`Snapshot`] and [`DatabaseLocation`] |
//! | `apply` | the steps of an apply, the same for every store |
//! | `journal` | [`JournalEntry`], what was applied, when and by whom |
//! | `revision` | the digest that identifies a state |
//! | `error` | [`StoreError`] with its help |
//! | `memory` | [`MemoryStore`], a database in memory |
//! | `base` | the layers before an entry of the journal, where no other entry tells them (feature `store`) |
//! | `sqlite` | `SqliteStore`, a database in a SQLite file (feature `store`) |
//! | `postgres` | `PostgresStore`, a database on a PostgreSQL server (feature `postgres`) |

#[cfg(feature = "store")]
use std::sync::Arc;

mod apply;
#[cfg(feature = "store")]
mod base;
mod error;
mod journal;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod revision;
#[cfg(feature = "store")]
mod sqlite;
mod state_store;

pub use crate::location::LocationError;
pub use error::StoreError;
pub use journal::{
    AppliedPlan, EntryKind, GitCommit, JournalEntry, JournalHead, LayerSlots, SlotEntry,
};
pub use memory::MemoryStore;
pub(crate) use state_store::wait_for_stop;
pub use state_store::{
    Applied, Author, ChangeProbe, DatabaseLocation, JournalQuery, Origin, SCHEMA_VERSION, Snapshot,
    StateStore, UnreadAllocations,
};

#[cfg(feature = "store")]
use crate::domain::HashAlgorithm;

#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresUrl, PostgresUrlError, ServerError};
#[cfg(feature = "store")]
pub use sqlite::{Inside, Inspection, SqliteStore, sqlite_version};

/// Returns the store for this location, and touches nothing yet. One in memory is new and empty.
#[cfg(feature = "store")]
pub fn open(location: impl Into<DatabaseLocation>) -> Arc<dyn StateStore> {
    match location.into() {
        DatabaseLocation::File(path) => Arc::new(SqliteStore::new(path)),
        #[cfg(feature = "postgres")]
        DatabaseLocation::Postgres(url) => Arc::new(PostgresStore::new(url)),
        DatabaseLocation::Memory => Arc::new(MemoryStore::new(HashAlgorithm::Sha256)),
    }
}
