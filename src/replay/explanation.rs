//! Explains rows that don't match the state of their time: the reason, and a sentence with details.

use jiff::SignedDuration;

use super::compiled_timeline::{CompiledTimeline, LayerVersion};
use super::row_fit::{
    Fit, UNKNOWN_GROUP, active_experiment, expected_answer, expected_status, fit_row, fit_variant,
};
use super::{Reason, RowAnswer};
use crate::assign::{AssignmentStatus, CompiledLayer, slot};
use crate::diagnostic::quoted;
use crate::domain::{HashAlgorithm, Inactivity, Layer, SlotIndex};
use crate::exposure::LoggedRow;
use crate::timeline::Apply;

/// Why a row doesn't fit, with the values for its sentence.
pub(super) enum MismatchCause<'t> {
    /// It fits the layer before this apply.
    StaleService(NearbyApply<'t>),
    /// It fits the layer after this apply.
    Ahead(NearbyApply<'t>),
    UnknownLayer,
    /// It doesn't fit its layer.
    InLayer(&'t CompiledLayer, LayerCause),
}

/// Why a row doesn't fit its layer.
#[derive(Clone, Copy)]
pub(super) enum LayerCause {
    OtherAlgorithm(HashAlgorithm),
    UnknownExperiment,
    OtherSalt,
    Inactive(Inactivity),
    Tampered,
}

impl<'t> MismatchCause<'t> {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::StaleService(_) => Reason::StaleService,
            Self::Ahead(_) => Reason::Ahead,
            Self::UnknownLayer => Reason::UnknownLayer,
            Self::InLayer(_, cause) => match cause {
                LayerCause::OtherAlgorithm(_) => Reason::OtherAlgorithm,
                LayerCause::UnknownExperiment => Reason::UnknownExperiment,
                LayerCause::OtherSalt => Reason::OtherSalt,
                LayerCause::Inactive(_) => Reason::Inactive,
                LayerCause::Tampered => Reason::Tampered,
            },
        }
    }

    /// The apply that the service hadn't seen yet, or saw too early.
    pub(super) fn apply(&self) -> Option<&NearbyApply<'t>> {
        match self {
            Self::StaleService(nearby) | Self::Ahead(nearby) => Some(nearby),
            Self::UnknownLayer | Self::InLayer(..) => None,
        }
    }
}

/// An apply and its distance from the row.
pub(super) struct NearbyApply<'t> {
    pub(super) apply: &'t Apply,
    pub(super) distance: SignedDuration,
}

/// By what the era of a row was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// The row says which state answered.
    Revision,
    Time,
}

/// Explains a row of this era by the first reason that fits. A row that says which state answered can't be
/// explained by another state.
pub(super) fn explain<'k>(
    known: &'k CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    basis: Basis,
) -> MismatchCause<'k> {
    let nearest = match basis {
        Basis::Revision => None,
        Basis::Time => explain_by_apply(known, row, era),
    };
    nearest.unwrap_or_else(|| match known.layer(era, &row.layer_id) {
        None => MismatchCause::UnknownLayer,
        Some(layer) => MismatchCause::InLayer(layer, explain_in_layer(known, row, layer)),
    })
}

/// Returns the nearest apply on whose other side the row fits.
fn explain_by_apply<'k>(
    known: &'k CompiledTimeline,
    row: &LoggedRow,
    era: usize,
) -> Option<MismatchCause<'k>> {
    let stale = find_unseen_apply(known, row, era).map(|apply| {
        let distance = row.at.duration_since(apply.at).max(SignedDuration::ZERO);
        MismatchCause::StaleService(NearbyApply { apply, distance })
    });
    let ahead = find_early_apply(known, row, era).map(|apply| {
        // If a clock was set back, the apply may have the earlier time.
        let distance = apply.at.duration_since(row.at).max(SignedDuration::ZERO);
        MismatchCause::Ahead(NearbyApply { apply, distance })
    });
    let distance = |it: &MismatchCause| it.apply().map(|nearby| nearby.distance);
    stale.into_iter().chain(ahead).min_by_key(distance)
}

/// Finds the apply that the service hadn't seen yet: the row fits the layer before it.
fn find_unseen_apply<'t>(
    known: &CompiledTimeline<'t>,
    row: &LoggedRow,
    era: usize,
) -> Option<&'t Apply> {
    let (past, _) = known.versions(era, &row.layer_id);
    let mut slots = UnitSlotCache::default();
    for pair in past.windows(2).rev() {
        let [earlier, later] = pair else { break };
        // A layer that doesn't exist yet has no earlier version.
        later.layer.as_ref()?;
        if slots.fits(earlier.layer.as_ref()?, row) {
            return known.timeline.eras()[later.first_era].apply.as_ref();
        }
    }
    None
}

