//! The layers over time, ready to answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::assign::CompiledLayer;
use crate::domain::{ExperimentId, LayerId, LayerState};
use crate::timeline::Timeline;

/// A timeline that can be asked once per row.
pub(super) struct CompiledTimeline<'t> {
    pub(super) timeline: &'t Timeline,
    /// Of each layer that ever was, its versions in order. There may be thousands of eras, and most
    /// applies change one layer.
    versions: BTreeMap<LayerId, Vec<Version>>,
    /// All that ever were.
    experiments: BTreeSet<ExperimentId>,
}

/// What a layer was from one apply to another one.
pub(super) struct Version {
    /// The era that it began with.
    pub(super) first_era: usize,
    /// None where there was no such layer any more.
    pub(super) layer: Option<CompiledLayer>,
}

impl<'t> CompiledTimeline<'t> {
    pub(super) fn new(timeline: &'t Timeline) -> Self {
        let eras = timeline.eras();
        let ids: BTreeSet<&LayerId> = eras.iter().flat_map(|era| era.layers.keys()).collect();
        let versions = ids
            .into_iter()
            .map(|id| (id.clone(), versions(timeline, id)));
        let layers = eras.iter().flat_map(|era| era.layers.values());
        let experiments = layers.flat_map(|layer| &layer.experiments);
        Self {
            versions: versions.collect(),
            experiments: experiments.map(|it| it.experiment_id.clone()).collect(),
            timeline,
        }
    }

    /// The versions of a layer, oldest first, up to that of an era, and those after it.
    pub(super) fn versions(&self, era: usize, id: &str) -> (&[Version], &[Version]) {
        let versions = self.versions.get(id).map_or(&[][..], Vec::as_slice);
        split(versions, era)
    }

    /// The layer as it was in an era, if there was one.
    pub(super) fn layer(&self, era: usize, id: &str) -> Option<&CompiledLayer> {
        let (past, _) = self.versions(era, id);
        past.last()?.layer.as_ref()
    }

    /// All layers of an era.
    pub(super) fn layers(&self, era: usize) -> impl Iterator<Item = (&LayerId, &CompiledLayer)> {
        let layers = self.versions.iter();
        layers.filter_map(move |(id, versions)| {
            let (past, _) = split(versions, era);
            Some((id, past.last()?.layer.as_ref()?))
        })
    }

    /// The experiment of this id, if there ever was one.
    pub(super) fn experiment(&self, id: &str) -> Option<&ExperimentId> {
        self.experiments.get(id)
    }
}

/// Those up to the era, and the others.
fn split(versions: &[Version], era: usize) -> (&[Version], &[Version]) {
    versions.split_at(versions.partition_point(|version| version.first_era <= era))
}

fn versions(timeline: &Timeline, id: &LayerId) -> Vec<Version> {
    let mut versions = Vec::new();
    let mut before: Option<&Arc<LayerState>> = None;
    for (first_era, era) in timeline.eras().iter().enumerate() {
        let layer = era.layers.get(id);
        // Neighbouring eras share the layers that didn't change.
        let is_same = match (before, layer) {
            (Some(before), Some(layer)) => Arc::ptr_eq(before, layer),
            (before, layer) => before.is_none() && layer.is_none(),
        };
        if !is_same {
            let layer = layer.map(|layer| CompiledLayer::new(layer));
            versions.push(Version { first_era, layer });
        }
        before = layer;
    }
    versions
}
