//! What a ramp would do: the layer is planned as if the file had the share, so that whatever else waits in
//! the file, holds and caps count. Pure and quick, so that it follows every key.

use std::collections::BTreeMap;

use super::EditedThing;
use crate::console::model::Loaded;
use crate::domain::{
    ExperimentId, Fraction, LayerState, SlotIndex, SlotMap, SlotUse, Status, decimal_sum,
};
use crate::plan::Impact;
use crate::report::percent;

/// A ramp of one experiment, in slots of its layer.
#[derive(Clone, Debug)]
pub struct RampForecast {
    /// All slots of the layer.
    pub total: u32,
    /// The experiment's active slots in the database.
    pub active: u32,
    /// Those that it has after the plan, with the files as they are.
    pub planned: u32,
    /// Those that it would have.
    pub wanted: u32,
    /// Why it can't be.
    pub obstacle: Option<String>,
    /// What it does to slots and units; `None` if it can't be, or if an error concerns the layer.
    pub effects: Option<RampEffects>,
}

/// What a ramp does, together with what else waits in the file.
#[derive(Clone, Debug)]
pub struct RampEffects {
    /// How many of the new slots the experiment has reserved already.
    pub from_reserve: u32,
    /// Whose slots the new ones are until this plan, and how many.
    pub inherited: Vec<(ExperimentId, u32)>,
    /// The share of the layer's units that would join it.
    pub joining: f64,
    /// The share that would switch to it from another experiment.
    pub switching: f64,
    /// Whether the plan moves units of other experiments.
    pub moves_others: bool,
    /// How many slots other experiments could still take, below the layer's cap.
    pub free: u32,
    /// Why no unit would join, if the experiment wouldn't assign.
    pub why_nobody_joins: Option<&'static str>,
}

impl RampForecast {
    /// Returns the forecast; `None` if the layer isn't known.
    #[must_use]
    pub fn new(loaded: &Loaded, thing: &EditedThing, to: Fraction) -> Option<Self> {
        let id = &thing.experiment_id;
        let row = loaded.layer_row(&thing.layer_id)?;
        let (now, plan) = (row.before.as_deref(), row.after.as_deref());
        let layer = plan.or(now)?;
        let total = layer.layer.total_slots;
        let active = |state: Option<&LayerState>| {
            state.map_or(0, |state| state.slots.count(id, SlotUse::Active))
        };
        let mut forecast = Self {
            total,
            active: active(now),
            planned: active(plan),
            wanted: to.slots_of(total),
            obstacle: obstacle(now, layer, id, to),
            effects: None,
        };
        let comparison = loaded.comparison.as_ref();
        let outcome = comparison.and_then(|it| it.ramped(&thing.layer_id, id, to, loaded.at));
        let Some(outcome) = outcome.filter(|_| forecast.obstacle.is_none()) else {
            return Some(forecast);
        };
        forecast.obstacle = outcome.violations.first().map(|it| it.message.clone());
        let after = outcome.after.get(&thing.layer_id);
        forecast.effects = after.zip(outcome.impact.first()).map(|(after, impact)| {
            let why_nobody_joins = match after.experiment(id) {
                _ if after
                    .holds
                    .get(id)
                    .is_some_and(|it| it.is_in_force(loaded.at)) =>
                {
                    Some("it is held")
                }
                Some(it) if it.status != Status::Active => Some("it isn't active"),
                Some(it) if it.end_date.is_some_and(|end| end <= loaded.at) => Some("it has ended"),
                Some(it) if !it.is_current(loaded.at) => Some("it hasn't started yet"),
                _ => None,
            };
            RampEffects {
                why_nobody_joins,
                ..RampEffects::new(now, after, impact, id)
            }
        });
        Some(forecast)
    }
}

/// Returns why the share can't be; `None` if it can.
fn obstacle(
    now: Option<&LayerState>,
    layer: &LayerState,
    id: &ExperimentId,
    to: Fraction,
) -> Option<String> {
    let others = layer.experiments.iter();
    let others = others.filter(|other| other.experiment_id != *id && other.holds_slots());
    let taken = decimal_sum(others.map(|other| other.reserved_percentage.value()));
    let cap = layer.layer.total_traffic_percentage;
    let most = decimal_sum([cap.value(), -taken]).clamp(0.0, 1.0);
    if Fraction::new(most).is_some_and(|most| to.exceeds(most)) {
        let capped = if cap.exceeds(Fraction::ONE) || cap.is_same(Fraction::ONE) {
            String::new()
        } else {
            format!(" of the layer's cap of {}", percent(cap.value()))
        };
        return Some(format!(
            "it doesn't fit: the other experiments leave at most {}{capped}",
            percent(most)
        ));
    }
    let present = now?.experiment(id)?.traffic_percentage;
    present.exceeds(to).then(|| {
        let present = percent(present.value());
        format!("a ramp-up can't be undone: {present} is active already")
    })
}

impl RampEffects {
    fn new(
        now: Option<&LayerState>,
        after: &LayerState,
        impact: &Impact,
        id: &ExperimentId,
    ) -> Self {
        let (from_reserve, inherited) = now.map_or_else(Default::default, |now| {
            origins(&now.slots, &after.slots, id)
        });
        let mut its = impact.experiments.iter();
        let its = its.find(|its| its.experiment_id == *id);
        let units = its.map(|its| its.units).unwrap_or_default();
        let mut others = impact
            .experiments
            .iter()
            .filter(|it| it.experiment_id != *id);
        let layer = &after.layer;
        let most = layer.total_traffic_percentage.slots_of(layer.total_slots);
        Self {
            from_reserve,
            inherited,
            joining: units.joining,
            switching: units.switching_in,
            moves_others: others.any(|it| it.units.kept < it.units.before.max(it.units.after)),
            free: most.saturating_sub(after.slots.used()),
            why_nobody_joins: None,
        }
    }
}

/// Returns how many of the experiment's new active slots it has reserved now, and how many of its slots are now
/// whose else.
fn origins(now: &SlotMap, after: &SlotMap, id: &ExperimentId) -> (u32, Vec<(ExperimentId, u32)>) {
    let mut reserved = 0;
    let mut held: BTreeMap<ExperimentId, u32> = BTreeMap::new();
    for run in after.runs_of(id) {
        for had in now.runs_within(run.first, run.last) {
            let [first, last] = [
                SlotIndex(run.first.0.max(had.first.0)),
                SlotIndex(run.last.0.min(had.last.0)),
            ];
            let count = last.0 - first.0 + 1;
            if had.experiment_id != *id {
                *held.entry(had.experiment_id.clone()).or_default() += count;
            } else if (had.usage, run.usage) == (SlotUse::Reserved, SlotUse::Active) {
                reserved += count;
            }
        }
    }
    (reserved, held.into_iter().collect())
}
