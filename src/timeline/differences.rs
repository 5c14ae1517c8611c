//! How two states of the layers differ: in which layers and experiments, and in words.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::{
    ExperimentId, LayerId, LayerState, Layers, SlotRun, SlotUse, differing_attributes,
};
use crate::plan::ChangedThing;

/// Returns the layers and experiments that differ, in order; of a layer that is new or gone, its experiments
/// too.
pub(super) fn differing_things(before: &Layers, after: &Layers) -> BTreeSet<ChangedThing> {
    let ids: BTreeSet<&LayerId> = before.keys().chain(after.keys()).collect();
    let mut found = BTreeSet::new();
    for id in ids {
        let (had, has) = (before.get(id), after.get(id));
        if let (Some(had), Some(has)) = (had, has)
            && (Arc::ptr_eq(had, has) || had.is_same(has))
        {
            continue;
        }
        let (had, has) = (had.map(|it| &**it), has.map(|it| &**it));
        let experiments = had.into_iter().chain(has).flat_map(|it| &it.experiments);
        let experiments = experiments.map(|it| Some(it.experiment_id.clone()));
        let things = std::iter::once(None).chain(experiments);
        let things = things.map(|experiment_id| ChangedThing {
            layer_id: id.clone(),
            experiment_id,
        });
        found.extend(things.filter(|thing| difference(thing, had, has).is_some()));
    }
    found
}

/// Describes how a layer itself, or one of its experiments, differs between two states of the layer, which may
/// not exist; `None` if it doesn't.
pub(super) fn difference(
    thing: &ChangedThing,
    before: Option<&LayerState>,
    after: Option<&LayerState>,
) -> Option<String> {
    let having = |layer| having(thing, layer);
    let words = match (having(before), having(after), &thing.experiment_id) {
        (Some(had), Some(has), Some(id)) => experiment_words(id, had, has),
        (Some(had), Some(has), None) => layer_words(had, has),
        (None, Some(_), _) => vec!["is new".to_owned()],
        (Some(_), None, _) => vec!["is gone".to_owned()],
        (None, None, _) => Vec::new(),
    };
    (!words.is_empty()).then(|| words.join(", "))
}

/// Returns whether no layer file decides how it should be: which slots an experiment has, or whether it is
/// active while it is held.
pub(super) fn is_beyond_files(
    thing: &ChangedThing,
    before: Option<&LayerState>,
    after: Option<&LayerState>,
) -> bool {
    let Some(id) = &thing.experiment_id else {
        return false;
    };
    let (Some(had), Some(has)) = (having(thing, before), having(thing, after)) else {
        return false;
    };
    let is_held = [had, has].iter().any(|it| it.holds.contains_key(id));
    is_held || had.slots.runs_of(id).ne(has.slots.runs_of(id))
}

/// Returns the layer, if it has the thing.
fn having<'l>(thing: &ChangedThing, layer: Option<&'l LayerState>) -> Option<&'l LayerState> {
    let mut ids = thing.experiment_id.iter();
    layer.filter(|layer| ids.all(|id| layer.experiment(id).is_some()))
}

/// Describes how a layer itself differs.
fn layer_words(had: &LayerState, has: &LayerState) -> Vec<String> {
    let (had, has) = (&had.layer, &has.layer);
    let mut words = Vec::new();
    if had.layer_salt != has.layer_salt {
        words.push("layer_salt changed".to_owned());
    }
    let caps = (had.total_traffic_percentage, has.total_traffic_percentage);
    if !caps.0.is_same(caps.1) {
        words.push(format!("total_traffic_percentage {} → {}", caps.0, caps.1));
    }
    if had.total_slots != has.total_slots {
        words.push(format!(
            "total_slots {} → {}",
            had.total_slots, has.total_slots
        ));
    }
    if had.hash_algorithm != has.hash_algorithm {
        let (from, to) = (had.hash_algorithm, has.hash_algorithm);
        words.push(format!("hash_algorithm {from} → {to}"));
    }
    words
}

fn runs<'a>(
    layer: &'a LayerState,
    id: &'a ExperimentId,
    usage: SlotUse,
) -> impl Iterator<Item = &'a SlotRun> {
    let runs = layer.slots.runs_of(id);
    runs.filter(move |run| run.usage == usage)
}

/// Describes how an experiment that both have, its slots and its hold differ. A status needs no key to be
/// understood.
fn experiment_words(id: &ExperimentId, before: &LayerState, after: &LayerState) -> Vec<String> {
    let (Some(had), Some(has)) = (before.experiment(id), after.experiment(id)) else {
        return Vec::new();
    };
    let differing = differing_attributes(had, has);
    let mut words: Vec<String> = differing
        .map(|attribute| match (attribute.key, attribute.words) {
            ("status", Some(words)) => format!("{} → {}", words(had), words(has)),
            (key, Some(words)) => format!("{key} {} → {}", words(had), words(has)),
            (key, None) => format!("{key} changed"),
        })
        .collect();
    for (usage, name) in [(SlotUse::Active, "active"), (SlotUse::Reserved, "reserved")] {
        let slots = |layer: &LayerState| layer.slots.count(id, usage);
        let (from, to) = (slots(before), slots(after));
        if from != to {
            words.push(format!("{name} slots {from} → {to}"));
        } else if runs(before, id, usage).ne(runs(after, id, usage)) {
            words.push(format!("other {name} slots"));
        }
    }
    match (before.holds.get(id), after.holds.get(id)) {
        (None, Some(_)) => words.push("held".to_owned()),
        (Some(_), None) => words.push("released".to_owned()),
        (had, has) if had != has => words.push("another hold".to_owned()),
        _ => {}
    }
    words
}
