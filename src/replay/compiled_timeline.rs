//! The layers over time, compiled for one query per row.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::assign::CompiledLayer;
use crate::domain::{ExperimentId, LayerId, LayerState, Revision};
use crate::timeline::Timeline;

/// A timeline that is fast enough to be asked once per row.
pub(super) struct CompiledTimeline<'t> {
    pub(super) timeline: &'t Timeline,
    /// The versions of each layer that ever existed, in order. There may be thousands of eras, and most
    /// applies change a single layer.
    versions: BTreeMap<LayerId, Vec<LayerVersion>>,
    /// All experiments that ever existed.
    experiments: BTreeSet<ExperimentId>,
    /// The eras whose layers are the state of a revision, in order, by its first digits. What is changed and
    /// changed back has several.
    eras_by_revision: HashMap<&'t str, Vec<usize>>,
}

/// A layer between two applies that changed it.
pub(super) struct LayerVersion {
    /// The index of the first era that has it.
    pub(super) first_era: usize,
    /// `None` if the layer was removed.
    pub(super) layer: Option<CompiledLayer>,
}

impl<'t> CompiledTimeline<'t> {
    pub(super) fn new(timeline: &'t Timeline) -> Self {
        let eras = timeline.eras();
        let ids: BTreeSet<&LayerId> = eras.iter().flat_map(|era| era.layers.keys()).collect();
        let versions = ids
            .into_iter()
            .map(|id| (id.clone(), layer_versions(timeline, id)));
        let layers = eras.iter().flat_map(|era| era.layers.values());
        let experiments = layers.flat_map(|layer| &layer.experiments);
        let mut eras_by_revision: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, era) in eras.iter().enumerate() {
            for revision in era.revisions() {
                eras_by_revision
                    .entry(revision.short())
                    .or_default()
                    .push(index);
            }
        }
        Self {
            versions: versions.collect(),
            experiments: experiments.map(|it| it.experiment_id.clone()).collect(),
            eras_by_revision,
            timeline,
        }
    }

    /// The era whose layers are the state of this revision, of which a log may have only the first digits: the
    /// last one up to `era`, or else the next one after it.
    pub(super) fn era_of(&self, revision: &str, era: usize) -> Option<usize> {
        let eras = self.eras_by_revision.get(Revision::short_of(revision))?;
        let begun = eras.partition_point(|its| *its <= era);
        let found = *eras.get(begun.saturating_sub(1))?;
        let mut revisions = self.timeline.eras()[found].revisions();
        let is_same = revisions.any(|its| its.as_str().starts_with(revision));
        is_same.then_some(found)
    }

    /// The versions of a layer up to that of an era, and those after it, oldest first.
    pub(super) fn versions(&self, era: usize, id: &str) -> (&[LayerVersion], &[LayerVersion]) {
        let versions = self.versions.get(id).map_or(&[][..], Vec::as_slice);
        split_versions(versions, era)
    }

    /// The layer as of an era, if it existed.
    pub(super) fn layer(&self, era: usize, id: &str) -> Option<&CompiledLayer> {
        let (past, _) = self.versions(era, id);
        past.last()?.layer.as_ref()
    }

    /// The layers of an era.
    pub(super) fn layers(&self, era: usize) -> impl Iterator<Item = (&LayerId, &CompiledLayer)> {
        let layers = self.versions.iter();
        layers.filter_map(move |(id, versions)| {
            let (past, _) = split_versions(versions, era);
            Some((id, past.last()?.layer.as_ref()?))
        })
    }

    /// The experiment with this id, if it ever existed.
    pub(super) fn experiment(&self, id: &str) -> Option<&ExperimentId> {
        self.experiments.get(id)
    }
}

/// Splits versions into those up to the era and later ones.
fn split_versions(versions: &[LayerVersion], era: usize) -> (&[LayerVersion], &[LayerVersion]) {
    versions.split_at(versions.partition_point(|version| version.first_era <= era))
}

fn layer_versions(timeline: &Timeline, id: &LayerId) -> Vec<LayerVersion> {
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
            versions.push(LayerVersion { first_era, layer });
        }
        before = layer;
    }
    versions
}
