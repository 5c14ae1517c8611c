//! The journal, with the states between its entries.

use std::collections::HashMap;
use std::sync::Arc;

use crate::console::message::RequestId;
use crate::console::model::Trouble;
use crate::domain::{ExperimentId, Revision, State};
use crate::store::JournalEntry;
use crate::timeline::Timeline;

/// What is known of the past.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The past, or why it can't be read; `None` until something needed it.
    pub known: Option<Result<Arc<PastRead>, Trouble>>,
    /// Whether anything asked for it: from then on it is kept up to date.
    pub is_wanted: bool,
    /// The request that reads it.
    pub reading: Option<RequestId>,
    /// The number of its newest request.
    pub last_request: u64,
}

/// The past of one revision.
#[derive(Debug)]
pub struct PastRead {
    /// The revision that it led to.
    pub revision: Revision,
    /// The journal's entries, newest first.
    pub entries: Vec<JournalEntry>,
    /// The states between them.
    pub timeline: Timeline,
    /// The entries that changed each experiment, by their index, newest first.
    by_experiment: HashMap<ExperimentId, Vec<usize>>,
}

impl Past {
    /// Returns the past, if it was read.
    #[must_use]
    pub fn read(&self) -> Option<&Arc<PastRead>> {
        self.known.as_ref()?.as_ref().ok()
    }
}

impl PastRead {
    /// Takes the state and the whole journal, newest entry first, both of one instant.
    #[must_use]
    pub fn new(state: &State, entries: Vec<JournalEntry>) -> Self {
        let mut by_experiment: HashMap<ExperimentId, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let ids = entry
                .changes
                .iter()
                .filter_map(|change| change.experiment_id.as_ref());
            for id in ids {
                let places = by_experiment.entry(id.clone()).or_default();
                if places.last() != Some(&index) {
                    places.push(index);
                }
            }
        }
        Self {
            revision: state.revision.clone(),
            timeline: Timeline::new(state, &entries),
            entries,
            by_experiment,
        }
    }

    /// Returns the entries that changed this experiment, newest first.
    pub fn entries_of(&self, id: &ExperimentId) -> impl Iterator<Item = &JournalEntry> {
        let places = self.by_experiment.get(id).into_iter().flatten();
        places.map(|place| &self.entries[*place])
    }

    /// Returns the entry that changed this experiment last.
    #[must_use]
    pub fn last_change(&self, id: &ExperimentId) -> Option<&JournalEntry> {
        self.entries_of(id).next()
    }
}
