//! From state to rows: only the rows in which two states differ.

use jiff::Timestamp;
use postgres::GenericClient;
use postgres::types::{ToSql, Type};
use serde::Serialize;

use super::failure::Failure;
use super::time::sql_time;
use crate::domain::ordered_map::OrderedMap;
use crate::domain::{AllocationRecord, Experiment, LayerId, LayerState, Layers, SlotMap, SlotUse};

/// Turns the contents of the layers from `before` into `after`. Nothing but holds and slots is ever deleted.
pub(super) fn write_difference(
    client: &mut impl GenericClient,
    before: &Layers,
    after: &Layers,
    at: Timestamp,
) -> Result<(), Failure> {
    let at = sql_time(at);
    for (layer_id, layer) in after {
        let before = before.get(layer_id).map(|layer| &**layer);
        write_layer(client, before, layer, &at)?;
        for (place, experiment) in layer.experiments.iter().enumerate() {
            let before = before.and_then(|layer| layer.experiment(&experiment.experiment_id));
            write_experiment(client, (layer_id, place), before, experiment, &at)?;
        }
        write_holds(client, before, layer)?;
        write_slots(client, before.map(|layer| &layer.slots), layer)?;
    }
    Ok(())
}

/// A parameter of a statement with its type.
type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

fn write_layer(
    client: &mut impl GenericClient,
    before: Option<&LayerState>,
    after: &LayerState,
    at: &str,
) -> Result<(), Failure> {
    let layer = &after.layer;
    let share = layer.total_traffic_percentage.value();
    let id = layer.layer_id.as_str();
    let Some(before) = before else {
        client.execute_typed(
            "INSERT INTO avos.layers (layer_id, layer_salt, total_slots, total_traffic_percentage,
             hash_algorithm, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $6::timestamptz)",
            &[
                (&id, Type::TEXT),
                (&layer.layer_salt, Type::TEXT),
                (&signed(layer.total_slots), Type::INT4),
                (&share, Type::FLOAT8),
                (&layer.hash_algorithm.as_str(), Type::TEXT),
                (&at, Type::TEXT),
            ],
        )?;
        return Ok(());
    };
    // The other columns of a layer never change.
    if share.to_bits() != before.layer.total_traffic_percentage.value().to_bits() {
        client.execute_typed(
            "UPDATE avos.layers SET total_traffic_percentage = $2, updated_at = $3::timestamptz
             WHERE layer_id = $1",
            &[(&id, Type::TEXT), (&share, Type::FLOAT8), (&at, Type::TEXT)],
        )?;
    }
    Ok(())
}

/// An experiment's values as its columns have them.
#[derive(PartialEq)]
struct ExperimentRow<'a> {
    name: &'a str,
    variants: String,
    traffic_allocation: String,
    status: &'static str,
    start_date: Option<String>,
    end_date: Option<String>,
    splitter_type: String,
    group_allocations: Option<String>,
    traffic_percentage: f64,
    reserved_percentage: f64,
    priority: i64,
}

impl<'a> ExperimentRow<'a> {
    fn new(experiment: &'a Experiment) -> serde_json::Result<Self> {
        let allocation = &experiment.traffic_allocation;
        let kind = experiment.splitter.kind();
        let groups = experiment.splitter.groups().iter();
        let groups = groups.map(|(name, shares)| (name, AllocationRecord::from(shares)));
        let groups = OrderedMap(groups.collect());
        Ok(Self {
            name: &experiment.name,
            variants: json(&allocation.variants().collect::<Vec<_>>())?,
            traffic_allocation: json(&AllocationRecord::from(allocation))?,
            status: experiment.status.as_str(),
            start_date: experiment.start_date.map(sql_time),
            end_date: experiment.end_date.map(sql_time),
            splitter_type: kind.to_string(),
            group_allocations: kind.allocations_key().map(|_| json(&groups)).transpose()?,
            traffic_percentage: experiment.traffic_percentage.value(),
            reserved_percentage: experiment.reserved_percentage.value(),
            priority: experiment.priority,
        })
    }

    /// Returns the values of the parameters from `$5` on.
    fn parameters(&self) -> [Parameter<'_>; 11] {
        [
            (&self.name, Type::TEXT),
            (&self.variants, Type::TEXT),
            (&self.traffic_allocation, Type::TEXT),
            (&self.status, Type::TEXT),
            (&self.start_date, Type::TEXT),
            (&self.end_date, Type::TEXT),
            (&self.splitter_type, Type::TEXT),
            (&self.group_allocations, Type::TEXT),
            (&self.traffic_percentage, Type::FLOAT8),
            (&self.reserved_percentage, Type::FLOAT8),
            (&self.priority, Type::INT8),
        ]
    }
}

