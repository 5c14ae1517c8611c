//! What the timeline knows about an experiment: how its units should split, and when it assigns none.

use jiff::Timestamp;

use super::{AnomalyKind, Untested};
use crate::domain::{
    Allocation, Experiment, ExperimentId, GroupName, LayerId, LayerState, SlotUse, SplitterType,
    Status, VariantName,
};
use crate::timeline::{Era, Timeline};

/// An experiment that the database has.
pub(super) struct KnownExperiment<'t> {
    timeline: &'t Timeline,
    pub(super) layer_id: &'t LayerId,
    /// Its latest version before completion, if known, otherwise its current one. Versions that AVOS
    /// wrote come before those that another program left.
    experiment: &'t Experiment,
}

impl<'t> KnownExperiment<'t> {
    /// Returns the experiment with this id, or `None` if the database doesn't have it.
    pub(super) fn find(timeline: &'t Timeline, id: &ExperimentId) -> Option<Self> {
        let (layer, newest) = timeline.eras().last()?.experiment(id)?;
        let layer_id = &layer.layer.layer_id;
        // Units may not have been split by what another program wrote since.
        let (certain, others): (Vec<&Era>, Vec<&Era>) =
            timeline.eras().iter().rev().partition(|era| era.is_certain);
        let eras = certain.into_iter().chain(others);
        let mut found = eras.filter_map(|era| experiment_in(era, layer_id, id));
        let before = found.find(|experiment| experiment.status != Status::Completed);
        Some(Self {
            timeline,
            layer_id,
            experiment: before.unwrap_or(newest),
        })
    }

    /// Whether every call draws a new variant, so that a unit may legitimately see several.
    pub(super) fn is_random(&self) -> bool {
        self.experiment.splitter.kind() == SplitterType::Random
    }

    /// Whether its groups have allocations of their own.
    pub(super) fn is_grouped(&self) -> bool {
        self.experiment.splitter.kind().group_key().is_some()
    }

    /// Its variants in order, with the allocation that applies without a group.
    pub(super) fn variants(&self) -> &'t Allocation {
        &self.experiment.traffic_allocation
    }

    pub(super) fn has_variant(&self, variant: &VariantName) -> bool {
        self.variants().variants().any(|known| known == variant)
    }

    pub(super) fn has_group(&self, group: &GroupName) -> bool {
        self.group_allocation(group).is_some()
    }

    fn group_allocation(&self, group: &GroupName) -> Option<&'t Allocation> {
        let mut groups = self.experiment.splitter.groups().iter();
        let (_, allocation) = groups.find(|(name, _)| name == group)?;
        Some(allocation)
    }

    /// The shares by which the units of this group should split.
    pub(super) fn allocation(&self, group: Option<&GroupName>) -> Result<&'t Allocation, Untested> {
        match group {
            // Rolling out a winner doesn't change the allocations of groups.
            Some(group) => self.group_allocation(group).ok_or(Untested::UnknownGroup),
            None if self.is_grouped() => Err(Untested::NoGroup),
            None if self.has_rollout_allocation() => Err(Untested::UnknownAllocation),
            None => Ok(self.variants()),
        }
    }

    /// Whether its allocation may be that of a rolled-out winner, by which no unit was split.
    fn has_rollout_allocation(&self) -> bool {
        self.experiment.status == Status::Completed
            && self.variants().arms().len() > 1
            && self.variants().winner().is_some()
    }

    /// Whether it assigned units at this time, as far as is known.
    pub(super) fn is_assigning(&self, at: Timestamp) -> bool {
        let id = &self.experiment.experiment_id;
        let experiment = experiment_in(self.timeline.at(at), self.layer_id, id);
        experiment.is_some_and(|experiment| experiment.is_assigning(at))
    }

    /// The spans in which it certainly assigned nothing, in order.
    pub(super) fn idle_spans(&self) -> Vec<IdleSpan> {
        let id = &self.experiment.experiment_id;
        let eras = self.timeline.era_spans();
        let certain = eras.filter(|(_, _, era)| era.is_certain);
        let of_it = certain.filter_map(|(start, end, era)| {
            Some((start, end, experiment_in(era, self.layer_id, id)?))
        });
        idle_spans(of_it)
    }
}

/// Returns the experiment as of this era. Its layer never changes.
fn experiment_in<'t>(era: &'t Era, layer: &LayerId, id: &ExperimentId) -> Option<&'t Experiment> {
    era.layers.get(layer)?.experiment(id)
}

/// A span of time without assignments, `start..end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct IdleSpan {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// The kind of anomaly that exposures in it are.
    pub(super) kind: AnomalyKind,
}

/// Returns when an experiment assigns nothing, given its versions with their spans, in order.
fn idle_spans<'t>(
    eras: impl Iterator<Item = (Timestamp, Timestamp, &'t Experiment)>,
) -> Vec<IdleSpan> {
    let mut spans: Vec<IdleSpan> = Vec::new();
    for span in eras.flat_map(|(start, end, experiment)| idle_spans_between(experiment, start, end))
    {
        match spans.last_mut() {
            // An apply didn't end it.
            Some(last) if last.kind == span.kind && last.end == span.start => {
                last.end = span.end;
            }
            _ if span.start < span.end => spans.push(span),
            _ => {}
        }
    }
    spans
}

/// Returns when the experiment assigns nothing, if it doesn't change from `start` to `end`.
fn idle_spans_between(experiment: &Experiment, start: Timestamp, end: Timestamp) -> Vec<IdleSpan> {
    let span = |from: Timestamp, to: Timestamp, kind| IdleSpan {
        start: from.clamp(start, end),
        end: to.clamp(start, end),
        kind,
    };
    match experiment.status {
        Status::Completed => vec![span(start, end, AnomalyKind::Completed)],
        Status::Draft | Status::Paused => vec![span(start, end, AnomalyKind::Inactive)],
        Status::Active => {
            let first = experiment.start_date.unwrap_or(Timestamp::MIN);
            let last = experiment.end_date.unwrap_or(Timestamp::MAX);
            vec![
                span(start, first, AnomalyKind::Inactive),
                span(last, end, AnomalyKind::Inactive),
            ]
        }
    }
}

/// Whether the experiment should have assigned units at the end of the log. An empty log has no end;
/// then dates don't matter.
pub(super) fn has_traffic(
    layer: &LayerState,
    experiment: &Experiment,
    end: Option<Timestamp>,
) -> bool {
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
