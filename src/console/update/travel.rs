//! Going to a page, to a row of another panel, to the next thing that needs attention.

use std::sync::Arc;

use super::components::{Components, split};
use super::{navigate, run};
use crate::console::attention::{self, Attention};
use crate::console::breakdown::{AskedBreakdown, CountedDimensions, SplitId};
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::model::{Model, Outcome, Overlay, Panel, Place, RowKey, Tone};
use crate::console::pages::{self, Destination, Page, PageId};
use crate::console::{arm_search, breakdown, history, incident, lookup, past};
use crate::domain::{State, Status};

/// Goes where a row leads.
pub(super) fn go_to(model: &mut Model, to: Destination) -> Vec<Effect> {
    match to {
        Destination::Page(id) => {
            // Opened again from itself, it would be there twice.
            if model.page().is_none_or(|page| page.id != id) {
                model.pages.push(Page::new(id));
            }
            // A review that is opened counts as looked at.
            model.mark_seen();
            model.past.is_wanted = true;
            navigate::keep_in_sight(model);
            return want_past(model).into_iter().collect();
        }
        Destination::Row(panel, key) => {
            model.pages.clear();
            if model.view != panel.spec().view {
                model.turn();
            }
            model.is_zoomed = false;
            let (cx, Components { incident, .. }) = split(model);
            incident::reveal(incident, cx, &key);
            model.panel_mut(panel).selected = Some(key);
            navigate::focus(model, panel);
        }
        Destination::Zoomed(panel) => {
            navigate::focus(model, panel);
            model.is_zoomed = true;
        }
        Destination::Unfolded => {
            let command = if model.incident.is_untested_open {
                Command::HideGroups
            } else {
                Command::ShowGroups
            };
            return run::run(model, command);
        }
        Destination::Unit(unit_id, layer_id) => {
            model.overlay = Some(Overlay::Lookup);
            let (cx, Components { lookup, .. }) = split(model);
            return lookup::open_unit(lookup, cx, unit_id, &layer_id);
        }
        Destination::History => return run::run(model, Command::History),
        Destination::Entry(journal_id) => {
            let effects = run::run(model, Command::History);
            history::open_entry(&mut model.history, journal_id);
            return effects;
        }
    }
    navigate::keep_in_sight(model);
    Vec::new()
}

/// Returns the row of the incident view for the page's experiment, or for the selected alarm; `None` if
/// neither is in the log.
pub(super) fn experiment_here(model: &Model) -> Option<Destination> {
    if let Some(page) = model.page() {
        let id = page.id.experiment()?;
        let is_listed = model.incident_view().is_listed(id);
        return is_listed.then(|| Destination::Row(Panel::Experiments, RowKey::of_experiment(id)));
    }
    let is_here = model.place() == Place::Panel(Panel::Attention);
    let leads = attention::selected(model).filter(|_| is_here)?.leads;
    matches!(leads, Destination::Row(Panel::Experiments, _)).then_some(leads)
}

/// Opens the page of the arm that lacks units, and searches for those that it got last.
pub(super) fn open_missing_arm(model: &mut Model) -> Vec<Effect> {
    let page = model.missing_arm().and_then(|missing| missing.page());
    let Some(page) = page else {
        return Vec::new();
    };
    let mut effects = go_to(model, Destination::Page(page));
    effects.extend(search_arm(model));
    effects
}

/// Searches for the units of the arm whose page is open, if one is.
pub(super) fn search_arm(model: &mut Model) -> Option<Effect> {
    let arm = model.listed_arm()?.clone();
    let exposures = model.incident_view().arm(&arm)?.arm.exposures;
    // Of an arm that never had an exposure there is nothing to find.
    (exposures > 0).then(|| arm_search::begin(&mut model.arm_search, arm, exposures))
}

/// Searches again for the units of the arm whose page is open, if the log has more of it.
pub(super) fn follow_arm(model: &mut Model) -> Option<Effect> {
    let arm = model.listed_arm()?;
    let exposures = model.incident_view().arm(arm)?.arm.exposures;
    let is_outdated = model.arm_search.is_outdated(exposures);
    is_outdated.then(|| search_arm(model))?
}

