//! Plans the way back from one entry: the edits, or what stands in their way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::undo_rules::{UNDO_BY_HAND, UNDO_CHANGED_SINCE, UNDO_CREATED, UNDO_HOLD, UNDO_MISSING};
use super::undone_values::{UndoneValue, ValuePlace, is_same, present, undone_values};
use crate::config::edit::{EditError, EditPlace, FileEdit, Obstacle, ValuesEdit, plan_values};
use crate::config::{Checked, SourceFile, Sources, check_sources};
use crate::diagnostic::{Diagnostic, Rule, Span, Subject};
use crate::domain::{ExperimentId, LayerId, State};
use crate::plan::rules::{COMPLETED_FINAL, RAMP_DOWN, RESERVE_DOWN};
use crate::plan::{Action, Change, Scope};
use crate::review::Review;
use crate::store::JournalEntry;

/// Said of an entry that leaves nothing to undo.
pub(crate) const NOTHING_TO_UNDO: &str =
    "nothing to undo: the files already say what they said before it";

/// The way back from an entry of the journal.
#[derive(Clone, Debug)]
pub(crate) struct UndoPlan {
    /// The entry.
    pub(crate) journal_id: i64,
    /// The edit of each file; none if anything can't be undone, or if the files are so already.
    pub(crate) files: Vec<FileEdit>,
    /// What can't be undone, in the order of the entry.
    pub(crate) obstacles: Vec<Diagnostic>,
}

/// Plans to edit these files towards the state before an entry. `state` is the present one.
pub(crate) fn plan_undo(
    entry: &JournalEntry,
    sources: &Sources,
    state: &State,
    now: Timestamp,
) -> Result<UndoPlan, EditError> {
    let checked = check_sources(sources, now);
    let undo = Undo {
        entry,
        checked: &checked,
        state,
    };
    let mut obstacles: Vec<Diagnostic> = entry
        .changes
        .iter()
        .filter_map(|change| undo.one_way(change))
        .collect();
    let mut edits: BTreeMap<(LayerId, Option<ExperimentId>), ValuesEdit> = BTreeMap::new();
    for (place, value) in undone_values(&entry.changes) {
        match undo.towards(&place, &value) {
            Err(obstacle) => obstacles.push(*obstacle),
            Ok(None) => {}
            Ok(Some(file)) => {
                let (layer_id, experiment_id, key) = place;
                let edit = edits.entry((layer_id, experiment_id.clone()));
                let edit = edit.or_insert(ValuesEdit {
                    file,
                    experiment_id,
                    values: Vec::new(),
                });
                edit.values.push((key, value.before));
            }
        }
    }
    let mut files = Vec::new();
    if obstacles.is_empty() {
        let edits: Vec<ValuesEdit> = edits.into_values().collect();
        match plan_values(sources, &edits, now) {
            Ok(planned) => {
                obstacles = newly_refused(sources, &checked, &planned, state, now);
                if obstacles.is_empty() {
                    files = planned;
                }
            }
            Err(EditError::Breaks { broken }) => obstacles = broken,
            Err(EditError::Unsafe { place, obstacle }) => obstacles.push(by_hand(place, obstacle)),
            Err(error) => return Err(error),
        }
    }
    Ok(UndoPlan {
        journal_id: entry.journal_id,
        files,
        obstacles,
    })
}

/// What an undo sees.
struct Undo<'a> {
    entry: &'a JournalEntry,
    checked: &'a Checked,
    state: &'a State,
}

