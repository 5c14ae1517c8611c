//! The result of checking a directory: the valid layers, all findings, and the span of every value.
//! Other rooms know no files, and ask here for the place of a value.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::node::joined;
use super::rules::warnings;
use super::written::{IndexedLayer, KeySpans};
use crate::diagnostic::{Diagnostic, Severity, Span, Subject};
use crate::domain::{Desired, DesiredLayer, ExperimentId, LayerId};
use crate::numbers::counted;

/// A checked configs directory.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The layers without any error.
    pub desired: Desired,
    /// Every finding of every file, in order of file, line and column.
    pub findings: Vec<Finding>,
    /// The size of the directory.
    pub counts: ConfigCounts,
    pub(super) spans: SpanIndex,
    pub(super) unreadable: Vec<String>,
}

/// A finding with the layers that it concerns.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The layers concerned: two if they share an id or a salt. Empty if the layer of the file is
    /// unknown, so that it could be any.
    pub layers: Vec<LayerId>,
    /// Whether a staged plan is about nothing that it concerns, although about one of its layers.
    pub is_aside: bool,
}

/// The number of files, layers and experiments in a directory, valid or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfigCounts {
    /// Layer files.
    pub files: usize,
    /// Layers whose id could be read.
    pub layers: usize,
    /// Experiments whose id could be read.
    pub experiments: usize,
}

/// Writes `2 files, 2 layers, 5 experiments`.
impl fmt::Display for ConfigCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = counted(self.files as u64, "file", "files");
        let layers = counted(self.layers as u64, "layer", "layers");
        let experiments = counted(self.experiments as u64, "experiment", "experiments");
        write!(f, "{files}, {layers}, {experiments}")
    }
}

impl Checked {
    /// Returns the span of a value, and its path in the file, like
    /// `experiments[0].traffic_percentage`. For a key that is left out, it is the span of the
    /// experiment or layer; for a layer in no file, the directory.
    #[must_use]
    pub fn locate(&self, subject: &Subject) -> (Span, String) {
        self.spans.locate(subject)
    }

    /// Returns the percentages of a layer's experiments that aren't a whole number of slots, for a layer
    /// whose file leaves their number out.
    pub fn fractional_slots<'a>(
        &'a self,
        layer: &'a DesiredLayer,
        total_slots: u32,
    ) -> impl Iterator<Item = Finding> + 'a {
        let experiments = layer.experiments.iter();
        let holding = experiments.filter(|experiment| experiment.holds_slots());
        holding.flat_map(move |experiment| {
            let (traffic, reserved) = (
                experiment.traffic_percentage,
                experiment.reserved_percentage,
            );
            let id = Some(&experiment.experiment_id);
            let is_reserve_written = !layer.left_out.contains(id, "reserved_percentage");
            let shares =
                warnings::fractional_slots(traffic, reserved, is_reserve_written, total_slots);
            shares.map(|share| {
                let (span, path) = self.locate(&Subject {
                    layer_id: layer.layer_id.clone(),
                    experiment_id: Some(experiment.experiment_id.clone()),
                    key: Some(share.key),
                });
                Finding {
                    diagnostic: Diagnostic {
                        rule: &warnings::FRACTIONAL_SLOTS,
                        message: share.message,
                        help: share.help,
                        span,
                        path,
                    },
                    layers: vec![layer.layer_id.clone()],
                    is_aside: false,
                }
            })
        })
    }

    /// Returns the experiment that a finding is about, if its layer's file has it.
    #[must_use]
    pub fn experiment_of(&self, finding: &Finding) -> Option<ExperimentId> {
        let path = &finding.diagnostic.path;
        let mut layers = finding.layers.iter().filter_map(|id| self.spans.layer(id));
        let layer = layers.find(|layer| layer.span.file == finding.diagnostic.span.file)?;
        let mut experiments = layer.experiments.iter();
        let found = experiments.find(|experiment| {
            let rest = path.strip_prefix(experiment.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })?;
        Some(found.experiment_id.given()?.value.as_str().into())
    }

    /// Returns the layers whose files have an experiment with this id, valid or not.
    pub fn layers_with<'a>(&'a self, id: &'a ExperimentId) -> impl Iterator<Item = LayerId> + 'a {
        self.spans.layers_with(id)
    }

    /// Returns the ids of the experiments in the files, valid or not.
    pub fn experiment_ids(&self) -> impl Iterator<Item = ExperimentId> {
        let experiments = self
            .spans
            .layers
            .iter()
            .flat_map(|layer| &layer.experiments);
        let ids = experiments.filter_map(|experiment| experiment.experiment_id.given());
        ids.map(|id| id.value.as_str().into())
    }

    /// Returns the files that may have experiments whose ids can't be told, each once.
    #[must_use]
    pub fn files_hiding_experiments(&self) -> Vec<&str> {
        let hiding = self.findings.iter().filter(|finding| {
            let path = &finding.diagnostic.path;
            finding.diagnostic.is_error()
                && path.starts_with("experiments")
                && self.experiment_of(finding).is_none()
        });
        let hiding = hiding.map(|finding| &*finding.diagnostic.span.file);
        let mut files: Vec<&str> = self.unreadable_files().chain(hiding).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Returns the name of the file that has this layer, valid or not.
    #[must_use]
    pub fn file_of(&self, layer: &LayerId) -> Option<&str> {
        self.spans.file_of(layer)
    }

    /// Returns the files whose layer can't be told.
    pub fn unreadable_files(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// Whether there are errors.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// Returns the number of errors.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.count(Severity::Error)
    }

    /// Returns the number of warnings.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.diagnostic.severity() == severity)
            .count()
    }
}

