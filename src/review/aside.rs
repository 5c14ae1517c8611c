//! Which findings of the files concern what a staged plan chose. A mistake in a sibling's values must not
//! stand in the way of an experiment that is sound.

use crate::config::{Checked, Finding};
use crate::domain::{LayerId, State};
use crate::plan::{ChangedThing, Scope, needs_own_values};

/// The keys of a layer that decide the slots of its experiments, besides its id.
const OWN_KEYS: [&str; 4] = [
    "layer_salt",
    "total_slots",
    "total_traffic_percentage",
    "hash_algorithm",
];

/// Sets aside the findings about a chosen layer that concern nothing chosen.
pub(super) fn set_aside(findings: &mut [Finding], checked: &Checked, state: &State, scope: &Scope) {
    let Scope::Only(chosen) = scope else { return };
    for finding in findings {
        let mut of_layers = chosen
            .iter()
            .filter(|staged| finding.layers.contains(&staged.layer_id));
        finding.is_aside = scope.concerns(&finding.layers)
            && !of_layers.any(|staged| is_about(finding, staged, checked, state));
    }
}

/// Returns whether an error of the files blocks a plan of this alone.
pub(super) fn is_blocked(thing: &ChangedThing, checked: &Checked, state: &State) -> bool {
    let findings = checked.findings.iter();
    let mut errors = findings.filter(|finding| {
        finding.diagnostic.is_error() && finding.layers.contains(&thing.layer_id)
    });
    errors.any(|error| is_about(error, thing, checked, state))
}

fn is_about(finding: &Finding, staged: &ChangedThing, checked: &Checked, state: &State) -> bool {
    let path = finding.diagnostic.path.as_str();
    if let Some(id) = checked.experiment_of(finding) {
        return staged.experiment_id.as_ref() == Some(&id);
    }
    match path {
        // The file as a whole, a layer that is in two files, or what may be any experiment.
        "" | "layer_id" | "experiments" => true,
        path if path.starts_with("experiments[") => false,
        path => {
            let is_own = OWN_KEYS.contains(&path);
            // A misspelled key leaves a value unknown.
            (is_own || !has_sound_values(checked, &staged.layer_id))
                && needs_own_values(&checked.desired, state, staged)
        }
    }
}

/// Returns whether the layer's own values are sound.
fn has_sound_values(checked: &Checked, id: &LayerId) -> bool {
    let desired = &checked.desired;
    let mut parts = desired.sound_parts.iter();
    desired.layer(id).is_some() || parts.any(|part| part.layer_id == *id && part.own.is_some())
}
