//! What lies over the view: its keys and pasted text, and opening and closing it.

use super::components::{Components, split};
use super::{navigate, run, saved_plans, time_steps};
use crate::console::commands::Command;
use crate::console::component::Handled;
use crate::console::confirm::ApplyWhy;
use crate::console::edits::EDIT_RUNNING;
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Owner, RequestId};
use crate::console::model::{Model, Outcome, Overlay, Tone};
use crate::console::time_jump::JumpTarget;
use crate::console::type_ahead::Typed;
use crate::console::{
    browser, confirm, edits, filter, history, holds, lookup, pages, palette, plans, time_jump,
};
use crate::plan::Plan;

/// Requests again what is open over the view: files or database were read again.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::History) => history::refresh(&mut model.history),
        Some(Overlay::Plans) => plans::refresh(&mut model.plans),
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            lookup::refresh(lookup, cx)
        }
        _ => Vec::new(),
    }
}

/// After a resize: keeps the selection of a list over the view visible.
pub(super) fn keep_in_sight(model: &mut Model) {
    let (
        cx,
        Components {
            history,
            lookup,
            plans,
            ..
        },
    ) = split(model);
    browser::keep_in_sight(history, cx);
    browser::keep_in_sight(lookup, cx);
    browser::keep_in_sight(plans, cx);
}

/// Closes what is open over the view, and stops the search that only it shows.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let stopped = match model.overlay.take() {
        Some(Overlay::Lookup) => lookup::stop_search(&model.lookup),
        Some(Overlay::History) => {
            model.history.close();
            None
        }
        _ => None,
    };
    navigate::keep_in_sight(model);
    let mut effects: Vec<Effect> = stopped.into_iter().collect();
    // While no plan is open, there is nothing else to go back to.
    if saved_plans::is_only_listed(model) {
        effects.extend(saved_plans::list(model));
    }
    effects
}

/// Passes a key to what is open over the view.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    let reach = confirm::reach(model);
    let command = model.context().command(chord);
    if let Some(command @ (Command::Earlier | Command::Later)) = command
        && is_at_lookup_in_the_past(model)
    {
        return step_lookup(model, command);
    }
    let handled = match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm::key(confirm, chord, command, reach),
        Some(Overlay::Palette(palette)) => palette::key(palette, chord),
        Some(Overlay::Hold(form)) => {
            let mut form = form.clone();
            let handled = holds::key(&mut form, model.context().time(), chord);
            model.overlay = Some(Overlay::Hold(form));
            handled
        }
        Some(Overlay::Edit(form)) => {
            let mut form = form.clone();
            let handled = edits::key(&mut form, model.context(), chord);
            model.overlay = Some(Overlay::Edit(form));
            handled
        }
        Some(Overlay::Filter) => {
            let handled = filter::key(model.filter_mut(), chord);
            navigate::keep_in_sight(model);
            handled
        }
        Some(Overlay::TimeJump(jump)) => {
            let mut jump = std::mem::take(jump);
            let handled = time_jump::key(&mut jump, model.context(), chord);
            model.overlay = Some(Overlay::TimeJump(jump));
            handled
        }
        Some(Overlay::History) => {
            let (cx, Components { history, .. }) = split(model);
            history::key(history, cx, chord)
        }
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            lookup::key(lookup, cx, chord)
        }
        Some(Overlay::Plans) => {
            let (cx, Components { plans, .. }) = split(model);
            plans::key(plans, cx, chord)
        }
        None => Handled::Ignored,
    };
    match handled {
        Handled::Ignored if chord.leaves() => close(model),
        Handled::Ignored => Vec::new(),
        Handled::Done(effects) => effects,
        Handled::Close => close(model),
        Handled::Run(command) => {
            close(model);
            run::run(model, command)
        }
        Handled::Apply(plan, why) => {
            close(model);
            apply(model, plan, why)
        }
        Handled::Jump(target) => {
            jump_in_time(model, target);
            Vec::new()
        }
        Handled::ShowEntry(journal_id) => {
            let mut effects = close(model);
            effects.extend(time_steps::open_at(model, journal_id));
            effects
        }
        Handled::OpenPlan(file) => saved_plans::open(model, file),
        Handled::PlanUndo(_) if model.edits.running.is_some() => {
            model.outcome = Some(Outcome {
                text: format!("undo: {EDIT_RUNNING}"),
                tone: Tone::Plain,
            });
            Vec::new()
        }
        Handled::PlanUndo(journal_id) => {
            let effects = edits::plan_undo(&mut model.edits, journal_id);
            let request = model.edits.running;
            wait_for(model, request);
            effects
        }
        Handled::WriteEdits(written) => {
            close(model);
            edits::write_set(&mut model.edits, written)
        }
        Handled::EditExperiment(thing, edit) => {
            close(model);
            edits::write(&mut model.edits, thing, *edit)
        }
        Handled::Hold(form) => {
            close(model);
            holds::write(&mut model.holds, *form)
        }
        Handled::Say(outcome) => {
            model.outcome = Some(outcome);
            Vec::new()
        }
    }
}

