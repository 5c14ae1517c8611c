//! From rows to state. Whatever would cause a wrong plan or a wrong assignment is refused with the table
//! and the row.

use std::sync::Arc;

use jiff::Timestamp;
use postgres::types::{FromSql, Type};
use postgres::{GenericClient, Row};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::schema::Meta;
use super::time::SqlTime;
use super::{PostgresUrl, journal};
use crate::domain::ordered_map::OrderedMap;
use crate::domain::{
    AllocationRecord, Experiment, Fraction, GroupName, Hold, Layer, LayerId, LayerState, Layers,
    MAX_TOTAL_SLOTS, RecordError, SlotHistories, SlotIndex, SlotMap, SlotRun, SlotUse, Splitter,
    SplitterType, State, UnknownName, VariantName,
};
use crate::store::revision::RevisionDigest;
use crate::store::{Origin, SCHEMA_VERSION, Snapshot, StoreError};

/// The contents of a database, with what is needed to read only some layers again.
pub(super) struct StoredContents {
    pub(super) snapshot: Snapshot,
    digest: RevisionDigest,
}

impl StoredContents {
    /// Reads everything. Call it inside a transaction.
    pub(super) fn read(
        client: &mut impl GenericClient,
        url: &PostgresUrl,
    ) -> Result<Self, Failure> {
        let default_hash_algorithm = Meta::read(client, url)?.default_hash_algorithm;
        let layers = layers(client, None)?;
        let mut digest = RevisionDigest::new(default_hash_algorithm);
        for layer in layers.values() {
            digest.add_record(layer)?;
        }
        let last_applied = journal::read_last(client)?;
        let schema_version = SCHEMA_VERSION;
        let state = State {
            revision: digest.revision(&layers),
            default_hash_algorithm,
            layers,
            last_entry: last_applied.as_ref().map(|last| last.journal_id),
            slot_histories: SlotHistories::default(),
        };
        Ok(Self {
            snapshot: Snapshot {
                state,
                origin: Origin::Avos { schema_version },
                last_applied,
            },
            digest,
        })
    }

    /// Reads again what this transaction wrote: nobody else's transaction can have written these layers.
    pub(super) fn refresh(
        &mut self,
        client: &mut impl GenericClient,
        written: &Layers,
    ) -> Result<State, Failure> {
        let state = &mut self.snapshot.state;
        for id in written.keys() {
            state.layers.remove(id);
            let found = layers(client, Some(id))?;
            for layer in found.values() {
                self.digest.add_record(layer)?;
            }
            state.layers.extend(found);
        }
        state.revision = self.digest.revision(&state.layers);
        Ok(state.clone())
    }
}

