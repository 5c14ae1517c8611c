//! Layer files compared with the database: planned, for all layers and for each alone.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::parts::{incomplete, modified, problems, rows, unreadable};
use crate::config::{self, Checked, Checker, Finding, Sources};
use crate::console::model::{
    Contents, DatabaseInfo, FilesInfo, LayerRow, Loaded, States, Trouble, file_version,
};
use crate::diagnostic::{Help, Subject};
use crate::domain::{LayerId, State};
use crate::plan::{OutsideNote, Planner, Scope};
use crate::review::Comparison;
use crate::store::Snapshot;

/// The layer files, with what was found out of them last.
#[derive(Default)]
pub(super) struct LayerFiles {
    checker: Checker,
    planner: Planner,
}

impl LayerFiles {
    /// Reads the files, and plans from the database to them.
    pub(super) fn load(
        &mut self,
        directory: &Path,
        database: DatabaseInfo,
        snapshot: Option<Snapshot>,
        at: Timestamp,
    ) -> Loaded {
        let state = snapshot.map(|snapshot| snapshot.state);
        let sources = match config::read_sources(directory) {
            Ok(sources) => sources,
            Err(error) => {
                let info = unreadable(Trouble {
                    message: error.to_string(),
                    help: error.help().unwrap_or_default().into_owned(),
                });
                let layers = layers(None, state.as_ref(), state.as_ref(), &[]);
                return incomplete(at, info, database, layers, Vec::new());
            }
        };
        let checked = self.checker.check(&sources, at);
        let Some(state) = state else {
            let layers = layers(Some(&checked), None, None, &checked.findings);
            let of = |finding: &Finding| checked.experiment_of(finding);
            let problems = problems(&checked.findings, of, |file| sources.text(file));
            return incomplete(at, info(&sources, &checked), database, layers, problems);
        };
        let checked = Arc::new(checked);
        let mut outcome = self.planner.plan_changes(&checked.desired, &state, at);
        let drift = OutsideNote::told(&database.drift, &checked.desired, &state, &Scope::All);
        outcome.notes.splice(0..0, drift);
        let comparison = Comparison::new(&sources, Arc::clone(&checked), state.clone(), outcome);
        let (review, after) = (Arc::clone(comparison.all()), comparison.after());
        Loaded {
            at,
            files: info(&sources, &checked),
            database,
            layers: layers(Some(&checked), Some(&state), Some(&after), &review.findings),
            problems: problems(
                &review.findings,
                |finding| checked.experiment_of(finding),
                |file| sources.text(file),
            ),
            review: Some(review),
            sound_changes: comparison.sound_changes(at),
            comparison: Some(Arc::new(comparison)),
            states: Some(Arc::new(States {
                before: state,
                after,
            })),
        }
    }
}

/// The layers that the files have, right or wrong.
fn wanted(checked: &Checked) -> impl Iterator<Item = &LayerId> {
    let valid = checked.desired.layers.iter().map(|layer| &layer.layer_id);
    valid.chain(&checked.desired.in_error)
}

fn info(sources: &Sources, checked: &Checked) -> FilesInfo {
    let versions = sources.files.iter().map(|file| {
        let digest = match &file.content {
            Ok(text) => file_version(text),
            Err(problem) => problem.to_string(),
        };
        (file.name.clone(), digest)
    });
    let times = sources
        .files
        .iter()
        .filter_map(|file| modified(&sources.dir.join(&file.name)));
    FilesInfo {
        contents: Ok(Contents::Layers(checked.counts)),
        changed_at: times.max(),
        versions: versions.collect(),
    }
}

/// The layers of both sides, with their places in the files.
fn layers(
    checked: Option<&Checked>,
    before: Option<&State>,
    after: Option<&State>,
    findings: &[Finding],
) -> Vec<LayerRow> {
    let mut rows = rows(
        checked.into_iter().flat_map(wanted),
        before,
        after,
        findings,
    );
    for row in &mut rows {
        row.file = checked.and_then(|checked| place_of(checked, &row.layer_id));
        row.is_only_in_database = row.file.is_none();
    }
    rows
}

fn place_of(checked: &Checked, layer: &LayerId) -> Option<(String, usize)> {
    checked.file_of(layer)?;
    let subject = Subject {
        layer_id: layer.clone(),
        experiment_id: None,
        key: None,
    };
    let (place, _) = checked.locate(&subject);
    Some((place.file.to_string(), place.line))
}
