//! The experiments that can't have had a unit yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Era, Timeline};
use crate::domain::{Experiment, ExperimentId, LayerId, LayerState, Status};
use crate::store::{StateStore, StoreError};

/// Reads the experiments of a database that can't have had a unit yet; there are none without a database.
pub fn read_never_active(store: &dyn StateStore) -> Result<BTreeSet<ExperimentId>, StoreError> {
    match store.snapshot_with_journal() {
        Err(error) if error.is_missing() => Ok(BTreeSet::new()),
        read => {
            let (snapshot, entries) = read?;
            Ok(Timeline::new(&snapshot.state, &entries).never_active())
        }
    }
}

impl Timeline {
    /// Returns the present drafts that the journal never saw active, and the paused experiments that it has
    /// known from the beginning and never saw active.
    #[must_use]
    pub fn never_active(&self) -> BTreeSet<ExperimentId> {
        let Some(present) = self.eras().last() else {
            return BTreeSet::new();
        };
        let is_whole = self.eras().iter().all(|era| era.is_certain);
        let first = self.eras().first();
        let is_known = |experiment: &&Experiment| match experiment.status {
            Status::Draft => true,
            Status::Paused => {
                let id = &experiment.experiment_id;
                is_whole && first.is_none_or(|first| first.experiment(id).is_none())
            }
            Status::Active | Status::Completed => false,
        };
        let known = experiments(present).filter(is_known);
        let mut never: BTreeSet<ExperimentId> =
            known.map(|known| known.experiment_id.clone()).collect();
        let mut before: Option<&Era> = None;
        for era in self.eras() {
            if never.is_empty() {
                break;
            }
            for (id, layer) in &era.layers {
                if !is_shared(before, id, layer) {
                    forget_active(&mut never, layer);
                }
            }
            before = Some(era);
        }
        never
    }
}

fn experiments(era: &Era) -> impl Iterator<Item = &Experiment> {
    era.layers.values().flat_map(|layer| &layer.experiments)
}

/// Returns whether the layer is as it was in the era before.
fn is_shared(before: Option<&Era>, id: &LayerId, layer: &Arc<LayerState>) -> bool {
    let before = before.and_then(|era| era.layers.get(id));
    before.is_some_and(|before| Arc::ptr_eq(before, layer))
}

fn forget_active(never: &mut BTreeSet<ExperimentId>, layer: &LayerState) {
    for experiment in &layer.experiments {
        if experiment.status == Status::Active {
            never.remove(&experiment.experiment_id);
        }
    }
}
