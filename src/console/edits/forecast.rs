//! What a ramp would do, from the layer as it is and as it will be after the plan. Pure and quick, so that
//! it follows every key.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::console::model::LayerRow;
use crate::domain::{ExperimentId, Fraction, SlotIndex, SlotMap, SlotUse, Status, decimal_sum};
use crate::report::percent;

/// A ramp of one experiment, in slots of its layer.
#[derive(Clone, Debug)]
pub struct RampForecast {
    /// All slots of the layer.
    pub total: u32,
    /// The experiment's share in the database; 0 if it isn't there.
    pub present: Fraction,
    /// Its active slots there.
    pub active: u32,
    /// Those that it would have.
    pub wanted: u32,
    /// How many of the new ones it has reserved already.
    pub from_reserve: u32,
    /// Whose slots the new ones are until this plan, and how many.
    pub inherited: Vec<(ExperimentId, u32)>,
    /// How many slots the layer would have left.
    pub free: u32,
    /// The most that fits, next to the other experiments in the plan.
    pub most: Fraction,
    /// Why no unit would join, if the experiment wouldn't assign.
    pub why_nobody_joins: Option<&'static str>,
    /// The share that was asked for.
    pub to: Fraction,
}

impl RampForecast {
    /// Returns the forecast; `None` if the layer isn't known.
    #[must_use]
    pub fn new(row: &LayerRow, id: &ExperimentId, to: Fraction, at: Timestamp) -> Option<Self> {
        let (now, plan) = (row.before.as_ref(), row.after.as_ref());
        let layer = plan.or(now)?;
        let total = layer.layer.total_slots;
        let active = now.map_or(0, |now| now.slots.count(id, SlotUse::Active));
        let held = layer.slots.held(id);
        let wanted = to.slots_of(total);
        let new = wanted.saturating_sub(held);
        let others = layer.experiments.iter();
        let others = others.filter(|other| other.experiment_id != *id && other.holds_slots());
        let taken = decimal_sum(others.map(|other| other.reserved_percentage.value()));
        let cap = layer.layer.total_traffic_percentage.value();
        let most = Fraction::new(decimal_sum([cap, -taken]).clamp(0.0, 1.0))?;
        let has = now.and_then(|now| now.experiment(id));
        let why_nobody_joins = match layer.experiment(id) {
            Some(planned) if planned.status != Status::Active => Some("it isn't active"),
            Some(planned) if planned.end_date.is_some_and(|end| end <= at) => Some("it has ended"),
            Some(planned) if !planned.is_current(at) => Some("it hasn't started yet"),
            _ => None,
        };
        Some(Self {
            total,
            present: has.map_or(Fraction::ZERO, |has| has.traffic_percentage),
            active,
            wanted,
            from_reserve: held.min(wanted).saturating_sub(active),
            inherited: now.map_or_else(Vec::new, |now| inherited(&now.slots, &layer.slots, new)),
            free: layer.slots.unused().saturating_sub(new),
            most,
            why_nobody_joins,
            to,
        })
    }

    /// Returns why it can't be; `None` if it can.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        if self.to.exceeds(self.most) {
            let most = percent(self.most.value());
            return Some(format!(
                "it doesn't fit: the other experiments leave at most {most}"
            ));
        }
        self.present.exceeds(self.to).then(|| {
            let present = percent(self.present.value());
            format!("a ramp-up can't be undone: {present} is active already")
        })
    }

    /// Returns how many slots would become active.
    #[must_use]
    pub fn joining(&self) -> u32 {
        self.wanted.saturating_sub(self.active)
    }
}

/// Returns which experiments now hold the slots that `new` more slots would take, and how many each.
fn inherited(now: &SlotMap, after: &SlotMap, mut new: u32) -> Vec<(ExperimentId, u32)> {
    let mut held: BTreeMap<ExperimentId, u32> = BTreeMap::new();
    for free in after.free_runs() {
        if new == 0 {
            break;
        }
        let (first, last) = (
            *free.start(),
            (*free.end()).min(free.start().saturating_add(new - 1)),
        );
        new -= last - first + 1;
        for run in now.runs_within(SlotIndex(first), SlotIndex(last)) {
            let shared = run.last.0.min(last) - run.first.0.max(first) + 1;
            *held.entry(run.experiment_id.clone()).or_default() += shared;
        }
    }
    held.into_iter().collect()
}
