//! The parts of a result, the same for layer files and for a saved plan.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use crate::config::Finding;
use crate::console::model::{
    DatabaseInfo, FileVersions, FilesInfo, LayerRow, Loaded, Problem, Trouble,
};
use crate::diagnostic::Excerpt;
use crate::domain::{ExperimentId, LayerId, State};

/// Files or database can't be read: nothing can be planned.
pub(super) fn incomplete(
    at: Timestamp,
    files: FilesInfo,
    database: DatabaseInfo,
    layers: Vec<LayerRow>,
    problems: Vec<Problem>,
) -> Loaded {
    Loaded {
        at,
        files,
        database,
        layers,
        problems,
        review: None,
        sound_changes: Vec::new(),
        comparison: None,
        states: None,
    }
}

/// What is known of files that can't be read.
pub(super) fn unreadable(trouble: Trouble) -> FilesInfo {
    FilesInfo {
        contents: Err(trouble),
        changed_at: None,
        versions: FileVersions::new(),
    }
}

/// The layers of the database and those of these ids, which are proposed; without a place in a
/// file.
pub(super) fn rows<'a>(
    proposed: impl Iterator<Item = &'a LayerId>,
    before: Option<&'a State>,
    after: Option<&State>,
    findings: &[Finding],
) -> Vec<LayerRow> {
    let in_database = before.into_iter().flat_map(|state| state.layers.keys());
    let ids: BTreeSet<&LayerId> = proposed.chain(in_database).collect();
    let errors = findings
        .iter()
        .filter(|finding| finding.diagnostic.is_error() && !finding.is_aside);
    let in_error: BTreeSet<&LayerId> = errors.flat_map(|error| &error.layers).collect();
    ids.into_iter()
        .map(|id| LayerRow {
            layer_id: id.clone(),
            file: None,
            is_only_in_database: false,
            before: before.and_then(|state| state.layers.get(id)).cloned(),
            after: after.and_then(|state| state.layers.get(id)).cloned(),
            is_in_error: in_error.contains(id),
        })
        .collect()
}

/// The findings with the lines around them, where `text` has the file: errors first, then in order
/// of the files.
pub(super) fn problems<'a>(
    findings: &[Finding],
    experiment: impl Fn(&Finding) -> Option<ExperimentId>,
    text: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = findings
        .iter()
        .map(|finding| Problem {
            excerpt: text(&finding.diagnostic.span.file)
                .and_then(|text| Excerpt::new(text, &finding.diagnostic.span)),
            diagnostic: finding.diagnostic.clone(),
            layers: finding.layers.clone(),
            experiment: experiment(finding),
        })
        .collect();
    problems.sort_by(|a, b| {
        let key = |problem: &Problem| {
            (
                problem.diagnostic.severity(),
                problem.diagnostic.span.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    problems
}

/// When the file was changed last.
pub(super) fn modified(path: &Path) -> Option<Timestamp> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(time).ok()
}
