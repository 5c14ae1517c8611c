//! Explains a row that doesn't match its time: the reason, and a sentence with the particulars.

use jiff::SignedDuration;

use super::compiled_timeline::{CompiledTimeline, Version};
use super::row_fit::{Fit, UNKNOWN_GROUP, expected, fit, fit_variant, holder, status};
use super::{Answer, Reason};
use crate::assign::{AssignmentStatus, CompiledLayer, slot};
use crate::domain::{HashAlgorithm, Inactivity, Layer, SlotIndex};
use crate::exposure::LoggedRow;
use crate::timeline::Apply;

/// Why a row doesn't fit, with what its sentence needs.
pub(super) enum Why<'t> {
    /// It fits the layer before this apply.
    StaleService(Distant<'t>),
    /// It fits the layer after this apply.
    Ahead(Distant<'t>),
    UnknownLayer,
    /// Something about it, in a layer that there was.
    InLayer(&'t CompiledLayer, WhyInLayer),
}

/// Why a row doesn't fit its layer.
#[derive(Clone, Copy)]
pub(super) enum WhyInLayer {
    OtherAlgorithm(HashAlgorithm),
    UnknownExperiment,
    OtherSalt,
    Inactive(Inactivity),
    Tampered,
}

impl<'t> Why<'t> {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::StaleService(_) => Reason::StaleService,
            Self::Ahead(_) => Reason::Ahead,
            Self::UnknownLayer => Reason::UnknownLayer,
            Self::InLayer(_, why) => match why {
                WhyInLayer::OtherAlgorithm(_) => Reason::OtherAlgorithm,
                WhyInLayer::UnknownExperiment => Reason::UnknownExperiment,
                WhyInLayer::OtherSalt => Reason::OtherSalt,
                WhyInLayer::Inactive(_) => Reason::Inactive,
                WhyInLayer::Tampered => Reason::Tampered,
            },
        }
    }

    /// The apply that the service hadn't seen, or had seen too early.
    pub(super) fn apply(&self) -> Option<&Distant<'t>> {
        match self {
            Self::StaleService(distant) | Self::Ahead(distant) => Some(distant),
            Self::UnknownLayer | Self::InLayer(..) => None,
        }
    }
}

/// An apply, and how far the row is from it.
pub(super) struct Distant<'t> {
    pub(super) apply: &'t Apply,
    pub(super) by: SignedDuration,
}

/// The first reason that explains the row of this era.
pub(super) fn explain<'k>(known: &'k CompiledTimeline, row: &LoggedRow, era: usize) -> Why<'k> {
    // Whichever apply is nearer.
    let stale = unseen(known, row, era).map(|apply| {
        let by = row.at.duration_since(apply.at).max(SignedDuration::ZERO);
        Why::StaleService(Distant { apply, by })
    });
    let ahead = foreseen(known, row, era).map(|apply| {
        // Where a clock was put back, the apply may have the earlier time.
        let by = apply.at.duration_since(row.at).max(SignedDuration::ZERO);
        Why::Ahead(Distant { apply, by })
    });
    let distance = |why: &Why| why.apply().map(|apply| apply.by);
    let nearest = stale.into_iter().chain(ahead).min_by_key(distance);
    nearest.unwrap_or_else(|| match known.layer(era, &row.layer_id) {
        None => Why::UnknownLayer,
        Some(layer) => Why::InLayer(layer, explain_in_layer(known, row, layer)),
    })
}

/// The first apply that the service hadn't seen, if the row fits the layer before it.
fn unseen<'t>(known: &CompiledTimeline<'t>, row: &LoggedRow, era: usize) -> Option<&'t Apply> {
    let (past, _) = known.versions(era, &row.layer_id);
    let mut slots = Slots::default();
    for pair in past.windows(2).rev() {
        let [earlier, later] = pair else { break };
        // Where it wasn't there yet, it wasn't there before either.
        later.layer.as_ref()?;
        if slots.fits(earlier.layer.as_ref()?, row) {
            return known.timeline.eras()[later.first_era].apply.as_ref();
        }
    }
    None
}