/// Opens the page of the split by the values of dimensions, and counts them if the log has grown since they were
/// counted.
pub(super) fn open_breakdown(model: &mut Model) -> Vec<Effect> {
    let page = model.split_here().and_then(|split| {
        let layer_id = split.layer_id.clone()?;
        Some(PageId::Breakdown(layer_id, SplitId::from(split)))
    });
    let Some(page) = page else {
        return Vec::new();
    };
    let mut effects = go_to(model, Destination::Page(page));
    let judged = model.incident.judged.as_deref();
    let known = model.breakdown.counted.clone();
    let known = known.filter(|known| judged.is_some_and(|judged| judged.rows == known.rows));
    effects.extend(break_down(model, known));
    effects
}

/// Counts again for the split that a page breaks down, if one does.
pub(super) fn break_down_anew(model: &mut Model) -> Option<Effect> {
    break_down(model, None)
}

fn break_down(model: &mut Model, known: Option<Arc<CountedDimensions>>) -> Option<Effect> {
    let asked = AskedBreakdown {
        split: model.broken_down()?.clone(),
        judged: Arc::clone(model.incident.judged.as_ref()?),
        columns: model.startup.dimensions.clone(),
        known,
    };
    Some(breakdown::begin(&mut model.breakdown, asked))
}

/// Goes to the attention item `step` further on than the one visited last, wherever it leads.
pub(super) fn go_to_attention(model: &mut Model, step: isize) -> Vec<Effect> {
    let items = model.attention();
    let state = model.panel(Panel::Attention);
    let key = |index: usize| items[index].key.clone();
    let now = state.selected_index(items.len(), key).unwrap_or(0);
    let newest = items.iter().position(|item| model.news.contains(&item.key));
    let count = items.len();
    let index = match newest {
        // The title names it, and it may be the worst.
        Some(newest) if step > 0 => newest,
        // The first one isn't left out, unless it was visited.
        None if step > 0 && !model.has_visited => now,
        _ => (now + count).wrapping_add_signed(step) % count,
    };
    let Attention {
        key,
        leads,
        id,
        says,
        ..
    } = &items[index];
    let outcome = Outcome {
        text: format!("{} of {count}: {id} {says}", index + 1),
        tone: Tone::Aside,
    };
    model.has_visited = true;
    let key = key.clone();
    model.panel_mut(Panel::Attention).select(index, key);
    model.pages.clear();
    let effects = go_to(model, leads.clone());
    model.outcome = Some(outcome);
    effects
}

/// Goes to the review of the change `step` further on than the one on the screen or selected.
pub(super) fn go_to_change(model: &mut Model, step: isize) -> Vec<Effect> {
    let all = pages::all_changes(model);
    let here = match model.page().map(|page| &page.id) {
        Some(PageId::Change(thing)) => all.iter().position(|other| other == thing),
        _ => None,
    };
    let last = all.len().saturating_sub(1);
    let index = match here {
        Some(here) => here.saturating_add_signed(step).min(last),
        None if step > 0 => 0,
        None => last,
    };
    let Some(thing) = all.into_iter().nth(index) else {
        return Vec::new();
    };
    // One review takes the other's place, so that Escape leaves them all.
    model
        .pages
        .pop_if(|page| matches!(page.id, PageId::Change(_)));
    go_to(model, Destination::Page(PageId::Change(thing)))
}

/// Requests the past, if a page or a draft needs it: how old a draft is stands only in the journal.
pub(super) fn want_past(model: &mut Model) -> Option<Effect> {
    let loaded = model.loaded.as_ref()?;
    let (states, last) = (loaded.states.as_ref()?, loaded.database.last_entry);
    let is_wanted = model.past.is_wanted || has_drafts(&states.before);
    let revision = states.before.revision.clone();
    is_wanted.then(|| past::want(&mut model.past, &revision, last))?
}

fn has_drafts(state: &State) -> bool {
    let mut experiments = state.layers.values().flat_map(|layer| &layer.experiments);
    experiments.any(|experiment| experiment.status == Status::Draft)
}
