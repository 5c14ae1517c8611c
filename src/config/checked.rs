//! What checking a directory gives: the valid layers, all findings, and where everything stands.

use crate::diagnostic::{Diagnostic, Severity, Span, Subject};
use crate::domain::{Desired, DesiredLayer, LayerId};

use super::rules::warnings;
use super::span_index::SpanIndex;

/// A checked configs directory.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The layers without any error.
    pub desired: Desired,
    /// Every finding of every file, in order of file, line and column.
    pub findings: Vec<Finding>,
    /// What there is in the directory.
    pub counts: ConfigCounts,
    pub(super) spans: SpanIndex,
    pub(super) unreadable: Vec<String>,
}

/// A finding with the layers that it concerns.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The layers that it is about: two where one's id or salt is also the other's. Empty when it
    /// could be any, since nobody knows which layer the file holds.
    pub layers: Vec<LayerId>,
}

/// How much there is in a directory, right or wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfigCounts {
    /// Layer files.
    pub files: usize,
    /// Layers whose id could be read.
    pub layers: usize,
    /// Experiments whose id could be read.
    pub experiments: usize,
}

impl Checked {
    /// Where a value stands, and its path in the file, like `experiments[0].traffic_percentage`.
    /// For a key that is left out, the place of its experiment or layer; for a layer that stands
    /// in no file, the directory.
    #[must_use]
    pub fn locate(&self, subject: &Subject) -> (Span, String) {
        self.spans.locate(subject)
    }

    /// The percentages of a layer's experiments that aren't a whole number of slots, for a layer
    /// whose file doesn't say how many there are.
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
                }
            })
        })
    }

    /// The name of the file in which a layer stands, right or wrong.
    #[must_use]
    pub fn file_of(&self, layer: &LayerId) -> Option<&str> {
        self.spans.file_of(layer)
    }

    /// The files of which nobody can say which layer they hold.
    pub fn unreadable_files(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// Whether anything is wrong, beyond warnings.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// How many errors there are.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
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
