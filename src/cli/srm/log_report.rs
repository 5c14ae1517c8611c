//! The report on a log, as JSON.

use jiff::Timestamp;
use serde::Serialize;

use crate::FORMAT_VERSION;
use crate::cli::show::utc;
use crate::cli::skipped::SkippedRows;
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};
use crate::exposure::ExposureReader;
use crate::srm::Srm;
use crate::traffic::{
    Anomaly, Breakdown, DimensionBreakdown, LayerCoverage, SlotHolder, SplitTraffic, Tested,
    Traffic, Untested,
};

/// The document.
#[derive(Serialize)]
pub(super) struct LogReport<'a> {
    format_version: u32,
    verdict: &'static str,
    results: Vec<TestedSplit<'a>>,
    untested: Vec<UntestedSplit<'a>>,
    coverage: Vec<ReportedCoverage<'a>>,
    anomalies: Vec<ReportedAnomaly<'a>>,
    log: LogSummary,
}

#[derive(Serialize)]
struct TestedSplit<'a> {
    experiment_id: &'a ExperimentId,
    group: Option<&'a GroupName>,
    layer_id: Option<&'a LayerId>,
    variants: Vec<&'a VariantName>,
    #[serde(flatten)]
    srm: &'a Srm,
    order: u64,
    weight: f64,
    corrected_p_value: f64,
    is_mismatch: bool,
    since: Option<Timestamp>,
    units_at_crossing: Option<u64>,
    onset: Option<ReportedOnset>,
    interval: Vec<ArmInterval<'a>>,
    deviation: Option<ReportedDeviation<'a>>,
    conflicting_units: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Vec<ReportedDimension<'a>>>,
}

#[derive(Serialize)]
struct ReportedDimension<'a> {
    name: &'a str,
    other_values: u64,
    values: Vec<ReportedValue<'a>>,
}

#[derive(Serialize)]
struct ReportedValue<'a> {
    value: Option<&'a str>,
    units: u64,
    observed_counts: &'a [u64],
    explained: f64,
    p_without: Option<f64>,
    corrected_p_value: f64,
}

#[derive(Serialize)]
struct ReportedOnset {
    estimate: Timestamp,
    low: Timestamp,
    high: Timestamp,
}

#[derive(Serialize)]
struct ArmInterval<'a> {
    variant: &'a VariantName,
    share: f64,
    expected_share: f64,
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct ReportedCoverage<'a> {
    layer_id: &'a LayerId,
    units: u64,
    corrected_p_value: f64,
    since: Option<Timestamp>,
    holders: Vec<ReportedHolder<'a>>,
}

#[derive(Serialize)]
struct ReportedHolder<'a> {
    experiment_id: Option<&'a ExperimentId>,
    held: &'static str,
    units: u64,
    expected_units: f64,
    lost: Option<f64>,
}

#[derive(Serialize)]
struct ReportedDeviation<'a> {
    variant: &'a VariantName,
    by: f64,
}

#[derive(Serialize)]
struct UntestedSplit<'a> {
    experiment_id: &'a ExperimentId,
    group: Option<&'a GroupName>,
    layer_id: Option<&'a LayerId>,
    reason: &'static str,
    message: String,
    variants: Vec<&'a VariantName>,
    observed_counts: Vec<u64>,
    conflicting_units: u64,
}

#[derive(Serialize)]
struct ReportedAnomaly<'a> {
    code: &'static str,
    layer_id: Option<&'a LayerId>,
    experiment_id: Option<&'a ExperimentId>,
    group: Option<&'a GroupName>,
    variant: Option<&'a VariantName>,
    held: Option<&'static str>,
    lost: Option<f64>,
    count: u64,
    since: Timestamp,
    last: Option<Timestamp>,
    p_value: Option<f64>,
    message: String,
}

#[derive(Serialize)]
struct LogSummary {
    rows: u64,
    skipped: SkippedRows,
    units: u64,
    first_exposure: &'static str,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    window_seconds: i64,
    exposures_beyond_limit: u64,
}

impl<'a> LogReport<'a> {
    pub(super) fn new(
        verdict: &'a Traffic,
        by: &'a [Option<Breakdown>],
        counts: &dyn ExposureReader,
    ) -> Self {
        let mut results = Vec::new();
        let mut untested = Vec::new();
        for (place, split) in verdict.splits.iter().enumerate() {
            let by = by.get(place).and_then(Option::as_ref);
            match &split.test {
                Ok(tested) => results.push(TestedSplit::new(split, tested, by)),
                Err(reason) => untested.push(UntestedSplit::new(split, *reason)),
            }
        }
        Self {
            format_version: FORMAT_VERSION,
            verdict: verdict.verdict(counts.summary().skips().rows()).as_str(),
            results,
            untested,
            coverage: verdict.coverage.iter().map(ReportedCoverage::new).collect(),
            anomalies: verdict.anomalies.iter().map(ReportedAnomaly::new).collect(),
            log: LogSummary {
                rows: counts.rows(),
                skipped: SkippedRows::new(counts.summary().skips()),
                units: counts.summary().units(),
                first_exposure: counts.first_exposure().as_str(),
                first: verdict.span.map(|(first, _)| first),
                last: verdict.span.map(|(_, last)| last),
                window_seconds: verdict.window.as_secs(),
                exposures_beyond_limit: counts.exposures_beyond_limit(),
            },
        }
    }
}

