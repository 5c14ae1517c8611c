//! The layers of every era, ready to answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::assign::CompiledLayer;
use crate::domain::{ExperimentId, LayerId};
use crate::timeline::{Era, Timeline};

/// The layers of an era.
type Layers = BTreeMap<LayerId, Arc<CompiledLayer>>;

/// A timeline that can be asked once per row.
pub(super) struct CompiledTimeline<'t> {
    pub(super) timeline: &'t Timeline,
    /// By era; neighbours share the layers that didn't change.
    layers: Vec<Layers>,
    /// All that ever were.
    experiments: BTreeSet<ExperimentId>,
}

impl<'t> CompiledTimeline<'t> {
    pub(super) fn new(timeline: &'t Timeline) -> Self {
        let mut layers: Vec<Layers> = Vec::new();
        let mut before: Option<&Era> = None;
        for era in timeline.eras() {
            let compiled = era.layers.iter().map(|(id, layer)| {
                let same = before.and_then(|before| before.layers.get(id));
                let same = same.filter(|before| Arc::ptr_eq(before, layer));
                let shared = same.and_then(|_| layers.last()?.get(id).cloned());
                let compiled = shared.unwrap_or_else(|| Arc::new(CompiledLayer::new(layer)));
                (id.clone(), compiled)
            });
            let compiled = compiled.collect();
            layers.push(compiled);
            before = Some(era);
        }
        let eras = timeline.eras().iter();
        let experiments = eras.flat_map(|era| era.layers.values());
        let experiments = experiments.flat_map(|layer| &layer.experiments);
        Self {
            experiments: experiments.map(|it| it.experiment_id.clone()).collect(),
            timeline,
            layers,
        }
    }

    /// The layer as it was in an era, if there was one.
    pub(super) fn layer(&self, era: usize, id: &str) -> Option<&Arc<CompiledLayer>> {
        self.layers[era].get(id)
    }

    /// All layers of an era.
    pub(super) fn layers(&self, era: usize) -> &Layers {
        &self.layers[era]
    }

    /// The experiment of this id, if there ever was one.
    pub(super) fn experiment(&self, id: &str) -> Option<&ExperimentId> {
        self.experiments.get(id)
    }
}
