//! Where each value of each layer stands, for findings of those who know no files.

use std::collections::HashMap;

use crate::diagnostic::{Span, Subject};
use crate::domain::{ExperimentId, LayerId};

use super::node::joined;
use super::written::WrittenLayer;

/// The places of all layers whose id is known, in file order.
#[derive(Clone, Debug, Default)]
pub(super) struct SpanIndex {
    layers: Vec<LayerSpans>,
    /// Where each layer is among them.
    indices: HashMap<LayerId, usize>,
}

#[derive(Clone, Debug)]
struct LayerSpans {
    /// The layer, then its experiments.
    layer: SectionSpans,
    experiments: Vec<(Option<ExperimentId>, SectionSpans)>,
}

/// Where a layer or an experiment and its keys stand.
#[derive(Clone, Debug)]
struct SectionSpans {
    span: Span,
    path: String,
    keys: Vec<(&'static str, Span)>,
}

impl SectionSpans {
    fn locate(&self, key: Option<&str>) -> (Span, String) {
        let Some(key) = key else {
            return (self.span.clone(), self.path.clone());
        };
        let found = self.keys.iter().find(|(name, _)| *name == key);
        let span = found.map_or(&self.span, |(_, span)| span);
        (span.clone(), joined(&self.path, key))
    }
}

impl SpanIndex {
    /// Adds a layer; the first of an id counts.
    pub(super) fn add(&mut self, written: &WrittenLayer) {
        let Some(id) = written.layer_id.given() else {
            return;
        };
        let layer_id = LayerId::from(id.value.as_str());
        if self.layer(&layer_id).is_some() {
            return;
        }
        let experiments = written.experiments.iter().map(|experiment| {
            let id = experiment.experiment_id.given();
            let parts = SectionSpans {
                span: experiment.span.clone(),
                path: experiment.path.clone(),
                keys: experiment.keys.clone(),
            };
            (id.map(|id| id.value.as_str().into()), parts)
        });
        self.indices.insert(layer_id, self.layers.len());
        self.layers.push(LayerSpans {
            layer: SectionSpans {
                span: written.span.clone(),
                path: String::new(),
                keys: written.keys.clone(),
            },
            experiments: experiments.collect(),
        });
    }

    /// The file in which a layer stands.
    pub(super) fn file_of(&self, layer: &LayerId) -> Option<&str> {
        Some(&self.layer(layer)?.layer.span.file)
    }

    /// The nearest place to what is meant that is in a file, with the path of what is meant.
    pub(super) fn locate(&self, subject: &Subject) -> (Span, String) {
        let layer = self.layer(&subject.layer_id);
        let Some(id) = &subject.experiment_id else {
            return layer.map_or_else(nowhere, |layer| layer.layer.locate(subject.key));
        };
        // An experiment that moved is known under the layer that it came from.
        let found = layer
            .and_then(|layer| layer.experiment(id))
            .or_else(|| self.layers.iter().find_map(|layer| layer.experiment(id)));
        match (found, layer) {
            (Some(experiment), _) => experiment.locate(subject.key),
            (None, Some(layer)) => layer.layer.locate(None),
            (None, None) => nowhere(),
        }
    }

    fn layer(&self, id: &LayerId) -> Option<&LayerSpans> {
        Some(&self.layers[*self.indices.get(id)?])
    }
}

impl LayerSpans {
    fn experiment(&self, id: &ExperimentId) -> Option<&SectionSpans> {
        let mut experiments = self.experiments.iter();
        let (_, parts) = experiments.find(|(known, _)| known.as_ref() == Some(id))?;
        Some(parts)
    }
}

/// The place of what stands in no file: the directory.
fn nowhere() -> (Span, String) {
    (Span::directory(), String::new())
}