/// Reads all layers, or one. Call it inside a transaction.
pub(super) fn layers(
    client: &mut impl GenericClient,
    only: Option<&LayerId>,
) -> Result<Layers, Failure> {
    let only = only.map(LayerId::as_str);
    let mut rows = |sql: &str| client.query_typed(sql, &[(&only, Type::TEXT)]);
    let mut layers = Layers::new();
    for row in rows(
        "SELECT layer_id, layer_salt, total_slots, total_traffic_percentage, hash_algorithm
         FROM avos.layers WHERE $1 IS NULL OR layer_id = $1",
    )? {
        let layer = layer(&SqlRow::new("layers", &row, 0)?)?;
        layers.insert(layer.layer_id.clone(), Arc::new(LayerState::empty(layer)));
    }
    for row in rows(
        "SELECT experiment_id, layer_id, name, variants::text, traffic_allocation::text, status,
            start_date, end_date, splitter_type, group_allocations::text, traffic_percentage,
            reserved_percentage, priority
         FROM avos.experiments WHERE $1 IS NULL OR layer_id = $1 ORDER BY layer_id, place",
    )? {
        let row = SqlRow::new("experiments", &row, 0)?;
        let layer = layer_of(&mut layers, &row, "layer_id")?;
        layer.experiments.push(experiment(&row)?);
    }
    let mut runs: Vec<(LayerId, SlotRun)> = Vec::new();
    for row in rows(
        "SELECT layer_id, first_slot, last_slot, experiment_id, usage
         FROM avos.slot_runs WHERE $1 IS NULL OR layer_id = $1 ORDER BY layer_id, first_slot",
    )? {
        let row = SqlRow::new("slot_runs", &row, 0)?;
        let run = slot_run(&row)?;
        let layer = layer_of(&mut layers, &row, "layer_id")?;
        if layer.experiment(&run.experiment_id).is_none() {
            let (first, id) = (run.first, &run.experiment_id);
            return Err(row.corrupt(&format!(
                "slot {first} is held by {id:?}, which isn't an experiment of this layer"
            )));
        }
        runs.push((row.key.into(), run));
    }
    for of_layer in runs.chunk_by(|(one, _), (next, _)| one == next) {
        let id = &of_layer[0].0;
        let layer = layers.get_mut(id).map(Arc::make_mut);
        let layer = layer.expect("its runs were read with it");
        let runs = of_layer.iter().map(|(_, run)| run.clone()).collect();
        layer.slots = SlotMap::from_runs(layer.layer.total_slots, runs)
            .map_err(|error| StoreError::corrupt("slot_runs", id.as_str(), error.to_string()))?;
    }
    for row in rows(
        "SELECT experiment_id, layer_id, since, until, reason, actor
         FROM avos.holds WHERE $1 IS NULL OR layer_id = $1",
    )? {
        let row = SqlRow::new("holds", &row, 0)?;
        let layer = layer_of(&mut layers, &row, "layer_id")?;
        let id = row.key.as_str().into();
        // One on an experiment that its layer no longer has is ignored.
        if layer.experiment(&id).is_some() {
            let since = row.time("since")?;
            let since = since.ok_or_else(|| row.corrupt("since is missing"))?;
            let (reason, actor): (String, String) = (row.get("reason")?, row.get("actor")?);
            let hold = Hold::new(since, row.time("until")?, reason, actor);
            layer.holds.insert(id, hold);
        }
    }
    Ok(layers)
}

fn layer_of<'l>(
    layers: &'l mut Layers,
    row: &SqlRow<'_>,
    column: &str,
) -> Result<&'l mut LayerState, Failure> {
    let id: String = row.get(column)?;
    let layer = layers.get_mut(id.as_str()).map(Arc::make_mut);
    layer.ok_or_else(|| row.corrupt("its layer doesn't exist"))
}

fn layer(row: &SqlRow<'_>) -> Result<Layer, Failure> {
    let total_slots: i32 = row.get("total_slots")?;
    let total_slots = u32::try_from(total_slots)
        .ok()
        .filter(|total| (1..=MAX_TOTAL_SLOTS).contains(total))
        .ok_or_else(|| {
            row.corrupt(&format!(
                "total_slots is {total_slots}, not 1 to {MAX_TOTAL_SLOTS}"
            ))
        })?;
    Ok(Layer {
        layer_id: row.key.as_str().into(),
        layer_salt: row.get("layer_salt")?,
        total_slots,
        total_traffic_percentage: row.fraction("total_traffic_percentage")?,
        hash_algorithm: row.named("hash_algorithm")?,
    })
}

