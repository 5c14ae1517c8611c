//! The verdict on a log: every split tested, all of them corrected together, the worst first.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::draft::Draft;
use super::find;
use super::gathered::Gathered;
use super::known::Known;
use super::{Anomaly, SplitTraffic, Tested, Traffic};
use crate::domain::{Experiment, ExperimentId, GroupName, LayerState, SlotUse, Status};
use crate::exposure::Counts;
use crate::srm::{Srm, holm, holm_factors};
use crate::timeline::Timeline;

/// Judges what a log counted by what the timeline says should have been. `alpha`, between 0 and 1,
/// is the chance of even one false alarm among all splits, however often this is asked.
#[must_use]
pub fn judge(counts: &Counts, timeline: &Timeline, alpha: f64) -> Traffic {
    judge_only(counts, timeline, alpha, None, None)
}

/// The same, with the verdict of a while ago: tests that take long aren't made again for splits
/// that got no unit since.
#[must_use]
pub fn judge_again(counts: &Counts, timeline: &Timeline, alpha: f64, before: &Traffic) -> Traffic {
    judge_only(counts, timeline, alpha, None, Some(before))
}

/// The same of one experiment by itself: its splits are corrected for each other only.
#[must_use]
pub fn judge_experiment(
    counts: &Counts,
    timeline: &Timeline,
    alpha: f64,
    experiment_id: &ExperimentId,
) -> Traffic {
    judge_only(counts, timeline, alpha, Some(experiment_id), None)
}

fn judge_only(
    counts: &Counts,
    timeline: &Timeline,
    alpha: f64,
    only: Option<&ExperimentId>,
    before: Option<&Traffic>,
) -> Traffic {
    let before = before.map_or_else(HashMap::new, tests_of);
    let mut splits = Gathered::of(counts);
    let spans = splits.iter().filter_map(Gathered::span);
    let span = spans.reduce(|(first, last), split| (first.min(split.0), last.max(split.1)));
    splits.extend(missing(&splits, timeline, span.map(|(_, last)| last), only));
    splits.retain(|split| only.is_none_or(|id| split.experiment_id == *id));
    splits.sort_by(|a, b| (&a.experiment_id, &a.group).cmp(&(&b.experiment_id, &b.group)));
    let mut anomalies = Vec::new();
    let mut drafts = Vec::new();
    for splits in splits.chunk_by(|a, b| a.experiment_id == b.experiment_id) {
        let id = &splits[0].experiment_id;
        let known = Known::find(timeline, id);
        let conflicts = counts.conflicting_units(id);
        anomalies.extend(find::in_experiment(splits, known.as_ref(), conflicts));
        for split in splits {
            let before = before.get(&(id, split.group.as_ref())).copied();
            let draft = Draft::new(split, known.as_ref(), counts, conflicts, alpha, before);
            if let Some(known) = &known {
                let looks = draft.looks();
                anomalies.extend(find::in_split(split, known, looks, counts.window()));
            }
            drafts.push(draft);
        }
    }
    anomalies.sort_by_key(|anomaly| (anomaly.kind, Reverse(anomaly.count)));
    let mut splits = corrected(drafts, alpha);
    mark(&mut splits, &anomalies);
    splits.sort_by(by_wrongness);
    Traffic {
        splits,
        anomalies,
        applies: timeline.applies().cloned().collect(),
        window: counts.window(),
        span,
    }
}

/// The tests of a verdict, by experiment and group.
fn tests_of(traffic: &Traffic) -> HashMap<(&ExperimentId, Option<&GroupName>), &Srm> {
    let tested = traffic.splits.iter().filter_map(|split| {
        let tested = split.test.as_ref().ok()?;
        Some(((&split.experiment_id, split.group.as_ref()), &tested.srm))
    });
    tested.collect()
}

/// The splits that should have exposures by the end of the log and have none. Which of an
/// experiment's groups have none can't be told where the log doesn't say the group.
fn missing(
    found: &[Gathered],
    timeline: &Timeline,
    end: Option<Timestamp>,
    only: Option<&ExperimentId>,
) -> Vec<Gathered> {
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
        missing.extend(groups.map(|group| Gathered::nothing(id, group)));
    }
    missing
}

/// Whether the experiment should have assigned units at the end of the log; without exposures
/// there is no end, and dates don't count.
fn has_traffic(layer: &LayerState, experiment: &Experiment, end: Option<Timestamp>) -> bool {
    let is_assigning = match end {
        Some(end) => experiment.is_assigning(end),
        None => experiment.status == Status::Active,
    };
    is_assigning
        && layer
            .slots
            .count(&experiment.experiment_id, SlotUse::Active)
            > 0
}

/// The splits with Holm's correction over those that were tested.
fn corrected(drafts: Vec<Draft>, alpha: f64) -> Vec<SplitTraffic> {
    let p_values: Vec<f64> = drafts.iter().filter_map(Draft::p_value).collect();
    let mut corrections = holm(&p_values).into_iter().zip(holm_factors(&p_values));
    let drafts = drafts.into_iter();
    drafts
        .map(
            |draft| match draft.p_value().and_then(|_| corrections.next()) {
                Some((holm_p_value, factor)) => draft.corrected(holm_p_value, factor, alpha),
                None => draft.untested(),
            },
        )
        .collect()
}

/// Tells each split of its gravest anomaly. Anomalies come with the gravest first.
fn mark(splits: &mut [SplitTraffic], anomalies: &[Anomaly]) {
    let mut gravest = HashMap::new();
    for anomaly in anomalies {
        let of = (&anomaly.experiment_id, anomaly.group.as_ref());
        gravest.entry(of).or_insert(anomaly.kind);
    }
    for split in splits {
        let group = split.group.as_ref();
        let kinds = [None, group].map(|group| gravest.get(&(&split.experiment_id, group)));
        split.gravest = kinds.into_iter().flatten().min().copied();
    }
}

/// Mismatches first; then what has anomalies, the gravest ahead; what can't be tested last. Within
/// that by the corrected p-values, so that a mismatch keeps its place when counts even out again.
fn by_wrongness(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
    let is_mismatch = |split: &SplitTraffic| {
        let test = split.test.as_ref();
        test.is_ok_and(|tested| tested.is_mismatch)
    };
    // None would come before all kinds.
    let by_anomaly = match (a.gravest, b.gravest) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    let is_settled = is_mismatch(a) && is_mismatch(b);
    let by_trouble = is_mismatch(b).cmp(&is_mismatch(a));
    by_trouble
        .then(if is_settled {
            Ordering::Equal
        } else {
            by_anomaly
        })
        .then_with(|| by_p_value(a, b))
}

fn by_p_value(a: &SplitTraffic, b: &SplitTraffic) -> Ordering {
    let evidence = |tested: &Tested| {
        let ln_bayes_factor = tested.srm.sequential.ln_bayes_factor;
        ln_bayes_factor.unwrap_or(f64::INFINITY)
    };
    match (&a.test, &b.test) {
        (Ok(a), Ok(b)) => {
            let by_p_value = a.holm_p_value.total_cmp(&b.holm_p_value);
            // Where both are too small to be told apart.
            by_p_value.then(evidence(b).total_cmp(&evidence(a)))
        }
        (a, b) => b.is_ok().cmp(&a.is_ok()),
    }
}
