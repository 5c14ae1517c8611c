//! Checks across files: ids and salts that are used twice.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Span;
use crate::domain::{HashAlgorithm, LayerId};

use super::checked::Finding;
use super::file_report::FileReport;
use super::rules::identity::{Looks, invisible_difference};
use super::rules::{identity, warnings};
use super::written::{IndexedLayer, WholeNumber, Written};

/// An experiment's id, with the id of the layer in whose file it is, if known.
type LocatedId<'w> = (&'w Written<String>, Option<&'w str>);

/// Returns the findings across these layers, which are sorted by file.
pub(super) fn check(layers: &[&Arc<IndexedLayer>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    duplicate_layers(layers, &mut findings);
    duplicate_experiments(layers, &mut findings);
    lookalikes(layers, &mut findings);
    shared_salts(layers, &mut findings);
    findings
}

fn duplicate_layers(layers: &[&Arc<IndexedLayer>], findings: &mut Vec<Finding>) {
    let mut first: HashMap<&str, &Span> = HashMap::new();
    for id in layers.iter().filter_map(|layer| layer.layer_id.given()) {
        match first.get(id.value.as_str()) {
            None => {
                first.insert(&id.value, &id.span);
            }
            Some(span) => {
                let concerned = [Some(id.value.as_str()), None];
                add(findings, concerned, |report| {
                    identity::duplicate_layer(id, span, report);
                });
            }
        }
    }
}

fn duplicate_experiments(layers: &[&Arc<IndexedLayer>], findings: &mut Vec<Finding>) {
    let mut first: HashMap<&str, LocatedId<'_>> = HashMap::new();
    for layer in layers {
        let layer_id = id_of(layer);
        for experiment in &layer.experiments {
            let Some(id) = experiment.experiment_id.given() else {
                continue;
            };
            let Some((earlier, earlier_layer)) = first.get(id.value.as_str()) else {
                first.insert(&id.value, (id, layer_id));
                continue;
            };
            // A copied file is one mistake, reported as a duplicate layer.
            let is_copy = layer_id.is_some()
                && layer_id == *earlier_layer
                && id.span.file != earlier.span.file;
            if !is_copy {
                add(findings, [layer_id, *earlier_layer], |report| {
                    identity::duplicate_experiment(id, &earlier.span, report);
                });
            }
        }
    }
}

fn lookalikes(layers: &[&Arc<IndexedLayer>], findings: &mut Vec<Finding>) {
    let experiments = layers.iter().flat_map(|layer| &layer.experiments);
    let experiment_ids = experiments.filter_map(|experiment| experiment.experiment_id.given());
    let layer_ids = layers.iter().filter_map(|layer| layer.layer_id.given());
    lookalike_ids("experiment", experiment_ids, layers, findings);
    lookalike_ids("layer", layer_ids, layers, findings);
}

fn lookalike_ids<'w>(
    what: &str,
    ids: impl Iterator<Item = &'w Written<String>>,
    layers: &[&Arc<IndexedLayer>],
    findings: &mut Vec<Finding>,
) {
    let layer_of = |id: &Written<String>| {
        let mut layers = layers.iter().copied();
        layers
            .find(|layer| layer.span.file == id.span.file)
            .and_then(|layer| id_of(layer))
    };
    let mut looks = Looks::default();
    for id in ids {
        if let Some(earlier) = looks.add(id) {
            add(findings, [layer_of(id), layer_of(earlier)], |report| {
                invisible_difference(what, id, earlier, report);
            });
        }
    }
}

fn shared_salts(layers: &[&Arc<IndexedLayer>], findings: &mut Vec<Finding>) {
    let mut earlier: HashMap<&str, Vec<(&IndexedLayer, &str)>> = HashMap::new();
    for layer in layers {
        let (Some(salt), Some(layer_id)) = (layer.layer_salt.given(), id_of(layer)) else {
            continue;
        };
        let others = earlier.entry(salt.value.as_str()).or_default();
        let correlated = others
            .iter()
            .find(|(other, other_id)| *other_id != layer_id && are_correlated(layer, other));
        if let Some((other, other_id)) = correlated {
            let span = other
                .layer_salt
                .given()
                .map_or(&other.span, |salt| &salt.span);
            add(findings, [Some(layer_id), Some(other_id)], |report| {
                warnings::shared_salt(salt, other_id, span, report);
            });
        }
        others.push((layer, layer_id));
    }
}

/// Whether the slots of two layers with the same salt correlate: both are the same hash modulo the
/// number of slots. Unknown values count as correlated.
fn are_correlated(one: &IndexedLayer, other: &IndexedLayer) -> bool {
    let slots = |layer: &IndexedLayer| match layer.total_slots.given()?.value {
        WholeNumber::Small(slots) => u32::try_from(slots).ok(),
        WholeNumber::Huge(_) => None,
    };
    let have_common_factor = match (slots(one), slots(other)) {
        (Some(one), Some(other)) => greatest_common_factor(one, other) > 1,
        _ => true,
    };
    let algorithm =
        |layer: &IndexedLayer| Some(layer.hash_algorithm.given()?.value.parse::<HashAlgorithm>());
    let has_same_hash = match (algorithm(one), algorithm(other)) {
        (Some(Ok(one)), Some(Ok(other))) => one == other,
        _ => true,
    };
    have_common_factor && has_same_hash
}

fn greatest_common_factor(one: u32, other: u32) -> u32 {
    if other == 0 {
        one
    } else {
        greatest_common_factor(other, one % other)
    }
}

fn id_of(layer: &IndexedLayer) -> Option<&str> {
    Some(&layer.layer_id.given()?.value)
}

/// Adds what `report` gets, with the layers concerned whose ids are known.
fn add(
    findings: &mut Vec<Finding>,
    concerned: [Option<&str>; 2],
    check: impl FnOnce(&mut FileReport),
) {
    let mut layers: Vec<LayerId> = concerned.into_iter().flatten().map(LayerId::from).collect();
    layers.sort();
    layers.dedup();
    let mut report = FileReport::default();
    check(&mut report);
    findings.extend(report.findings.into_iter().map(|diagnostic| Finding {
        diagnostic,
        layers: layers.clone(),
        is_aside: false,
    }));
}
