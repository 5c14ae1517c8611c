//! The counts of a log: all that [`traffic`](crate::traffic) needs to judge it, no matter which
//! engine holds the log and what counted it.

#[cfg(feature = "warehouse")]
mod windowed;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::exposure_counts::{ArmExposures, ExposureKind, LayerExposures, StatusExposures, Window};
use super::series::{Series, SeriesLook};
use super::windows::{WindowCount, Windows};
use super::{Skipped, Skips};
use crate::domain::{ExperimentId, GroupName, LayerId, SlotIndex, VariantName};

#[cfg(feature = "warehouse")]
pub(super) use windowed::ArmWindow;

/// The initial length of a window in microseconds: a minute, the scale of an incident.
pub(super) const FIRST_WINDOW: i64 = 60_000_000;

/// An arm of a summary, to record exposures of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArmIndex(usize);

/// What was counted of a log.
///
/// An [`ExposureReader`](super::ExposureReader) keeps one up to date. You can also record exposures
/// from any other source, in the order of writing:
///
/// ```
/// use avos::exposure::ExposureSummary;
/// use jiff::Timestamp;
///
/// let mut summary = ExposureSummary::default();
/// let control = summary.add_arm("checkout".into(), None, "control".into());
/// let new = summary.add_arm("checkout".into(), None, "new".into());
/// let at = |second: i64| Timestamp::from_second(1_772_323_200 + second);
/// summary.record_first(control, at(0)?);
/// summary.record_first(new, at(1)?);
/// // The same unit again: an exposure, but no new unit.
/// summary.record_repeated(new, at(2)?);
///
/// let arms = summary.arms();
/// assert_eq!((arms[0].units, arms[0].exposures), (1, 1));
/// assert_eq!((arms[1].units, arms[1].exposures), (1, 2));
/// # Ok::<(), jiff::Error>(())
/// ```
pub struct ExposureSummary {
    /// Lets a judge recognize the summary that it continues; every new summary has its own.
    identity: Arc<()>,
    kinds: Vec<KindCount>,
    kind_indices: HashMap<ExposureKind, usize>,
    experiments: Vec<ExperimentUnits>,
    experiment_indices: HashMap<ExperimentId, usize>,
    layers: Vec<LayerCount>,
    layer_indices: HashMap<LayerId, usize>,
    /// The complete layers, in the order in which they became so.
    complete_layers: Vec<usize>,
    /// All units, each once per experiment.
    units: u64,
    /// The units of each experiment's group, and its index.
    split_units: Vec<u64>,
    split_indices: HashMap<(usize, Option<GroupName>), usize>,
    windows: Windows,
    skips: Skips,
}

impl Default for ExposureSummary {
    fn default() -> Self {
        Self {
            identity: Arc::default(),
            kinds: Vec::new(),
            kind_indices: HashMap::new(),
            experiments: Vec::new(),
            experiment_indices: HashMap::new(),
            layers: Vec::new(),
            layer_indices: HashMap::new(),
            complete_layers: Vec::new(),
            units: 0,
            split_units: Vec::new(),
            split_indices: HashMap::new(),
            windows: Windows::new(FIRST_WINDOW),
            skips: Skips::default(),
        }
    }
}

#[derive(Default)]
struct ExperimentUnits {
    /// Its units by arm.
    series: Series,
    /// How many arms it has.
    arms: u32,
    /// Units that were seen with several variants.
    conflicts: u64,
}

struct LayerCount {
    layer_id: LayerId,
    series: Series,
    /// Whether it has an answer other than `assigned`.
    is_complete: bool,
}

struct KindCount {
    kind: ExposureKind,
    /// The number of an arm among those of its experiment.
    arm: u32,
    first_unit: Option<u64>,
    /// The index of an arm's experiment.
    experiment: usize,
    /// The index of its group.
    split: usize,
    /// The units of the group and of the experiment at the last exposure.
    split_units: u64,
    experiment_units: u64,
    units: u64,
    exposures: u64,
    first: i64,
    last: i64,
}

