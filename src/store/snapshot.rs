//! What one look at the database saw.

use super::{LastApplied, revision};
use crate::domain::{HashAlgorithm, State};

/// The state at one instant, with where it comes from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The running state.
    pub state: State,
    /// Who made the database.
    pub origin: Origin,
    /// The last apply in its journal.
    pub last_applied: Option<LastApplied>,
}

/// The schema version that this program writes, and the newest that it reads.
pub const SCHEMA_VERSION: i64 = 1;

/// Who made a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// There is no database.
    Missing,
    /// A file without tables, of no bytes perhaps.
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
    /// What a database that doesn't exist yet holds. A new, empty one has the same revision.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            state: empty_state(),
            origin: Origin::Missing,
            last_applied: None,
        }
    }
}

/// No layers, and the hash that a new database prefers.
pub(super) fn empty_state() -> State {
    let default_hash_algorithm = HashAlgorithm::Sha256;
    State {
        revision: revision::empty_revision(default_hash_algorithm),
        ..State::empty(default_hash_algorithm)
    }
}
