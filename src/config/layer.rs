//! From a layer as written to a layer as checked, by every rule that needs only one file.
//!
//! Each rule returns the checked value, or reports why it can't and returns `None`. A layer comes out
//! whole only if all of its values do, else as the part that is sound.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{
    DesiredLayer, Experiment, Fraction, LayerId, LeftOutKeys, Placement, SoundPart, Splitter,
    Status, VariantName,
};

use super::file_report::FileReport;
use super::node::joined;
use super::rules::shares::Percentages;
use super::rules::{allocation, choices, dates, identity, shares, warnings};
use super::written::{Field, WrittenExperiment, WrittenLayer};

/// A layer as checked.
#[derive(Debug)]
pub(super) enum CheckedLayer {
    /// All of its values are sound.
    Whole(Arc<DesiredLayer>),
    /// Something is wrong with it.
    Part(Arc<SoundPart>),
}

impl CheckedLayer {
    pub(super) fn layer_id(&self) -> &LayerId {
        match self {
            Self::Whole(layer) => &layer.layer_id,
            Self::Part(part) => &part.layer_id,
        }
    }

    /// Returns what is sound in it, if something else is wrong with it.
    pub(super) fn sound_part(&self) -> Arc<SoundPart> {
        match self {
            Self::Whole(layer) => Arc::new((&**layer).into()),
            Self::Part(part) => Arc::clone(part),
        }
    }
}

/// Returns the layer, or what is sound in it; `None` if its id isn't known.
pub(super) fn check(
    written: &WrittenLayer,
    now: Timestamp,
    report: &mut FileReport,
) -> Option<CheckedLayer> {
    let total_slots = shares::total_slots(&written.total_slots, report);
    let total = shares::total_traffic(&written.total_traffic_percentage, report);
    let hash_algorithm = choices::hash_algorithm(&written.hash_algorithm, report);
    let placement = choices::placement(&written.placement, report);
    let known = LayerContext {
        layer_id: written.layer_id.given().map(|id| id.value.as_str()),
        total_slots: total_slots.given().map(|slots| slots.value),
        now,
    };
    let mut reserved = Vec::new();
    let experiments: Vec<Option<Experiment>> = written
        .experiments
        .iter()
        .map(|experiment| {
            let checked = known.experiment(experiment, report);
            let id = experiment.experiment_id.given();
            reserved.extend(checked.reserved.map(|share| {
                let id = id.map_or(experiment.path.as_str(), |id| id.value.as_str());
                (id, share)
            }));
            checked.experiment
        })
        .collect();
    if let Some(total) = total {
        shares::capacity(written, total, &reserved, report);
    }
    let layer_id: LayerId = written.layer_id.given()?.value.as_str().into();
    let left_out = left_out_keys(written);
    let own = || {
        Some(DesiredLayer {
            layer_id: layer_id.clone(),
            layer_salt: written.layer_salt.given()?.value.clone(),
            total_slots: match total_slots {
                Field::Faulty => return None,
                Field::Absent => None,
                Field::Given(slots) => Some(slots.value),
            },
            total_traffic_percentage: total?,
            hash_algorithm: match hash_algorithm {
                Field::Faulty => return None,
                Field::Absent => None,
                Field::Given(algorithm) => Some(algorithm.value),
            },
            placement: match placement {
                Field::Faulty => return None,
                Field::Absent => Placement::default(),
                Field::Given(placement) => placement.value,
            },
            experiments: Vec::new(),
            left_out: left_out.clone(),
        })
    };
    let own = own();
    let is_whole = experiments.iter().all(Option::is_some);
    let experiments = experiments.into_iter().flatten().collect();
    Some(match own {
        Some(own) if is_whole => CheckedLayer::Whole(Arc::new(DesiredLayer { experiments, ..own })),
        own => CheckedLayer::Part(Arc::new(SoundPart {
            layer_id,
            own,
            experiments,
            left_out,
        })),
    })
}

fn left_out_keys(written: &WrittenLayer) -> LeftOutKeys {
    let experiments = written.experiments.iter().filter_map(|experiment| {
        let id = experiment.experiment_id.given()?.value.as_str().into();
        Some((id, experiment.left_out.clone()))
    });
    LeftOutKeys {
        of_layer: written.left_out.clone(),
        of_experiments: experiments.collect(),
    }
}

