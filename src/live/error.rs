//! Why the newest state isn't served.

use std::sync::Arc;

use jiff::Timestamp;

use crate::store::{DatabaseLocation, StoreError};

/// A refresh that failed. The last good state is served meanwhile, and each further refresh tries
/// again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("serving an old state since {since}: {failure}")]
#[non_exhaustive]
pub struct RefreshError {
    /// The time of the first of the refreshes that failed in a row.
    pub since: Timestamp,
    /// What went wrong with the last of them.
    pub failure: RefreshFailure,
}

/// What went wrong with a refresh.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshFailure {
    /// The database can't be read.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// The database had tables, and has none any more: a copy over it perhaps, not yet complete.
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
    /// How to mend it.
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
