//! The pages of time: opening them, going through the journal, marking what is compared.

use super::{navigate, travel};
use crate::console::commands::Command;
use crate::console::effect::Effect;
use crate::console::model::{Model, Overlay, RowKey};
use crate::console::pages::{Destination, PageId, TimeView};
use crate::console::past::{PastRead, TimePoint};
use crate::console::time_jump::{JumpTarget, TimeJump};
use crate::store::JournalEntry;

/// Opens the journal over time at its newest point, with the layer of the page selected.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.is_in_the_past() {
        return Vec::new();
    }
    model.time = TimeView::default();
    let layer = model.page().and_then(|page| page.id.layer()).cloned();
    let effects = travel::go_to(model, Destination::Page(PageId::Time));
    if let Some((layer, page)) = layer.zip(model.pages.last_mut()) {
        page.list.select(0, RowKey(layer.to_string()));
        navigate::keep_in_sight(model);
    }
    effects
}

/// Opens the journal over time right after this entry; if it is open already, goes back to it.
pub(super) fn open_at(model: &mut Model, journal_id: i64) -> Vec<Effect> {
    let open_page = model.pages.iter().position(|page| page.id == PageId::Time);
    let effects = match open_page {
        Some(index) => {
            model.pages.truncate(index + 1);
            Vec::new()
        }
        None => open(model),
    };
    model.time.at = Some(TimePoint::After(journal_id));
    model.time.clock = None;
    navigate::keep_in_sight(model);
    effects
}

/// Runs a command that goes through the journal while a page of time is open; returns whether it was one.
/// There, left and right and both ends are those of the journal.
pub(super) fn run(model: &mut Model, command: Command) -> bool {
    if !model.is_in_the_past() {
        return false;
    }
    match command {
        Command::Earlier | Command::HideGroups => step(model, -1),
        Command::Later | Command::ShowGroups => step(model, 1),
        Command::First => step(model, isize::MIN),
        Command::Last => step(model, isize::MAX),
        Command::Jump => model.overlay = Some(Overlay::TimeJump(TimeJump::default())),
        Command::Compare => mark(model),
        _ => return false,
    }
    true
}

/// Goes this many entries forward, or back, as far as there are any.
fn step(model: &mut Model, by: isize) {
    let Some(read) = model.past.read() else {
        return;
    };
    let last = read.point_count().saturating_sub(1);
    let index = model.time.index(read).saturating_add_signed(by).min(last);
    // The newest point stays the newest one when something is applied.
    model.time.at = (index < last).then(|| read.point(index));
    model.time.clock = None;
    navigate::keep_in_sight(model);
}

/// Goes to an entry of the journal, or to the state of a time. Returns what is to be said of it, or why
/// the journal doesn't have it.
pub(super) fn jump(model: &mut Model, target: JumpTarget) -> Result<Option<String>, String> {
    let now = model.loaded.as_ref().map(|loaded| loaded.at);
    let Some((read, now)) = model.past.read().zip(now) else {
        return Err("the journal hasn't been read yet".to_owned());
    };
    let mut says = None;
    let (at, clock) = match target {
        JumpTarget::Entry(journal_id) => {
            let point = TimePoint::After(journal_id);
            if read.index_of(point).is_none() {
                return Err(describe_entries(read));
            }
            (Some(point), None)
        }
        JumpTarget::Time(time) if time.at > now => return Err("that is in the future".to_owned()),
        JumpTarget::Time(time) if time.last >= now => (None, None),
        JumpTarget::Time(time) => {
            let timeline = &read.timeline;
            let index = timeline.index_at(time.last);
            // Within the minute that was typed, an entry counts from its own instant on.
            let entry = read.entry_at(index);
            let at = entry.map_or(time.at, |entry| time.at.max(entry.applied_at));
            let clock = match timeline.state_at(at) {
                Ok(_) => Some(at),
                Err(unknown) => {
                    says = Some(format!("{unknown}, so its state at that time isn't known"));
                    None
                }
            };
            (Some(read.point(index)), clock)
        }
    };
    model.time.at = at;
    model.time.clock = clock;
    navigate::keep_in_sight(model);
    Ok(says)
}

fn describe_entries(read: &PastRead) -> String {
    let ids = |entry: &JournalEntry| entry.journal_id;
    match (read.entries.last().map(ids), read.entries.first().map(ids)) {
        (Some(first), Some(last)) if first < last => {
            format!("the journal has the entries {first} to {last}")
        }
        (Some(only), _) => format!("the journal has only the entry {only}"),
        (None, _) => "the journal has no entries".to_owned(),
    }
}

/// Marks the point that is looked at, to compare others with it; a second time, unmarks it.
fn mark(model: &mut Model) {
    let Some(read) = model.past.read() else {
        return;
    };
    let here = read.point(model.time.index(read));
    model.time.marked = match model.time.marked {
        Some(marked) if marked == here => None,
        _ => Some(here),
    };
    navigate::keep_in_sight(model);
}
