//! Which reason explains a row that doesn't fit its time.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Reason;
use super::fit::{Fit, fit, fit_variant, holder, is_status};
use super::known::Known;
use crate::assign::{AssignmentStatus, CompiledLayer, slot};
use crate::domain::{HashAlgorithm, Layer, SlotIndex};
use crate::exposure::LoggedRow;
use crate::timeline::Apply;

/// Why a row doesn't fit.
pub(super) struct Why<'t> {
    pub(super) reason: Reason,
    /// The apply that the service hadn't seen, or had seen too early.
    pub(super) apply: Option<Distant<'t>>,
}

/// An apply, and how far the row is from it.
pub(super) struct Distant<'t> {
    pub(super) apply: &'t Apply,
    pub(super) by: SignedDuration,
}

/// The first reason that explains the row of this era.
pub(super) fn explain<'t>(known: &Known<'t>, row: &LoggedRow, era: usize) -> Why<'t> {
    // Whichever apply is nearer.
    let stale = unseen(known, row, era).map(|apply| Why {
        reason: Reason::StaleService,
        apply: Some(Distant {
            apply,
            by: row.at.duration_since(apply.at).max(SignedDuration::ZERO),
        }),
    });
    let ahead = foreseen(known, row, era).map(|apply| Why {
        reason: Reason::Ahead,
        apply: Some(Distant {
            apply,
            // Where a clock was put back, the apply may have the earlier time.
            by: apply.at.duration_since(row.at).max(SignedDuration::ZERO),
        }),
    });
    let distance = |why: &Why| why.apply.as_ref().map(|apply| apply.by);
    let nearest = stale.into_iter().chain(ahead).min_by_key(distance);
    nearest.unwrap_or_else(|| Why {
        reason: match known.layer(era, &row.layer_id) {
            None => Reason::UnknownLayer,
            Some(layer) => in_layer(known, row, layer),
        },
        apply: None,
    })
}

/// The first apply that the service hadn't seen, if the row fits the layer before it.
fn unseen<'t>(known: &Known<'t>, row: &LoggedRow, era: usize) -> Option<&'t Apply> {
    let eras = known.timeline.eras();
    let mut tried = known.layer(era, &row.layer_id)?;
    let mut slots = Slots::default();
    for earlier in (0..era).rev() {
        // Where it wasn't there yet, it wasn't there before either.
        let layer = known.layer(earlier, &row.layer_id)?;
        if !Arc::ptr_eq(layer, tried) && slots.fits(layer, row) {
            return eras[earlier + 1].apply.as_ref();
        }
        tried = layer;
    }
    None
}

/// The apply that the service had seen too early, if the row fits the layer after it.
fn foreseen<'t>(known: &Known<'t>, row: &LoggedRow, era: usize) -> Option<&'t Apply> {
    let eras = known.timeline.eras();
    let mut tried = known.layer(era, &row.layer_id);
    let mut slots = Slots::default();
    for (later, begun) in eras.iter().enumerate().skip(era + 1) {
        let Some(layer) = known.layer(later, &row.layer_id) else {
            continue;
        };
        let is_other = tried.is_none_or(|tried| !Arc::ptr_eq(layer, tried));
        if is_other && slots.fits(layer, row) {
            return begun.apply.as_ref();
        }
        tried = Some(layer);
    }
    None
}

/// The unit's slot in the versions of a layer: hashed once, since what is hashed hardly ever changes.
#[derive(Default)]
struct Slots<'l> {
    last: Option<(&'l Layer, SlotIndex)>,
}

impl<'l> Slots<'l> {
    fn fits(&mut self, layer: &'l CompiledLayer, row: &LoggedRow) -> bool {
        let settings = &layer.layer;
        let slot = match self.last {
            Some((last, slot)) if is_hashed_alike(last, settings) => slot,
            _ => layer.slot(&row.unit_id),
        };
        self.last = Some((settings, slot));
        fit(layer, settings.hash_algorithm, slot, row) != Fit::Not
    }
}

fn is_hashed_alike(a: &Layer, b: &Layer) -> bool {
    a.hash_algorithm == b.hash_algorithm
        && a.total_slots == b.total_slots
        && a.layer_salt == b.layer_salt
}

fn in_layer(known: &Known, row: &LoggedRow, layer: &CompiledLayer) -> Reason {
    let Layer {
        layer_salt: salt,
        total_slots: total,
        hash_algorithm: algorithm,
        ..
    } = &layer.layer;
    let mut others = HashAlgorithm::ALL.into_iter();
    let fits_other = others.any(|other| {
        other != *algorithm
            && fit(layer, other, slot(other, salt, &row.unit_id, *total), row) != Fit::Not
    });
    if fits_other {
        return Reason::OtherAlgorithm;
    }
    let is_unknown = |id: &str| known.experiment(id).is_none();
    if row.experiment_id.as_deref().is_some_and(is_unknown) {
        return Reason::UnknownExperiment;
    }
    let logged = logged_slot(row).filter(|slot| slot.0 < *total);
    match logged {
        Some(logged) if logged == layer.slot(&row.unit_id) => {
            if is_right_but_for_the_time(layer, logged, row) {
                Reason::Inactive
            } else {
                Reason::Tampered
            }
        }
        Some(logged) if fit(layer, *algorithm, logged, row) != Fit::Not => Reason::OtherSalt,
        _ => Reason::Tampered,
    }
}

/// The slot that the row says, if any layer could have it.
pub(super) fn logged_slot(row: &LoggedRow) -> Option<SlotIndex> {
    let slot = row.slot_index?;
    u32::try_from(slot).ok().map(SlotIndex)
}

/// Whether the row is assigned as it should have been, had its experiment assigned.
fn is_right_but_for_the_time(layer: &CompiledLayer, slot: SlotIndex, row: &LoggedRow) -> bool {
    let Some(experiment) = holder(layer, slot) else {
        return false;
    };
    row.experiment_id.as_deref() == Some(experiment.experiment_id.as_str())
        && !experiment.is_assigning(row.at)
        && is_status(row, AssignmentStatus::Assigned)
        && fit_variant(experiment, layer.layer.hash_algorithm, row) != Fit::Not
}