impl Undo<'_> {
    /// Returns why this change has no way back; `None` if it has one in the files, or is undone already.
    fn one_way(&self, change: &Change) -> Option<Diagnostic> {
        let layer_id = &change.layer_id;
        let Some(id) = &change.experiment_id else {
            let Action::CreateLayer { .. } = &change.action else {
                return None;
            };
            return Some(self.obstacle(
                &UNDO_CREATED,
                change,
                None,
                format!("layer `{layer_id}` was created, and the database keeps it"),
                "pause or complete its experiments".to_owned(),
            ));
        };
        let hold = self.state.layer(layer_id).and_then(|it| it.holds.get(id));
        let (rule, key, message, help) = match &change.action {
            Action::CreateExperiment { .. } => (
                &UNDO_CREATED,
                None,
                format!("experiment `{id}` was created, and the database keeps it"),
                format!(
                    "`avos pause {id}` stops it for a while, `avos complete {id}` ends it and frees \
                     its slots"
                ),
            ),
            Action::RampUp { from, to, .. } => (
                &RAMP_DOWN,
                Some("traffic_percentage"),
                format!(
                    "`traffic_percentage` of experiment `{id}` can't shrink from {to} to {from}"
                ),
                format!(
                    "`avos pause {id}` stops it for a while; to continue with fewer units, complete \
                     it and create a new experiment"
                ),
            ),
            Action::Reserve { from, to, .. } => (
                &RESERVE_DOWN,
                Some("reserved_percentage"),
                format!(
                    "`reserved_percentage` of experiment `{id}` can't shrink from {to} to {from}"
                ),
                "the reserve becomes free when the experiment is completed".to_owned(),
            ),
            Action::Complete { .. } => (
                &COMPLETED_FINAL,
                Some("status"),
                format!("experiment `{id}` was completed, and stays completed"),
                "to run it again, create a new experiment with another `experiment_id`".to_owned(),
            ),
            Action::Hold { .. } if hold.is_some() => (
                &UNDO_HOLD,
                None,
                format!("experiment `{id}` is held in the database, whatever the files say"),
                format!("`avos release {id}` ends the hold"),
            ),
            Action::Release { .. } if hold.is_none() => (
                &UNDO_HOLD,
                None,
                format!("experiment `{id}` was released in the database, whatever the files say"),
                format!("`avos hold {id}` holds it again"),
            ),
            _ => return None,
        };
        Some(self.obstacle(rule, change, key, message, help))
    }

    /// Returns the file in which this value is to be set back; `None` if it is already.
    fn towards(
        &self,
        place: &ValuePlace,
        value: &UndoneValue,
    ) -> Result<Option<String>, Box<Diagnostic>> {
        let (layer_id, experiment_id, key) = place;
        let name = match experiment_id {
            Some(id) => format!("experiment `{id}`"),
            None => format!("layer `{layer_id}`"),
        };
        let layer = self.checked.desired.layer(layer_id);
        let now = layer.and_then(|layer| present(layer, place));
        let file = self.checked.file_of(layer_id);
        let (Some(now), Some(file)) = (now, file) else {
            return Err(Box::new(self.obstacle_at(
                &UNDO_MISSING,
                place,
                format!("no layer file without errors has {name}"),
                "`avos validate` lists the errors; what was taken out of the files must be put back \
                 first"
                    .to_owned(),
            )));
        };
        if is_same(&now, &value.before) {
            return Ok(None);
        }
        if !is_same(&now, &value.after) {
            let (journal, left) = (self.entry.journal_id, &value.after);
            return Err(Box::new(self.obstacle_at(
                &UNDO_CHANGED_SINCE,
                place,
                format!(
                    "`{key}` of {name} is `{now}` now, not `{left}` as journal {journal} left it"
                ),
                "undo the newer change first, or edit the file by hand".to_owned(),
            )));
        }
        Ok(Some(file.to_owned()))
    }

    fn obstacle(
        &self,
        rule: &'static Rule,
        change: &Change,
        key: Option<&'static str>,
        message: String,
        help: String,
    ) -> Diagnostic {
        let subject = Subject {
            layer_id: change.layer_id.clone(),
            experiment_id: change.experiment_id.clone(),
            key,
        };
        self.diagnostic(rule, &subject, message, help)
    }

    fn obstacle_at(
        &self,
        rule: &'static Rule,
        (layer_id, experiment_id, key): &ValuePlace,
        message: String,
        help: String,
    ) -> Diagnostic {
        let subject = Subject {
            layer_id: layer_id.clone(),
            experiment_id: experiment_id.clone(),
            key: Some(key),
        };
        self.diagnostic(rule, &subject, message, help)
    }

    fn diagnostic(
        &self,
        rule: &'static Rule,
        subject: &Subject,
        message: String,
        help: String,
    ) -> Diagnostic {
        let (span, path) = self.checked.locate(subject);
        Diagnostic {
            rule,
            message,
            help,
            span,
            path,
        }
    }
}

/// Says that a value can only be edited by hand.
fn by_hand(place: EditPlace, obstacle: Obstacle) -> Diagnostic {
    let at = (place.line, place.column);
    Diagnostic {
        rule: &UNDO_BY_HAND,
        message: format!("`{}` can't be edited safely: {obstacle}", place.path),
        help: "edit it by hand".to_owned(),
        span: Span::new(place.file, at, at),
        path: place.path,
    }
}

/// Returns the errors that a plan of the edited files would have, and one of the present files doesn't.
pub(crate) fn newly_refused(
    sources: &Sources,
    checked: &Checked,
    edits: &[FileEdit],
    state: &State,
    now: Timestamp,
) -> Vec<Diagnostic> {
    let edited = sources.files.iter().map(|file| {
        let edit = edits.iter().find(|edit| edit.file == file.name);
        SourceFile {
            name: file.name.clone(),
            content: match edit {
                Some(edit) => Ok(edit.after.clone()),
                None => file.content.clone(),
            },
        }
    });
    let edited = Sources::new(&*sources.dir, edited.collect());
    let checked_edited = check_sources(&edited, now);
    let of_edits = |checked: &Checked| -> Vec<LayerId> {
        let ids = checked.desired.layers.iter().map(|layer| &layer.layer_id);
        let is_edited = |id: &&LayerId| {
            let file = checked.file_of(id);
            edits.iter().any(|edit| file == Some(edit.file.as_str()))
        };
        ids.filter(is_edited).cloned().collect()
    };
    let layers: BTreeSet<LayerId> = [checked, &checked_edited]
        .into_iter()
        .flat_map(of_edits)
        .collect();
    let scope = Scope::Layers(layers.into_iter().collect());
    let errors = |sources: &Sources, checked: &Checked| -> Vec<Diagnostic> {
        let (review, _) = Review::new(sources, checked, state, &scope, now);
        let errors = review.blocking_errors();
        errors.map(|error| error.diagnostic.clone()).collect()
    };
    let known = errors(sources, checked);
    let key = |error: &Diagnostic| (error.rule.code, error.path.clone());
    let mut refused = errors(&edited, &checked_edited);
    refused.retain(|error| known.iter().all(|known| key(known) != key(error)));
    refused
}

impl UndoPlan {
    /// Returns whether nothing stands in the way.
    pub(crate) fn is_possible(&self) -> bool {
        self.obstacles.is_empty()
    }
}