fn write_experiment(
    client: &mut impl GenericClient,
    (layer_id, place): (&LayerId, usize),
    before: Option<&Experiment>,
    after: &Experiment,
    at: &str,
) -> Result<(), Failure> {
    let row = ExperimentRow::new(after)?;
    let sql = match before.map(ExperimentRow::new).transpose()? {
        Some(before) if before == row => return Ok(()),
        Some(_) => {
            "UPDATE avos.experiments SET name = $5, variants = $6::json,
             traffic_allocation = $7::json, status = $8, start_date = $9::timestamptz,
             end_date = $10::timestamptz, splitter_type = $11, group_allocations = $12::json,
             traffic_percentage = $13, reserved_percentage = $14, priority = $15,
             updated_at = $4::timestamptz
             WHERE experiment_id = $1 AND layer_id = $2 AND place = $3"
        }
        None => {
            "INSERT INTO avos.experiments (experiment_id, layer_id, place, created_at, updated_at,
             name, variants, traffic_allocation, status, start_date, end_date, splitter_type,
             group_allocations, traffic_percentage, reserved_percentage, priority)
             VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz, $5, $6::json, $7::json, $8,
             $9::timestamptz, $10::timestamptz, $11, $12::json, $13, $14, $15)"
        }
    };
    let place = i32::try_from(place).unwrap_or(i32::MAX);
    let (id, layer_id) = (after.experiment_id.as_str(), layer_id.as_str());
    let fixed: [Parameter<'_>; 4] = [
        (&id, Type::TEXT),
        (&layer_id, Type::TEXT),
        (&place, Type::INT4),
        (&at, Type::TEXT),
    ];
    let parameters: Vec<Parameter<'_>> = fixed.into_iter().chain(row.parameters()).collect();
    client.execute_typed(sql, &parameters)?;
    Ok(())
}

/// Writes the holds that differ. An experiment that is created has none, whatever the deletion of its
/// predecessor by hand left behind.
fn write_holds(
    client: &mut impl GenericClient,
    before: Option<&LayerState>,
    after: &LayerState,
) -> Result<(), Failure> {
    for experiment in &after.experiments {
        let id = &experiment.experiment_id;
        let known = before.filter(|layer| layer.experiment(id).is_some());
        let hold = after.holds.get(id);
        if known.is_some_and(|layer| layer.holds.get(id) == hold) {
            continue;
        }
        let delete = "DELETE FROM avos.holds WHERE experiment_id = $1";
        client.execute_typed(delete, &[(&id.as_str(), Type::TEXT)])?;
        if let Some(hold) = hold {
            client.execute_typed(
                "INSERT INTO avos.holds (experiment_id, layer_id, since, until, reason, actor)
                 VALUES ($1, $2, $3::timestamptz, $4::timestamptz, $5, $6)",
                &[
                    (&id.as_str(), Type::TEXT),
                    (&after.layer.layer_id.as_str(), Type::TEXT),
                    (&sql_time(hold.since), Type::TEXT),
                    (&hold.until.map(sql_time), Type::TEXT),
                    (&hold.reason, Type::TEXT),
                    (&hold.actor, Type::TEXT),
                ],
            )?;
        }
    }
    Ok(())
}

/// Writes the runs of a layer anew if they differ.
fn write_slots(
    client: &mut impl GenericClient,
    before: Option<&SlotMap>,
    after: &LayerState,
) -> Result<(), Failure> {
    let layer_id = after.layer.layer_id.as_str();
    if before == Some(&after.slots) {
        return Ok(());
    }
    let delete = "DELETE FROM avos.slot_runs WHERE layer_id = $1";
    client.execute_typed(delete, &[(&layer_id, Type::TEXT)])?;
    let runs = || after.slots.runs();
    let first: Vec<i32> = runs().map(|run| signed(run.first.0)).collect();
    let last: Vec<i32> = runs().map(|run| signed(run.last.0)).collect();
    let holders: Vec<&str> = runs().map(|run| run.experiment_id.as_str()).collect();
    let usage = runs().map(|run| match run.usage {
        SlotUse::Active => "active",
        SlotUse::Reserved => "reserved",
    });
    let usage: Vec<&str> = usage.collect();
    client.execute_typed(
        "INSERT INTO avos.slot_runs (layer_id, first_slot, last_slot, experiment_id, usage)
         SELECT $1, * FROM unnest($2, $3, $4, $5)",
        &[
            (&layer_id, Type::TEXT),
            (&first, Type::INT4_ARRAY),
            (&last, Type::INT4_ARRAY),
            (&holders, Type::TEXT_ARRAY),
            (&usage, Type::TEXT_ARRAY),
        ],
    )?;
    Ok(())
}

/// A layer has at most a million slots.
fn signed(slot: u32) -> i32 {
    i32::try_from(slot).unwrap_or(i32::MAX)
}

fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value)
}
