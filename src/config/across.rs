//! What only several files together show: ids and salts that are used twice.

use std::collections::HashMap;

use crate::diagnostic::Place;
use crate::domain::{HashAlgorithm, LayerId};

use super::checked::Finding;
use super::report::Report;
use super::rules::{identity, warnings};
use super::written::{Written, WrittenLayer};

/// An experiment's id with the id of the layer in whose file it stands, if that is known.
type Known<'w> = (&'w Written<String>, Option<&'w str>);

/// The findings over these layers, which come in order of their files.
pub(super) fn check(layers: &[&WrittenLayer]) -> Vec<Finding> {
    let mut findings = Vec::new();
    duplicate_layers(layers, &mut findings);
    let experiments = duplicate_experiments(layers, &mut findings);
    shared_salts(layers, &experiments, &mut findings);
    findings
}

fn duplicate_layers(layers: &[&WrittenLayer], findings: &mut Vec<Finding>) {
    let mut first: HashMap<&str, &Place> = HashMap::new();
    for id in layers.iter().filter_map(|layer| layer.layer_id.given()) {
        match first.get(id.value.as_str()) {
            None => {
                first.insert(&id.value, &id.place);
            }
            Some(place) => {
                let concerned = [Some(id.value.as_str()), None];
                add(findings, concerned, |report| {
                    identity::duplicate_layer(id, place, report);
                });
            }
        }
    }
}

/// Also gives the first experiment of each id.
fn duplicate_experiments<'w>(
    layers: &[&'w WrittenLayer],
    findings: &mut Vec<Finding>,
) -> HashMap<&'w str, Known<'w>> {
    let mut first: HashMap<&str, Known<'_>> = HashMap::new();
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
            // The copy of a whole file is one mistake, and found as a layer that stands twice.
            let is_copy = layer_id.is_some()
                && layer_id == *earlier_layer
                && id.place.file != earlier.place.file;
            if !is_copy {
                add(findings, [layer_id, *earlier_layer], |report| {
                    identity::duplicate_experiment(id, &earlier.place, report);
                });
            }
        }
    }
    first
}

fn shared_salts(
    layers: &[&WrittenLayer],
    experiments: &HashMap<&str, Known<'_>>,
    findings: &mut Vec<Finding>,
) {
    let mut first: HashMap<&str, (&Place, &str)> = HashMap::new();
    for layer in layers {
        let (Some(salt), Some(layer_id)) = (layer.layer_salt.given(), id_of(layer)) else {
            continue;
        };
        match first.get(salt.value.as_str()) {
            None => {
                first.insert(&salt.value, (&salt.place, layer_id));
            }
            Some((_, other)) if *other == layer_id => {}
            Some((place, other)) => add(findings, [Some(layer_id), Some(other)], |report| {
                warnings::salt_of_layer(salt, other, place, report);
            }),
        }
        let algorithm = layer.hash_algorithm.given();
        let is_md5 = algorithm.is_some_and(|name| name.value.parse() == Ok(HashAlgorithm::Md5));
        if let Some((id, theirs)) = experiments.get(salt.value.as_str()).filter(|_| is_md5) {
            add(findings, [Some(layer_id), *theirs], |report| {
                warnings::salt_of_experiment(salt, &id.place, report);
            });
        }
    }
}

fn id_of(layer: &WrittenLayer) -> Option<&str> {
    Some(&layer.layer_id.given()?.value)
}

/// Adds what `report` gets, as concerning the layers whose ids are known.
fn add(findings: &mut Vec<Finding>, concerned: [Option<&str>; 2], check: impl FnOnce(&mut Report)) {
    let mut layers: Vec<LayerId> = concerned.into_iter().flatten().map(LayerId::from).collect();
    layers.sort();
    layers.dedup();
    let mut report = Report::default();
    check(&mut report);
    findings.extend(report.findings.into_iter().map(|diagnostic| Finding {
        diagnostic,
        layers: layers.clone(),
    }));
}
