//! From state to rows: only the rows and columns in which two states differ.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use super::encoding;
use super::failure::Failure;
use crate::domain::ordered_map::OrderedMap;
use crate::domain::{
    Allocation, Experiment, LayerId, LayerState, Layers, SlotIndex, SlotMap, SlotRun, SlotUse,
    SplitterType,
};
use crate::sqlite::time_text;
use crate::store::StoreError;

/// Turns the database's contents from `before` into `after`. Nothing but holds is ever deleted.
pub(super) fn write_difference(
    connection: &Connection,
    before: &Layers,
    after: &Layers,
    at: Timestamp,
) -> Result<(), Failure> {
    let at = time_text(at);
    for (layer_id, layer) in after {
        let before = before.get(layer_id).map(|layer| &**layer);
        write_layer(connection, before, layer, &at)?;
        for experiment in &layer.experiments {
            let before = before.and_then(|layer| layer.experiment(&experiment.experiment_id));
            write_experiment(connection, layer_id, before, experiment, &at)?;
        }
        write_holds(connection, before, layer)?;
        // Last, since slots refer to the experiments that hold them.
        write_slots(connection, before.map(|layer| &layer.slots), layer)?;
    }
    Ok(())
}

fn write_layer(
    connection: &Connection,
    before: Option<&LayerState>,
    after: &LayerState,
    at: &str,
) -> Result<(), Failure> {
    let layer = &after.layer;
    let share = layer.total_traffic_percentage.value();
    let id = layer.layer_id.as_str();
    let Some(before) = before else {
        let mut insert = connection.prepare_cached(
            "INSERT INTO layers (layer_id, layer_salt, total_slots, total_traffic_percentage,
             hash_algorithm, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?;
        let hash = layer.hash_algorithm.as_str();
        insert.execute((id, &layer.layer_salt, layer.total_slots, share, hash, at))?;
        return Ok(());
    };
    // The other columns of a layer never change.
    if share.to_bits() != before.layer.total_traffic_percentage.value().to_bits() {
        let mut update = connection.prepare_cached(
            "UPDATE layers SET total_traffic_percentage = ?2, updated_at = ?3 WHERE layer_id = ?1",
        )?;
        update.execute((id, share, at))?;
    }
    Ok(())
}

fn write_experiment(
    connection: &Connection,
    layer_id: &LayerId,
    before: Option<&Experiment>,
    after: &Experiment,
    at: &str,
) -> Result<(), Failure> {
    let columns = columns(after)?;
    let id = after.experiment_id.as_str();
    let Some(before) = before else {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let places = vec!["?"; columns.len()].join(", ");
        let insert = format!(
            "INSERT INTO experiments (experiment_id, layer_id, created_at, updated_at, {})
             VALUES (?, ?, ?, ?, {places})",
            names.join(", ")
        );
        let fixed = [id, layer_id.as_str(), at, at].map(|text| Value::Text(text.to_owned()));
        let values = columns.into_iter().map(|(_, value)| value);
        let mut insert = connection.prepare_cached(&insert)?;
        insert.execute(params_from_iter(fixed.into_iter().chain(values)))?;
        return Ok(());
    };
    let written = self::columns(before)?;
    for ((name, value), (_, written)) in columns.into_iter().zip(written) {
        if value != written {
            let update = format!(
                "UPDATE experiments SET {name} = ?2, updated_at = ?3 WHERE experiment_id = ?1"
            );
            connection
                .prepare_cached(&update)?
                .execute((id, value, at))?;
        }
    }
    Ok(())
}

/// Writes the holds that differ. An experiment that is created has none, whatever the deletion of its
/// predecessor by another program left behind.
fn write_holds(
    connection: &Connection,
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
        let mut delete =
            connection.prepare_cached("DELETE FROM avos_holds WHERE experiment_id = ?1")?;
        delete.execute([id.as_str()])?;
        if let Some(hold) = hold {
            let mut insert = connection.prepare_cached(
                "INSERT INTO avos_holds (experiment_id, layer_id, since, until, reason, actor)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            insert.execute((
                id.as_str(),
                after.layer.layer_id.as_str(),
                time_text(hold.since),
                hold.until.map(time_text),
                &hold.reason,
                &hold.actor,
            ))?;
        }
    }
    Ok(())
}

