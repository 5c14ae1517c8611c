//! What a change does, in a few words.

use std::fmt::Display;

use jiff::Timestamp;

use super::{Marks, percent};
use crate::domain::{ExperimentId, Fraction, LayerState, SlotRun, Status};
use crate::numbers::{counted, thousands};
use crate::plan::{Action, Change, Edit, SlotCounts, ValueChange};

/// The maximum number of slot ranges listed.
const MAX_RANGES: usize = 3;

/// What the words of a change depend on besides the change.
pub(crate) struct ChangeContext<'a> {
    /// The symbols.
    pub(crate) marks: Marks,
    /// The layer after the plan, if known: it has the slots.
    pub(crate) after: Option<&'a LayerState>,
    /// Shows a name from files or database.
    pub(crate) name: &'a dyn Fn(&str) -> String,
}

/// Describes what a change does to its subject: `30% → 50%, 30 → 50 slots`.
pub(crate) fn details(change: &Change, context: &ChangeContext<'_>) -> String {
    let arrow = context.marks.arrow;
    let shares = |from: &Fraction, to: &Fraction| {
        value_change(&percent(from.value()), &percent(to.value()), arrow)
    };
    let moved = |from: u32, to: u32| {
        let count = value_change(&thousands(from), &thousands(to), arrow);
        format!("{count} {}", if to == 1 { "slot" } else { "slots" })
    };
    match &change.action {
        Action::CreateLayer {
            total_slots,
            total_traffic_percentage,
            hash_algorithm,
            ..
        } => {
            let mut text = format!("{}, {hash_algorithm}", slots(*total_slots));
            let cap = total_traffic_percentage.value();
            if cap < 1.0 {
                text.push_str(&format!(", cap {}", percent(cap)));
            }
            text
        }
        Action::UpdateLayer { from, to } => shares(from, to),
        Action::CreateExperiment {
            experiment,
            slots: counts,
        } => {
            let held = created_slots(*counts);
            let ranges = slot_ranges(change.experiment_id.as_ref(), context);
            match experiment.status() {
                Status::Active => format!("{held}{ranges}"),
                status => format!("{held}{ranges}, {status}"),
            }
        }
        Action::RampUp {
            from,
            to,
            slots: counts,
            ..
        } => {
            let active = moved(counts.active_before, counts.active_after);
            format!("{}, {active}", shares(from, to))
        }
        Action::Reserve {
            from,
            to,
            slots: counts,
        } => {
            let held = moved(counts.held_before(), counts.held_after());
            format!("{}, {held} held", shares(from, to))
        }
        Action::SetStatus { from, to } => {
            let status = value_change(from, to, arrow);
            let held = context.after.zip(change.experiment_id.as_ref());
            let held = held.map(|(layer, id)| slots(layer.slots.held(id)));
            match held {
                Some(held) if *to == Status::Active => format!("{status}, {held}"),
                Some(held) => format!("{status}, keeps {held}"),
                None => status,
            }
        }
        Action::Complete {
            winner,
            slots: counts,
            ..
        } => {
            let mut text = format!("frees {}", slots(counts.held_before()));
            if let Some(winner) = winner {
                text.push_str(&format!(", winner {}", (context.name)(winner.as_str())));
            }
            text
        }
        Action::Hold { from, hold, .. } => {
            let to = match from {
                Status::Active => &Status::Paused,
                from => from,
            };
            let status = value_change(from, to, arrow);
            let until = hold.until.map_or(String::new(), |until| {
                format!(" until {}", date(Some(until)))
            });
            format!("{status}{until}: {}", (context.name)(&hold.reason))
        }
        Action::Release { hold } => format!(
            "held by {} since {:.0}: {}",
            (context.name)(&hold.actor),
            hold.since,
            (context.name)(&hold.reason)
        ),
        Action::Edit(Edit::Name(ValueChange { from, to })) => {
            value_change(&(context.name)(from), &(context.name)(to), arrow)
        }
        Action::Edit(Edit::StartDate(change) | Edit::EndDate(change)) => {
            value_change(&date(change.from), &date(change.to), arrow)
        }
        Action::Edit(Edit::Priority(ValueChange { from, to })) => value_change(from, to, arrow),
    }
}

/// Formats one value, or a value and the next one: `60`, `60 → 50`.
pub(crate) fn value_change<T: Display + PartialEq>(from: &T, to: &T, arrow: &str) -> String {
    if from == to {
        to.to_string()
    } else {
        format!("{from} {arrow} {to}")
    }
}

fn slots(count: u32) -> String {
    counted(count.into(), "slot", "slots")
}

fn created_slots(counts: SlotCounts) -> String {
    let active = slots(counts.active_after);
    match counts.reserved_after {
        0 => active,
        reserved => format!("{active} + {} reserved", thousands(reserved)),
    }
}

/// Returns the slots that an experiment holds, as ` (0–49, 60)`; only the first of many ranges.
fn slot_ranges(id: Option<&ExperimentId>, context: &ChangeContext<'_>) -> String {
    let Some((layer, id)) = context.after.zip(id) else {
        return String::new();
    };
    let runs = layer.slots.runs_of(id);
    let runs = runs.map(|SlotRun { first, last, .. }| (first.0, last.0));
    match range_list(runs, MAX_RANGES, context.marks) {
        none if none.is_empty() => none,
        ranges => format!(" ({ranges})"),
    }
}

/// Returns ranges of slots, given by their first and last ones in order, as `0–49, 60`; only the first
/// `most` of them. Neighbors are one range: active slots next to reserved ones.
pub(crate) fn range_list(
    ranges: impl Iterator<Item = (u32, u32)>,
    most: usize,
    marks: Marks,
) -> String {
    let Marks { dash, ellipsis, .. } = marks;
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut() {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => joined.push((first, last)),
        }
    }
    let shown = joined.iter().take(most);
    let mut texts: Vec<String> = shown
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}{dash}{last}")
            }
        })
        .collect();
    if joined.len() > most {
        texts.push(ellipsis.to_owned());
    }
    texts.join(", ")
}

/// Formats a date as layer files write it: a date alone is its midnight in UTC.
fn date(at: Option<Timestamp>) -> String {
    let Some(at) = at else {
        return "none".to_owned();
    };
    let at = at.to_string();
    at.strip_suffix("T00:00:00Z").unwrap_or(&at).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_in_the_files() {
        let at = |text: &str| date(Some(text.parse().expect("a time")));
        assert_eq!(at("2025-03-01T00:00:00Z"), "2025-03-01");
        assert_eq!(at("2025-03-01T12:30:00Z"), "2025-03-01T12:30:00Z");
        assert_eq!(date(None), "none");
    }

    #[test]
    fn a_value_that_stays_is_written_once() {
        assert_eq!(value_change(&6, &6, ">"), "6");
        assert_eq!(value_change(&6, &5, ">"), "6 > 5");
    }
}
