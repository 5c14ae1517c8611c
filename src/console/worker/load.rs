//! One consistent look at files and database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::threads::trouble_of;
use crate::config::{self, Checked, Finding, Sources};
use crate::console::model::{
    DatabaseInfo, FileVersions, FilesInfo, LayerRow, Loaded, Problem, States, Trouble,
};
use crate::diagnostic::{Excerpt, Subject};
use crate::digest::to_hex;
use crate::domain::{LayerId, State};
use crate::plan::Scope;
use crate::review::Review;
use crate::store::{Snapshot, Store, StoreError};

/// Reads files and database, and plans from one to the other. What can't be read is said in the
/// result; the rest is there all the same.
#[must_use]
pub fn load(configs: &Path, store: &Store, at: Timestamp) -> Loaded {
    let files = config::read(configs).map_err(|error| Trouble {
        message: error.to_string(),
        help: error.help().to_owned(),
    });
    let files = files.map(|sources| {
        let checked = config::check(&sources, at);
        (sources, checked)
    });
    let read = store.read();
    let is_busy = matches!(read, Err(StoreError::Busy { .. }));
    let (state, exists) = match read {
        Ok(snapshot) => (Some(snapshot.state), Ok(true)),
        Err(error) if error.is_missing() => (Some(Snapshot::empty().state), Ok(false)),
        Err(error) => (None, Err(trouble_of(&error))),
    };
    let database = DatabaseInfo {
        exists,
        is_busy,
        changed_at: modified(store.path()),
    };
    match (&files, &state) {
        (Ok((sources, checked)), Some(state)) => planned(sources, checked, state, database, at),
        (Ok((sources, checked)), None) => {
            let layers = rows(Some(checked), None, None, &checked.findings);
            let problems = problems(sources, &checked.findings);
            incomplete(at, files_info(sources, checked), database, layers, problems)
        }
        (Err(trouble), _) => {
            let info = FilesInfo {
                counts: Err(trouble.clone()),
                changed_at: None,
                versions: FileVersions::new(),
            };
            incomplete(
                at,
                info,
                database,
                rows(None, state.as_ref(), state.as_ref(), &[]),
                Vec::new(),
            )
        }
    }
}

/// Files and database can both be read: this is the whole of it.
fn planned(
    sources: &Sources,
    checked: &Checked,
    state: &State,
    database: DatabaseInfo,
    at: Timestamp,
) -> Loaded {
    let (review, planned) = Review::new(sources, checked, state, &Scope::All, at);
    let after = state.with_layers(planned);
    let wanted = checked.desired.layers.iter().map(|layer| &layer.layer_id);
    let layer_reviews = wanted
        .chain(&checked.desired.in_error)
        .map(|layer| {
            let scope = Scope::Layers(vec![layer.clone()]);
            let (review, _) = Review::new(sources, checked, state, &scope, at);
            (layer.clone(), Arc::new(review))
        })
        .collect();
    Loaded {
        at,
        files: files_info(sources, checked),
        database,
        layers: rows(Some(checked), Some(state), Some(&after), &review.findings),
        problems: problems(sources, &review.findings),
        review: Some(Arc::new(review)),
        layer_reviews,
        states: Some(Arc::new(States {
            before: state.clone(),
            after,
        })),
    }
}

/// Files or database can't be read: nothing can be planned.
fn incomplete(
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
        layer_reviews: BTreeMap::new(),
        states: None,
    }
}

fn files_info(sources: &Sources, checked: &Checked) -> FilesInfo {
    let versions = sources.files.iter().map(|file| {
        let digest = match &file.content {
            Ok(text) => to_hex(Sha256::digest(text.as_bytes())),
            Err(problem) => problem.to_string(),
        };
        (file.name.clone(), digest)
    });
    let times = sources
        .files
        .iter()
        .filter_map(|file| modified(&sources.dir.join(&file.name)));
    FilesInfo {
        counts: Ok(checked.counts),
        changed_at: times.max(),
        versions: versions.collect(),
    }
}

fn rows(
    checked: Option<&Checked>,
    before: Option<&State>,
    after: Option<&State>,
    findings: &[Finding],
) -> Vec<LayerRow> {
    let in_files = checked.into_iter().flat_map(|checked| {
        let valid = checked.desired.layers.iter().map(|layer| &layer.layer_id);
        valid.chain(&checked.desired.in_error)
    });
    let in_database = before.into_iter().flat_map(|state| state.layers.keys());
    let ids: BTreeSet<&LayerId> = in_files.chain(in_database).collect();
    ids.into_iter()
        .map(|id| LayerRow {
            layer_id: id.clone(),
            file: checked.and_then(|checked| place_of(checked, id)),
            before: before.and_then(|state| state.layers.get(id)).cloned(),
            after: after.and_then(|state| state.layers.get(id)).cloned(),
            is_in_error: findings
                .iter()
                .any(|finding| finding.diagnostic.is_error() && finding.layers.contains(id)),
        })
        .collect()
}

fn place_of(checked: &Checked, layer: &LayerId) -> Option<(String, usize)> {
    checked.file_of(layer)?;
    let subject = Subject {
        layer_id: layer.clone(),
        experiment_id: None,
        key: None,
    };
    let (place, _) = checked.locate(&subject);
    Some((place.file, place.line))
}

/// The findings with the lines around them: errors first, then in order of the files.
fn problems(sources: &Sources, findings: &[Finding]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = findings
        .iter()
        .map(|finding| Problem {
            excerpt: sources
                .text(&finding.diagnostic.place.file)
                .and_then(|text| Excerpt::new(text, &finding.diagnostic.place)),
            diagnostic: finding.diagnostic.clone(),
            layers: finding.layers.clone(),
        })
        .collect();
    problems.sort_by(|a, b| {
        let key = |problem: &Problem| {
            (
                problem.diagnostic.severity(),
                problem.diagnostic.place.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    problems
}

fn modified(path: &Path) -> Option<Timestamp> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(time).ok()
}
