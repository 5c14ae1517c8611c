//! An experiment's configuration, and its slots on a grid.

use ratatui::text::Line;

use super::experiment::{Block, ExperimentView};
use super::slot_grid::GridShape;
use crate::console::pages::{Destination, PageId};
use crate::console::panels::bar;
use crate::diagnostic::visible;
use crate::domain::{Allocation, Experiment, SlotRun, SlotUse};
use crate::numbers::counted;
use crate::report::{SlotBar, percent, range_list, relative_time};
use crate::store::JournalEntry;

/// The most rows of the grid of slots.
const GRID_ROWS: usize = 8;
/// The most groups whose allocations are listed.
const MAX_GROUPS: usize = 20;
/// The most ranges of slots that are listed.
const MAX_RANGES: usize = 12;

/// Returns what the files or, without them, the database say that it is.
pub(super) fn blocks(view: &ExperimentView<'_>) -> Vec<Block> {
    let Some(planned) = view.planned() else {
        return Vec::new();
    };
    let mut lines = view.fact("name", &planned.name);
    lines.extend(view.fact("variants", &shares(&planned.traffic_allocation)));
    let kind = planned.splitter.kind();
    let groups = planned.splitter.groups();
    let sticky = match kind.group_key() {
        Some(key) => format!(
            ", by {key}: {} with variants of their own",
            counted(groups.len() as u64, "group", "groups")
        ),
        None => String::new(),
    };
    lines.extend(view.fact("splitter", &format!("{kind}{sticky}")));
    for (name, allocation) in groups.iter().take(MAX_GROUPS) {
        let text = format!("{}: {}", visible(name.as_str()), shares(allocation));
        lines.extend(view.fact("", &text));
    }
    if let Some(more) = groups
        .len()
        .checked_sub(MAX_GROUPS)
        .filter(|more| *more > 0)
    {
        let more = counted(more as u64, "more group", "more groups");
        lines.extend(view.fact("", &format!("and {more}")));
    }
    lines.extend(view.fact("priority", &planned.priority.to_string()));
    lines.extend(layer_facts(view));
    vec![view.section("Configuration", "", None, lines)]
}

fn layer_facts(view: &ExperimentView<'_>) -> Vec<Line<'static>> {
    let Some(state) = view.row.after.as_ref().or(view.row.before.as_ref()) else {
        return Vec::new();
    };
    let layer = &state.layer;
    let mut lines = view.fact("layer", layer.layer_id.as_str());
    let salt = format!("{}, salt `{}`", layer.hash_algorithm, layer.layer_salt);
    lines.extend(view.fact("hash", &salt));
    lines
}

/// Returns the variants with their shares: `control 50%, treatment 50%`.
fn shares(allocation: &Allocation) -> String {
    let arms = allocation.arms().iter();
    let arms = arms.map(|arm| {
        let name = visible(arm.variant.as_str());
        format!("{name} {}", percent(arm.fraction.value()))
    });
    arms.collect::<Vec<_>>().join(", ")
}

/// Returns the layer's slots, those of other experiments dim, and the ranges that it holds: after the
/// plan, else until it is applied.
pub(super) fn slots(view: &ExperimentView<'_>) -> Vec<Block> {
    let (pen, id) = (view.pen, view.id);
    let layer = Some(Destination::Page(PageId::Layer(view.row.layer_id.clone())));
    let mut states = [&view.row.after, &view.row.before].into_iter().flatten();
    let Some(state) = states.find(|state| state.slots.held(id) > 0) else {
        return vec![view.section("Slots", "", layer, no_slots(view))];
    };
    let positions = bar::positions(view.row);
    let own = positions.get(id).copied();
    let shape = GridShape::new(state.slots.total(), pen.columns, GRID_ROWS);
    let cells = shape.cells(&SlotBar::new(state, &positions));
    let mut lines = shape.lines(pen, &cells, |_, holder| {
        if holder.position() == own {
            bar::style_of(pen, holder)
        } else {
            pen.theme.bar_free
        }
    });
    for (name, usage) in [("active", SlotUse::Active), ("reserved", SlotUse::Reserved)] {
        let runs = state.slots.runs_of(id).filter(|run| run.usage == usage);
        let ranges = ranges(view, runs);
        if !ranges.is_empty() {
            lines.extend(view.fact(name, &ranges));
        }
    }
    let mut details: Vec<String> = shape.scale().into_iter().collect();
    let planned = view.row.after.as_ref().unwrap_or(state);
    if planned.slots.held(id) == 0 {
        details.push("until the plan is applied".to_owned());
    } else if view.row.before.is_some() && !view.row.stays() {
        details.push("after the plan".to_owned());
    }
    vec![view.section("Slots", &details.join(", "), layer, lines)]
}

/// Says why it has no slots, and which it held last.
fn no_slots(view: &ExperimentView<'_>) -> Vec<Line<'static>> {
    let is_over = view
        .planned()
        .is_some_and(|planned| !Experiment::holds_slots(planned));
    let mut lines = view.say(if is_over {
        "none: a completed experiment holds no slots"
    } else {
        "none: its share is 0%"
    });
    if let Some((entry, runs)) = last_held(view) {
        let ranges = ranges(view, runs.into_iter());
        let ago = relative_time(entry.applied_at, view.loaded.at);
        let text = format!("{ranges}, until journal {}, {ago}", entry.journal_id);
        lines.extend(view.fact("last held", &text));
    }
    lines
}

/// Returns the runs that it held last, and the entry of the journal that released them.
fn last_held<'a>(view: &ExperimentView<'a>) -> Option<(&'a JournalEntry, Vec<&'a SlotRun>)> {
    let mut entries = view.model.past.read()?.entries_of(view.id);
    entries.find_map(|entry| {
        let layers = entry.slots.iter();
        let mut layers = layers.filter(|slots| slots.layer_id == view.row.layer_id);
        let runs = layers.next()?.before.iter();
        let runs: Vec<&SlotRun> = runs.filter(|run| run.experiment_id == *view.id).collect();
        (!runs.is_empty()).then_some((entry, runs))
    })
}

fn ranges<'a>(view: &ExperimentView<'_>, runs: impl Iterator<Item = &'a SlotRun>) -> String {
    let ranges = runs.map(|run| (run.first.0, run.last.0));
    range_list(ranges, MAX_RANGES, view.pen.symbols.marks())
}
