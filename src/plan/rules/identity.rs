//! What identifies a layer or an experiment: changing it would move units that have a variant.

use super::Violation;
use crate::diagnostic::{Rule, Severity};
use crate::domain::{DesiredLayer, Experiment, Layer, LayerId};

pub(super) static IMMUTABLE_SALT: Rule = Rule {
    code: "immutable-salt",
    severity: Severity::Error,
    what: "A layer's `layer_salt` never changes after creation.",
    why: "The salt decides every unit's slot: another one sends nearly all units elsewhere.",
    example: "layer_id: home\nlayer_salt: another_salt",
    fix: "Restore the salt that the database has; for a fresh start, create a new layer.",
};

pub(super) static IMMUTABLE_SLOTS: Rule = Rule {
    code: "immutable-slots",
    severity: Severity::Error,
    what: "A layer's `total_slots` never changes after creation.",
    why: "A unit's slot is its hash modulo the number of slots: another number moves nearly all units.",
    example: "layer_id: home\ntotal_slots: 200  # was 100",
    fix: "Write the number of slots that the database has, or leave the key out: the layer keeps its \
           own. For another number create a new layer.",
};

pub(super) static IMMUTABLE_HASH: Rule = Rule {
    code: "immutable-hash",
    severity: Severity::Error,
    what: "A layer's `hash_algorithm` never changes after creation.",
    why: "Another hash sends every unit to another slot and another variant.",
    example: "layer_id: home\nhash_algorithm: sha256  # was md5",
    fix: "Name the algorithm that the database has, or leave the key out: the layer keeps its own.",
};

pub(super) static IMMUTABLE_LAYER: Rule = Rule {
    code: "immutable-layer",
    severity: Severity::Error,
    what: "An experiment stays on the layer on which it was created.",
    why: "Another layer has another salt and other slots: its units would all change.",
    example: "# in checkout.yml, while the database has it on `home`\n- experiment_id: hero_v1",
    fix: "Move the experiment back to its layer's file, or give the new one another `experiment_id`.",
};

pub(super) static IMMUTABLE_VARIANTS: Rule = Rule {
    code: "immutable-variants",
    severity: Severity::Error,
    what: "An experiment's `variants`, and their order, never change after creation.",
    why: "Variants are found by walking them in order: a new one, or a new order, moves units between arms.",
    example: "variants: [green, blue]  # was [blue, green]",
    fix: "Restore the variants, or create a new experiment.",
};

pub(super) static IMMUTABLE_SPLITTER: Rule = Rule {
    code: "immutable-splitter",
    severity: Severity::Error,
    what: "An experiment's `splitter_type` never changes after creation.",
    why: "Another splitter feeds the hash differently or not at all: units change their variants.",
    example: "splitter_type: geo  # was hash",
    fix: "Restore the splitter type, or create a new experiment.",
};

/// Checks the layer's own values against those in the database.
pub(in crate::plan) fn check_layer(desired: &DesiredLayer, layer: &Layer) -> Vec<Violation> {
    let id = &desired.layer_id;
    let mut violations = Vec::new();
    let mut violate = |rule: &'static Rule, key: &'static str, has: &str, wants: &str| {
        let message = format!(
            "`{key}` of layer `{id}` can't change: the database has `{has}`, the file says `{wants}`"
        );
        let help = format!("write `{key}: {has}`, or create a new layer");
        violations.push(Violation::of_layer(rule, id, key, message, help));
    };
    if desired.layer_salt != layer.layer_salt {
        violate(
            &IMMUTABLE_SALT,
            "layer_salt",
            &layer.layer_salt,
            &desired.layer_salt,
        );
    }
    if let Some(wants) = desired
        .total_slots
        .filter(|wants| *wants != layer.total_slots)
    {
        let (has, wants) = (layer.total_slots.to_string(), wants.to_string());
        violate(&IMMUTABLE_SLOTS, "total_slots", &has, &wants);
    }
    if let Some(wants) = desired
        .hash_algorithm
        .filter(|wants| *wants != layer.hash_algorithm)
    {
        let has = layer.hash_algorithm.as_str();
        violate(&IMMUTABLE_HASH, "hash_algorithm", has, wants.as_str());
    }
    violations
}

/// Reports an experiment that the database has on another layer.
pub(in crate::plan) fn stands_elsewhere(
    layer_id: &LayerId,
    wants: &Experiment,
    elsewhere: &LayerId,
) -> Violation {
    let id = &wants.experiment_id;
    Violation::of_experiment(
        &IMMUTABLE_LAYER,
        (layer_id, id),
        "layer_id",
        format!(
            "experiment `{id}` can't move to layer `{layer_id}`: the database has it on `{elsewhere}`"
        ),
        format!(
            "move it back to the file of `{elsewhere}`, or give this one a new `experiment_id`"
        ),
    )
}

/// Checks an experiment's identity against the database.
pub(in crate::plan) fn check_experiment(
    layer_id: &LayerId,
    has: &Experiment,
    wants: &Experiment,
) -> Vec<Violation> {
    let id = &wants.experiment_id;
    let mut violations = Vec::new();
    let mut violate = |rule: &'static Rule, key: &'static str, has: String, wants: String| {
        let message = format!(
            "`{key}` of experiment `{id}` can't change: the database has {has}, the file says {wants}"
        );
        let help = format!("write `{key}: {has}`, or create a new experiment");
        violations.push(Violation::of_experiment(
            rule,
            (layer_id, id),
            key,
            message,
            help,
        ));
    };
    if !wants
        .traffic_allocation
        .has_variants_of(&has.traffic_allocation)
    {
        violate(
            &IMMUTABLE_VARIANTS,
            "variants",
            variants(has),
            variants(wants),
        );
    }
    let (had, wanted) = (has.splitter.kind(), wants.splitter.kind());
    if had != wanted {
        violate(
            &IMMUTABLE_SPLITTER,
            "splitter_type",
            had.to_string(),
            wanted.to_string(),
        );
    }
    violations
}

fn variants(experiment: &Experiment) -> String {
    let names: Vec<&str> = experiment
        .traffic_allocation
        .variants()
        .map(AsRef::as_ref)
        .collect();
    format!("[{}]", names.join(", "))
}
