//! The written shape of layers and experiments: the keys of a layer file, in canonical order.
//!
//! Canonical YAML, the plan's JSON and the journal share this shape, so a plan writes an experiment as
//! its file does. Values that equal their default are left out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Allocation, AllocationError, Arm, Experiment, ExperimentId, Fraction, GroupName, HashAlgorithm,
    LayerId, LayerState, Splitter, SplitterType, Status, VariantName,
};

/// An allocation as written: a map from variant to share, in the order of the variants. Readers take
/// that order from `variants`, since not every map keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllocationRecord(ordered_map::OrderedMap<VariantName, Fraction>);

/// Group allocations as written: a map from group to allocation.
type GroupRecords = ordered_map::OrderedMap<GroupName, AllocationRecord>;

impl From<&Allocation> for AllocationRecord {
    fn from(allocation: &Allocation) -> Self {
        let arms = allocation.arms().iter();
        let shares = arms.map(|arm| (arm.variant.clone(), arm.fraction));
        Self(ordered_map::OrderedMap(shares.collect()))
    }
}

impl AllocationRecord {
    /// Returns the allocation over these variants, in their order.
    pub fn to_allocation<'v>(
        &self,
        variants: impl IntoIterator<Item = &'v VariantName>,
    ) -> Result<Allocation, RecordError> {
        let shares = &self.0.0;
        let arm = |variant: &VariantName| {
            let share = shares.iter().find(|(name, _)| name == variant);
            let (_, fraction) =
                share.ok_or_else(|| RecordError::MissingVariant(variant.clone()))?;
            Ok(Arm {
                variant: variant.clone(),
                fraction: *fraction,
            })
        };
        let variants = variants.into_iter();
        let arms = variants.map(arm).collect::<Result<Vec<_>, RecordError>>()?;
        let is_known = |name: &VariantName| arms.iter().any(|arm| arm.variant == *name);
        if let Some((extra, _)) = shares.iter().find(|(name, _)| !is_known(name)) {
            return Err(RecordError::UnknownVariant(extra.clone()));
        }
        Ok(Allocation::new(arms)?)
    }
}

/// A whole layer as its file would write it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerRecord {
    /// See [`Layer`](super::Layer).
    pub layer_id: LayerId,
    /// Its salt.
    pub layer_salt: String,
    /// Its number of slots.
    pub total_slots: u32,
    /// The most that its experiments may hold in total.
    pub total_traffic_percentage: Fraction,
    /// Its hash.
    pub hash_algorithm: HashAlgorithm,
    /// Its experiments.
    pub experiments: Vec<ExperimentRecord>,
}

impl From<&LayerState> for LayerRecord {
    fn from(state: &LayerState) -> Self {
        let layer = &state.layer;
        Self {
            layer_id: layer.layer_id.clone(),
            layer_salt: layer.layer_salt.clone(),
            total_slots: layer.total_slots,
            total_traffic_percentage: layer.total_traffic_percentage,
            hash_algorithm: layer.hash_algorithm,
            experiments: state
                .experiments
                .iter()
                .map(|experiment| ExperimentRecord::new(&layer.layer_id, experiment))
                .collect(),
        }
    }
}

/// An experiment as its file would write it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentRecord {
    experiment_id: ExperimentId,
    layer_id: LayerId,
    name: String,
    variants: Vec<VariantName>,
    traffic_allocation: AllocationRecord,
    status: Status,
    splitter_type: SplitterType,
    traffic_percentage: Fraction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reserved_percentage: Option<Fraction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    segment_allocations: Option<GroupRecords>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geo_allocations: Option<GroupRecords>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stratum_allocations: Option<GroupRecords>,
    #[serde(default, skip_serializing_if = "is_zero")]
    priority: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(priority: &i64) -> bool {
    *priority == 0
}

