//! The marks of a staged apply: what `apply` takes instead of everything. A mark belongs to the thing that
//! changes and not to its row, and vanishes with the change.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::commands::STILL_READ;
use super::effect::Effect;
use super::message::{Owner, RequestId};
use super::model::{FileVersions, Loaded, Model, Outcome, Panel, Tone};
use super::pages::{Destination, PageId};
use super::panels::Row;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::plan::ChangedThing;
use crate::review::Review;

/// What is marked; shared, so that it is recognized without comparing.
pub type Marks = Arc<BTreeSet<ChangedThing>>;

/// The plan of what was marked, with the files that it was made from.
#[derive(Clone, Debug)]
pub struct StagedPlan {
    /// What was marked.
    pub marks: Marks,
    /// The plan.
    pub review: Arc<Review>,
    /// The files as they were.
    pub files: FileVersions,
}

/// What can be marked at once.
#[derive(Debug)]
enum Markable {
    /// The changes of an experiment, or of a layer itself.
    Thing(ChangedThing),
    /// All changes of a layer.
    Layer(LayerId),
}

impl Markable {
    /// Returns what a page is about.
    fn of_page(page: &PageId) -> Option<Self> {
        match page {
            PageId::Change(thing) => Some(Self::Thing(thing.clone())),
            PageId::Experiment(layer_id, experiment_id) => Some(Self::Thing(ChangedThing {
                layer_id: layer_id.clone(),
                experiment_id: Some(experiment_id.clone()),
            })),
            PageId::Layer(layer_id) => Some(Self::Layer(layer_id.clone())),
            PageId::MissingArm(..)
            | PageId::Breakdown(..)
            | PageId::Time
            | PageId::PastLayer(_) => None,
        }
    }

    /// Returns what a row is about. Notes lead to their layer too, but only a layer's own row is that layer.
    fn of_row(model: &Model, row: &Row) -> Option<Self> {
        match row.opens.as_ref()? {
            Destination::Page(PageId::Layer(layer_id)) if row.key.0 != layer_id.as_str() => None,
            Destination::Page(page) => Self::of_page(page),
            Destination::Row(Panel::Experiments, key) => {
                let split = model.incident_view().split_of_row(key)?;
                Some(Self::Thing(ChangedThing {
                    layer_id: split.layer_id.clone()?,
                    experiment_id: Some(split.experiment_id.clone()),
                }))
            }
            _ => None,
        }
    }

    /// Returns what of it changes.
    fn changes(&self, loaded: &Loaded) -> Vec<ChangedThing> {
        match self {
            Self::Thing(thing) => {
                Vec::from_iter(loaded.changes_thing(thing).then(|| thing.clone()))
            }
            Self::Layer(layer_id) => {
                let things = loaded.changed_things().into_iter();
                things.filter(|it| it.layer_id == *layer_id).collect()
            }
        }
    }
}

/// Returns the changes that the screen is about: of the page, unless it is a layer's with a row selected;
/// else of the selected row.
fn changes_here(model: &Model, loaded: &Loaded) -> Option<Vec<ChangedThing>> {
    let row = || Markable::of_row(model, &model.selected_row()?);
    let here = match model.page().map(|page| &page.id) {
        Some(page @ PageId::Layer(_)) => row().or_else(|| Markable::of_page(page)),
        Some(page) => Markable::of_page(page),
        None => row(),
    };
    Some(here?.changes(loaded))
}

/// Returns the sign of a row's marks: whether all of what would change there is marked, or a part of it.
pub(in crate::console) fn sign_of_row(model: &Model, row: &Row) -> Option<&'static str> {
    if model.marks.is_empty() {
        return None;
    }
    let (symbols, marks) = (model.startup.symbols, &model.marks);
    match Markable::of_row(model, row)? {
        Markable::Thing(thing) => marks.contains(&thing).then_some(symbols.marked),
        layer @ Markable::Layer(_) => {
            let changes = layer.changes(model.loaded.as_ref()?);
            let marked = changes.iter().filter(|it| marks.contains(it)).count();
            match marked {
                0 => None,
                all if all == changes.len() => Some(symbols.marked),
                _ => Some(symbols.partly_marked),
            }
        }
    }
}

