//! Where a new experiment goes, and how much of its layer it gets.

use super::state::{EDIT_RUNNING, OpensAfter};
use super::{Edits, NewExperiment};
use crate::console::effect::Effect;
use crate::console::model::LayerRow;
use crate::domain::{Fraction, decimal_sum};

/// A new experiment gets this part of its layer, if so much is free.
const USUAL_SHARE: f64 = 0.1;

/// Returns why no new experiment can be written into the layer's file; `None` if one can.
pub(in crate::console) fn new_experiment_disabled(edits: &Edits, row: &LayerRow) -> Option<String> {
    if edits.running.is_some() {
        return Some(EDIT_RUNNING.to_owned());
    }
    if row.file.is_none() {
        return Some("the layer isn't in any file".to_owned());
    }
    if row.is_in_error {
        // How much is free isn't known.
        return Some("an error concerns the layer: see Problems".to_owned());
    }
    share_of_new(row)
        .is_none()
        .then(|| "the layer has no free slots".to_owned())
}

/// Requests a new experiment in the layer's file.
pub(in crate::console) fn create(edits: &mut Edits, row: &LayerRow) -> Vec<Effect> {
    let Some(((file, _), share)) = row.file.clone().zip(share_of_new(row)) else {
        return Vec::new();
    };
    let request = super::update::begin(edits, false);
    edits.opens = OpensAfter::Editor;
    let new = NewExperiment {
        layer_id: row.layer_id.clone(),
        file,
        share,
    };
    vec![Effect::CreateExperiment(request, new)]
}

/// Returns a whole number of slots that will be free, as a share of the layer; `None` if there are none.
fn share_of_new(row: &LayerRow) -> Option<Fraction> {
    let layer = row.after.as_ref()?;
    let total = layer.layer.total_slots;
    let holding = layer.experiments.iter().filter(|known| known.holds_slots());
    let taken = decimal_sum(holding.map(|known| known.reserved_percentage.value()));
    let left = decimal_sum([layer.layer.total_traffic_percentage.value(), -taken]);
    let left = Fraction::new(left.clamp(0.0, 1.0))?;
    let usual = Fraction::new(USUAL_SHARE)?.slots_of(total);
    // Rounded up, the last slot may be one that is only partly left.
    let whole = left.slots_of(total) - u32::from(left.rounds_on(total));
    let slots = usual.min(whole).min(layer.slots.unused());
    let share = Fraction::new(f64::from(slots) / f64::from(total))?;
    (slots > 0).then_some(share)
}
