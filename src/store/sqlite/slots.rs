//! From slot rows to slot maps: a million rows to a handful of runs, in one pass.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};

use super::failure::Failure;
use super::row::of_layer;
use super::schema;
use crate::domain::{
    ExperimentId, LayerId, LayerState, Layers, SlotIndex, SlotMap, SlotRun, SlotUse,
};
use crate::store::StoreError;

const TABLE: &str = "layer_slots";

/// The layer of each experiment.
pub(super) type Holders = HashMap<ExperimentId, LayerId>;

/// Adjacent rows with the same holder; also free ones, so that a missing row shows.
struct RowRun {
    first: u32,
    last: u32,
    holder: Option<(ExperimentId, SlotUse)>,
}

/// The rows of one layer, in their order.
struct LayerRows {
    layer_id: LayerId,
    runs: Vec<RowRun>,
}

impl LayerRows {
    /// Adds the row if it continues the last run, and returns whether it does. Nearly every one of a million
    /// rows does: its texts are compared as they are stored.
    fn extend(&mut self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let Some(last) = self.runs.last_mut() else {
            return Ok(false);
        };
        let next = i64::from(last.last) + 1;
        let is = |value, text: &str| value == ValueRef::Text(text.as_bytes());
        let continues = row.get_ref(1)? == ValueRef::Integer(next)
            && is(row.get_ref(0)?, self.layer_id.as_str())
            && match (&last.holder, row.get_ref(2)?, row.get_ref(3)?) {
                (None, active, reserved) => active == ValueRef::Null && reserved == ValueRef::Null,
                (Some((id, SlotUse::Reserved)), active, reserved) => {
                    active == ValueRef::Null && is(reserved, id.as_str())
                }
                (Some((id, SlotUse::Active)), active, reserved) => {
                    is(active, id.as_str()) && (reserved == ValueRef::Null || reserved == active)
                }
            };
        match u32::try_from(next) {
            Ok(next) if continues => last.last = next,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Fills in the slots of these layers: of all layers, or of the given one.
pub(super) fn read(
    connection: &Connection,
    layers: &mut Layers,
    layer: Option<&LayerId>,
    holders: &Holders,
) -> Result<(), Failure> {
    let reserved = if schema::has_column(connection, TABLE, "reserved_experiment_id")? {
        "reserved_experiment_id"
    } else {
        "NULL"
    };
    let empty = |layer_id: &LayerId| LayerRows {
        layer_id: layer_id.clone(),
        runs: Vec::new(),
    };
    // Sorted by layer, as these are.
    let mut all: Vec<LayerRows> = layers.keys().map(empty).collect();
    let mut current = 0;
    // In the order of the rows rather than of the slots: nearly always the same, and without a
    // detour through the index for each of a million rows.
    let of_layer = of_layer(layer);
    let select =
        format!("SELECT layer_id, slot_index, experiment_id, {reserved} FROM {TABLE} {of_layer}");
    let mut select = connection.prepare(&select)?;
    let mut rows = select.query(params_from_iter(layer.map(LayerId::as_str)))?;
    while let Some(row) = rows.next()? {
        if let Some(rows) = all.get_mut(current)
            && rows.extend(row)?
        {
            continue;
        }
        let layer_id = text(row.get_ref(0)?)?.unwrap_or_default();
        current = all
            .binary_search_by(|rows| rows.layer_id.as_str().cmp(layer_id))
            .map_err(|_| StoreError::corrupt(TABLE, layer_id, "the layer doesn't exist"))?;
        if all[current].extend(row)? {
            continue;
        }
        let slot = slot_index(layer_id, row.get_ref(1)?)?;
        let (active, reserved) = (text(row.get_ref(2)?)?, text(row.get_ref(3)?)?);
        let holder = holder(layer_id, slot, active, reserved)?;
        all[current].runs.push(RowRun {
            first: slot,
            last: slot,
            holder: holder.map(|(id, usage)| (id.into(), usage)),
        });
    }
    for LayerRows { layer_id, runs } in all {
        if let Some(layer) = layers.get_mut(&layer_id) {
            let layer = Arc::make_mut(layer);
            layer.slots = slot_map(layer, runs, holders)?;
        }
    }
    Ok(())
}

fn text(value: ValueRef<'_>) -> Result<Option<&str>, StoreError> {
    let wrong = |_| StoreError::corrupt(TABLE, "?", "an id isn't text");
    value.as_str_or_null().map_err(wrong)
}

fn slot_index(layer_id: &str, value: ValueRef<'_>) -> Result<u32, StoreError> {
    let index = value.as_i64().ok();
    index
        .and_then(|index| u32::try_from(index).ok())
        .ok_or_else(|| StoreError::corrupt(TABLE, layer_id, "a slot_index isn't a valid slot"))
}

/// Returns the holder of a slot, and its use. The Python program of 2025 knows only active slots.
fn holder<'a>(
    layer_id: &str,
    slot: u32,
    active: Option<&'a str>,
    reserved: Option<&'a str>,
) -> Result<Option<(&'a str, SlotUse)>, StoreError> {
    match (active, reserved) {
        (None, None) => Ok(None),
        (None, Some(id)) => Ok(Some((id, SlotUse::Reserved))),
        (Some(active), Some(reserved)) if active != reserved => {
            let what = format!("slot {slot} is active for {active:?}, reserved for {reserved:?}");
            Err(StoreError::corrupt(TABLE, layer_id, what))
        }
        (Some(id), _) => Ok(Some((id, SlotUse::Active))),
    }
}

/// Builds the map of a layer whose rows cover each of its slots once.
fn slot_map(
    layer: &LayerState,
    mut runs: Vec<RowRun>,
    holders: &Holders,
) -> Result<SlotMap, StoreError> {
    let layer_id = &layer.layer.layer_id;
    let total = layer.layer.total_slots;
    let corrupt = |what: String| StoreError::corrupt(TABLE, layer_id.as_str(), what);
    runs.sort_by_key(|run| run.first);
    let mut next = 0;
    for run in &runs {
        if run.last >= total {
            let last = run.last;
            return Err(corrupt(format!(
                "slot {last} is beyond the layer's {total}"
            )));
        }
        if run.first != next {
            let (slot, rows) = (
                next.min(run.first),
                if run.first > next {
                    "no row"
                } else {
                    "two rows"
                },
            );
            return Err(corrupt(format!("slot {slot} has {rows}")));
        }
        next = run.last + 1;
    }
    if next != total {
        return Err(corrupt(format!("slot {next} has no row")));
    }
    let held = runs.into_iter().filter_map(|run| {
        let (experiment_id, usage) = run.holder?;
        Some(SlotRun {
            first: SlotIndex(run.first),
            last: SlotIndex(run.last),
            experiment_id,
            usage,
        })
    });
    let runs: Vec<SlotRun> = held.collect();
    for run in &runs {
        if holders.get(&run.experiment_id) != Some(layer_id) {
            let (slot, id) = (run.first, &run.experiment_id);
            return Err(corrupt(format!(
                "slot {slot} is held by {id:?}, which isn't an experiment of this layer"
            )));
        }
    }
    SlotMap::from_runs(total, runs).map_err(|error| corrupt(error.to_string()))
}