/// Finds the apply that the service saw too early: the row fits the layer after it.
fn find_early_apply<'t>(
    known: &CompiledTimeline<'t>,
    row: &LoggedRow,
    era: usize,
) -> Option<&'t Apply> {
    let (_, future) = known.versions(era, &row.layer_id);
    let mut slots = UnitSlotCache::default();
    for LayerVersion { first_era, layer } in future {
        if layer.as_ref().is_some_and(|layer| slots.fits(layer, row)) {
            return known.timeline.eras()[*first_era].apply.as_ref();
        }
    }
    None
}

/// The unit's slot in successive versions of a layer, hashed again only if the hash's inputs changed.
#[derive(Default)]
struct UnitSlotCache<'l> {
    last: Option<(&'l Layer, SlotIndex)>,
}

impl<'l> UnitSlotCache<'l> {
    fn fits(&mut self, layer: &'l CompiledLayer, row: &LoggedRow) -> bool {
        let settings = &layer.layer;
        let slot = match self.last {
            Some((last, slot)) if hashes_alike(last, settings) => slot,
            _ => layer.slot(&row.unit_id),
        };
        self.last = Some((settings, slot));
        fit_row(layer, settings.hash_algorithm, slot, row) != Fit::Mismatch
    }
}

fn hashes_alike(a: &Layer, b: &Layer) -> bool {
    a.hash_algorithm == b.hash_algorithm
        && a.total_slots == b.total_slots
        && a.layer_salt == b.layer_salt
}

fn explain_in_layer(
    known: &CompiledTimeline,
    row: &LoggedRow,
    layer: &CompiledLayer,
) -> LayerCause {
    let Layer {
        layer_salt: salt,
        total_slots: total,
        hash_algorithm: algorithm,
        ..
    } = &layer.layer;
    let mut others = HashAlgorithm::ALL.into_iter();
    let other = others.find(|&other| {
        other != *algorithm
            && fit_row(layer, other, slot(other, salt, &row.unit_id, *total), row) != Fit::Mismatch
    });
    if let Some(other) = other {
        return LayerCause::OtherAlgorithm(other);
    }
    let is_unknown = |id: &str| known.experiment(id).is_none();
    if row.experiment_id.as_deref().is_some_and(is_unknown) {
        return LayerCause::UnknownExperiment;
    }
    let logged = logged_slot(row).filter(|slot| slot.0 < *total);
    match logged {
        Some(logged) if logged == layer.slot(&row.unit_id) => {
            let inactivity = inactivity(layer, logged, row);
            inactivity.map_or(LayerCause::Tampered, LayerCause::Inactive)
        }
        Some(logged) if fit_row(layer, *algorithm, logged, row) != Fit::Mismatch => {
            LayerCause::OtherSalt
        }
        _ => LayerCause::Tampered,
    }
}

/// Returns the logged slot, if a layer can have it.
pub(super) fn logged_slot(row: &LoggedRow) -> Option<SlotIndex> {
    let slot = row.slot_index?;
    u32::try_from(slot).ok().map(SlotIndex)
}

/// Returns why the row's experiment didn't assign, if the row is right apart from that.
fn inactivity(layer: &CompiledLayer, slot: SlotIndex, row: &LoggedRow) -> Option<Inactivity> {
    let experiment = active_experiment(layer, slot)?;
    let is_right = row.experiment_id.as_deref() == Some(experiment.experiment_id.as_str())
        && AssignmentStatus::Assigned.is_written(&row.status)
        && fit_variant(experiment, layer.layer.hash_algorithm, row) != Fit::Mismatch;
    experiment.inactivity(row.at).filter(|_| is_right)
}

/// A layer with a fitting salt is named only if the chance that some layer fits by coincidence is at
/// most this.
const MAX_CHANCE: f64 = 0.05;