/// The spans of all layers whose id is known, in file order.
#[derive(Clone, Debug, Default)]
pub(super) struct SpanIndex {
    layers: Vec<Arc<IndexedLayer>>,
    /// The index of each layer among them.
    indices: HashMap<LayerId, usize>,
}

/// The spans of a layer or an experiment and its keys.
struct SectionSpans<'w> {
    span: &'w Span,
    path: &'w str,
    keys: &'w KeySpans,
}

impl<'w> SectionSpans<'w> {
    fn of_layer(written: &'w IndexedLayer) -> Self {
        Self {
            span: &written.span,
            path: "",
            keys: &written.keys,
        }
    }

    fn of_experiment(written: &'w IndexedLayer, id: &ExperimentId) -> Option<Self> {
        let found = written.experiments.iter().find(|experiment| {
            let known = experiment.experiment_id.given();
            known.is_some_and(|known| known.value == id.as_str())
        })?;
        Some(Self {
            span: &found.span,
            path: &found.path,
            keys: &found.keys,
        })
    }

    fn locate(&self, key: Option<&str>) -> (Span, String) {
        let Some(key) = key else {
            return (self.span.clone(), self.path.to_owned());
        };
        let found = self.keys.iter().find(|(name, _)| *name == key);
        let span = found.map(|(_, span)| span.in_file(&self.span.file));
        let span = span.unwrap_or_else(|| self.span.clone());
        (span, joined(self.path, key))
    }
}

impl SpanIndex {
    /// Adds a layer; the first with an id counts.
    pub(super) fn add(&mut self, written: &Arc<IndexedLayer>) {
        let Some(id) = written.layer_id.given() else {
            return;
        };
        let layer_id = LayerId::from(id.value.as_str());
        if self.layer(&layer_id).is_none() {
            self.indices.insert(layer_id, self.layers.len());
            self.layers.push(Arc::clone(written));
        }
    }

    /// Returns the file that has this layer.
    pub(super) fn file_of(&self, layer: &LayerId) -> Option<&str> {
        Some(&self.layer(layer)?.span.file)
    }

    fn layers_with<'a>(&'a self, id: &'a ExperimentId) -> impl Iterator<Item = LayerId> + 'a {
        let layers = self.layers.iter();
        let having = layers.filter(|layer| SectionSpans::of_experiment(layer, id).is_some());
        having.filter_map(|layer| Some(layer.layer_id.given()?.value.as_str().into()))
    }

    /// Returns the nearest span in a file to the subject, with the subject's path.
    pub(super) fn locate(&self, subject: &Subject) -> (Span, String) {
        let layer = self.layer(&subject.layer_id);
        let Some(id) = &subject.experiment_id else {
            let layer = layer.map(SectionSpans::of_layer);
            return layer.map_or_else(nowhere, |layer| layer.locate(subject.key));
        };
        // An experiment that moved is known under the layer that it came from.
        let in_layer = |layer| SectionSpans::of_experiment(layer, id);
        let found = layer.and_then(in_layer);
        let mut layers = self.layers.iter().map(|layer| &**layer);
        let found = found.or_else(|| layers.find_map(in_layer));
        match (found, layer) {
            (Some(experiment), _) => experiment.locate(subject.key),
            (None, Some(layer)) => SectionSpans::of_layer(layer).locate(None),
            (None, None) => nowhere(),
        }
    }

    fn layer(&self, id: &LayerId) -> Option<&IndexedLayer> {
        Some(&self.layers[*self.indices.get(id)?])
    }
}

/// Returns the place of anything that is in no file: the directory.
fn nowhere() -> (Span, String) {
    (Span::directory(), String::new())
}