impl fmt::Debug for ExposureSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposureSummary")
            .field("arms", &self.arms())
            .field("statuses", &self.statuses())
            .field("skips", &self.skips)
            .finish_non_exhaustive()
    }
}

/// Recording. Times are in the order of writing, not necessarily sorted.
impl ExposureSummary {
    /// Returns the index of an arm, which is added unless it exists.
    pub fn add_arm(
        &mut self,
        experiment_id: ExperimentId,
        group: Option<GroupName>,
        variant: VariantName,
    ) -> ArmIndex {
        let kind = ExposureKind::Arm {
            experiment_id,
            group,
            variant,
        };
        ArmIndex(self.add_kind(kind))
    }

    /// Records a unit's first exposure to the arm's experiment.
    pub fn record_first(&mut self, arm: ArmIndex, at: Timestamp) {
        self.record_arm(arm.0, at.as_microsecond(), true);
    }

    /// Records an exposure of a unit that was exposed to the arm's experiment before.
    pub fn record_repeated(&mut self, arm: ArmIndex, at: Timestamp) {
        self.record_arm(arm.0, at.as_microsecond(), false);
    }

    /// Records that a unit was seen with another variant than before; once per unit and experiment.
    pub fn record_conflict(&mut self, arm: ArmIndex) {
        self.record_arm_conflict(arm.0);
    }

    /// Records an answer without a variant.
    pub fn record_status(
        &mut self,
        experiment_id: Option<ExperimentId>,
        status: impl Into<String>,
        at: Timestamp,
    ) {
        let status = status.into();
        let kind = self.add_kind(ExposureKind::Status {
            experiment_id,
            status,
        });
        self.record_kind(kind, at.as_microsecond());
    }

    /// Records a unit of a layer by its first row in it, whatever the answer was.
    pub fn record_layer_unit(&mut self, layer_id: LayerId, slot: SlotIndex, at: Timestamp) {
        let layer = self.add_layer(layer_id);
        self.record_slot(layer, slot.0, at.as_microsecond());
    }

    /// Marks a layer as complete: the log has every unit that asked for it, not only assigned ones.
    /// Only complete layers are tested for coverage.
    pub fn complete_layer(&mut self, layer_id: LayerId) {
        let layer = self.add_layer(layer_id);
        self.mark_complete(layer);
    }

    /// Records rows that couldn't be read.
    pub fn record_skipped(&mut self, skipped: Skipped) {
        self.skips.add(skipped);
    }
}

/// Reading.
impl ExposureSummary {
    /// Returns the arms, ordered by experiment, group and variant.
    #[must_use]
    pub fn arms(&self) -> Vec<ArmExposures> {
        let counts = self.kinds.iter().enumerate();
        let arms = counts.filter_map(|(index, count)| match &count.kind {
            ExposureKind::Status { .. } => None,
            ExposureKind::Arm {
                experiment_id,
                group,
                variant,
            } => Some(ArmExposures {
                experiment_id: experiment_id.clone(),
                group: group.clone(),
                variant: variant.clone(),
                units: count.units,
                exposures: count.exposures,
                units_elsewhere_since: self.split_units[count.split] - count.split_units,
                units_of_experiment_since: self.experiments[count.experiment].series.units()
                    - count.experiment_units,
                first: timestamp(count.first)?,
                last: timestamp(count.last)?,
                kind: index,
                number: count.arm,
                first_unit: count.first_unit,
            }),
        });
        let mut arms: Vec<ArmExposures> = arms.collect();
        let key = |arm: &ArmExposures| {
            (
                arm.experiment_id.clone(),
                arm.group.clone(),
                arm.variant.clone(),
            )
        };
        arms.sort_by_cached_key(key);
        arms
    }

    /// Returns the number of units, each once per experiment.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// Returns the windows of an arm that have exposures, in order of time.
    #[must_use]
    pub fn windows(&self, arm: &ArmExposures) -> Vec<Window> {
        let windows = self.windows.arm_windows(arm.kind).into_iter();
        let window = |(start, count): (i64, WindowCount)| Window {
            // A window may start before the earliest timestamp.
            start: timestamp(start).unwrap_or(Timestamp::MIN),
            units: count.units,
            exposures: count.exposures,
        };
        windows.map(window).collect()
    }

