//! The number of slots of each holder of a layer, in words below its bar.

use std::collections::HashMap;

use super::bar;
use super::pen::{Pen, Spans, foreign, span, width};
use super::text::thousands;
use crate::console::model::LayerRow;
use crate::domain::{Experiment, ExperimentId, LayerState, SlotUse, Status};
use crate::report::{SlotBar, percent, value_change};

/// Returns an item for each experiment that holds slots before or after the plan, then what is free
/// and what is above the cap. `bars` are those of both states.
pub(in crate::console) fn items(
    pen: &Pen<'_>,
    row: &LayerRow,
    positions: &HashMap<&ExperimentId, usize>,
    bars: [Option<&SlotBar>; 2],
) -> Vec<Spans> {
    let Some(after) = row.after.as_ref().or(row.before.as_ref()) else {
        return Vec::new();
    };
    let before = row.before.as_ref().unwrap_or(after);
    let experiments = after.experiments.iter().filter(|experiment| {
        let id = &experiment.experiment_id;
        experiment.holds_slots() || before.experiment(id).is_some_and(Experiment::holds_slots)
    });
    let mut items: Vec<Spans> = experiments
        .map(|experiment| {
            let id = &experiment.experiment_id;
            // Every experiment of the state has a position.
            let position = positions.get(id).copied().unwrap_or(0);
            let mut figures = held(pen, id, [before, after]);
            let was = before.experiment(id).unwrap_or(experiment).status;
            if [was, experiment.status] != [Status::Active; 2] {
                let status = value_change(&was, &experiment.status, pen.symbols.right);
                figures.push(pen.dim(format!(" {status}")));
            }
            // In a long line the id is cut.
            let room = pen.columns.saturating_sub(2 + width(&figures));
            let mut item = vec![bar::key(pen, position), pen.text(" ")];
            item.extend(pen.cut(vec![foreign(id, pen.theme.text)], room));
            item.extend(figures);
            item
        })
        .collect();
    let free = |bar: Option<&SlotBar>| bar.map_or(0, SlotBar::free);
    let (free_now, free_then) = (free(bars[0].or(bars[1])), free(bars[1]));
    if free_now + free_then > 0 {
        let count = value_change(
            &thousands(free_now),
            &thousands(free_then),
            pen.symbols.right,
        );
        items.push(vec![
            span(pen.symbols.free, pen.theme.bar_free),
            pen.dim(format!(" free  {count}")),
        ]);
    }
    items.extend(cap(pen, before, after));
    items
}

/// Returns active slots, and those that are only reserved.
fn held(pen: &Pen<'_>, id: &ExperimentId, [before, after]: [&LayerState; 2]) -> Spans {
    let count = |usage| [before, after].map(|state| state.slots.count(id, usage));
    let shown =
        |[was, is]: [u32; 2]| value_change(&thousands(was), &thousands(is), pen.symbols.right);
    let mut spans = vec![pen.text(format!("  {}", shown(count(SlotUse::Active))))];
    let reserved = count(SlotUse::Reserved);
    if reserved != [0, 0] {
        spans.push(pen.dim(format!(" +{} reserved", shown(reserved))));
    }
    spans
}

fn cap(pen: &Pen<'_>, before: &LayerState, after: &LayerState) -> Option<Spans> {
    let caps = [before, after].map(|state| state.layer.total_traffic_percentage.value());
    if caps.iter().all(|cap| *cap >= 1.0) {
        return None;
    }
    let [was, is] = caps.map(percent);
    Some(vec![
        span(pen.symbols.capped, pen.theme.bar_capped),
        pen.dim(format!(
            " cap {}",
            value_change(&was, &is, pen.symbols.right)
        )),
    ])
}
