//! Handles the worker's answers.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::components::{Components, split};
use super::outcome::{retry_soon, say_trouble};
use super::reload::{load, load_if_due, read_all};
use super::{navigate, overlay, run, travel};
use crate::console::attention::{Attention, AttentionKind};
use crate::console::current_evidence::reweigh;
use crate::console::effect::Effect;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Loaded, Model, Outcome, Overlay, Panel, RowKey, Tone};
use crate::console::{
    arm_search, breakdown, confirm, edits, history, holds, incident, lookup, marks, past, plans,
};
use crate::numbers::counted;

/// Handles an answer, and notes what needs somebody since.
pub(super) fn answer(model: &mut Model, request: RequestId, answer: Answer) -> Vec<Effect> {
    let before = model.loaded.as_ref().map(|_| model.attention());
    let typed = model.type_ahead.take(request);
    let mut effects = route(model, request, answer);
    effects.extend(overlay::take_typed(model, typed.unwrap_or_default()));
    if let Some(before) = before {
        note_new(model, &before);
    }
    effects
}

/// Notes what needs somebody since, and brings it into sight unless the user is in that list.
fn note_new(model: &mut Model, before: &Rc<Vec<Attention>>) {
    let now = model.attention();
    if Rc::ptr_eq(&now, before) {
        return;
    }
    let known: HashSet<&RowKey> = before.iter().map(|item| &item.key).collect();
    let new = now
        .iter()
        .map(|item| &item.key)
        .filter(|key| !known.contains(key));
    let count = model.news.len();
    model.news.extend(new.cloned());
    if model.news.len() > count && model.focus != Panel::Attention {
        model.panel_mut(Panel::Attention).offset = 0;
    }
    let is_new_error =
        |item: &&Attention| item.kind == AttentionKind::Error && !known.contains(&item.key);
    if let Some(error) = now.iter().find(is_new_error)
        && model.focus != Panel::Problems
    {
        navigate::show(model, Panel::Problems, &error.key);
    }
}

/// Routes an answer to the component that sent the request.
fn route(model: &mut Model, request: RequestId, answer: Answer) -> Vec<Effect> {
    let (cx, components) = split(model);
    let Components {
        edits: edited,
        history,
        incident,
        lookup,
        plans,
    } = components;
    match request.owner {
        Owner::Console => take(model, request, answer),
        Owner::Incident => {
            let mut effects = incident::answer(incident, cx, request, answer);
            reweigh(model);
            effects.extend(travel::follow_arm(model));
            navigate::keep_in_sight(model);
            effects
        }
        Owner::ArmSearch => {
            arm_search::answer(&mut model.arm_search, request, answer);
            navigate::keep_in_sight(model);
            travel::follow_arm(model).into_iter().collect()
        }
        Owner::Breakdown => {
            breakdown::answer(&mut model.breakdown, request, answer);
            navigate::keep_in_sight(model);
            Vec::new()
        }
        Owner::History => history::answer(history, cx, request, answer),
        Owner::Past => {
            past::answer(&mut model.past, request, answer);
            navigate::keep_in_sight(model);
            Vec::new()
        }
        Owner::Holds => {
            let is_held = matches!(answer, Answer::Held(_));
            if let Some(said) = holds::answer(&mut model.holds, request, answer) {
                model.outcome = Some(said);
            }
            // Whoever polls the database would see it only later.
            if is_held { load(model) } else { Vec::new() }
        }
        Owner::Edits => {
            let is_edited = matches!(answer, Answer::Edited(_));
            let taken = edits::answer(edited, cx, request, answer);
            if taken.outcome.is_some() {
                model.outcome = taken.outcome;
            }
            // What was opened meanwhile keeps the keys.
            if let Some(form) = taken.form
                && matches!(model.overlay, None | Some(Overlay::History))
            {
                model.history.close();
                model.overlay = Some(Overlay::Edit(form));
            }
            let mut effects = taken.effects;
            if is_edited {
                let is_reading = model.running.load.is_some();
                if let Some(loaded) = &model.loaded {
                    let read = &loaded.files.versions;
                    model.edits.wait_for_reading(is_reading, read);
                }
                effects.extend(load(model));
            }
            effects
        }
        Owner::Lookup => lookup::answer(lookup, cx, request, answer),
        Owner::Plans => {
            plans::answer(plans, cx, request, answer);
            Vec::new()
        }
    }
}

