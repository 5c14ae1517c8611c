//! What can go wrong with a database, and how to fix it.

use super::DatabaseLocation;
#[cfg(feature = "postgres")]
use super::ServerError;
use crate::domain::LayerId;
use crate::plan::{ReplayError, name_layers};
#[cfg(feature = "store")]
use crate::sqlite::FileError;

/// Why a database can't be read or written. In any case, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database doesn't exist.
    #[error("the database {database} doesn't exist")]
    Missing {
        /// Where it should be.
        database: DatabaseLocation,
    },
    /// The database of another program.
    #[error(
        "{database} is not an AVOS database: its tables ({}) are not those of AVOS (layers, experiments, layer_slots)",
        .tables.join(", ")
    )]
    NotAvos {
        /// The database.
        database: DatabaseLocation,
        /// Its tables.
        tables: Vec<String>,
    },
    /// The schema is newer than this program.
    #[error(
        "the database {database} has schema version {found}, but this program supports versions up \
         to {known}"
    )]
    NewerVersion {
        /// The database.
        database: DatabaseLocation,
        /// Its schema version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A row is inconsistent.
    #[error("inconsistent database: {table} {key:?}: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's key.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// The database isn't in the state that the plan was made for.
    #[error(
        "the database changed since the plan was made: {}",
        name_layers(layers)
    )]
    Stale {
        /// The layers that aren't as they were.
        layers: Vec<LayerId>,
    },
    /// The database was to be filled and has something already.
    #[error("the database {database} isn't empty")]
    NotEmpty {
        /// The database.
        database: DatabaseLocation,
    },
    /// Only a database on a server is prepared and extended apart from applies.
    #[error("the database {database} isn't on a server and needs no preparation")]
    NotAServer {
        /// The database.
        database: DatabaseLocation,
    },
    /// The plan stands in the journal.
    #[error("the plan was applied already, as journal {journal_id}")]
    Reapplied {
        /// The number of the entry.
        journal_id: i64,
    },
    /// The plan's changes don't fit the state, although they were made for it.
    #[error("the plan doesn't fit the database")]
    Replay(#[from] ReplayError),
    /// What was written doesn't read back as what was planned; it was rolled back.
    #[error("the changes were rolled back: the database would not have read back as planned")]
    Inconsistent,
    /// No number is left for another entry.
    #[error("the journal has no number left for another entry; nothing was applied")]
    JournalFull,
    /// The journal's entry doesn't read back as it was written; all was rolled back.
    #[error("the changes were rolled back: the database didn't keep the journal's entry")]
    JournalLost,
    /// The plan's changes can't be written as JSON.
    #[error("the plan can't be written to the journal")]
    Unwritable(#[from] serde_json::Error),
    /// The database's file can't be used.
    #[cfg(feature = "store")]
    #[error(transparent)]
    File(#[from] FileError),
    /// The server, or the database on it, can't be used.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl StoreError {
    /// Returns whether the database doesn't exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    /// Returns whether another program holds the database's lock, which is temporary.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        match self {
            #[cfg(feature = "store")]
            Self::File(FileError::Busy { .. }) => true,
            #[cfg(feature = "postgres")]
            Self::Server(ServerError::Busy { .. }) => true,
            _ => false,
        }
    }

    /// Returns whether the server can't be reached, which may pass by itself.
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Server(error) => error.is_disconnected(),
            _ => false,
        }
    }

    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { .. } => "check the path; the first apply creates the database",
            Self::NotAvos { .. } => {
                "check the path; an exposure log is given apart from the database"
            }
            Self::NewerVersion { .. } => "use the version of AVOS that wrote it, or a newer one",
            Self::Corrupt { .. } => {
                "fix the row with the program that wrote it, or restore the database from a backup"
            }
            Self::NotEmpty { .. } => "name one without layers and without a journal",
            Self::NotAServer { .. } => "the first apply creates a file, and each apply extends it",
            Self::Stale { .. } => "make a new plan and review it",
            Self::Reapplied { .. } => "make a new plan for further changes",
            Self::Replay(_) => "make a new plan; a plan file must not be edited",
            Self::Inconsistent => "this is a fault of AVOS: please report it with the plan",
            Self::JournalFull => {
                "`avos history` shows its entries: some program gave one a number that it can't have"
            }
            Self::JournalLost => {
                "remove what changes its journal, such as a trigger: without an entry, nobody could \
                 tell who applied what"
            }
            Self::Unwritable(_) => return None,
            #[cfg(feature = "store")]
            Self::File(error) => return error.help(),
            #[cfg(feature = "postgres")]
            Self::Server(error) => return error.help(),
        })
    }

    /// Creates an error about a row.
    #[cfg(feature = "store")]
    pub(super) fn corrupt(
        table: &'static str,
        key: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self::Corrupt {
            table,
            key: key.into(),
            what: what.into(),
        }
    }
}
