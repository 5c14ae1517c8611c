//! From sources to a checked directory: each file by itself, then all of them together.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{Desired, DesiredLayer, LayerId};

use super::checked::{Checked, ConfigCounts, Finding, SpanIndex};
use super::file_report::FileReport;
use super::rules::files;
use super::sources::{SourceFile, Sources};
use super::text::Text;
use super::written::WrittenLayer;
use super::{across, layer, shape, tree};

/// Checks every file by every rule. Pure: `now` is compared with `end_date`.
#[must_use]
pub fn check_sources(sources: &Sources, now: Timestamp) -> Checked {
    let mut sorted: Vec<&SourceFile> = sources.files.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let files: Vec<CheckedFile> = sorted.iter().map(|file| check_file(file, now)).collect();

    let layers: Vec<&WrittenLayer> = files
        .iter()
        .filter_map(|file| file.layer.as_ref())
        .collect();
    let mut findings = across::check(&layers);
    if sources.files.is_empty() {
        findings.push(Finding {
            diagnostic: files::empty_directory(),
            layers: Vec::new(),
        });
    }
    let mut spans = SpanIndex::default();
    let mut counts = ConfigCounts {
        files: files.len(),
        ..ConfigCounts::default()
    };
    for layer in &layers {
        spans.add(layer);
        counts.layers += usize::from(layer.layer_id.given().is_some());
        let experiments = layer.experiments.iter();
        counts.experiments += experiments
            .filter(|experiment| experiment.experiment_id.given().is_some())
            .count();
    }
    let unreadable: Vec<String> = sorted
        .iter()
        .zip(&files)
        .filter(|(_, file)| file.layer_id().is_none())
        .map(|(source, _)| source.name.clone())
        .collect();

    let mut desired = Vec::new();
    for file in files {
        let concerned: Vec<LayerId> = file.layer_id().into_iter().collect();
        desired.extend(file.desired);
        findings.extend(file.report.findings.into_iter().map(|diagnostic| Finding {
            diagnostic,
            layers: concerned.clone(),
        }));
    }
    findings.sort_by(|left, right| left.diagnostic.span.cmp(&right.diagnostic.span));
    Checked {
        desired: without_errors(desired, &findings, unreadable.is_empty()),
        findings,
        counts,
        spans,
        unreadable,
    }
}

/// The result of checking one file by itself.
struct CheckedFile {
    layer: Option<WrittenLayer>,
    desired: Option<DesiredLayer>,
    report: FileReport,
}

impl CheckedFile {
    fn layer_id(&self) -> Option<LayerId> {
        let id = self.layer.as_ref()?.layer_id.given()?;
        Some(id.value.as_str().into())
    }
}

fn check_file(file: &SourceFile, now: Timestamp) -> CheckedFile {
    let mut report = FileReport::default();
    let layer = written(file, &mut report);
    let desired = layer
        .as_ref()
        .and_then(|layer| layer::check(layer, now, &mut report));
    report
        .findings
        .sort_by(|left, right| left.span.cmp(&right.span));
    files::cap(&mut report.findings);
    CheckedFile {
        layer,
        desired,
        report,
    }
}

fn written(file: &SourceFile, report: &mut FileReport) -> Option<WrittenLayer> {
    let content = match &file.content {
        Ok(content) => content,
        Err(problem) => {
            files::problem(&file.name, problem, report);
            return None;
        }
    };
    let text = Text::new(&file.name, content);
    if !files::is_merged(&text, report) {
        return None;
    }
    match tree::parse(content) {
        Ok(root) => shape::layer(&text, &root, report),
        Err(error) => {
            files::unparsable(&text, &error, report);
            None
        }
    }
}

/// Returns the layers that no error concerns. Of two files with the same layer, each may be valid by
/// itself.
fn without_errors(
    mut layers: Vec<DesiredLayer>,
    findings: &[Finding],
    is_complete: bool,
) -> Desired {
    let errors = findings
        .iter()
        .filter(|finding| finding.diagnostic.is_error());
    let in_error: BTreeSet<LayerId> = errors.flat_map(|error| error.layers.clone()).collect();
    layers.retain(|layer| !in_error.contains(&layer.layer_id));
    layers.sort_by(|left, right| left.layer_id.cmp(&right.layer_id));
    Desired {
        layers,
        in_error,
        is_complete,
    }
}
