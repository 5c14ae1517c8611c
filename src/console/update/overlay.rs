//! What lies over the view: its keys and pasted text, and opening and closing it.

use super::components::{Components, split};
use super::{navigate, run};
use crate::console::component::Handled;
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::Owner;
use crate::console::model::{Model, Overlay};
use crate::console::{browser, confirm, filter, history, lookup, palette};
use crate::plan::Plan;

/// Requests again what is open over the view: files or database were read again.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::History) => history::refresh(&mut model.history),
        Some(Overlay::Lookup) => {
            let (cx, Components { lookup, .. }) = split(model);
            lookup::refresh(lookup, cx)
        }
        Some(Overlay::Confirm(_) | Overlay::Palette(_) | Overlay::Filter) | None => Vec::new(),
    }
}

/// After a resize: keeps the selection of a list over the view visible.
pub(super) fn keep_in_sight(model: &mut Model) {
    let (
        cx,
        Components {
            history, lookup, ..
        },
    ) = split(model);
    browser::keep_in_sight(history, cx);
    browser::keep_in_sight(lookup, cx);
}

/// Closes what is open over the view, and stops the search that only it shows.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let stopped = match model.overlay.take() {
        Some(Overlay::Lookup) => lookup::stop_search(&model.lookup),
        Some(Overlay::History) => {
            model.history.close();
            None
        }
        Some(Overlay::Confirm(_) | Overlay::Palette(_) | Overlay::Filter) | None => None,
    };
    navigate::keep_in_sight(model);
    stopped.into_iter().collect()
}

/// Passes a key to what is open over the view.
pub(super) fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    let reach = confirm::reach(model);
    let command = model.context().command(chord);
    let handled = match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm::key(confirm, chord, command, reach),
        Some(Overlay::Palette(palette)) => palette::key(palette, chord),
        Some(Overlay::Filter) => {
            let handled = filter::key(model.filter_mut(), chord);
            navigate::keep_in_sight(model);
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
        Handled::Apply(plan) => {
            close(model);
            apply(model, plan)
        }
        Handled::Say(outcome) => {
            model.outcome = Some(outcome);
            Vec::new()
        }
    }
}

fn apply(model: &mut Model, plan: Box<Plan>) -> Vec<Effect> {
    let request = model.running.begin(Owner::Console);
    model.running.apply = Some(request);
    model.outcome = None;
    vec![Effect::Apply(request, plan)]
}

/// Passes pasted text to where text is typed; elsewhere it is ignored.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm::paste(confirm, text),
        Some(Overlay::Palette(palette)) => palette::paste(palette, text),
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
        Some(Overlay::History) => {
            let (cx, Components { history, .. }) = split(model);
            return history::paste(history, cx, text);
        }
        None => {}
    }
    Vec::new()
}
