//! From rows to state.
//!
//! Whatever would cause a wrong plan or a wrong assignment is refused with the table and the row.
//! What doesn't matter is ignored: group allocations of another splitter than the experiment's,
//! columns of other programs, and slots that a completed experiment still holds (they count as
//! held; what to do about them is the planner's business).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};

use super::failure::Failure;
use super::row::{SqlRow, read_rows};
use super::{encoding, journal, schema, slots};
use crate::domain::ordered_map::OrderedMap;
use crate::domain::{
    Allocation, Arm, Experiment, Fraction, GroupName, HashAlgorithm, Hold, Layer, LayerId,
    LayerState, Layers, MAX_TOTAL_SLOTS, Splitter, SplitterType, State, UnknownName, VariantName,
};
use crate::sqlite::parse_time;
use crate::store::revision::RevisionDigest;
use crate::store::state_store::empty_state;
use crate::store::{Origin, StoreError, UnreadAllocations};

/// Reads the state of the database and who made it. Call it inside a transaction.
pub(super) fn state(connection: &Connection, path: &Path) -> Result<(State, Origin), Failure> {
    let contents = StoredContents::read(connection, path)?;
    Ok((contents.state, contents.origin))
}

/// If more layers than this changed, reading all layers is faster.
const MAX_READ_ALONE: usize = 16;

/// The contents of a database, with what is needed to read only some layers again.
pub(super) struct StoredContents {
    pub(super) state: State,
    pub(super) origin: Origin,
    digest: RevisionDigest,
}

impl StoredContents {
    /// Reads everything. Call it inside a transaction.
    pub(super) fn read(connection: &Connection, path: &Path) -> Result<Self, Failure> {
        let origin = schema::origin(connection, path)?;
        if matches!(origin, Origin::Missing | Origin::Empty) {
            let state = empty_state();
            let digest = RevisionDigest::new(state.default_hash_algorithm);
            return Ok(Self {
                state,
                origin,
                digest,
            });
        }
        let default_hash_algorithm = default_hash_algorithm(connection, origin)?;
        let mut digest = RevisionDigest::new(default_hash_algorithm);
        let layers = layers(connection, None, Some(&mut digest))?;
        let state = State {
            revision: digest.revision(&layers),
            default_hash_algorithm,
            layers,
            last_entry: journal::read_last(connection)?.map(|last| last.journal_id),
            slot_histories: [].into(),
        };
        Ok(Self {
            state,
            origin,
            digest,
        })
    }

    /// Reads again what this transaction wrote: these layers, if it can't have written others, else
    /// everything.
    pub(super) fn refresh(
        &mut self,
        connection: &Connection,
        path: &Path,
        written: &Layers,
    ) -> Result<State, Failure> {
        // An extended schema or another program's triggers may have changed any row.
        let is_elsewhere = !matches!(self.origin, Origin::Avos { .. })
            || written.len() > MAX_READ_ALONE
            || schema::has_triggers(connection)?;
        if is_elsewhere {
            *self = Self::read(connection, path)?;
            return Ok(self.state.clone());
        }
        for id in written.keys() {
            self.state.layers.remove(id);
            let found = layers(connection, Some(id), Some(&mut self.digest))?;
            self.state.layers.extend(found);
        }
        self.state.revision = self.digest.revision(&self.state.layers);
        Ok(self.state.clone())
    }
}

/// Reads one layer, if the database has it. Call it inside a transaction.
pub(super) fn layer_state(
    connection: &Connection,
    path: &Path,
    id: &LayerId,
) -> Result<Option<Arc<LayerState>>, Failure> {
    let origin = schema::origin(connection, path)?;
    if matches!(origin, Origin::Missing | Origin::Empty) {
        return Ok(None);
    }
    Ok(layers(connection, Some(id), None)?.remove(id))
}