impl ExperimentRecord {
    /// Returns the experiment as a file of its layer writes it.
    #[must_use]
    pub fn new(layer_id: &LayerId, experiment: &Experiment) -> Self {
        let groups = |kind: SplitterType| {
            (experiment.splitter.kind() == kind).then(|| {
                let groups = experiment.splitter.groups().iter();
                ordered_map::OrderedMap(
                    groups
                        .map(|(name, allocation)| (name.clone(), allocation.into()))
                        .collect(),
                )
            })
        };
        let is_reserving = !experiment
            .reserved_percentage
            .is_same(experiment.traffic_percentage);
        Self {
            experiment_id: experiment.experiment_id.clone(),
            layer_id: layer_id.clone(),
            name: experiment.name.clone(),
            variants: experiment.traffic_allocation.variants().cloned().collect(),
            traffic_allocation: (&experiment.traffic_allocation).into(),
            status: experiment.status,
            splitter_type: experiment.splitter.kind(),
            traffic_percentage: experiment.traffic_percentage,
            reserved_percentage: is_reserving.then_some(experiment.reserved_percentage),
            start_date: experiment.start_date,
            end_date: experiment.end_date,
            segment_allocations: groups(SplitterType::Segment),
            geo_allocations: groups(SplitterType::Geo),
            stratum_allocations: groups(SplitterType::Stratified),
            priority: experiment.priority,
        }
    }

    /// Returns its status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns the experiment, checked: a tampered plan is refused here.
    pub fn to_experiment(&self) -> Result<Experiment, RecordError> {
        let reserved = self.reserved_percentage.unwrap_or(self.traffic_percentage);
        if self.traffic_percentage.exceeds(reserved) {
            return Err(RecordError::ReserveBelowTraffic);
        }
        let groups = match self.splitter_type {
            SplitterType::Hash | SplitterType::Random => None,
            SplitterType::Segment => self.segment_allocations.as_ref(),
            SplitterType::Geo => self.geo_allocations.as_ref(),
            SplitterType::Stratified => self.stratum_allocations.as_ref(),
        };
        let groups = groups
            .iter()
            .flat_map(|groups| &groups.0)
            .map(|(name, record)| Ok((name.clone(), record.to_allocation(&self.variants)?)))
            .collect::<Result<Vec<_>, RecordError>>()?;
        Ok(Experiment {
            experiment_id: self.experiment_id.clone(),
            name: self.name.clone(),
            traffic_allocation: self.traffic_allocation.to_allocation(&self.variants)?,
            splitter: Splitter::new(self.splitter_type, groups),
            traffic_percentage: self.traffic_percentage,
            reserved_percentage: reserved,
            status: self.status,
            start_date: self.start_date,
            end_date: self.end_date,
            priority: self.priority,
        })
    }
}

/// Reasons an experiment record is invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// An allocation lacks a variant.
    #[error("variant {0:?} has no share in an allocation")]
    MissingVariant(VariantName),
    /// An allocation names an unknown variant.
    #[error("an allocation names {0:?}, which is not among the variants")]
    UnknownVariant(VariantName),
    /// The shares aren't a valid allocation.
    #[error(transparent)]
    Allocation(#[from] AllocationError),
    /// Less is reserved than is active.
    #[error("reserved_percentage is below traffic_percentage")]
    ReserveBelowTraffic,
}

/// Maps that keep the order in which they were written.
pub mod ordered_map {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Pairs that serialize as a map, in this order.
    #[derive(Clone, Debug)]
    pub struct OrderedMap<K, V>(pub Vec<(K, V)>);

    impl<K: Serialize, V: Serialize> Serialize for OrderedMap<K, V> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
        }
    }

    impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for OrderedMap<K, V> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Pairs<K, V>(PhantomData<(K, V)>);

            impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
                type Value = OrderedMap<K, V>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a map")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(0));
                    while let Some(pair) = map.next_entry()? {
                        pairs.push(pair);
                    }
                    Ok(OrderedMap(pairs))
                }
            }

            deserializer.deserialize_map(Pairs(PhantomData))
        }
    }
}
