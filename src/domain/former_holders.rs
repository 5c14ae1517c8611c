//! Who held a layer's slots last, and until when: as far as the journal tells.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{ExperimentId, LayerId, SlotMap, SlotRun};

/// The histories of the layers that have one.
pub type SlotHistories = BTreeMap<LayerId, Arc<FormerHolders>>;

/// For each slot that an experiment gave back: the last one that did, and when. A slot that is held now
/// still has the one before; a slot without a history was never held, as far as anybody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormerHolders {
    /// By first slot, without overlap.
    runs: BTreeMap<u32, FormerRun>,
}

/// Consecutive slots that one experiment gave back at one time; both ends are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerRun {
    /// The first slot.
    pub first: u32,
    /// The last slot.
    pub last: u32,
    /// The experiment that held them.
    pub experiment_id: ExperimentId,
    /// When it gave them back; `None` if another program took them away, at a time that nobody knows, after
    /// everything that is known.
    pub until: Option<Timestamp>,
}

impl FormerHolders {
    /// Records which slots of `before` have another holder, or none, in `after`, which follows it at this
    /// time.
    pub fn pass(&mut self, before: &[SlotRun], after: &SlotMap, until: Option<Timestamp>) {
        for held in before {
            let mut next = held.first;
            let is_kept = |run: &&SlotRun| run.experiment_id == held.experiment_id;
            for kept in after.runs_within(held.first, held.last).filter(is_kept) {
                if kept.first > next {
                    self.give_back(held, next.0, kept.first.0 - 1, until);
                }
                next.0 = kept.last.0 + 1;
            }
            if next <= held.last {
                self.give_back(held, next.0, held.last.0, until);
            }
        }
    }

    fn give_back(&mut self, held: &SlotRun, first: u32, last: u32, until: Option<Timestamp>) {
        let overlapping: Vec<u32> = self.within(first, last).map(|run| run.first).collect();
        for start in overlapping {
            let Some(run) = self.runs.remove(&start) else {
                continue;
            };
            if run.first < first {
                let last = first - 1;
                self.runs.insert(
                    run.first,
                    FormerRun {
                        last,
                        ..run.clone()
                    },
                );
            }
            if run.last > last {
                let first = last + 1;
                self.runs.insert(first, FormerRun { first, ..run });
            }
        }
        let experiment_id = held.experiment_id.clone();
        self.runs.insert(
            first,
            FormerRun {
                first,
                last,
                experiment_id,
                until,
            },
        );
    }

    /// Returns the runs with any of the slots from `first` to `last`, in order.
    pub fn within(&self, first: u32, last: u32) -> impl Iterator<Item = &FormerRun> {
        let before = self.runs.range(..first).next_back();
        let before = before.map(|(_, run)| run).filter(|run| run.last >= first);
        let range = (first <= last).then(|| self.runs.range(first..=last));
        let inside = range.into_iter().flatten().map(|(_, run)| run);
        before.into_iter().chain(inside)
    }
}

/// How long a free slot has rested, the longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rest {
    /// It was never held.
    Never,
    /// Since this time.
    Since(Timestamp),
    /// Since a time that nobody knows.
    Unknown,
    /// The plan frees it.
    Not,
}

/// Returns the free slots that an experiment takes by [`Placement::Rested`](super::Placement::Rested), as
/// inclusive runs in order. `before` are the slots before the plan, in which slots may be held that are free
/// by now. `None` if there are too few.
pub(crate) fn most_rested(
    slots: &SlotMap,
    before: Option<&SlotMap>,
    history: &FormerHolders,
    count: u32,
) -> Option<Vec<(u32, u32)>> {
    if count > slots.unused() {
        return None;
    }
    let mut pieces: Vec<(Rest, u32, u32)> = Vec::new();
    for free in slots.free_runs() {
        let mut next = *free.start();
        let held = before.into_iter();
        let held = held.flat_map(|before| {
            before.runs_within(
                super::SlotIndex(*free.start()),
                super::SlotIndex(*free.end()),
            )
        });
        for run in held {
            let (first, last) = (run.first.0.max(next), run.last.0.min(*free.end()));
            if first > next {
                add_rested(&mut pieces, history, next, first - 1);
            }
            pieces.push((Rest::Not, first, last));
            next = last + 1;
        }
        if next <= *free.end() {
            add_rested(&mut pieces, history, next, *free.end());
        }
    }
    pieces.sort_unstable();
    let mut wanted = count;
    let mut taken = Vec::new();
    for (_, first, last) in pieces {
        if wanted == 0 {
            break;
        }
        let last = last.min(first + wanted - 1);
        wanted -= last - first + 1;
        taken.push((first, last));
    }
    taken.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (first, last) in taken {
        match joined.last_mut() {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => joined.push((first, last)),
        }
    }
    Some(joined)
}

