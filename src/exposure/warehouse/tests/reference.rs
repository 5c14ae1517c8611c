//! What counting a source is, in plain maps; and what summaries tell, to be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::exposure::series::Series;
use crate::exposure::{DimensionUnits, ExposureSummary, SeriesLook};

pub(super) const MINUTE: i64 = 60_000_000;
const YEAR_1971: i64 = 31_536_000_000_000;

/// A row of a log.
#[derive(Clone, Debug)]
pub(super) struct LogRow {
    pub(super) unit: Option<String>,
    pub(super) layer: Option<String>,
    pub(super) slot: Option<i64>,
    pub(super) experiment: Option<String>,
    pub(super) variant: Option<String>,
    pub(super) status: Option<String>,
    pub(super) group: Option<String>,
    pub(super) micros: Option<i64>,
}

/// Counts the units of each arm by the text in place of their layer, in their first row: the dimension of tests.
pub(super) fn count_layers_plainly(rows: &[LogRow]) -> Vec<String> {
    let mut of_units: BTreeMap<(String, String), BTreeSet<[String; 3]>> = BTreeMap::new();
    let mut first: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| fault(row).is_none()) {
        if !row
            .status
            .as_ref()
            .is_some_and(|status| status.eq_ignore_ascii_case("assigned"))
        {
            continue;
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (key, micros) = (
            (text(&row.experiment), text(&row.unit)),
            row.micros.unwrap_or_default(),
        );
        let at = first.entry(key.clone()).or_insert(micros);
        if micros < *at {
            *at = micros;
            of_units.remove(&key);
        }
        if micros == *at {
            let arm = [text(&row.variant), text(&row.group), text(&row.layer)];
            of_units.entry(key).or_default().insert(arm);
        }
    }
    let mut units: BTreeMap<String, u64> = BTreeMap::new();
    for ((experiment, _), rows) in &of_units {
        *units
            .entry(format!("{experiment} {:?}", rows.first()))
            .or_default() += 1;
    }
    units
        .iter()
        .map(|(arm, units)| format!("{arm} {units}"))
        .collect()
}