/// What is known about the layer when its experiments are checked.
struct LayerContext<'w> {
    layer_id: Option<&'w str>,
    /// `None` if its file doesn't say: whether the layer exists, and with how many, is unknown here.
    total_slots: Option<u32>,
    now: Timestamp,
}

/// The result of checking an experiment.
struct CheckedExperiment {
    experiment: Option<Experiment>,
    /// The share of its layer that it surely takes, if known.
    reserved: Option<Fraction>,
}

impl LayerContext<'_> {
    fn experiment(
        &self,
        written: &WrittenExperiment,
        report: &mut FileReport,
    ) -> CheckedExperiment {
        let is_at_home = match (written.layer_id.given(), self.layer_id) {
            (Some(theirs), Some(ours)) => identity::layer_mismatch(theirs, ours, report),
            _ => false,
        };
        let variants = allocation::variants(&written.variants, report);
        let variants = variants.as_deref();
        let allocation = written.traffic_allocation.given().and_then(|shares| {
            let (span, path) = (&shares.span, &shares.path);
            allocation::allocation(&shares.value, span, path, variants, report)
        });
        let kind = choices::splitter_type(written, report);
        let splitter = allocation::splitter(written, &kind, variants, report);
        let status = choices::status(&written.status, report).value_or(Status::default());
        let (traffic, reserve) = (&written.traffic_percentage, &written.reserved_percentage);
        let percentages = shares::percentages(traffic, reserve, report);
        let dates = dates::check(&written.start_date, &written.end_date, report);

        let is_holding = status.is_some_and(|status| status != Status::Completed);
        if is_holding {
            self.warn_of_fractions(written, percentages, report);
            warn_of_idle_variants(written, splitter.as_ref(), variants, report);
        }
        let end = dates.as_ref().and_then(|dates| dates.end);
        warnings::past_end_date(status, &written.end_date, end, self.now, report);

        let experiment = || {
            let (percentages, dates) = (percentages?, dates?);
            Some(Experiment {
                experiment_id: written.experiment_id.given()?.value.as_str().into(),
                name: written.name.given()?.value.clone(),
                traffic_allocation: allocation?,
                splitter: splitter?,
                traffic_percentage: percentages.traffic,
                reserved_percentage: percentages.reserved,
                status: status?,
                start_date: dates.start,
                end_date: dates.end,
                priority: written.priority.clone().value_or(0)?,
            })
        };
        let experiment = experiment();
        // Who hasn't finished an experiment may not have come to its share: 100% would be a guess.
        let is_share_known =
            experiment.is_some() || traffic.given().is_some() || reserve.given().is_some();
        CheckedExperiment {
            experiment: experiment.filter(|_| is_at_home),
            reserved: percentages
                .filter(|_| is_holding && is_share_known)
                .map(|percentages| percentages.reserved),
        }
    }

    fn warn_of_fractions(
        &self,
        written: &WrittenExperiment,
        percentages: Option<Percentages>,
        report: &mut FileReport,
    ) {
        let (Some(Percentages { traffic, reserved }), Some(total_slots)) =
            (percentages, self.total_slots)
        else {
            return;
        };
        let is_reserve_written = written.reserved_percentage.given().is_some();
        for share in warnings::fractional_slots(traffic, reserved, is_reserve_written, total_slots)
        {
            if let Some((key, span)) = written.keys.iter().find(|(key, _)| *key == share.key) {
                let path = joined(&written.path, key);
                let rule = &warnings::FRACTIONAL_SLOTS;
                report.at(rule, span, &path, share.message, share.help);
            }
        }
    }
}

fn warn_of_idle_variants(
    written: &WrittenExperiment,
    splitter: Option<&Splitter>,
    variants: Option<&[VariantName]>,
    report: &mut FileReport,
) {
    if splitter.is_none() || variants.is_none() {
        return;
    }
    for (_, field) in &written.groups {
        for group in field.given().into_iter().flat_map(|groups| &groups.value) {
            warnings::idle_group_variants(group, report);
        }
    }
}
