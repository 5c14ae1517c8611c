//! From the answers of an engine to a summary.

use std::collections::{BTreeMap, HashMap};

use super::answer_rows::AnswerRow;
use super::source_sql::FAULTS;
use crate::domain::GroupName;
use crate::exposure::LogError;
use crate::exposure::exposure_counts::ExposureKind;
use crate::exposure::skips::{Fault, Skips};
use crate::exposure::summary::{ArmWindow, ExposureSummary, FIRST_WINDOW};
use crate::exposure::value::Value;
use crate::exposure::windows::MAX_CELLS;

/// The rows of a source by kind and layer: the first answer, which decides what is asked next.
#[derive(Default)]
pub(super) struct KindCounts {
    /// All rows, counted or not.
    pub(super) rows: u64,
    skips: Skips,
    /// The answers without a variant, with their rows and times.
    statuses: Vec<(ExposureKind, u64, (i64, i64))>,
    /// The rows and times of each arm, of a layer each.
    arms: Vec<(u64, (i64, i64))>,
    layers: BTreeMap<String, LayerRows>,
}

/// The rows of a layer that have a slot.
struct LayerRows {
    rows: u64,
    span: (i64, i64),
    last_slot: i64,
    /// The first row without a variant; `None` in a layer whose coverage can't be tested.
    complete_since: Option<i64>,
}

/// The windows of all arms, or of the slots of all layers.
#[derive(Default)]
pub(super) struct ArmWindows {
    arms: Vec<ExposureKind>,
    indices: HashMap<ExposureKind, usize>,
    /// By start and arm.
    windows: BTreeMap<(i64, usize), ArmWindow>,
}

/// The units of each layer's slots by the start of the window.
#[derive(Default)]
pub(super) struct SlotWindows(BTreeMap<String, BTreeMap<i64, SlotWindow>>);

struct SlotWindow {
    /// The time of its last unit.
    last: i64,
    units: Vec<(u32, u64)>,
}

impl KindCounts {
    pub(super) fn take(&mut self, row: AnswerRow) -> Result<(), LogError> {
        let rows = row.count(7)?;
        self.rows += rows;
        let fault = usize::try_from(row.count(0)?).unwrap_or_default();
        if let Some(fault) = fault.checked_sub(1).and_then(|index| FAULTS.get(index)) {
            let value = match fault {
                Fault::UnknownStatus => row.text(12)?.map(|text| Value::Text(text.as_bytes())),
                _ => None,
            };
            self.skips
                .add_counted(rows, *fault, value.unwrap_or(Value::Null));
            return Ok(());
        }
        let span = (row.micros(8)?, row.micros(9)?);
        let is_assigned = row.number(1)? == Some(1);
        if is_assigned {
            self.arms.push((rows, span));
        } else {
            let kind = ExposureKind::Status {
                experiment_id: row.text(2)?.map(Into::into),
                status: row.known_text(5)?.to_owned(),
            };
            self.statuses.push((kind, rows, span));
        }
        if let (Some(layer), Some(last_slot)) = (row.text(6)?, row.number(10)?) {
            let since = (!is_assigned).then_some(row.micros(11)?);
            self.add_layer(
                layer,
                LayerRows {
                    rows,
                    span,
                    last_slot,
                    complete_since: since,
                },
            );
        }
        Ok(())
    }

    fn add_layer(&mut self, layer: &str, more: LayerRows) {
        let Some(known) = self.layers.get_mut(layer) else {
            self.layers.insert(layer.to_owned(), more);
            return;
        };
        known.rows += more.rows;
        known.span = (known.span.0.min(more.span.0), known.span.1.max(more.span.1));
        known.last_slot = known.last_slot.max(more.last_slot);
        let since = [known.complete_since, more.complete_since];
        known.complete_since = since.into_iter().flatten().min();
    }

    /// Returns whether there are exposures of an arm.
    pub(super) fn has_arms(&self) -> bool {
        !self.arms.is_empty()
    }

    /// Returns whether there is a layer whose coverage can be tested.
    pub(super) fn has_complete_layers(&self) -> bool {
        self.layers
            .values()
            .any(|layer| layer.complete_since.is_some())
    }

    /// Returns the length of the windows in microseconds: a minute, or as many as it takes for the answer to
    /// stay small.
    pub(super) fn arm_window(&self) -> i64 {
        let cells = |length| {
            let arms = self.arms.iter();
            arms.map(|(rows, span)| window_count(*span, length).min(*rows))
                .sum()
        };
        shortest_window(cells)
    }

    /// Returns the length of the windows for slots, of which a layer has many.
    pub(super) fn slot_window(&self) -> i64 {
        let cells = |length| {
            let layers = self.layers.values();
            let complete = layers.filter(|layer| layer.complete_since.is_some());
            let cells = complete.map(|layer| {
                let slots = u64::try_from(layer.last_slot).unwrap_or_default() + 1;
                let cells = slots.saturating_mul(window_count(layer.span, length));
                cells.min(layer.rows)
            });
            cells.sum()
        };
        shortest_window(cells)
    }