/// Returns counts by the layer in the words of the reference.
pub(super) fn told_layers(units: &[DimensionUnits]) -> Vec<String> {
    let lines = units.iter().map(|counted| {
        let group = counted.group.as_ref().map_or("", |group| group.as_str());
        let value = counted.value.as_deref().unwrap_or_default();
        let arm = [counted.variant.as_str(), group, value];
        format!(
            "{} {:?} {}",
            counted.experiment_id,
            Some(arm),
            counted.units
        )
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

/// All that a summary tells, as lines: the counts, and the order of the units at looks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) counts: Vec<String>,
    pub(super) looks: Vec<String>,
}

type Arm = (String, String, String);
/// Time, variant and group of each row of a unit in an experiment.
type UnitRows = BTreeSet<(i64, String, String)>;

/// Returns why a row isn't counted.
fn fault(row: &LogRow) -> Option<&'static str> {
    let filled = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let status = row.status.as_deref().unwrap_or_default().to_lowercase();
    let is_known = ["assigned", "not_assigned", "experiment_inactive"].contains(&status.as_str());
    let is_assigned = status == "assigned";
    let checks = [
        (row.unit.is_some(), "it has no unit_id"),
        (!status.is_empty(), "it has no status"),
        (is_known, "its status is unknown"),
        (
            !is_assigned || filled(&row.experiment),
            "it is assigned without an experiment_id",
        ),
        (
            !is_assigned || filled(&row.variant),
            "it is assigned without a variant",
        ),
        (filled(&row.layer), "it has no layer_id"),
        (row.micros.is_some(), "it has no assignment_timestamp"),
        (
            row.micros
                .is_none_or(|micros| !(0..YEAR_1971).contains(&micros)),
            "its assignment_timestamp is in 1970",
        ),
    ];
    checks
        .into_iter()
        .find(|(holds, _)| !holds)
        .map(|(_, reason)| reason)
}

/// Counts the rows: each unit once per experiment, by its least time, variant and group.
pub(super) fn count_plainly(rows: &[LogRow]) -> Told {
    let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
    let mut statuses: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    let mut exposures: BTreeMap<Arm, Vec<i64>> = BTreeMap::new();
    let mut of_units: BTreeMap<(String, String), UnitRows> = BTreeMap::new();
    let mut slots: BTreeMap<(String, String), BTreeSet<(i64, i64)>> = BTreeMap::new();
    let mut complete = BTreeSet::new();
    for row in rows {
        if let Some(reason) = fault(row) {
            *skipped.entry(reason).or_default() += 1;
            continue;
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (unit, layer, experiment) = (text(&row.unit), text(&row.layer), text(&row.experiment));
        let micros = row.micros.unwrap_or_default();
        let slot = row.slot.filter(|slot| (0..1 << 20).contains(slot));
        if let Some(slot) = slot {
            slots
                .entry((layer.clone(), unit.clone()))
                .or_default()
                .insert((micros, slot));
        }
        if text(&row.status).to_lowercase() == "assigned" {
            let (variant, group) = (text(&row.variant), text(&row.group));
            let arm = (experiment.clone(), group.clone(), variant.clone());
            exposures.entry(arm).or_default().push(micros);
            let of_unit = of_units.entry((experiment, unit)).or_default();
            of_unit.insert((micros, variant, group));
        } else {
            complete.extend(slot.map(|_| layer));
            statuses
                .entry((experiment, text(&row.status)))
                .or_default()
                .push(micros);
        }
    }
    let mut units: BTreeMap<Arm, Vec<i64>> = BTreeMap::new();
    let mut conflicts: BTreeMap<String, u64> = BTreeMap::new();
    for ((experiment, _), rows) in &of_units {
        let (micros, variant, group) = rows.first().cloned().expect("a row of the unit");
        units
            .entry((experiment.clone(), group, variant))
            .or_default()
            .push(micros);
        let variants: BTreeSet<&String> = rows.iter().map(|(_, variant, _)| variant).collect();
        *conflicts.entry(experiment.clone()).or_default() += u64::from(variants.len() > 1);
    }
    let mut counts = vec![format!("{} units", of_units.len())];
    counts.extend(exposures.iter().map(|(arm, times)| {
        let units = units.get(arm).map_or(&[][..], Vec::as_slice);
        let (units, exposures) = (by_window(units), by_window(times));
        let (first, last) = (times.iter().min(), times.iter().max());
        let windows = exposures.into_iter().map(|(start, exposures)| {
            (
                start,
                units.get(&start).copied().unwrap_or_default(),
                exposures,
            )
        });
        format!(
            "{arm:?} {first:?} {last:?} {:?}",
            windows.collect::<Vec<_>>()
        )
    }));
    counts.extend(statuses.iter().map(|(status, times)| {
        let (first, last) = (times.iter().min(), times.iter().max());
        format!("{status:?} {} {first:?} {last:?}", times.len())
    }));
    counts.extend(conflicts.iter().map(|conflicts| format!("{conflicts:?}")));
    counts.extend(skipped.iter().map(|skipped| format!("{skipped:?}")));
    let mut series: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for ((experiment, group, variant), times) in units {
        let of_arm = times
            .iter()
            .map(|micros| (*micros, format!("{group} {variant}")));
        series
            .entry(format!("experiment {experiment}"))
            .or_default()
            .extend(of_arm);
    }
    for ((layer, _), rows) in slots
        .iter()
        .filter(|((layer, _), _)| complete.contains(layer))
    {
        let (micros, slot) = rows.first().expect("a row of the unit");
        let of_layer = series.entry(format!("layer {layer}")).or_default();
        of_layer.push((*micros, slot.to_string()));
    }
    let looks = series
        .iter()
        .flat_map(|(name, units)| plain_looks(name, units))
        .collect();
    Told { counts, looks }
}

fn by_window(times: &[i64]) -> BTreeMap<i64, u64> {
    let mut windows = BTreeMap::new();
    for micros in times {
        *windows
            .entry(micros.div_euclid(MINUTE) * MINUTE)
            .or_default() += 1;
    }
    windows
}

/// The looks at the ends of windows: after the first unit, and then whenever a quarter of the square root of
/// the units so far has come.
fn plain_looks(name: &str, units: &[(i64, String)]) -> Vec<String> {
    let mut windows: BTreeMap<i64, Vec<&(i64, String)>> = BTreeMap::new();
    for unit in units {
        windows
            .entry(unit.0.div_euclid(MINUTE))
            .or_default()
            .push(unit);
    }
    let (mut total, mut next, mut lines) = (0_u64, 1, Vec::new());
    let mut since: BTreeMap<&str, u64> = BTreeMap::new();
    for units in windows.values() {
        for (_, key) in units {
            *since.entry(key).or_default() += 1;
            total += 1;
        }
        if total >= next {
            next = total + (total.isqrt() / 4).max(1);
            let at = units.iter().map(|unit| unit.0).max();
            lines.push(format!("{name} {at:?} {since:?}"));
            since.clear();
        }
    }
    lines
}

/// Returns all that a summary tells, in the words of the reference.
pub(super) fn told(summary: &ExposureSummary) -> Told {
    let micros = |at: jiff::Timestamp| at.as_microsecond();
    let mut counts = vec![format!("{} units", summary.units())];
    let (mut looks, mut conflicts) = (Vec::new(), BTreeMap::new());
    let arms = summary.arms();
    for arm in &arms {
        let group = arm.group.as_ref().map_or("", |group| group.as_str());
        let key = (arm.experiment_id.as_str(), group, arm.variant.as_str());
        let (first, last) = (Some(micros(arm.first)), Some(micros(arm.last)));
        let windows = summary.windows(arm).into_iter();
        let windows = windows.map(|window| (micros(window.start), window.units, window.exposures));
        counts.push(format!(
            "{key:?} {first:?} {last:?} {:?}",
            windows.collect::<Vec<_>>()
        ));
        conflicts.insert(
            arm.experiment_id.as_str(),
            summary.conflicting_units(&arm.experiment_id),
        );
    }
    counts.extend(summary.statuses().iter().map(|status| {
        let experiment = status.experiment_id.as_ref().map_or("", |id| id.as_str());
        let (first, last) = (Some(micros(status.first)), Some(micros(status.last)));
        let key = (experiment, status.status.as_str());
        format!("{key:?} {} {first:?} {last:?}", status.exposures)
    }));
    counts.extend(conflicts.iter().map(|conflicts| format!("{conflicts:?}")));
    let skipped = summary.skips().iter();
    counts.extend(skipped.map(|skipped| format!("{:?}", (skipped.reason, skipped.rows))));
    for experiment in conflicts.keys() {
        let names: BTreeMap<u32, String> = arms
            .iter()
            .filter(|arm| arm.experiment_id.as_str() == *experiment)
            .map(|arm| {
                let group = arm.group.as_ref().map_or("", |group| group.as_str());
                (arm.number, format!("{group} {}", arm.variant))
            })
            .collect();
        let id = (*experiment).into();
        let of_experiment = summary.experiment_looks(&id, 0);
        let name = |arm: u32| names[&arm].clone();
        looks.extend(
            of_experiment.map(|look| look_line(&format!("experiment {experiment}"), look, name)),
        );
    }
    let mut layers: Vec<_> = summary.complete_layers().collect();
    layers.sort_by_key(|layer| layer.layer_id.clone());
    for layer in layers {
        let name = format!("layer {}", layer.layer_id);
        let series: &Series = layer.series;
        let of_layer = series.looks_from(0);
        looks.extend(of_layer.map(|look| look_line(&name, look, |slot| slot.to_string())));
    }
    Told { counts, looks }
}

fn look_line(name: &str, look: SeriesLook, key: impl Fn(u32) -> String) -> String {
    let units = look.units.iter();
    let units: BTreeMap<String, u64> = units
        .map(|(arm, units)| (key(*arm), u64::from(*units)))
        .collect();
    format!("{name} {:?} {units:?}", Some(look.at.as_microsecond()))
}