/// Returns how many marks there are, in words; `None` without any.
pub(in crate::console) fn counted(model: &Model) -> Option<String> {
    let count = model.marks.len();
    (count > 0).then(|| format!("{} {count} marked", model.startup.symbols.marked))
}

/// Returns why nothing can be marked here.
pub(in crate::console) fn disabled(model: &Model) -> Option<String> {
    if model.startup.proposal.is_plan() {
        return Some("a saved plan is applied as a whole".to_owned());
    }
    if model.is_in_the_past() {
        return Some("nothing can be applied to the past: Esc goes back".to_owned());
    }
    if let Some(why) = model.edits.unplanned() {
        return Some(why);
    }
    let Some(loaded) = &model.loaded else {
        return Some(STILL_READ.to_owned());
    };
    match changes_here(model, loaded) {
        None => Some("only a change, an experiment or a layer can be marked".to_owned()),
        Some(things) if things.is_empty() => Some("nothing would change here".to_owned()),
        Some(_) => None,
    }
}

/// Marks what the screen is about; if all of it is marked, takes the marks away.
pub(in crate::console) fn toggle(model: &mut Model) {
    let things = model.loaded.as_ref();
    let Some(things) = things.and_then(|loaded| changes_here(model, loaded)) else {
        return;
    };
    let marks = Arc::make_mut(&mut model.marks);
    if things.iter().all(|thing| marks.contains(thing)) {
        marks.retain(|thing| !things.contains(thing));
    } else {
        marks.extend(things);
    }
}

/// Takes away the marks of what doesn't change anymore.
pub(in crate::console) fn keep_changing(marks: &mut Marks, loaded: &Loaded) {
    if marks.iter().any(|thing| !loaded.changes_thing(thing)) {
        Arc::make_mut(marks).retain(|thing| loaded.changes_thing(thing));
    }
}

/// Asks the worker for the plan of what is marked.
pub(in crate::console) fn plan(model: &mut Model) -> Option<Effect> {
    let loaded = model.loaded.as_ref()?;
    let comparison = Arc::clone(loaded.comparison.as_ref()?);
    let files = loaded.files.versions.clone();
    let request = model.running.begin(Owner::Console);
    model.running.stage = Some(request);
    let marks = Arc::clone(&model.marks);
    Some(Effect::Stage(request, comparison, marks, files))
}

/// Takes the plan of what is marked, to be confirmed; `None` if it can't be applied, or isn't wanted anymore.
pub(in crate::console) fn take(
    model: &mut Model,
    request: RequestId,
    staged: StagedPlan,
) -> Option<StagedPlan> {
    model.running.stage.take_if(|it| *it == request)?;
    let (text, tone) = match refusal(&staged.review) {
        _ if model.marks != staged.marks => {
            let text = "nothing was applied: what is marked changed meanwhile";
            (text.to_owned(), Tone::Bad)
        }
        Some(why) => (why, Tone::Bad),
        None if staged.review.changes.is_empty() => {
            ("apply: nothing to apply".to_owned(), Tone::Plain)
        }
        None => return Some(staged),
    };
    model.outcome = Some(Outcome { text, tone });
    None
}

/// Says why the plan can't be applied, a line for each reason; `None` if it can.
fn refusal(review: &Review) -> Option<String> {
    let errors = review.blocking_errors();
    let errors: Vec<String> = errors
        .map(|error| {
            let found = &error.diagnostic;
            format!(
                "Refused: {}; {}",
                visible(&found.message),
                visible(&found.help)
            )
        })
        .collect();
    (!errors.is_empty()).then(|| errors.join("\n"))
}