    /// Records everything in a summary with windows of this length.
    pub(super) fn into_summary(
        self,
        window: i64,
        arms: ArmWindows,
        slots: SlotWindows,
    ) -> ExposureSummary {
        let mut summary = ExposureSummary::with_windows(window);
        for (kind, rows, span) in self.statuses {
            let index = summary.add_kind(kind);
            summary.record_kind_span(index, rows, span);
        }
        for skipped in self.skips.iter() {
            summary.record_skipped(skipped.clone());
        }
        arms.record(&mut summary);
        slots.record(&mut summary);
        let layers = self.layers.into_iter();
        let mut complete: Vec<(i64, String)> = layers
            .filter_map(|(layer, rows)| Some((rows.complete_since?, layer)))
            .collect();
        complete.sort();
        for (_, layer) in complete {
            summary.complete_layer(layer.into());
        }
        summary
    }
}

impl ArmWindows {
    /// Takes a row of the units.
    pub(super) fn take_units(&mut self, row: AnswerRow) -> Result<(), LogError> {
        let (units, conflicts) = (row.count(4)?, row.count(5)?);
        let window = self.window(row)?;
        (window.units, window.conflicts) = (units, conflicts);
        window.last_unit = row.micros(7)?;
        Ok(())
    }

    /// Takes a row of the exposures.
    pub(super) fn take_exposures(&mut self, row: AnswerRow) -> Result<(), LogError> {
        let exposures = row.count(4)?;
        let (first, last) = (row.micros(5)?, row.micros(6)?);
        let window = self.window(row)?;
        window.exposures = exposures;
        (window.first, window.last) = (first, last);
        Ok(())
    }

    /// Returns the arm's window of a row whose first columns name them.
    fn window(&mut self, row: AnswerRow) -> Result<&mut ArmWindow, LogError> {
        let kind = ExposureKind::Arm {
            experiment_id: row.known_text(0)?.into(),
            group: Some(row.known_text(2)?)
                .filter(|group| !group.is_empty())
                .map(Into::into),
            variant: row.known_text(1)?.into(),
        };
        let arms = &mut self.arms;
        let index = *self.indices.entry(kind).or_insert_with_key(|kind| {
            arms.push(kind.clone());
            arms.len() - 1
        });
        let window = self.windows.entry((row.micros(3)?, index));
        Ok(window.or_insert_with(|| ArmWindow::empty(index)))
    }

    fn record(self, summary: &mut ExposureSummary) {
        // Engines answer in any order.
        let mut order: Vec<usize> = (0..self.arms.len()).collect();
        order.sort_by_key(|index| arm_key(&self.arms[*index]));
        let mut places = vec![0; order.len()];
        let mut indices = vec![0; order.len()];
        for (place, index) in order.into_iter().enumerate() {
            places[index] = place;
            indices[index] = summary.add_kind(self.arms[index].clone());
        }
        let windows: Vec<(i64, ArmWindow)> = self
            .windows
            .into_iter()
            .map(|((start, _), window)| (start, window))
            .collect();
        for windows in windows.chunk_by(|(a, _), (b, _)| a == b) {
            let start = windows[0].0;
            let mut windows: Vec<ArmWindow> = windows.iter().map(|(_, window)| *window).collect();
            windows.sort_by_key(|window| (window.first, places[window.arm]));
            for window in &mut windows {
                window.arm = indices[window.arm];
            }
            summary.record_window(start, &windows);
        }
    }
}

impl SlotWindows {
    pub(super) fn take(&mut self, row: AnswerRow) -> Result<(), LogError> {
        // The query asks only for slots that a layer can have.
        let slot = u32::try_from(row.count(1)?).unwrap_or_default();
        let layer = self.0.entry(row.known_text(0)?.to_owned()).or_default();
        let window = layer.entry(row.micros(2)?).or_insert(SlotWindow {
            last: i64::MIN,
            units: Vec::new(),
        });
        window.last = row.micros(4)?.max(window.last);
        window.units.push((slot, row.count(3)?));
        Ok(())
    }

    fn record(self, summary: &mut ExposureSummary) {
        for (layer, windows) in self.0 {
            let layer = summary.add_layer(layer.into());
            for mut window in windows.into_values() {
                window.units.sort_unstable();
                summary.record_slots(layer, &window.units, window.last);
            }
        }
    }
}

fn arm_key(kind: &ExposureKind) -> (&str, Option<&str>, &str) {
    match kind {
        ExposureKind::Arm {
            experiment_id,
            group,
            variant,
        } => {
            let group = group.as_ref().map(GroupName::as_str);
            (experiment_id.as_str(), group, variant.as_str())
        }
        ExposureKind::Status { .. } => ("", None, ""),
    }
}

/// Returns how many windows of this length a span of time touches at most.
fn window_count((first, last): (i64, i64), length: i64) -> u64 {
    let windows = last.div_euclid(length) - first.div_euclid(length) + 1;
    u64::try_from(windows).unwrap_or_default()
}

/// Returns the shortest length of windows with few enough counts, where `cells` returns the most counts that
/// there can be.
fn shortest_window(cells: impl Fn(i64) -> u64) -> i64 {
    let mut length = FIRST_WINDOW;
    while cells(length) > MAX_CELLS as u64 && length < i64::MAX / 4 {
        length *= 2;
    }
    length
}
