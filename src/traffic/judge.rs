//! The verdict on a log: from counts and timeline to the report.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::anomaly_search::{
    find_in_experiment, find_in_layer, find_in_other_groups, find_in_split,
    find_unexposed_experiments,
};
use super::coverage::{CoverageTest, slot_history};
use super::known_experiment::{KnownExperiment, has_traffic};
use super::split::{SplitDraft, rank_splits};
use super::split_counts::{SplitCounts, limit_unknown_groups, time_span};
use super::split_test::SplitTest;
use super::{Anomaly, GRACE, LayerCoverage, SplitTraffic, Traffic};
use crate::domain::{ExperimentId, GroupName, LayerId};
use crate::exposure::{ArmExposures, ExposureSummary};
use crate::srm::Srm;
use crate::timeline::Timeline;

/// How a log is judged.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct JudgeOptions<'a> {
    /// The chance of even one false alarm among all splits, however often the log is judged: between
    /// 0 and 1. The layers have the same chance of their own.
    pub alpha: f64,
    /// The current time. Exposures 5 minutes or more after it come from a clock that is ahead, and are
    /// ignored when the end of the log is determined.
    pub now: Timestamp,
    /// Restricts the report to one experiment. The others still count for the order of the splits, so
    /// its verdict is the same as in a report on the whole log.
    pub only: Option<&'a ExperimentId>,
    /// How far the share of an arm must certainly be off for a mismatch, from 0 to 1.
    pub least_deviation: f64,
}

impl JudgeOptions<'_> {
    /// All experiments, and any deviation.
    #[must_use]
    pub fn new(alpha: f64, now: Timestamp) -> Self {
        Self {
            alpha,
            now,
            only: None,
            least_deviation: 0.0,
        }
    }
}

/// Judges the counts of a log by what the timeline says they should be.
///
/// The summary needn't come from a log of this crate: a warehouse that counts by itself can fill one.
///
/// ```
/// use avos::domain::{Desired, DesiredLayer, Experiment, HashAlgorithm, State, Status};
/// use avos::exposure::ExposureSummary;
/// use avos::plan::{Scope, plan_changes};
/// use avos::timeline::Timeline;
/// use avos::traffic::{JudgeOptions, judge};
///
/// let now = "2026-01-01T00:00:00Z".parse()?;
/// let experiment = Experiment::builder("checkout_v2")
///     .arm("control", 0.5)
///     .arm("treatment", 0.5)
///     .status(Status::Active)
///     .build()?;
/// let layer = DesiredLayer::builder("checkout", "checkout_2026")
///     .experiment(experiment)
///     .build()?;
/// let nothing = State::empty(HashAlgorithm::Sha256);
/// let planned = plan_changes(&Desired::from_layers([layer])?, &nothing, &Scope::All, now);
/// let timeline = Timeline::new(&nothing.with_layers(planned.after), &[]);
///
/// let mut summary = ExposureSummary::default();
/// let control = summary.add_arm("checkout_v2".into(), None, "control".into());
/// let treatment = summary.add_arm("checkout_v2".into(), None, "treatment".into());
/// for unit in 0..10_000 {
///     let arm = if unit % 5 < 3 { control } else { treatment };
///     summary.record_first(arm, now);
/// }
/// let traffic = judge(&summary, &timeline, &JudgeOptions::new(0.05, now));
/// assert!(traffic.has_mismatch(), "60% against 40% isn't half and half");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn judge(summary: &ExposureSummary, timeline: &Timeline, options: &JudgeOptions) -> Traffic {
    Judge::default().judge(summary, timeline, options)
}

/// Judges a log that grows, and evaluates each look only once.
#[derive(Debug, Default)]
pub struct Judge {
    /// The identity of the summary that was judged last.
    summary: Option<Arc<()>>,
    splits: HashMap<SplitKey, JudgedSplit>,
    layers: HashMap<LayerId, CoverageTest>,
}

type SplitKey = (ExperimentId, Option<GroupName>);

/// A split as of the last verdict.
#[derive(Debug)]
struct JudgedSplit {
    test: SplitTest,
    srm: Option<Srm>,
}