/// Adds the slots from `first` to `last`, which were free before, by their history.
fn add_rested(pieces: &mut Vec<(Rest, u32, u32)>, history: &FormerHolders, first: u32, last: u32) {
    let mut next = first;
    for run in history.within(first, last) {
        let (start, end) = (run.first.max(first), run.last.min(last));
        if start > next {
            pieces.push((Rest::Never, next, start - 1));
        }
        pieces.push((run.until.map_or(Rest::Unknown, Rest::Since), start, end));
        next = end + 1;
    }
    if next <= last {
        pieces.push((Rest::Never, next, last));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{SlotIndex, SlotUse};

    const TOTAL: u32 = 24;
    const IDS: [&str; 3] = ["a", "b", "c"];

    fn map(holders: &[Option<usize>]) -> SlotMap {
        let runs = (0..).zip(holders).filter_map(|(slot, holder)| {
            Some(SlotRun {
                first: SlotIndex(slot),
                last: SlotIndex(slot),
                experiment_id: IDS[(*holder)?].into(),
                usage: SlotUse::Active,
            })
        });
        SlotMap::from_runs(TOTAL, runs.collect()).expect("valid runs")
    }

    fn holders() -> impl Strategy<Value = Vec<Option<usize>>> {
        prop::collection::vec(prop::option::of(0..IDS.len()), TOTAL as usize)
    }

    proptest! {
        /// Against one entry per slot.
        #[test]
        fn slots_are_taken_as_a_list_of_single_slots_says(
            states in prop::collection::vec(holders(), 1..6),
            is_last_known in any::<bool>(),
            freed in prop::collection::vec(any::<bool>(), TOTAL as usize),
            count in 0..=TOTAL,
        ) {
            let mut history = FormerHolders::default();
            let mut naive: Vec<Option<(usize, Option<Timestamp>)>> = vec![None; TOTAL as usize];
            for (index, pair) in states.windows(2).enumerate() {
                let is_last = index + 2 == states.len();
                let at = i64::try_from(index).expect("few");
                let at = (!is_last || is_last_known).then(|| Timestamp::constant(at, 0));
                let before: Vec<SlotRun> = map(&pair[0]).runs().cloned().collect();
                history.pass(&before, &map(&pair[1]), at);
                for slot in 0..TOTAL as usize {
                    if let (Some(had), has) = (pair[0][slot], pair[1][slot])
                        && Some(had) != has
                    {
                        naive[slot] = Some((had, at));
                    }
                }
            }
            for slot in 0..TOTAL {
                let run = history.within(slot, slot).next();
                let found = run.map(|run| (run.experiment_id.as_str(), run.until));
                let expected = naive[slot as usize].map(|(id, until)| (IDS[id], until));
                prop_assert_eq!(found, expected, "slot {}", slot);
            }
            // Some of what is held is freed by the plan.
            let before = states.last().expect("a state");
            let slots: Vec<_> = before.iter().zip(&freed)
                .map(|(holder, is_freed)| holder.filter(|_| !is_freed)).collect();
            let mut free: Vec<usize> =
                (0..TOTAL as usize).filter(|slot| slots[*slot].is_none()).collect();
            free.sort_by_key(|slot| {
                if before[*slot].is_some() {
                    (3, Timestamp::MIN)
                } else {
                    match naive[*slot] {
                        None => (0, Timestamp::MIN),
                        Some((_, Some(until))) => (1, until),
                        Some((_, None)) => (2, Timestamp::MIN),
                    }
                }
            });
            let taken = most_rested(&map(&slots), Some(&map(before)), &history, count);
            prop_assert_eq!(taken.is_some(), count as usize <= free.len());
            if let Some(taken) = taken {
                let taken: Vec<usize> = taken.iter()
                    .flat_map(|(first, last)| *first as usize..=*last as usize).collect();
                let mut expected = free[..count as usize].to_vec();
                expected.sort_unstable();
                prop_assert_eq!(taken, expected);
            }
        }
    }
}