/// Keeps what is typed from now on for the dialog that this request leads to.
pub(super) fn wait_for(model: &mut Model, request: Option<RequestId>) {
    if let Some(request) = request {
        model.type_ahead.wait_for(request);
    }
}

/// Passes to the dialog what was typed while it was being prepared. What comes after its end, or finds none,
/// was meant for something else, and does nothing.
pub(super) fn take_typed(model: &mut Model, typed: Vec<Typed>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for typed in typed {
        if !matches!(model.overlay, Some(Overlay::Confirm(_) | Overlay::Edit(_))) {
            break;
        }
        effects.extend(match typed {
            Typed::Key(chord) => key(model, chord),
            Typed::Paste(text) => paste(model, &text),
        });
    }
    effects
}

/// Goes there and closes the field, or says in it why that isn't possible.
fn jump_in_time(model: &mut Model, target: JumpTarget) {
    match time_steps::jump(model, target) {
        Ok(says) => {
            close(model);
            model.outcome = says.map(|text| Outcome {
                text,
                tone: Tone::Plain,
            });
        }
        Err(why) => {
            if let Some(Overlay::TimeJump(jump)) = &mut model.overlay {
                jump.error = Some(why);
            }
        }
    }
}

/// Returns whether the keys that go through the journal are those of the lookup.
fn is_at_lookup_in_the_past(model: &Model) -> bool {
    let lookup = &model.lookup;
    let is_open = matches!(model.overlay, Some(Overlay::Lookup));
    is_open && lookup.as_of.is_some() && !lookup.is_typing && !lookup.browser.filter.is_typing
}

/// Goes one entry on, and looks the unit up there.
fn step_lookup(model: &mut Model, command: Command) -> Vec<Effect> {
    time_steps::run(model, command);
    let as_of = pages::as_of(model);
    let (cx, Components { lookup, .. }) = split(model);
    lookup::look_as_of(lookup, cx, as_of)
}

fn apply(model: &mut Model, plan: Box<Plan>, why: ApplyWhy) -> Vec<Effect> {
    let request = model.running.begin(Owner::Console);
    model.running.apply = Some(request);
    model.outcome = None;
    vec![Effect::Apply(request, plan, why)]
}

/// Passes pasted text to where text is typed; elsewhere it is ignored.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm::paste(confirm, text),
        Some(Overlay::Palette(palette)) => palette::paste(palette, text),
        Some(Overlay::Edit(form)) => edits::paste(form, text),
        Some(Overlay::Hold(form)) => holds::paste(form, text),
        Some(Overlay::Filter) => {
            filter::paste(model.filter_mut(), text);
            navigate::keep_in_sight(model);
        }
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            if let Err(outcome) = lookup::paste(lookup, cx, text) {
                model.outcome = Some(outcome);
            }
        }
        Some(Overlay::TimeJump(jump)) => time_jump::paste(jump, text),
        Some(Overlay::History) => {
            let (cx, Components { history, .. }) = split(model);
            return history::paste(history, cx, text);
        }
        Some(Overlay::Plans) => {
            let (cx, Components { plans, .. }) = split(model);
            plans::paste(plans, cx, text);
        }
        None => {}
    }
    Vec::new()
}