/// Reads all layers, or one; their rows go into the digest, if one is given.
fn layers(
    connection: &Connection,
    only: Option<&LayerId>,
    mut digest: Option<&mut RevisionDigest>,
) -> Result<Layers, Failure> {
    let mut layers = BTreeMap::new();
    let mut holders = slots::Holders::new();
    read_rows(connection, "layers", "layer_id", only, |row| {
        let layer = layer(row)?;
        if let Some(digest) = &mut digest {
            let hash = Value::Text(layer.hash_algorithm.as_str().to_owned());
            digest.add_layer(&layer.layer_id, row.digest("hash_algorithm", &hash));
        }
        layers.insert(layer.layer_id.clone(), Arc::new(LayerState::empty(layer)));
        Ok(())
    })?;
    read_rows(connection, "experiments", "experiment_id", only, |row| {
        let experiment = experiment(row)?;
        if let Some(digest) = &mut digest {
            let reserved = Value::Real(experiment.reserved_percentage.value());
            let digested = row.digest("reserved_percentage", &reserved);
            digest.add_experiment(&experiment.experiment_id, digested);
        }
        let layer: &mut Arc<LayerState> = layers
            .get_mut(row.text("layer_id")?)
            .ok_or_else(|| row.corrupt("its layer doesn't exist"))?;
        let id = experiment.experiment_id.clone();
        holders.insert(id, layer.layer.layer_id.clone());
        Arc::make_mut(layer).experiments.push(experiment);
        Ok(())
    })?;
    slots::read(connection, &mut layers, only, &holders)?;
    read_holds(connection, &mut layers, only)?;
    Ok(layers)
}

/// Reads the holds. One on an experiment that its layer no longer has is ignored.
fn read_holds(
    connection: &Connection,
    layers: &mut Layers,
    only: Option<&LayerId>,
) -> Result<(), Failure> {
    if !schema::has_table(connection, schema::HOLDS)? {
        return Ok(());
    }
    read_rows(connection, schema::HOLDS, "experiment_id", only, |row| {
        let id = row.text("experiment_id")?.into();
        let layer = layers.get_mut(row.text("layer_id")?);
        let Some(layer) = layer.filter(|layer| layer.experiment(&id).is_some()) else {
            return Ok(());
        };
        let since = time(row, "since")?.ok_or_else(|| row.corrupt("since is missing"))?;
        let (until, reason) = (time(row, "until")?, row.text("reason")?);
        let hold = Hold::new(since, until, reason, row.text("actor")?);
        Arc::make_mut(layer).holds.insert(id, hold);
        Ok(())
    })
}

fn default_hash_algorithm(
    connection: &Connection,
    origin: Origin,
) -> Result<HashAlgorithm, Failure> {
    if matches!(origin, Origin::Python2025 | Origin::Python2026) {
        return Ok(HashAlgorithm::Md5);
    }
    let key = schema::DEFAULT_HASH_ALGORITHM;
    let select = "SELECT value FROM avos_meta WHERE key = ?1";
    let value: Option<String> = connection
        .query_row(select, [key], |row| row.get(0))
        .optional()?;
    let corrupt = |what: String| StoreError::corrupt("avos_meta", key, what);
    let value = value.ok_or_else(|| corrupt("the row is missing".to_owned()))?;
    Ok(value
        .parse()
        .map_err(|error: UnknownName| corrupt(error.to_string()))?)
}

fn layer(row: &SqlRow<'_>) -> Result<Layer, StoreError> {
    let total_slots = row.integer("total_slots")?;
    let total_slots = u32::try_from(total_slots)
        .ok()
        .filter(|total| (1..=MAX_TOTAL_SLOTS).contains(total))
        .ok_or_else(|| {
            row.corrupt(&format!(
                "total_slots is {total_slots}, not 1 to {MAX_TOTAL_SLOTS}"
            ))
        })?;
    // Only the Python program omits the algorithm, and it knows only one.
    let hash_algorithm = if row.cells.contains_key("hash_algorithm") {
        let name = row.text("hash_algorithm")?;
        let unknown = |error: UnknownName| row.corrupt(&error.to_string());
        name.parse().map_err(unknown)?
    } else {
        HashAlgorithm::Md5
    };
    Ok(Layer {
        layer_id: row.text("layer_id")?.into(),
        layer_salt: row.text("layer_salt")?.to_owned(),
        total_slots,
        total_traffic_percentage: fraction(row, "total_traffic_percentage")?,
        hash_algorithm,
    })
}

fn experiment(row: &SqlRow<'_>) -> Result<Experiment, StoreError> {
    let traffic_percentage = fraction(row, "traffic_percentage")?;
    let status = row.text("status")?;
    let splitter = row.text("splitter_type")?;
    let splitter: SplitterType = splitter
        .parse()
        .map_err(|error: UnknownName| row.corrupt(&error.to_string()))?;
    let variants: Vec<VariantName> = json(row, "variants")?;
    let shares = json(row, "traffic_allocation")?;
    Ok(Experiment {
        experiment_id: row.text("experiment_id")?.into(),
        name: row.text("name")?.to_owned(),
        traffic_allocation: allocation(row, "traffic_allocation", &variants, &shares)?,
        splitter: Splitter::new(splitter, groups(row, splitter, &variants)?),
        traffic_percentage,
        reserved_percentage: reserved_percentage(row, traffic_percentage)?,
        status: encoding::parse_status(status)
            .ok_or_else(|| row.corrupt(&format!("unknown status {status:?}")))?,
        start_date: time(row, "start_date")?,
        end_date: time(row, "end_date")?,
        priority: row.integer("priority")?,
    })
}

