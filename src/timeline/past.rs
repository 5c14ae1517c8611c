//! The states of the past: after an entry of the journal, or at a time. They are only what is known
//! for certain; where that ends, an error says so.

use std::fmt;

use jiff::Timestamp;

use super::eras::{KnownStart, Obstacle};
use super::{Apply, Era, Timeline};
use crate::domain::State;

/// A state of the past.
#[derive(Clone, Debug)]
pub struct PastState {
    /// The index of the era that begins with it, or, before the journal, ends with it. The states
    /// after the previous and the next entry are those of the indices beside it.
    pub era: usize,
    /// Which entry it follows or precedes.
    pub moment: Moment,
    /// The state. It shares with others the layers in which they don't differ.
    pub state: State,
}

/// A point in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Right before this apply, the first one of the journal. What other programs did earlier isn't
    /// known, unless the database was empty.
    Before(Apply),
    /// Right after this apply.
    After(Apply),
}

/// Why a state of the past isn't known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownPast {
    /// Nothing was applied yet.
    #[error("the journal is empty")]
    NoJournal,
    /// Another program changed the database, at a time and in a way that the journal doesn't say.
    #[error("another program changed the database after journal {after}")]
    Outside {
        /// The entry that stands before the change.
        after: i64,
        /// What is known.
        known: KnownEntries,
    },
    /// An entry can't be undone: an earlier version of AVOS wrote too little into it.
    #[error("journal {journal_id} can't be undone")]
    Undo {
        /// The entry.
        journal_id: i64,
        /// What is known.
        known: KnownEntries,
    },
}

/// The entries right after which the state is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownEntries {
    /// Known are those up to this one; `None` if not even the first one is.
    pub until: Option<i64>,
    /// Known are those from this one on; `None` if not even the last one is.
    pub from: Option<i64>,
}

impl Timeline {
    /// Returns the index of the era that this entry of the journal began; `None` if there is no such
    /// entry.
    #[must_use]
    pub fn era_after(&self, journal_id: i64) -> Option<usize> {
        let mut eras = self.eras().iter();
        eras.position(|era| {
            let apply = era.apply.as_ref();
            apply.is_some_and(|apply| apply.journal_id == journal_id)
        })
    }

    /// Returns the state at the start of this era, right after its apply. That of the first era is the
    /// state right before the first apply.
    ///
    /// It costs a copy of the map of layers, so it can be called for one entry after the other:
    ///
    /// ```
    /// use avos::domain::HashAlgorithm;
    /// use avos::store::{MemoryStore, StateStore};
    /// use avos::timeline::Timeline;
    ///
    /// let store = MemoryStore::new(HashAlgorithm::Sha256);
    /// let (snapshot, entries) = store.snapshot_with_journal()?;
    /// let timeline = Timeline::new(&snapshot.state, &entries);
    /// for era in 0..timeline.eras().len() {
    ///     match timeline.state_at_start(era) {
    ///         Ok(past) => println!("{}: {} layers", past.moment, past.state.layers.len()),
    ///         Err(unknown) => println!("{unknown}; {}", unknown.help()),
    ///     }
    /// }
    /// # Ok::<(), avos::store::StoreError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such era.
    pub fn state_at_start(&self, era: usize) -> Result<PastState, UnknownPast> {
        let index = era;
        let era = &self.eras()[index];
        let layers = match &era.start {
            KnownStart::Same => &era.layers,
            KnownStart::Other(layers) => layers,
            KnownStart::Unknown(obstacle) => return Err(self.unknown(*obstacle)),
        };
        let moment = match (&era.apply, self.applies().next()) {
            (Some(apply), _) => Moment::After(apply.clone()),
            (None, Some(first)) => Moment::Before(first.clone()),
            (None, None) => return Err(UnknownPast::NoJournal),
        };
        Ok(PastState {
            era: index,
            moment,
            state: State {
                revision: era.revision.clone(),
                default_hash_algorithm: self.default_hash_algorithm,
                layers: layers.clone(),
                last_entry: era.apply.as_ref().map(|apply| apply.journal_id),
                slot_histories: [].into(),
            },
        })
    }

    /// Returns the state at this time: that after the last entry that isn't later. An entry counts from
    /// its own instant on; of several with one instant, the last one counts. For a time before the
    /// first entry, it is the state right before that.
    ///
    /// The timeline has no clock: for a time in the future, it is the current state.
    pub fn state_at(&self, at: Timestamp) -> Result<PastState, UnknownPast> {
        let index = self.index_at(at);
        let era = &self.eras()[index];
        match (&era.start, &era.apply) {
            (KnownStart::Other(_), Some(apply)) if apply.at != at => {
                Err(self.unknown(Obstacle::Outside(apply.journal_id)))
            }
            _ => self.state_at_start(index),
        }
    }

    fn unknown(&self, obstacle: Obstacle) -> UnknownPast {
        let known = self.known_entries();
        match obstacle {
            Obstacle::Outside(after) => UnknownPast::Outside { after, known },
            Obstacle::Undo(journal_id) => UnknownPast::Undo { journal_id, known },
        }
    }

    fn known_entries(&self) -> KnownEntries {
        let known = |era: &&Era| !matches!(era.start, KnownStart::Unknown(_));
        let id = |era: &Era| Some(era.apply.as_ref()?.journal_id);
        let eras = self.eras()[1..].iter();
        KnownEntries {
            until: eras.clone().take_while(known).last().and_then(id),
            from: eras.rev().take_while(known).last().and_then(id),
        }
    }
}

impl Moment {
    /// Returns the apply that it is right before or after.
    #[must_use]
    pub fn apply(&self) -> &Apply {
        match self {
            Self::Before(apply) | Self::After(apply) => apply,
        }
    }
}

/// Like `after journal 12`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(first) => write!(f, "before journal {}", first.journal_id),
            Self::After(apply) => write!(f, "after journal {}", apply.journal_id),
        }
    }
}

impl UnknownPast {
    /// Returns what is known instead.
    #[must_use]
    pub fn help(&self) -> String {
        let known = match self {
            Self::NoJournal => return "the first apply begins the journal".to_owned(),
            Self::Outside { known, .. } | Self::Undo { known, .. } => known,
        };
        match (known.until, known.from) {
            (None, None) => "only the present state is known".to_owned(),
            (None, Some(from)) => format!("the states after journal {from} and later are known"),
            (Some(until), None) => {
                format!(
                    "the states after journal {until} and earlier are known, and the present one"
                )
            }
            (Some(until), Some(from)) if from <= until => {
                "the state right after each entry is known".to_owned()
            }
            (Some(until), Some(from)) => format!(
                "the states after journal {until} and earlier, and after journal {from} and later, \
                 are known"
            ),
        }
    }
}
