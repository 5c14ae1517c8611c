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

/// Returns the thing that the screen is about: that of the page, else of the selected row.
fn thing_here(model: &Model) -> Option<ChangedThing> {
    let page = match model.page() {
        Some(page) => Some(page.id.clone()),
        None => match model.selected_row()?.opens? {
            Destination::Page(page) => Some(page),
            _ => None,
        },
    };
    if let Some(PageId::Change(thing)) = page {
        return Some(thing);
    }
    let here = experiment_here(model)?;
    Some(ChangedThing {
        layer_id: here.layer_id,
        experiment_id: Some(here.experiment_id),
    })
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
    match thing_here(model) {
        None => Some("no change is selected".to_owned()),
        Some(thing) if !loaded.changes_thing(&thing) => {
            Some("nothing would change here".to_owned())
        }
        Some(_) => None,
    }
}

/// Marks what the screen is about, or takes its mark away.
pub(in crate::console) fn toggle(model: &mut Model) {
    let Some(thing) = thing_here(model) else {
        return;
    };
    let marks = Arc::make_mut(&mut model.marks);
    if !marks.remove(&thing) {
        marks.insert(thing);
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