fn experiment(row: &SqlRow<'_>) -> Result<Experiment, Failure> {
    let traffic_percentage = row.fraction("traffic_percentage")?;
    let reserved_percentage = row.fraction("reserved_percentage")?;
    if traffic_percentage.exceeds(reserved_percentage) {
        return Err(row.corrupt("reserved_percentage is below traffic_percentage"));
    }
    let variants: Vec<VariantName> = row.json("variants")?;
    let invalid = |column: &str, error: &RecordError| row.corrupt(&format!("{column}: {error}"));
    let shares: AllocationRecord = row.json("traffic_allocation")?;
    let shares = shares.to_allocation(&variants);
    let kind: SplitterType = row.named("splitter_type")?;
    let groups: OrderedMap<GroupName, AllocationRecord> =
        match row.get::<Option<String>>("group_allocations")? {
            Some(_) if kind.allocations_key().is_some() => row.json("group_allocations")?,
            _ => OrderedMap(Vec::new()),
        };
    let groups = groups.0.into_iter().map(|(group, shares)| {
        let shares = shares.to_allocation(&variants);
        let shares = shares.map_err(|error| invalid("group_allocations", &error))?;
        Ok((group, shares))
    });
    Ok(Experiment {
        experiment_id: row.key.as_str().into(),
        name: row.get("name")?,
        traffic_allocation: shares.map_err(|error| invalid("traffic_allocation", &error))?,
        splitter: Splitter::new(kind, groups.collect::<Result<_, Failure>>()?),
        traffic_percentage,
        reserved_percentage,
        status: row.named("status")?,
        start_date: row.time("start_date")?,
        end_date: row.time("end_date")?,
        priority: row.get("priority")?,
    })
}

fn slot_run(row: &SqlRow<'_>) -> Result<SlotRun, Failure> {
    let slot = |column: &str| {
        let slot: i32 = row.get(column)?;
        let index = u32::try_from(slot).map(SlotIndex);
        index.map_err(|_| row.corrupt(&format!("{column} is {slot}, which isn't a slot")))
    };
    let usage: String = row.get("usage")?;
    Ok(SlotRun {
        first: slot("first_slot")?,
        last: slot("last_slot")?,
        experiment_id: row.get::<String>("experiment_id")?.into(),
        usage: match usage.as_str() {
            "active" => SlotUse::Active,
            "reserved" => SlotUse::Reserved,
            other => return Err(row.corrupt(&format!("unknown usage {other:?}"))),
        },
    })
}

/// A row with checked access to its values.
pub(super) struct SqlRow<'a> {
    table: &'static str,
    row: &'a Row,
    /// The value of its key column, which names it.
    key: String,
}

impl<'a> SqlRow<'a> {
    /// A row of this table with a text as its key.
    pub(super) fn new(table: &'static str, row: &'a Row, key: usize) -> Result<Self, Failure> {
        let key = row.try_get(key)?;
        Ok(Self { table, row, key })
    }

    /// A row of this table with this key.
    pub(super) fn with_key(table: &'static str, row: &'a Row, key: i64) -> Self {
        let key = key.to_string();
        Self { table, row, key }
    }

    pub(super) fn corrupt(&self, what: &str) -> Failure {
        StoreError::corrupt(self.table, &self.key, what).into()
    }

    pub(super) fn get<'r, T: FromSql<'r>>(&'r self, column: &str) -> Result<T, Failure> {
        let value = self.row.try_get(column);
        value.map_err(|error| self.corrupt(&format!("{column}: {error}")))
    }

    pub(super) fn time(&self, column: &str) -> Result<Option<Timestamp>, Failure> {
        let Some(SqlTime(time)) = self.get(column)? else {
            return Ok(None);
        };
        let corrupt = || self.corrupt(&format!("{column} isn't within the years -9999 to 9999"));
        time.map(Some).ok_or_else(corrupt)
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, Failure> {
        serde_json::from_str(self.get(column)?)
            .map_err(|error| self.corrupt(&format!("{column} is invalid: {error}")))
    }

    pub(super) fn named<T: std::str::FromStr<Err = UnknownName>>(
        &self,
        column: &str,
    ) -> Result<T, Failure> {
        let name: &str = self.get(column)?;
        name.parse()
            .map_err(|error: UnknownName| self.corrupt(&error.to_string()))
    }

    fn fraction(&self, column: &str) -> Result<Fraction, Failure> {
        let fraction = Fraction::new(self.get(column)?);
        fraction.ok_or_else(|| self.corrupt(&format!("{column} is not a number from 0 to 1")))
    }
}