    /// Returns the length of a window: a minute at first; it doubles when there are too many windows.
    #[must_use]
    pub fn window(&self) -> SignedDuration {
        SignedDuration::from_micros(self.windows.length())
    }

    /// Returns the exposures without a variant, ordered by experiment and status.
    #[must_use]
    pub fn statuses(&self) -> Vec<StatusExposures> {
        let statuses = self.kinds.iter().filter_map(|count| match &count.kind {
            ExposureKind::Arm { .. } => None,
            ExposureKind::Status {
                experiment_id,
                status,
            } => Some(StatusExposures {
                experiment_id: experiment_id.clone(),
                status: status.clone(),
                exposures: count.exposures,
                first: timestamp(count.first)?,
                last: timestamp(count.last)?,
            }),
        });
        let mut statuses: Vec<StatusExposures> = statuses.collect();
        statuses.sort_by_cached_key(|status| (status.experiment_id.clone(), status.status.clone()));
        statuses
    }

    /// Returns the number of units that were seen with more than one variant of the experiment, in
    /// any group. Each of them is also counted where its first exposure was.
    #[must_use]
    pub fn conflicting_units(&self, experiment_id: &ExperimentId) -> u64 {
        let count = self.experiment(experiment_id);
        count.map_or(0, |count| count.conflicts)
    }

    /// Returns the rows that can't be counted, by what is wrong with them.
    #[must_use]
    pub fn skips(&self) -> &Skips {
        &self.skips
    }

    /// Returns an experiment's looks from this index on, in the order of writing. They refer to arms
    /// by their [`number`](ArmExposures::number).
    pub(crate) fn experiment_looks(
        &self,
        experiment_id: &ExperimentId,
        from: usize,
    ) -> impl Iterator<Item = SeriesLook<'_>> {
        let count = self.experiment(experiment_id).into_iter();
        count.flat_map(move |count| count.series.looks_from(from))
    }

    /// Returns the complete layers, in the order in which they became so.
    pub(crate) fn complete_layers(&self) -> impl Iterator<Item = LayerExposures<'_>> {
        self.complete_layers.iter().map(|index| LayerExposures {
            layer_id: &self.layers[*index].layer_id,
            series: &self.layers[*index].series,
        })
    }

    /// Looks that were seen don't change as long as this is the same.
    pub(crate) fn identity(&self) -> &Arc<()> {
        &self.identity
    }

    fn experiment(&self, id: &ExperimentId) -> Option<&ExperimentUnits> {
        let index = self.experiment_indices.get(id)?;
        Some(&self.experiments[*index])
    }
}

/// Recording by index, for each of millions of rows. Times are in microseconds since 1970.
impl ExposureSummary {
    /// Returns the index of a kind, which is added unless it exists.
    pub(super) fn add_kind(&mut self, kind: ExposureKind) -> usize {
        if let Some(index) = self.kind_indices.get(&kind) {
            return *index;
        }
        let (experiment, split, arm) = match &kind {
            ExposureKind::Arm {
                experiment_id,
                group,
                ..
            } => {
                let experiment = self.add_experiment(experiment_id);
                let count = &mut self.experiments[experiment];
                count.arms += 1;
                let arm = count.arms - 1;
                (experiment, self.add_split(experiment, group.as_ref()), arm)
            }
            ExposureKind::Status { .. } => (0, 0, 0),
        };
        let index = self.kinds.len();
        self.kind_indices.insert(kind.clone(), index);
        self.kinds.push(KindCount {
            kind,
            arm,
            first_unit: None,
            experiment,
            split,
            split_units: 0,
            experiment_units: 0,
            units: 0,
            exposures: 0,
            first: i64::MAX,
            last: i64::MIN,
        });
        index
    }