impl Judge {
    /// Judges the counts as [`judge`] does.
    #[must_use]
    pub fn judge(
        &mut self,
        summary: &ExposureSummary,
        timeline: &Timeline,
        options: &JudgeOptions,
    ) -> Traffic {
        let identity = summary.identity();
        let is_continued = |before| Arc::ptr_eq(before, identity);
        if !self.summary.as_ref().is_some_and(is_continued) {
            *self = Self {
                summary: Some(Arc::clone(identity)),
                ..Self::default()
            };
        }
        // Clocks differ a little.
        let horizon = options.now.checked_add(GRACE).unwrap_or(Timestamp::MAX);
        let arms = summary.arms();
        let span = arms
            .iter()
            .map(|arm| (arm.first, arm.last))
            .reduce(|(first, last), arm| (first.min(arm.0), last.max(arm.1)));
        let end = span.map(|(_, last)| last.min(horizon));
        let counts = count_splits(&arms, timeline, end, options.only);
        let mut anomalies = Vec::new();
        let mut drafts = Vec::new();
        for splits in counts.chunk_by(|a, b| a.experiment_id == b.experiment_id) {
            let id = &splits[0].experiment_id;
            let known = KnownExperiment::find(timeline, id);
            let conflicts = summary.conflicting_units(id);
            anomalies.extend(find_in_experiment(splits, known.as_ref(), conflicts));
            let has_group =
                |group: &GroupName| known.as_ref().is_some_and(|known| known.has_group(group));
            let (listed, others) = limit_unknown_groups(splits, has_group);
            if known.is_some() {
                anomalies.extend(find_in_other_groups(&others));
            }
            for split in listed {
                let draft = SplitDraft::new(split, known.as_ref(), summary, conflicts);
                if let Some(known) = &known {
                    let windows = &draft.split.windows;
                    anomalies.extend(find_in_split(split, known, windows, summary, horizon));
                }
                drafts.push(draft);
            }
        }
        let (coverage, of_layers) = self.test_coverage(summary, timeline, &counts, end, options);
        anomalies.extend(of_layers);
        anomalies.retain(|anomaly| {
            let id = anomaly.experiment_id.as_ref();
            options
                .only
                .is_none_or(|only| id.is_none_or(|id| id == only))
        });
        anomalies.sort_by_key(|anomaly| (anomaly.kind, Reverse(anomaly.count)));
        let mut splits = self.test_splits(drafts, summary, options);
        splits.retain(|split| options.only.is_none_or(|id| split.experiment_id == *id));
        Traffic {
            splits: rank_splits(splits, &anomalies),
            anomalies,
            coverage,
            applies: timeline.applies().cloned().collect(),
            window: summary.window(),
            span,
        }
    }

    /// Tests the splits, in the order of their first units.
    fn test_splits(
        &mut self,
        mut drafts: Vec<SplitDraft>,
        summary: &ExposureSummary,
        options: &JudgeOptions,
    ) -> Vec<SplitTraffic> {
        drafts.sort_by_key(|draft| draft.first_unit);
        let mut order = 0;
        let mut splits = Vec::with_capacity(drafts.len());
        let mut tests = HashMap::with_capacity(drafts.len());
        for draft in drafts {
            let terms = draft.test_terms(order + 1, options.alpha, options.least_deviation);
            let Some(terms) = terms else {
                splits.push(draft.into_untested());
                continue;
            };
            let id = draft.counts.experiment_id.clone();
            let key = (id, draft.counts.group.clone());
            let before = self.splits.remove(&key);
            let srm = before.as_ref().and_then(|before| before.srm.clone());
            let before = before.map(|before| before.test);
            let arm_indices = terms.arm_indices.clone();
            let test = before.filter(|test| test.can_continue_with(&terms));
            let Some(mut test) = test.or_else(|| SplitTest::new(terms)) else {
                splits.push(draft.into_untested());
                continue;
            };
            order += 1;
            test.advance(
                arm_indices,
                summary.experiment_looks(&key.0, test.look_count()),
            );
            let split = draft.into_tested(order, options.alpha, &test, srm.as_ref(), summary);
            let srm = split.test.as_ref().ok().map(|tested| tested.srm.clone());
            tests.insert(key, JudgedSplit { test, srm });
            splits.push(split);
        }
        self.splits = tests;
        splits
    }

