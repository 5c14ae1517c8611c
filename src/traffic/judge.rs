//! The verdict on a log: from counts and timeline to the report.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::draft::draft;
use super::find;
use super::gathered::{Gathered, told_apart};
use super::known::KnownExperiment;
use super::rank::rank;
use super::{GRACE, JudgeOptions, SplitTraffic, Traffic};
use crate::domain::{Experiment, ExperimentId, GroupName, LayerState, SlotUse, Status};
use crate::exposure::Counts;
use crate::srm::Srm;
use crate::timeline::Timeline;

/// Judges what a log counted by what the timeline says should have been.
#[must_use]
pub fn judge(counts: &Counts, timeline: &Timeline, options: &JudgeOptions) -> Traffic {
    let JudgeOptions {
        alpha,
        now,
        only,
        before,
    } = *options;
    let before = before.map_or_else(HashMap::new, tests_of);
    // Clocks differ a little; what is later is of one that is wrong.
    let horizon = now.checked_add(GRACE).unwrap_or(Timestamp::MAX);
    let mut splits = Gathered::of(counts);
    let spans = splits.iter().filter_map(Gathered::span);
    let span = spans.reduce(|(first, last), split| (first.min(split.0), last.max(split.1)));
    splits.extend(missing(
        &splits,
        timeline,
        span.map(|(_, last)| last.min(horizon)),
        only,
    ));
    splits.retain(|split| only.is_none_or(|id| split.experiment_id == *id));
    splits.sort_by(|a, b| (&a.experiment_id, &a.group).cmp(&(&b.experiment_id, &b.group)));
    let mut anomalies = Vec::new();
    let mut drafts: Vec<SplitTraffic> = Vec::new();
    for splits in splits.chunk_by(|a, b| a.experiment_id == b.experiment_id) {
        let id = &splits[0].experiment_id;
        let known = KnownExperiment::find(timeline, id);
        let conflicts = counts.conflicting_units(id);
        anomalies.extend(find::in_experiment(splits, known.as_ref(), conflicts));
        let has_group =
            |group: &GroupName| known.as_ref().is_some_and(|known| known.has_group(group));
        let (told, others) = told_apart(splits, has_group);
        if known.is_some() {
            anomalies.extend(find::in_other_groups(&others));
        }
        for split in told {
            let before = before.get(&(id, split.group.as_ref())).copied();
            let draft = draft(split, known.as_ref(), counts, conflicts, alpha, before);
            if let Some(known) = &known {
                anomalies.extend(find::in_split(split, known, &draft.looks, counts, horizon));
            }
            drafts.push(draft);
        }
    }
    anomalies.sort_by_key(|anomaly| (anomaly.kind, Reverse(anomaly.count)));
    Traffic {
        splits: rank(drafts, &anomalies, alpha),
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