/// The apply that the service had seen too early, if the row fits the layer after it.
fn foreseen<'t>(known: &CompiledTimeline<'t>, row: &LoggedRow, era: usize) -> Option<&'t Apply> {
    let (_, to_come) = known.versions(era, &row.layer_id);
    let mut slots = Slots::default();
    for Version { first_era, layer } in to_come {
        if layer.as_ref().is_some_and(|layer| slots.fits(layer, row)) {
            return known.timeline.eras()[*first_era].apply.as_ref();
        }
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

fn explain_in_layer(
    known: &CompiledTimeline,
    row: &LoggedRow,
    layer: &CompiledLayer,
) -> WhyInLayer {
    let Layer {
        layer_salt: salt,
        total_slots: total,
        hash_algorithm: algorithm,
        ..
    } = &layer.layer;
    let mut others = HashAlgorithm::ALL.into_iter();
    let fitting = others.find(|&other| {
        other != *algorithm
            && fit(layer, other, slot(other, salt, &row.unit_id, *total), row) != Fit::Not
    });
    if let Some(other) = fitting {
        return WhyInLayer::OtherAlgorithm(other);
    }
    let is_unknown = |id: &str| known.experiment(id).is_none();
    if row.experiment_id.as_deref().is_some_and(is_unknown) {
        return WhyInLayer::UnknownExperiment;
    }
    let logged = logged_slot(row).filter(|slot| slot.0 < *total);
    match logged {
        Some(logged) if logged == layer.slot(&row.unit_id) => {
            let inactivity = inactivity(layer, logged, row);
            inactivity.map_or(WhyInLayer::Tampered, WhyInLayer::Inactive)
        }
        Some(logged) if fit(layer, *algorithm, logged, row) != Fit::Not => WhyInLayer::OtherSalt,
        _ => WhyInLayer::Tampered,
    }
}

/// The slot that the row says, if any layer could have it.
pub(super) fn logged_slot(row: &LoggedRow) -> Option<SlotIndex> {
    let slot = row.slot_index?;
    u32::try_from(slot).ok().map(SlotIndex)
}

/// Why the row's experiment didn't assign, if the row is assigned as it should have been had it done.
fn inactivity(layer: &CompiledLayer, slot: SlotIndex, row: &LoggedRow) -> Option<Inactivity> {
    let experiment = holder(layer, slot)?;
    let is_right = row.experiment_id.as_deref() == Some(experiment.experiment_id.as_str())
        && AssignmentStatus::Assigned.is_written(&row.status)
        && fit_variant(experiment, layer.layer.hash_algorithm, row) != Fit::Not;
    experiment.inactivity(row.at).filter(|_| is_right)
}

/// How likely it may be at most that one of the layers' salts gives a slot by chance, for a layer to
/// be named.
const MOST_BY_CHANCE: f64 = 0.05;

/// What a list says of a row that doesn't fit its time: what it should have said, and why it
/// doesn't.
pub(super) fn detail(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    why: &Why,
) -> (Option<Answer>, String) {
    let layer = known.layer(era, &row.layer_id);
    let answer = layer.map(|layer| expected(layer, row));
    let detail = match why {
        Why::StaleService(Distant { apply, by }) => {
            let (id, by) = (apply.journal_id, in_words(*by));
            format!("the service hadn't seen journal {id}, applied {by} before")
        }
        Why::Ahead(Distant { apply, by }) => {
            let (id, by) = (apply.journal_id, in_words(*by));
            format!("fits the state after journal {id}, applied {by} later")
        }
        Why::UnknownLayer => "there was no such layer".to_owned(),
        Why::InLayer(layer, why) => detail_in_layer(known, row, era, layer, *why),
    };
    (answer, detail)
}

/// A duration as people say it, no finer than it matters.
fn in_words(by: SignedDuration) -> String {
    let (days, seconds) = (by.as_hours() / 24, by.as_secs());
    if days > 1 {
        return format!("{days} days");
    }
    let whole = SignedDuration::from_secs(seconds);
    format!("{:#}", if seconds == 0 { by } else { whole })
}

fn detail_in_layer(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
    why: WhyInLayer,
) -> String {
    match why {
        WhyInLayer::OtherAlgorithm(other) => {
            let algorithm = layer.layer.hash_algorithm;
            format!("fits {other}, and the layer has {algorithm}")
        }
        WhyInLayer::UnknownExperiment => "there never was such an experiment".to_owned(),
        WhyInLayer::OtherSalt => other_salt(known, row, era, layer),
        WhyInLayer::Inactive(inactivity) => match inactivity {
            Inactivity::Status(status) => format!("the experiment was {status}"),
            Inactivity::NotStarted(start) => format!("the experiment starts at {start}"),
            Inactivity::Ended(end) => format!("the experiment ended at {end}"),
        },
        WhyInLayer::Tampered => tampered(known, row, era, layer),
    }
}

/// Whose salt it is, if one of the layers has it.
fn other_salt(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
) -> String {
    let own = layer.slot(&row.unit_id);
    let settings = &layer.layer;
    let layers: Vec<_> = known.layers(era).collect();
    // Among many layers some salt fits by chance, and would name an innocent one.
    let by_chance = layers.len() as f64 / f64::from(settings.total_slots);
    let layers = layers.iter().filter(|_| by_chance <= MOST_BY_CHANCE);
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
        Some((id, _)) => format!("fits the salt of layer {:?}", id.as_str()),
        None => format!("fits its slot, but by the layer's salt the unit's is {own}"),
    }
}

/// Which values are others than they should have been.
fn tampered(
    known: &CompiledTimeline,
    row: &LoggedRow,
    era: usize,
    layer: &CompiledLayer,
) -> String {
    let answer = expected(layer, row);
    let holder = holder(layer, layer.slot(&row.unit_id));
    let has_experiment = row.experiment_id.as_deref() == answer.experiment_id.as_deref();
    let has_status = status(holder, row).is_written(&row.status);
    let has_group = answer.status != UNKNOWN_GROUP;
    // A variant that was drawn, or is of a group that the log doesn't say, is none to compare with.
    let assigning = holder.filter(|experiment| has_experiment && experiment.is_assigning(row.at));
    let has_variant = match assigning {
        Some(experiment) => fit_variant(experiment, layer.layer.hash_algorithm, row) != Fit::Not,
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
    let mut detail = format!("{} not as it should be", differing.join(", "));
    let stands_on = |id: &str| {
        let mut layers = known.layers(era);
        layers.find(|(_, layer)| {
            let mut experiments = layer.experiments.iter();
            experiments.any(|experiment| experiment.experiment_id.as_str() == id)
        })
    };
    let home = row.experiment_id.as_deref().and_then(stands_on);
    if let Some((home, _)) = home.filter(|(home, _)| home.as_str() != row.layer_id) {
        detail += &format!("; the experiment stands on layer {:?}", home.as_str());
    }
    detail
}
