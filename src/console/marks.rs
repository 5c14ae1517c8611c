//! The marks of a staged apply: what `apply` takes instead of everything. A mark belongs to the thing that
//! changes and not to its row, and vanishes with the change.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::commands::experiment_here;
use super::effect::Effect;
use super::message::{Owner, RequestId};
use super::model::{FileVersions, Loaded, Model, Outcome, Tone};
use super::pages::{Destination, PageId};
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

/// Returns the changes that the screen is about: that of the page, else of the selected row; all of a
/// layer's, if it is about a layer.
fn changes_here(model: &Model, loaded: &Loaded) -> Option<Vec<ChangedThing>> {
    let page = match model.page() {
        Some(page) => Some(page.id.clone()),
        None => match model.selected_row()?.opens? {
            Destination::Page(page) => Some(page),
            _ => None,
        },
    };
    let thing = match &page {
        Some(PageId::Change(thing)) => Some(thing.clone()),
        _ => experiment_here(model).map(|here| ChangedThing {
            layer_id: here.layer_id,
            experiment_id: Some(here.experiment_id),
        }),
    };
    match (thing, page) {
        (Some(thing), _) => Some(Vec::from_iter(
            loaded.changes_thing(&thing).then_some(thing),
        )),
        (None, Some(PageId::Layer(layer))) => {
            let things = loaded.changed_things().into_iter();
            Some(things.filter(|thing| thing.layer_id == layer).collect())
        }
        (None, _) => None,
    }
}

/// Returns why nothing can be marked here.
pub(in crate::console) fn disabled(model: &Model) -> Option<String> {
    if model.startup.proposal.is_plan() {
        return Some("a saved plan is applied as a whole".to_owned());
    }
    if model.is_in_the_past() {
        return Some("nothing can be applied to the past: Esc goes back".to_owned());
    }
    let Some(loaded) = &model.loaded else {
        return Some("files and database are still being read".to_owned());
    };
    match changes_here(model, loaded) {
        None => Some("no change is selected".to_owned()),
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

/// Takes the plan of what is marked, to be confirmed; `None` if it can't be applied, or if the user went on
/// meanwhile.
pub(in crate::console) fn take(
    model: &mut Model,
    request: RequestId,
    staged: StagedPlan,
) -> Option<StagedPlan> {
    let is_awaited = model.running.stage.take_if(|it| *it == request).is_some();
    if !is_awaited || model.overlay.is_some() || model.marks != staged.marks {
        return None;
    }
    let (text, tone) = match refusal(&staged.review) {
        Some(why) => (why, Tone::Bad),
        None if staged.review.changes.is_empty() => {
            ("apply: nothing to apply".to_owned(), Tone::Plain)
        }
        None => return Some(staged),
    };
    model.outcome = Some(Outcome { text, tone });
    None
}

/// Says why the plan can't be applied; `None` if it can.
fn refusal(review: &Review) -> Option<String> {
    let mut errors = review.blocking_errors();
    let found = &errors.next()?.diagnostic;
    let more = match errors.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!("Refused: {}{more}; {}", found.message, found.help))
}