    /// Tests how units spread over the slots of the complete layers.
    fn test_coverage(
        &mut self,
        summary: &ExposureSummary,
        timeline: &Timeline,
        counts: &[SplitCounts],
        end: Option<Timestamp>,
        options: &JudgeOptions,
    ) -> (Vec<LayerCoverage>, Vec<Anomaly>) {
        let (mut coverage, mut anomalies) = (Vec::new(), Vec::new());
        let mut tests = HashMap::new();
        // A layer takes its place before it can be tested, so that later ones keep theirs.
        for (order, exposures) in (1..).zip(summary.complete_layers()) {
            let layer_id = exposures.layer_id;
            let history = slot_history(layer_id, timeline);
            let alpha = options.alpha;
            let before = self.layers.remove(layer_id);
            let mut test = before
                .filter(|test| test.can_continue_with(&history, order, alpha))
                .unwrap_or_else(|| CoverageTest::new(&history, order, alpha));
            test.advance(&exposures);
            if let Some(end) = end {
                let last = |id: &ExperimentId| last_exposure(counts, id);
                let missing = find_unexposed_experiments(layer_id, timeline, end, &last);
                let found = missing.filter_map(|missing| missing.to_anomaly(&test, &exposures));
                anomalies.extend(found);
            }
            if test.is_tested() {
                let report = test.report(layer_id, &exposures);
                if is_requested(&report, options.only) {
                    anomalies.extend(find_in_layer(&report, &test));
                    coverage.push(report);
                }
            }
            tests.insert(layer_id.clone(), test);
        }
        self.layers = tests;
        coverage.sort_by(|a, b| a.corrected_p_value.total_cmp(&b.corrected_p_value));
        (coverage, anomalies)
    }
}

/// Whether the report covers this layer.
fn is_requested(coverage: &LayerCoverage, only: Option<&ExperimentId>) -> bool {
    let mut holders = coverage.holders.iter();
    only.is_none_or(|only| holders.any(|held| held.holder.experiment_id() == Some(only)))
}

/// Returns the time of an experiment's last exposure. `counts` are ordered by experiment.
fn last_exposure(counts: &[SplitCounts], id: &ExperimentId) -> Option<Timestamp> {
    let first = counts.partition_point(|split| split.experiment_id < *id);
    let splits = counts[first..].iter();
    let splits = splits.take_while(|split| split.experiment_id == *id);
    Some(time_span(splits.flat_map(|split| &split.arms))?.1)
}

/// Counts the splits of the log and those that should be in it, ordered by experiment and group.
fn count_splits(
    arms: &[ArmExposures],
    timeline: &Timeline,
    end: Option<Timestamp>,
    only: Option<&ExperimentId>,
) -> Vec<SplitCounts> {
    let experiments = arms.chunk_by(|a, b| a.experiment_id == b.experiment_id);
    let mut counts: Vec<SplitCounts> = experiments
        .flat_map(|arms| {
            let known = KnownExperiment::find(timeline, &arms[0].experiment_id);
            SplitCounts::from_arms(arms, known.as_ref())
        })
        .collect();
    counts.extend(missing_splits(&counts, timeline, end, only));
    counts.sort_by(|a, b| (&a.experiment_id, &a.group).cmp(&(&b.experiment_id, &b.group)));
    counts
}

/// Returns the splits that should have exposures by the end of the log and have none. If the log
/// doesn't have the groups of an experiment, none of them counts as missing.
fn missing_splits(
    found: &[SplitCounts],
    timeline: &Timeline,
    end: Option<Timestamp>,
    only: Option<&ExperimentId>,
) -> Vec<SplitCounts> {
    let found: BTreeSet<_> = found
        .iter()
        .map(|split| (&split.experiment_id, split.group.as_ref()))
        .collect();
    let era = end.map_or(timeline.eras().last(), |end| Some(timeline.at(end)));
    let layers = era.into_iter().flat_map(|era| era.layers.values());
    let experiments = layers.flat_map(|layer| {
        let experiments = layer.experiments.iter();
        experiments.filter(move |experiment| {
            only == Some(&experiment.experiment_id) || has_traffic(layer, experiment, end)
        })
    });
    let mut missing = Vec::new();
    for experiment in experiments {
        let id = &experiment.experiment_id;
        let groups = experiment
            .splitter
            .groups()
            .iter()
            .map(|(name, _)| Some(name));
        let mut groups: Vec<_> = groups.collect();
        if groups.is_empty() {
            groups.push(None);
        }
        let is_missing = |group| !found.contains(&(id, group)) && !found.contains(&(id, None));
        let groups = groups.into_iter().filter(|group| is_missing(*group));
        missing.extend(groups.map(|group| SplitCounts::empty(id, group)));
    }
    missing
}
