//! What can go wrong with a refresh.

use std::sync::Arc;

use jiff::Timestamp;

use crate::store::{DatabaseLocation, StoreError};

/// A refresh that failed. The last good state is still served, and the next refresh tries again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("serving an old state since {since}: {failure}")]
#[non_exhaustive]
pub struct RefreshError {
    /// When refreshes began to fail: the time of the first one that failed in this row.
    pub since: Timestamp,
    /// What went wrong with the last one.
    pub failure: RefreshFailure,
}

/// What went wrong with a refresh.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshFailure {
    /// The database can't be read.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// The database had tables and has none now: perhaps a copy over it isn't complete yet.
    #[error("the database {database} lost its tables")]
    Emptied {
        /// The database.
        database: DatabaseLocation,
    },
    /// The refresh panicked.
    #[error("a refresh panicked: {0}")]
    Panicked(String),
}

impl RefreshError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match &self.failure {
            RefreshFailure::Store(error) => error.help(),
            RefreshFailure::Emptied { .. } => Some(
                "restore it from a backup; to replace a database, rename the new file over the old",
            ),
            RefreshFailure::Panicked(_) => {
                Some("this is a fault of AVOS: please report it with the message")
            }
        }
    }
}

impl From<StoreError> for RefreshFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
