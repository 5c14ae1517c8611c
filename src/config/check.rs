//! From sources to a checked directory: each file by itself, then all of them together.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Desired, LayerId};

use super::checked::{Checked, ConfigCounts, Finding, SpanIndex};
use super::file_report::FileReport;
use super::layer::CheckedLayer;
use super::rules::files;
use super::sources::{SourceFile, Sources};
use super::text::Text;
use super::written::{IndexedLayer, WrittenLayer};
use super::{across, layer, shape, tree};

/// Checks every file by every rule. Pure: `now` is what `end_date` is compared with.
#[must_use]
pub fn check_sources(sources: &Sources, now: Timestamp) -> Checked {
    Checker::default().check(sources, now)
}

/// Checks a directory again and again, but a file only if it changed or a date passed.
#[derive(Debug, Default)]
pub struct Checker {
    /// The files of the last time, by their names.
    files: HashMap<String, Arc<CheckedFile>>,
}

impl Checker {
    /// Checks every file by every rule; the same as [`check_sources`].
    #[must_use]
    pub fn check(&mut self, sources: &Sources, now: Timestamp) -> Checked {
        let mut sorted: Vec<&SourceFile> = sources.files.iter().collect();
        sorted.sort_by(|left, right| left.name.cmp(&right.name));
        let mut known = std::mem::take(&mut self.files);
        let files = sorted.iter().map(|source| {
            let known = known.remove(&source.name);
            known
                .filter(|known| known.holds_for(source, now))
                .unwrap_or_else(|| Arc::new(CheckedFile::new(source, now)))
        });
        let files: Vec<Arc<CheckedFile>> = files.collect();
        let names = sorted.iter().map(|source| source.name.clone());
        self.files = names.zip(files.iter().cloned()).collect();
        check_together(&files)
    }
}

/// Checks what only several files together show, and puts all together.
fn check_together(files: &[Arc<CheckedFile>]) -> Checked {
    let layers: Vec<&Arc<IndexedLayer>> = files
        .iter()
        .filter_map(|file| file.layer.as_ref())
        .collect();
    let mut findings = across::check(&layers);
    if files.is_empty() {
        findings.push(Finding {
            diagnostic: files::empty_directory(),
            layers: Vec::new(),
            is_aside: false,
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
    let unreadable: Vec<String> = files
        .iter()
        .filter(|file| file.layer_id().is_none())
        .map(|file| file.source.name.clone())
        .collect();

    for file in files {
        let concerned: Vec<LayerId> = file.layer_id().into_iter().collect();
        findings.extend(file.report.findings.iter().map(|diagnostic| Finding {
            diagnostic: diagnostic.clone(),
            layers: concerned.clone(),
            is_aside: false,
        }));
    }
    findings.sort_by(|left, right| left.diagnostic.span.cmp(&right.diagnostic.span));
    Checked {
        desired: without_errors(files, &findings, unreadable.is_empty()),
        findings,
        counts,
        spans,
        unreadable,
    }
}

/// What one file alone gives.
#[derive(Debug)]
struct CheckedFile {
    /// The file as it was.
    source: SourceFile,
    /// When it was checked.
    at: Timestamp,
    layer: Option<Arc<IndexedLayer>>,
    checked: Option<CheckedLayer>,
    report: FileReport,
}

impl CheckedFile {
    fn new(source: &SourceFile, now: Timestamp) -> Self {
        let mut report = FileReport::default();
        let layer = written(source, &mut report);
        let checked = layer
            .as_ref()
            .and_then(|layer| layer::check(layer, now, &mut report));
        report
            .findings
            .sort_by(|left, right| left.span.cmp(&right.span));
        files::cap(&mut report.findings);
        Self {
            source: source.clone(),
            at: now,
            layer: layer.map(|layer| Arc::new(layer.into())),
            checked,
            report,
        }
    }

    /// Whether checking this file now would give the same.
    fn holds_for(&self, source: &SourceFile, now: Timestamp) -> bool {
        let is_in_time = self.report.valid_until.is_none_or(|until| now <= until);
        self.source == *source && self.at <= now && is_in_time
    }

    fn layer_id(&self) -> Option<LayerId> {
        let id = self.layer.as_ref()?.layer_id.given()?;
        Some(id.value.as_str().into())
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

/// Returns the layers that no error concerns, and what is sound in the others. Of two files with the same
/// layer, each may be valid by itself.
fn without_errors(files: &[Arc<CheckedFile>], findings: &[Finding], is_complete: bool) -> Desired {
    let errors = findings
        .iter()
        .filter(|finding| finding.diagnostic.is_error());
    let mut desired = Desired {
        in_error: errors.flat_map(|error| error.layers.clone()).collect(),
        is_complete,
        ..Desired::default()
    };
    for checked in files.iter().filter_map(|file| file.checked.as_ref()) {
        match checked {
            CheckedLayer::Whole(layer) if !desired.in_error.contains(checked.layer_id()) => {
                desired.layers.push(Arc::clone(layer));
            }
            checked => desired.sound_parts.push(checked.sound_part()),
        }
    }
    desired
        .layers
        .sort_by(|left, right| left.layer_id.cmp(&right.layer_id));
    desired
}
