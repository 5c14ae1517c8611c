//! From state to rows: only the rows in which two states differ.

use jiff::Timestamp;
use postgres::GenericClient;
use postgres::types::{ToSql, Type};
use serde::Serialize;

use super::failure::Failure;
use super::time::sql_time;
use crate::domain::ordered_map::OrderedMap;
use crate::domain::{
    AllocationRecord, Experiment, ExperimentId, LayerState, Layers, SlotMap, SlotUse,
};

/// Turns the contents of the layers from `before` into `after`. Nothing but holds and slots is ever deleted.
pub(super) fn write_difference(
    client: &mut impl GenericClient,
    before: &Layers,
    after: &Layers,
    at: Timestamp,
) -> Result<(), Failure> {
    let at = sql_time(at);
    for (id, layer) in after {
        let before = before.get(id).map(|layer| &**layer);
        write_layer(client, before, layer, &at)?;
        write_experiments(client, before, layer, &at)?;
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

    /// Returns the values, in the order of the last columns of a new experiment.
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

/// The columns of a new experiment besides its layer and the time, each with the cast of its parameter.
const COLUMNS: [(&str, &str); 13] = [
    ("experiment_id", ""),
    ("place", ""),
    ("name", ""),
    ("variants", "::json"),
    ("traffic_allocation", "::json"),
    ("status", ""),
    ("start_date", "::timestamptz"),
    ("end_date", "::timestamptz"),
    ("splitter_type", ""),
    ("group_allocations", "::json"),
    ("traffic_percentage", ""),
    ("reserved_percentage", ""),
    ("priority", ""),
];

/// A statement has at most 65,535 parameters.
const MAX_INSERTED: usize = 1_000;

/// Writes the experiments that differ, new ones together: a plan may create many.
fn write_experiments(
    client: &mut impl GenericClient,
    before: Option<&LayerState>,
    after: &LayerState,
    at: &str,
) -> Result<(), Failure> {
    let layer_id = after.layer.layer_id.as_str();
    let mut new = Vec::new();
    for (experiment, place) in after.experiments.iter().zip(0_i32..) {
        let id = experiment.experiment_id.as_str();
        let row = ExperimentRow::new(experiment)?;
        match before.and_then(|layer| layer.experiment(&experiment.experiment_id)) {
            None => new.push((id, place, row)),
            Some(before) if ExperimentRow::new(before)? == row => {}
            Some(_) => update_experiment(client, (layer_id, id), &row, at)?,
        }
    }
    for new in new.chunks(MAX_INSERTED) {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let values = (0..new.len()).map(|row| {
            let first = 3 + row * COLUMNS.len();
            let columns = COLUMNS.iter().zip(first..);
            let columns = columns.map(|((_, cast), number)| format!("${number}{cast}"));
            let columns = columns.collect::<Vec<_>>().join(", ");
            format!("($1, $2::timestamptz, $2::timestamptz, {columns})")
        });
        let insert = format!(
            "INSERT INTO avos.experiments (layer_id, created_at, updated_at, {}) VALUES {}",
            names.join(", "),
            values.collect::<Vec<_>>().join(", ")
        );
        let fixed: [Parameter<'_>; 2] = [(&layer_id, Type::TEXT), (&at, Type::TEXT)];
        let rows = new.iter().flat_map(|(id, place, row)| {
            let key: [Parameter<'_>; 2] = [(id, Type::TEXT), (place, Type::INT4)];
            key.into_iter().chain(row.parameters())
        });
        let parameters: Vec<Parameter<'_>> = fixed.into_iter().chain(rows).collect();
        client.execute_typed(&insert, &parameters)?;
    }
    Ok(())
}

fn update_experiment(
    client: &mut impl GenericClient,
    (layer_id, id): (&str, &str),
    row: &ExperimentRow<'_>,
    at: &str,
) -> Result<(), Failure> {
    let key: [Parameter<'_>; 3] = [
        (&id, Type::TEXT),
        (&layer_id, Type::TEXT),
        (&at, Type::TEXT),
    ];
    let parameters: Vec<Parameter<'_>> = key.into_iter().chain(row.parameters()).collect();
    client.execute_typed(
        "UPDATE avos.experiments SET updated_at = $3::timestamptz, name = $4, variants = $5::json,
         traffic_allocation = $6::json, status = $7, start_date = $8::timestamptz,
         end_date = $9::timestamptz, splitter_type = $10, group_allocations = $11::json,
         traffic_percentage = $12, reserved_percentage = $13, priority = $14
         WHERE experiment_id = $1 AND layer_id = $2",
        &parameters,
    )?;
    Ok(())
}

/// Writes the holds that differ. An experiment that is created has none, whatever the deletion of its
/// predecessor by hand left behind.
fn write_holds(
    client: &mut impl GenericClient,
    before: Option<&LayerState>,
    after: &LayerState,
) -> Result<(), Failure> {
    let ids = after.experiments.iter().map(|it| &it.experiment_id);
    let differs = |id: &&ExperimentId| {
        let known = before.filter(|layer| layer.experiment(id).is_some());
        known.is_none_or(|layer| layer.holds.get(*id) != after.holds.get(*id))
    };
    let ids: Vec<&ExperimentId> = ids.filter(differs).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let deleted: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let delete = "DELETE FROM avos.holds WHERE experiment_id = ANY($1)";
    client.execute_typed(delete, &[(&deleted, Type::TEXT_ARRAY)])?;
    for id in ids {
        let Some(hold) = after.holds.get(id) else {
            continue;
        };
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