/// Returns an experiment's values in its columns, always all of them and in this order. Of the
/// group allocations only the splitter's own have a value.
fn columns(experiment: &Experiment) -> Result<[(&'static str, Value); 13], Failure> {
    let allocation = &experiment.traffic_allocation;
    let variants: Vec<_> = allocation.variants().collect();
    let groups = |kind: SplitterType| {
        if experiment.splitter.kind() != kind {
            return Ok(Value::Null);
        }
        let groups = experiment.splitter.groups().iter();
        let groups = groups.map(|(name, allocation)| (name, shares(allocation)));
        json(&OrderedMap(groups.collect()))
    };
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| Value::Text(time_text(at)));
    let splitter = experiment.splitter.kind().to_string();
    let status = encoding::status_text(experiment.status);
    let traffic = experiment.traffic_percentage.value();
    let reserved = experiment.reserved_percentage.value();
    Ok([
        ("name", Value::Text(experiment.name.clone())),
        ("variants", json(&variants)?),
        ("traffic_allocation", json(&shares(allocation))?),
        ("start_date", time(experiment.start_date)),
        ("end_date", time(experiment.end_date)),
        ("segment_allocations", groups(SplitterType::Segment)?),
        ("geo_allocations", groups(SplitterType::Geo)?),
        ("stratum_allocations", groups(SplitterType::Stratified)?),
        ("splitter_type", Value::Text(splitter)),
        ("traffic_percentage", Value::Real(traffic)),
        ("reserved_percentage", Value::Real(reserved)),
        ("status", Value::Text(status)),
        ("priority", Value::Integer(experiment.priority)),
    ])
}

fn json<T: Serialize>(value: &T) -> Result<Value, Failure> {
    Ok(Value::Text(encoding::json_text(value)?))
}

fn shares(allocation: &Allocation) -> impl Serialize {
    let arms = allocation.arms().iter();
    OrderedMap(
        arms.map(|arm| (arm.variant.clone(), arm.fraction))
            .collect(),
    )
}

/// Writes the slots that differ, one run of equal slots at a time.
fn write_slots(
    connection: &Connection,
    before: Option<&SlotMap>,
    layer: &LayerState,
) -> Result<(), Failure> {
    let after = &layer.slots;
    let id = layer.layer.layer_id.as_str();
    for (first, end) in stretches(before, after) {
        let is = holder(after, first);
        let (active, reserved) = match is {
            Some((run_id, SlotUse::Active)) => (Some(run_id), Some(run_id)),
            Some((run_id, SlotUse::Reserved)) => (None, Some(run_id)),
            None => (None, None),
        };
        let sql = match before {
            None => {
                "WITH RECURSIVE slot(i) AS
                   (SELECT ?2 UNION ALL SELECT i + 1 FROM slot WHERE i < ?3)
                 INSERT INTO layer_slots (layer_id, slot_index, experiment_id,
                   reserved_experiment_id) SELECT ?1, i, ?4, ?5 FROM slot"
            }
            Some(before) if holder(before, first) == is => continue,
            Some(_) => {
                "UPDATE layer_slots SET experiment_id = ?4, reserved_experiment_id = ?5
                 WHERE layer_id = ?1 AND slot_index BETWEEN ?2 AND ?3"
            }
        };
        let mut write = connection.prepare_cached(sql)?;
        let rows = write.execute((id, first, end - 1, active, reserved))?;
        if rows != (end - first) as usize {
            let what = format!("{rows} rows exist for slots {first} to {}", end - 1);
            return Err(StoreError::corrupt("layer_slots", id, what).into());
        }
    }
    Ok(())
}

fn holder(slots: &SlotMap, slot: u32) -> Option<(&str, SlotUse)> {
    let run: &SlotRun = slots.run_at(SlotIndex(slot))?;
    Some((run.experiment_id.as_str(), run.usage))
}

/// Returns runs `[first, end)` of slots with the same holder throughout, in either map.
fn stretches(before: Option<&SlotMap>, after: &SlotMap) -> Vec<(u32, u32)> {
    let runs = before.into_iter().chain([after]).flat_map(SlotMap::runs);
    let mut bounds: BTreeSet<u32> = runs.flat_map(|run| [run.first.0, run.last.0 + 1]).collect();
    bounds.extend([0, after.total()]);
    let bounds: Vec<u32> = bounds.into_iter().collect();
    bounds.windows(2).map(|pair| (pair[0], pair[1])).collect()
}