/// Describes a row that doesn't fit: what it should have been, and why it isn't.
pub(super) fn describe(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    cause: &MismatchCause,
) -> (Option<RowAnswer>, String) {
    let layer = known.layer(era, &row.layer_id);
    let answer = layer.map(|layer| expected_answer(layer, row));
    let detail = match cause {
        MismatchCause::StaleService(NearbyApply { apply, distance }) => {
            let (id, distance) = (apply.journal_id, format_distance(*distance));
            format!("the service hadn't seen journal {id}, applied {distance} before")
        }
        MismatchCause::Ahead(NearbyApply { apply, distance }) => {
            let (id, distance) = (apply.journal_id, format_distance(*distance));
            format!("fits the state after journal {id}, applied {distance} later")
        }
        MismatchCause::UnknownLayer => "there was no such layer".to_owned(),
        MismatchCause::InLayer(layer, cause) => describe_in_layer(known, row, era, layer, *cause),
    };
    (answer, detail)
}

/// Formats a duration no finer than it matters: in seconds, and from two days on in days.
fn format_distance(distance: SignedDuration) -> String {
    let (days, seconds) = (distance.as_hours() / 24, distance.as_secs());
    if days > 1 {
        return format!("{days} days");
    }
    let whole = SignedDuration::from_secs(seconds);
    format!("{:#}", if seconds == 0 { distance } else { whole })
}

fn describe_in_layer(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
    cause: LayerCause,
) -> String {
    match cause {
        LayerCause::OtherAlgorithm(other) => {
            let algorithm = layer.layer.hash_algorithm;
            format!("fits {other}, and the layer has {algorithm}")
        }
        LayerCause::UnknownExperiment => "there never was such an experiment".to_owned(),
        LayerCause::OtherSalt => describe_other_salt(known, row, era, layer),
        LayerCause::Inactive(inactivity) => match inactivity {
            Inactivity::Status(status) => format!("the experiment was {status}"),
            Inactivity::NotStarted(start) => format!("the experiment starts at {start}"),
            Inactivity::Ended(end) => format!("the experiment ended at {end}"),
        },
        LayerCause::Tampered => describe_tampered(known, row, era, layer),
    }
}

/// Names the layer whose salt was used, if one of them fits.
fn describe_other_salt(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
) -> String {
    let own = layer.slot(&row.unit_id);
    let settings = &layer.layer;
    let layers: Vec<_> = known.layers(era).collect();
    // Among many layers, one would fit by coincidence.
    let by_chance = layers.len() as f64 / f64::from(settings.total_slots);
    let layers = layers.iter().filter(|_| by_chance <= MAX_CHANCE);
    let other = layers.into_iter().find(|(_, other)| {
        let salt = &other.layer.layer_salt;
        let there = slot(
            settings.hash_algorithm,
            salt,
            &row.unit_id,
            settings.total_slots,
        );
        Some(there) == logged_slot(row)
    });
    match other {
        Some((id, _)) => format!("fits the salt of layer {}", quoted(id.as_str())),
        None => format!("fits its slot, but the layer's salt gives the unit slot {own}"),
    }
}

/// Lists the values that differ from what they should have been.
fn describe_tampered(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
) -> String {
    let answer = expected_answer(layer, row);
    let holder = active_experiment(layer, layer.slot(&row.unit_id));
    let has_experiment = row.experiment_id.as_deref() == answer.experiment_id.as_deref();
    let has_status = expected_status(holder, row).is_written(&row.status);
    let has_group = answer.status != UNKNOWN_GROUP;
    // A random variant, or that of an unknown group, can't be compared.
    let assigning = holder.filter(|experiment| has_experiment && experiment.is_assigning(row.at));
    let has_variant = match assigning {
        Some(experiment) => {
            fit_variant(experiment, layer.layer.hash_algorithm, row) != Fit::Mismatch
        }
        None => row.variant.as_deref() == answer.variant.as_deref(),
    };
    let differing: Vec<&str> = [
        ("slot_index", row.slot_index == answer.slot_index),
        ("experiment_id", has_experiment),
        ("group_key", has_group),
        ("status", has_status || !has_group),
        ("variant", has_variant || !has_group),
    ]
    .into_iter()
    .filter_map(|(column, is_right)| (!is_right).then_some(column))
    .collect();
    let mut detail = format!("unexpected {}", differing.join(", "));
    let find_layer_of = |id: &str| {
        let mut layers = known.layers(era);
        layers.find(|(_, layer)| {
            let mut experiments = layer.experiments.iter();
            experiments.any(|experiment| experiment.experiment_id.as_str() == id)
        })
    };
    let home = row.experiment_id.as_deref().and_then(find_layer_of);
    if let Some((home, _)) = home.filter(|(home, _)| home.as_str() != row.layer_id) {
        detail += &format!("; the experiment is on layer {}", quoted(home.as_str()));
    }
    detail
}