    /// Returns the index of a layer, which is added unless it exists.
    pub(super) fn add_layer(&mut self, layer_id: LayerId) -> usize {
        if let Some(index) = self.layer_indices.get(&layer_id) {
            return *index;
        }
        let index = self.layers.len();
        self.layer_indices.insert(layer_id.clone(), index);
        self.layers.push(LayerCount {
            layer_id,
            series: Series::default(),
            is_complete: false,
        });
        index
    }

    /// Records an exposure of any kind, without its unit.
    pub(super) fn record_kind(&mut self, kind: usize, at: i64) {
        let count = &mut self.kinds[kind];
        count.exposures += 1;
        count.first = count.first.min(at);
        count.last = count.last.max(at);
    }

    /// Records an exposure of an arm, of a new unit or of a known one.
    pub(super) fn record_arm(&mut self, arm: usize, at: i64, is_first: bool) {
        self.record_kind(arm, at);
        let count = &mut self.kinds[arm];
        let split = &mut self.split_units[count.split];
        let series = &mut self.experiments[count.experiment].series;
        if is_first {
            *split += 1;
            count.units += 1;
            count.first_unit.get_or_insert(self.units);
            self.units += 1;
            series.push(count.arm, at);
        }
        count.split_units = *split;
        count.experiment_units = series.units();
        self.windows.add(arm, at, is_first);
    }

    /// Records that a unit was seen with several variants of an arm's experiment.
    pub(super) fn record_arm_conflict(&mut self, arm: usize) {
        self.experiments[self.kinds[arm].experiment].conflicts += 1;
    }

    /// Records a unit of a layer.
    pub(super) fn record_slot(&mut self, layer: usize, slot: u32, at: i64) {
        self.layers[layer].series.push(slot, at);
    }

    /// Marks a layer as complete.
    pub(super) fn mark_complete(&mut self, layer: usize) {
        if !std::mem::replace(&mut self.layers[layer].is_complete, true) {
            self.complete_layers.push(layer);
        }
    }

    fn add_experiment(&mut self, id: &ExperimentId) -> usize {
        if let Some(index) = self.experiment_indices.get(id) {
            return *index;
        }
        let index = self.experiments.len();
        self.experiment_indices.insert(id.clone(), index);
        self.experiments.push(ExperimentUnits::default());
        index
    }

    fn add_split(&mut self, experiment: usize, group: Option<&GroupName>) -> usize {
        let index = self.split_indices.entry((experiment, group.cloned()));
        *index.or_insert_with(|| {
            self.split_units.push(0);
            self.split_units.len() - 1
        })
    }
}

/// For the memory of units.
#[cfg(feature = "store")]
impl ExposureSummary {
    /// Returns the number of kinds.
    pub(super) fn kind_count(&self) -> usize {
        self.kinds.len()
    }

    /// Returns whether a kind was recorded before.
    pub(super) fn has_kind(&self, kind: &ExposureKind) -> bool {
        self.kind_indices.contains_key(kind)
    }

    /// Returns the index of an arm's experiment; of a status 0.
    pub(super) fn experiment_index(&self, kind: usize) -> usize {
        self.kinds[kind].experiment
    }

    /// Returns whether a kind is an arm, rather than a status.
    pub(super) fn is_arm(&self, kind: usize) -> bool {
        matches!(self.kinds[kind].kind, ExposureKind::Arm { .. })
    }

    /// Returns whether two kinds have the same variant.
    pub(super) fn have_same_variant(&self, a: usize, b: usize) -> bool {
        self.kinds[a].kind.variant() == self.kinds[b].kind.variant()
    }

    /// Returns the rows that can't be counted, to add some.
    pub(super) fn skips_mut(&mut self) -> &mut Skips {
        &mut self.skips
    }

    /// Returns how many bytes the order of the units takes.
    pub(super) fn series_bytes(&self) -> usize {
        let experiments = self.experiments.iter().map(|count| &count.series);
        let layers = self.layers.iter().map(|count| &count.series);
        experiments.chain(layers).map(Series::bytes).sum()
    }
}

/// Returns `None` if nothing was recorded: then the first time is `i64::MAX`, and the last `i64::MIN`.
fn timestamp(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}
