//! A reason in a sentence, with its particulars.

use jiff::SignedDuration;

use super::Answer;
use super::compiled::CompiledTimeline;
use super::explain::{Distant, Why, WhyInLayer, logged_slot};
use super::fit::{Fit, UNKNOWN_GROUP, expected, fit_variant, holder, status};
use crate::assign::{CompiledLayer, slot};
use crate::domain::Inactivity;
use crate::exposure::LoggedRow;

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
        Why::InLayer(layer, why) => in_layer(known, row, era, layer, *why),
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

fn in_layer(
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
