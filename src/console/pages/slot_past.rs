//! What was in the slots that a change takes: who held them last, and when that ended.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::console::model::{LayerRow, Startup};
use crate::console::past::PastRead;
use crate::domain::{ExperimentId, LayerState, SlotRun, SlotUse, Status};
use crate::report::relative_time;

/// Ranges of slots, without overlap.
pub(super) type SlotRanges = Vec<RangeInclusive<u32>>;

/// Who held some of the slots last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormerHolder {
    pub(super) experiment_id: ExperimentId,
    /// How many of the slots it held.
    pub(super) slots: u64,
    pub(super) ended: Ended,
}

/// When a former holder gave its slots back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With the plan that is reviewed.
    InThisPlan,
    /// With this entry of the journal.
    Applied { journal_id: i64, at: Timestamp },
    /// After this entry, by another program.
    Outside { journal_id: i64 },
}

impl Ended {
    /// Says when it ended, as seen from `now`.
    pub(super) fn words(self, startup: &Startup, now: Timestamp) -> String {
        match self {
            Self::InThisPlan => "ends in this plan: its units move over".to_owned(),
            Self::Applied { journal_id, at } => {
                let clock = startup.date_and_minute(at);
                let ago = relative_time(at, now);
                format!("until journal {journal_id}, {clock}, {ago}")
            }
            Self::Outside { journal_id } => {
                format!("until another program changed it after journal {journal_id}")
            }
        }
    }
}

/// Returns the number of slots.
pub(super) fn count(ranges: &SlotRanges) -> u64 {
    ranges
        .iter()
        .map(|range| u64::from(range.end() - range.start()) + 1)
        .sum()
}

/// Returns the slots that an experiment takes, or gives to units for the first time.
pub(super) fn taken(row: &LayerRow, id: &ExperimentId) -> SlotRanges {
    let Some(after) = &row.after else {
        return SlotRanges::new();
    };
    let mut taken: SlotRanges = Vec::new();
    for wanted in [SlotUse::Active, SlotUse::Reserved] {
        let runs = after.slots.runs_of(id).filter(|run| run.usage == wanted);
        let mut new: SlotRanges = runs.map(range_of).collect();
        let then = rank(after, id, wanted);
        for run in row
            .before
            .iter()
            .flat_map(|before| before.slots.runs_of(id))
        {
            let before = row.before.as_deref();
            let was = before.map_or(0, |before| rank(before, id, run.usage));
            if was >= then {
                new = cut(new, run).1;
            }
        }
        taken.extend(new);
    }
    taken
}

/// Returns how much an experiment does with its slots: it holds them, or it gives them to units.
fn rank(layer: &LayerState, id: &ExperimentId, usage: SlotUse) -> u8 {
    let status = layer.experiment(id).map(|experiment| experiment.status);
    match (usage, status) {
        (SlotUse::Active, Some(Status::Active | Status::Paused)) => 2,
        _ => 1,
    }
}

/// Returns who held these slots last, and the slots that nobody did as far as is known.
pub(super) fn former_holders(
    row: &LayerRow,
    id: &ExperimentId,
    taken: SlotRanges,
    past: Option<&PastRead>,
) -> (Vec<FormerHolder>, SlotRanges) {
    let mut former: Vec<FormerHolder> = Vec::new();
    let mut rest = taken;
    let mut look = |runs: &mut dyn Iterator<Item = &SlotRun>, ended: Ended| {
        for run in runs.filter(|run| run.experiment_id != *id) {
            let (found, left) = cut(std::mem::take(&mut rest), run);
            rest = left;
            let slots = count(&found);
            if slots == 0 {
                continue;
            }
            let known = former
                .iter_mut()
                .find(|holder| holder.experiment_id == run.experiment_id && holder.ended == ended);
            match known {
                Some(holder) => holder.slots += slots,
                None => former.push(FormerHolder {
                    experiment_id: run.experiment_id.clone(),
                    slots,
                    ended,
                }),
            }
        }
    };
    if let Some(before) = &row.before {
        look(&mut before.slots.runs(), Ended::InThisPlan);
    }
    for entry in past.into_iter().flat_map(|past| &past.entries) {
        let journal_id = entry.journal_id;
        let at = entry.applied_at;
        for layer in entry
            .slots
            .iter()
            .filter(|slots| slots.layer_id == row.layer_id)
        {
            // Still held after this apply, and no later one says who took them.
            look(&mut layer.after.iter(), Ended::Outside { journal_id });
            look(&mut layer.before.iter(), Ended::Applied { journal_id, at });
        }
    }
    (former, rest)
}

fn range_of(run: &SlotRun) -> RangeInclusive<u32> {
    run.first.0..=run.last.0
}

/// Splits the ranges into what is in the run, and the rest.
fn cut(ranges: SlotRanges, run: &SlotRun) -> (SlotRanges, SlotRanges) {
    let (first, last) = (run.first.0, run.last.0);
    let (mut inside, mut outside) = (SlotRanges::new(), SlotRanges::new());
    for range in ranges {
        let (start, end) = (*range.start(), *range.end());
        if end < first || last < start {
            outside.push(range);
            continue;
        }
        inside.push(start.max(first)..=end.min(last));
        if start < first {
            outside.push(start..=first - 1);
        }
        if last < end {
            outside.push(last + 1..=end);
        }
    }
    (inside, outside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SlotIndex;

    fn run(first: u32, last: u32) -> SlotRun {
        SlotRun {
            first: SlotIndex(first),
            last: SlotIndex(last),
            experiment_id: "old".into(),
            usage: SlotUse::Active,
        }
    }

    #[test]
    fn ranges_are_cut_at_the_ends_of_a_run() {
        let ranges = vec![0..=9, 20..=29];
        let split = |first, last| cut(ranges.clone(), &run(first, last));
        assert_eq!(split(5, 24), (vec![5..=9, 20..=24], vec![0..=4, 25..=29]));
        assert_eq!(split(2, 3), (vec![2..=3], vec![0..=1, 4..=9, 20..=29]));
        assert_eq!(split(10, 19), (vec![], ranges.clone()));
        assert_eq!(count(&split(0, 40).0), 20);
    }
}