impl<'a> TestedSplit<'a> {
    fn new(split: &'a SplitTraffic, tested: &'a Tested, by: Option<&'a Breakdown>) -> Self {
        let dimensions = by.map(|by| by.dimensions.iter().map(ReportedDimension::new).collect());
        let arms = split.arms.iter();
        // The counts are of the allocation's arms, which come first.
        let variants: Vec<_> = arms
            .take(tested.srm.observed_counts.len())
            .map(|arm| &arm.variant)
            .collect();
        Self {
            experiment_id: &split.experiment_id,
            group: split.group.as_ref(),
            layer_id: split.layer_id.as_ref(),
            srm: &tested.srm,
            order: tested.order,
            weight: tested.weight,
            corrected_p_value: tested.corrected_p_value,
            is_mismatch: tested.is_mismatch,
            since: tested.crossing.map(|crossing| crossing.since),
            units_at_crossing: tested.crossing.map(|crossing| crossing.units),
            onset: tested.onset.map(|onset| ReportedOnset {
                estimate: onset.estimate,
                low: onset.low,
                high: onset.high,
            }),
            interval: arm_intervals(tested, &variants),
            deviation: tested.deviation.map(|(arm, by)| ReportedDeviation {
                variant: variants[arm],
                by,
            }),
            variants,
            conflicting_units: split.conflicting_units,
            dimensions,
        }
    }
}

impl<'a> ReportedDimension<'a> {
    fn new(of: &'a DimensionBreakdown) -> Self {
        let values = of.values.iter().map(|value| ReportedValue {
            value: value.value.as_deref(),
            units: value.units.iter().sum(),
            observed_counts: &value.units,
            explained: value.explained,
            p_without: value.p_value_without,
            corrected_p_value: value.corrected_p_value,
        });
        Self {
            name: &of.name,
            other_values: of.other_values,
            values: values.collect(),
        }
    }
}

/// Returns the arms with their shares and intervals.
fn arm_intervals<'a>(tested: &Tested, variants: &[&'a VariantName]) -> Vec<ArmInterval<'a>> {
    let srm = &tested.srm;
    let total = srm.total_sample_size.max(1) as f64;
    let arms = variants.iter().zip(&srm.observed_counts);
    let arms = arms.zip(srm.expected_proportions.iter().zip(&tested.intervals));
    let intervals = arms.map(|((variant, units), (share, interval))| ArmInterval {
        variant,
        share: *units as f64 / total,
        expected_share: *share,
        low: interval.low,
        high: interval.high,
    });
    intervals.collect()
}

impl<'a> ReportedCoverage<'a> {
    fn new(coverage: &'a LayerCoverage) -> Self {
        let holders = coverage.holders.iter().map(|held| ReportedHolder {
            experiment_id: held.holder.experiment_id(),
            held: held.holder.as_str(),
            units: held.units,
            expected_units: held.expected_units,
            lost: held.lost,
        });
        Self {
            layer_id: &coverage.layer_id,
            units: coverage.units,
            corrected_p_value: coverage.corrected_p_value,
            since: coverage.since,
            holders: holders.collect(),
        }
    }
}

impl<'a> UntestedSplit<'a> {
    fn new(split: &'a SplitTraffic, reason: Untested) -> Self {
        Self {
            experiment_id: &split.experiment_id,
            group: split.group.as_ref(),
            layer_id: split.layer_id.as_ref(),
            reason: reason.code(),
            message: reason.to_string(),
            variants: split.arms.iter().map(|arm| &arm.variant).collect(),
            observed_counts: split.arms.iter().map(|arm| arm.units).collect(),
            conflicting_units: split.conflicting_units,
        }
    }
}

impl<'a> ReportedAnomaly<'a> {
    fn new(anomaly: &'a Anomaly) -> Self {
        Self {
            code: anomaly.kind.code(),
            layer_id: anomaly.layer_id.as_ref(),
            experiment_id: anomaly.experiment_id.as_ref(),
            group: anomaly.group.as_ref(),
            variant: anomaly.variant.as_ref(),
            held: anomaly.holder.as_ref().map(SlotHolder::as_str),
            lost: anomaly.lost,
            count: anomaly.count,
            since: anomaly.since,
            last: anomaly.last,
            p_value: anomaly.p_value,
            message: anomaly.message(utc),
        }
    }
}