/// Reads the reserve: never below the traffic, since the Python program of 2025 raises the traffic
/// of an experiment without knowing about its reserve.
fn reserved_percentage(row: &SqlRow<'_>, traffic: Fraction) -> Result<Fraction, StoreError> {
    let column = "reserved_percentage";
    if !row.cells.contains_key(column) || row.optional_float(column)?.is_none() {
        return Ok(traffic);
    }
    let reserved = fraction(row, column)?;
    Ok(if reserved.value() > traffic.value() {
        reserved
    } else {
        traffic
    })
}

fn fraction(row: &SqlRow<'_>, column: &str) -> Result<Fraction, StoreError> {
    let value = row.optional_float(column)?;
    value
        .and_then(Fraction::new)
        .ok_or_else(|| row.corrupt(&format!("{column} is not a number from 0 to 1")))
}

fn time(row: &SqlRow<'_>, column: &str) -> Result<Option<Timestamp>, StoreError> {
    let Some(text) = row.optional_text(column)? else {
        return Ok(None);
    };
    let time = parse_time(text);
    let corrupt = || row.corrupt(&format!("{column} is {text:?}, which isn't a date"));
    time.map(Some).ok_or_else(corrupt)
}

fn json<T: serde::de::DeserializeOwned>(row: &SqlRow<'_>, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(row.text(column)?)
        .map_err(|error| row.corrupt(&format!("{column} is invalid: {error}")))
}

type Shares = OrderedMap<VariantName, Fraction>;

/// Reads the allocations of the splitter's groups. A grouped splitter without any is accepted: each
/// of its units gets an error, and the experiment can still be completed.
fn groups(
    row: &SqlRow<'_>,
    splitter: SplitterType,
    variants: &[VariantName],
) -> Result<Vec<(GroupName, Allocation)>, StoreError> {
    let Some(column) = splitter.allocations_key() else {
        return Ok(Vec::new());
    };
    if row.optional_text(column)?.is_none() {
        return Ok(Vec::new());
    }
    let groups: OrderedMap<GroupName, Shares> = json(row, column)?;
    groups
        .0
        .into_iter()
        .map(|(group, shares)| {
            let column = format!("{column} of {:?}", group.as_str());
            let allocation = allocation(row, &column, variants, &shares)?;
            Ok((group, allocation))
        })
        .collect()
}

fn allocation(
    row: &SqlRow<'_>,
    column: &str,
    variants: &[VariantName],
    shares: &Shares,
) -> Result<Allocation, StoreError> {
    let mut by_name: HashMap<&VariantName, Option<Fraction>> = HashMap::new();
    for (variant, fraction) in &shares.0 {
        // If a name occurs twice, neither share can be trusted.
        let entry = by_name.entry(variant);
        entry
            .and_modify(|share| *share = None)
            .or_insert(Some(*fraction));
    }
    let share_of = |variant: &VariantName| match by_name.get(variant) {
        Some(Some(fraction)) => Ok(Arm {
            variant: variant.clone(),
            fraction: *fraction,
        }),
        Some(None) | None => Err(row.corrupt(&format!(
            "{column} doesn't give variant {variant:?} exactly one share"
        ))),
    };
    let arms = variants
        .iter()
        .map(share_of)
        .collect::<Result<Vec<_>, _>>()?;
    if arms.len() < shares.0.len() {
        return Err(row.corrupt(&format!("{column} names an unknown variant")));
    }
    Allocation::new(arms).map_err(|error| row.corrupt(&format!("{column}: {error}")))
}

/// Reads the allocations that a state ignores, by key and then in the order of the experiments'
/// creation.
pub(super) fn unread_allocations(
    connection: &Connection,
    origin: Origin,
) -> Result<Vec<UnreadAllocations>, Failure> {
    if matches!(origin, Origin::Missing | Origin::Empty) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for kind in SplitterType::ALL {
        let Some(key) = kind.allocations_key() else {
            continue;
        };
        let mut select = connection.prepare(&format!(
            "SELECT layer_id, experiment_id FROM experiments
             WHERE {key} IS NOT NULL AND splitter_type <> ?1 ORDER BY rowid"
        ))?;
        let rows = select.query_map([kind.as_str()], |row| {
            Ok(UnreadAllocations {
                layer_id: row.get::<_, String>(0)?.into(),
                experiment_id: row.get::<_, String>(1)?.into(),
                key,
            })
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}