/// Handles an answer to a request of the console itself.
fn take(model: &mut Model, request: RequestId, answer: Answer) -> Vec<Effect> {
    let running = &mut model.running;
    let is_newest_sample = running.simulate == Some(request);
    // A failure cancels a pending quit, so that the user sees what went wrong.
    let is_quit_due = running.apply == Some(request) && std::mem::take(&mut running.is_quit_due);
    let slots = [&mut running.load, &mut running.simulate, &mut running.apply];
    let mut is_awaited = false;
    for slot in slots {
        is_awaited |= slot.take_if(|waiting| *waiting == request).is_some();
    }
    match answer {
        // Another plan was opened meanwhile, and will be read.
        Answer::Loaded(_) if model.loaded.is_none() && model.running.is_load_due => {
            load_if_due(model)
        }
        Answer::Loaded(loaded) => take_loaded(model, *loaded),
        Answer::Simulated(distribution) => {
            // `None`: a newer request replaced it, and its answer will come. A request that was
            // done before it was canceled is for another state.
            if let Some(distribution) = distribution.filter(|_| is_newest_sample) {
                model.distribution = Some(distribution);
                model.outdated = None;
                navigate::keep_in_sight(model);
            }
            Vec::new()
        }
        Answer::Staged(staged) => {
            let Some(staged) = marks::take(model, request, *staged) else {
                return Vec::new();
            };
            let effects = run::open_dialog(model, staged.review, staged.files);
            // Files or database may have been read again since it was requested.
            if let (Some(Overlay::Confirm(confirm)), Some(loaded)) =
                (&mut model.overlay, &model.loaded)
            {
                confirm::check(confirm, &model.startup.proposal, loaded);
            }
            effects
        }
        Answer::Applied {
            changes,
            journal_id,
        } => {
            let changes = counted(changes as u64, "change", "changes");
            let journal = journal_id
                .map(|id| format!(", journal {id}"))
                .unwrap_or_default();
            let text = format!("Applied {changes}{journal}");
            model.outcome = Some(Outcome {
                text,
                tone: Tone::Good,
            });
            if is_quit_due {
                return vec![Effect::Quit];
            }
            read_all(model)
        }
        Answer::Stale(trouble) => {
            let text = format!("Stale: {}; nothing was applied", trouble.message);
            model.outcome = Some(Outcome {
                text,
                tone: Tone::Bad,
            });
            load(model)
        }
        Answer::Failed(trouble) if model.running.stage == Some(request) => {
            model.running.stage = None;
            say_trouble(model, &trouble);
            Vec::new()
        }
        Answer::Failed(trouble) if is_awaited => {
            say_trouble(model, &trouble);
            load_if_due(model)
        }
        // A newer request replaced it.
        _ => Vec::new(),
    }
}

fn take_loaded(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    let loaded = Arc::new(loaded);
    let mut effects = Vec::new();
    model.edits.note_reading(&loaded.files.versions);
    let is_same_plan = model
        .loaded
        .as_ref()
        .is_some_and(|before| is_same_state(before, &loaded));
    let is_sampled = model.distribution.is_some() || model.running.simulate.is_some();
    if !is_same_plan || !is_sampled {
        // Figures of another state must not be taken for those of this one.
        model.outdated = model.distribution.take().or(model.outdated.take());
        model.running.simulate = None;
        if let Some(states) = &loaded.states {
            let request = model.running.begin(Owner::Console);
            model.running.simulate = Some(request);
            effects.push(Effect::Simulate {
                request,
                states: Arc::clone(states),
                first: model.layer.clone(),
            });
        }
    }
    if loaded.database.is_busy {
        effects.extend(retry_soon(model));
    }
    if has_new_error(model.loaded.as_deref(), &loaded) {
        // The outcome of an earlier action must not hide it; one that was there before hides nothing new.
        model.outcome = None;
    }
    if let Some(Overlay::Confirm(confirm)) = &mut model.overlay {
        confirm::check(confirm, &model.startup.proposal, &loaded);
    }
    model
        .layer
        .take_if(|id| !loaded.layers.iter().any(|row| row.layer_id == *id));
    marks::keep_changing(&mut model.marks, &loaded);
    model.loaded = Some(loaded);
    reweigh(model);
    effects.extend(travel::want_past(model));
    navigate::keep_in_sight(model);
    effects.extend(load_if_due(model));
    effects.extend(overlay::refresh(model));
    effects
}

/// Returns whether the files changed and have an error that they hadn't. Its line and its words may differ.
fn has_new_error(before: Option<&Loaded>, after: &Loaded) -> bool {
    fn errors(loaded: &Loaded) -> HashSet<(&str, &str, &str)> {
        let errors = loaded.problems[..loaded.error_count()].iter();
        let errors = errors.map(|problem| &problem.diagnostic);
        errors
            .map(|error| (error.rule.code, &*error.span.file, error.path.as_str()))
            .collect()
    }
    let is_changed = before.is_none_or(|before| before.files.versions != after.files.versions);
    let known = before.map(errors).unwrap_or_default();
    is_changed && !errors(after).is_subset(&known)
}

/// Returns whether files and database were already sampled in this state.
fn is_same_state(before: &Loaded, after: &Loaded) -> bool {
    let (Some(states), Some(new_states)) = (&before.states, &after.states) else {
        return false;
    };
    states.before.revision == new_states.before.revision
        && before.files.versions == after.files.versions
        && before.is_pending() == after.is_pending()
        && new_states.assign_alike(before.at, after.at)
}
