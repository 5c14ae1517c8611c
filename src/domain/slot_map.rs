//! The holders of a layer's slots, as runs: a million slots in a handful of values.

use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map};
use std::ops::RangeInclusive;

use super::{ExperimentId, SlotIndex, SlotRun, SlotUse};

/// The slots of one layer: sorted runs without overlap, neighbors joined; the rest is free.
///
/// It also indexes the free slots and each experiment's runs, so that the cost of a change depends on
/// what it moves, not on the number of experiments.
#[derive(Clone, Debug)]
pub struct SlotMap {
    total: u32,
    used: u32,
    /// The runs, by first slot.
    runs: BTreeMap<SlotIndex, SlotRun>,
    /// The last slot of each free span, by its first slot.
    free: BTreeMap<u32, u32>,
    /// The first slots of each experiment's runs.
    of_experiment: HashMap<ExperimentId, BTreeSet<SlotIndex>>,
}

impl PartialEq for SlotMap {
    fn eq(&self, other: &Self) -> bool {
        // The others follow from these.
        self.total == other.total && self.runs == other.runs
    }
}

impl Eq for SlotMap {}

impl SlotMap {
    /// Returns a map in which every slot is free.
    #[must_use]
    pub fn free(total: u32) -> Self {
        let last = total.checked_sub(1);
        Self {
            total,
            used: 0,
            runs: BTreeMap::new(),
            free: last.map(|last| (0, last)).into_iter().collect(),
            of_experiment: HashMap::new(),
        }
    }

    /// Returns a map with these runs, given in any order.
    pub fn from_runs(total: u32, mut runs: Vec<SlotRun>) -> Result<Self, SlotMapError> {
        runs.sort_by_key(|run| run.first);
        let mut map = Self {
            free: BTreeMap::new(),
            ..Self::free(total)
        };
        let mut next_free = 0;
        for run in runs {
            if run.last < run.first || run.last.0 >= total {
                return Err(SlotMapError::OutOfBounds {
                    first: run.first,
                    last: run.last,
                    total,
                });
            }
            if run.first.0 < next_free {
                return Err(SlotMapError::HeldTwice(run.first));
            }
            if run.first.0 > next_free {
                map.free.insert(next_free, run.first.0 - 1);
            }
            next_free = run.last.0 + 1;
            map.hold(run);
        }
        if next_free < total {
            map.free.insert(next_free, total - 1);
        }
        Ok(map)
    }

    /// Returns the number of slots.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The held runs, in order of their slots.
    pub fn runs(&self) -> btree_map::Values<'_, SlotIndex, SlotRun> {
        self.runs.values()
    }

    /// The run that holds this slot, unless it is free.
    #[must_use]
    pub fn run_at(&self, slot: SlotIndex) -> Option<&SlotRun> {
        let (_, run) = self.runs.range(..=slot).next_back()?;
        (run.last >= slot).then_some(run)
    }

    /// The runs that hold any of the slots from `first` to `last`, in order.
    pub fn runs_within(&self, first: SlotIndex, last: SlotIndex) -> impl Iterator<Item = &SlotRun> {
        let start = self.run_at(first).map_or(first, |run| run.first);
        // An empty range has none, and `range` wouldn't accept it.
        let range = (start <= last).then(|| self.runs.range(start..=last));
        range.into_iter().flatten().map(|(_, run)| run)
    }

    /// Returns the number of held slots, active and reserved.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.used
    }

    /// Returns the number of free slots.
    #[must_use]
    pub fn unused(&self) -> u32 {
        self.total - self.used
    }

    /// Returns the free slots as inclusive ranges, the lowest first.
    pub fn free_runs(&self) -> impl Iterator<Item = RangeInclusive<u32>> {
        self.free.iter().map(|(first, last)| *first..=*last)
    }

    /// Returns the number of slots that this experiment has in this use.
    #[must_use]
    pub fn count(&self, id: &ExperimentId, usage: SlotUse) -> u32 {
        let runs = self.runs_of(id).filter(|run| run.usage == usage);
        runs.map(SlotRun::slot_count).sum()
    }

    /// Returns the number of slots that this experiment holds, active and reserved.
    #[must_use]
    pub fn held(&self, id: &ExperimentId) -> u32 {
        self.runs_of(id).map(SlotRun::slot_count).sum()
    }

    /// Reserves the lowest free slots. Changes nothing if there are too few.
    pub fn reserve(&mut self, id: &ExperimentId, count: u32) -> Result<(), SlotMapError> {
        let unused = self.unused();
        if count > unused {
            return Err(SlotMapError::TooFew {
                wanted: count,
                free: unused,
            });
        }
        let mut wanted = count;
        while wanted > 0
            && let Some((first, last)) = self.free.pop_first()
        {
            let taken = wanted.min(last - first + 1);
            wanted -= taken;
            let end = first + taken - 1;
            if end < last {
                self.free.insert(end + 1, last);
            }
            self.hold(SlotRun {
                first: SlotIndex(first),
                last: SlotIndex(end),
                experiment_id: id.clone(),
                usage: SlotUse::Reserved,
            });
        }
        Ok(())
    }

    /// Reserves these slots, given as inclusive runs. Changes nothing if one of them isn't free.
    pub fn reserve_runs(
        &mut self,
        id: &ExperimentId,
        runs: &[(u32, u32)],
    ) -> Result<(), SlotMapError> {
        let mut after = self.clone();
        for (first, last) in runs {
            after.reserve_run(id, *first, *last)?;
        }
        *self = after;
        Ok(())
    }

    fn reserve_run(
        &mut self,
        id: &ExperimentId,
        first: u32,
        last: u32,
    ) -> Result<(), SlotMapError> {
        let span = self.free.range(..=first).next_back();
        let span = span.map(|(start, end)| (*start, *end));
        let Some((start, end)) = span.filter(|(_, end)| first <= last && last <= *end) else {
            return Err(SlotMapError::NotFree {
                first: SlotIndex(first),
                last: SlotIndex(last),
            });
        };
        self.free.remove(&start);
        if start < first {
            self.free.insert(start, first - 1);
        }
        if last < end {
            self.free.insert(last + 1, end);
        }
        self.hold(SlotRun {
            first: SlotIndex(first),
            last: SlotIndex(last),
            experiment_id: id.clone(),
            usage: SlotUse::Reserved,
        });
        Ok(())
    }

    /// Activates the experiment's lowest reserved slots. Changes nothing if there are too few.
    pub fn activate(&mut self, id: &ExperimentId, count: u32) -> Result<(), SlotMapError> {
        let reserved: Vec<SlotRun> = self
            .runs_of(id)
            .filter(|run| run.usage == SlotUse::Reserved)
            .cloned()
            .collect();
        let free = reserved.iter().map(SlotRun::slot_count).sum();
        if count > free {
            return Err(SlotMapError::TooFew {
                wanted: count,
                free,
            });
        }
        let mut wanted = count;
        for run in reserved {
            if wanted == 0 {
                break;
            }
            let taken = wanted.min(run.slot_count());
            wanted -= taken;
            self.let_go(run.first);
            let last = SlotIndex(run.first.0 + taken - 1);
            if last < run.last {
                self.hold(SlotRun {
                    first: SlotIndex(last.0 + 1),
                    ..run.clone()
                });
            }
            self.hold(SlotRun {
                last,
                usage: SlotUse::Active,
                ..run
            });
        }
        Ok(())
    }

    /// Frees every slot of the experiment.
    pub fn release(&mut self, id: &ExperimentId) {
        let firsts = self.of_experiment.get(id).cloned().unwrap_or_default();
        for first in firsts {
            let Some(run) = self.let_go(first) else {
                continue;
            };
            let (mut first, mut last) = (run.first.0, run.last.0);
            // Joins with the free spans on both sides.
            let before = self.free.range(..first).next_back();
            if let Some((start, _)) = before.filter(|(_, end)| **end + 1 == first) {
                first = *start;
            }
            if let Some(end) = self.free.remove(&(last + 1)) {
                last = end;
            }
            self.free.insert(first, last);
        }
    }

    /// The runs of an experiment, in order.
    pub fn runs_of(&self, id: &ExperimentId) -> impl Iterator<Item = &SlotRun> {
        let firsts = self.of_experiment.get(id).into_iter().flatten();
        firsts.filter_map(|first| self.runs.get(first))
    }

    /// Adds a run on slots that are in no run, and joins it with equal neighbors.
    fn hold(&mut self, mut run: SlotRun) {
        self.used += run.slot_count();
        let before = self.runs.range(..run.first).next_back();
        if let Some((first, _)) = before.filter(|(_, before)| before.continues(&run)) {
            run.first = *first;
        }
        let next = SlotIndex(run.last.0 + 1);
        let after = self.runs.get(&next);
        if let Some(after) = after.filter(|after| run.continues(after)) {
            run.last = after.last;
            self.runs.remove(&next);
            if let Some(firsts) = self.of_experiment.get_mut(&run.experiment_id) {
                firsts.remove(&next);
            }
        }
        let firsts = self.of_experiment.entry(run.experiment_id.clone());
        firsts.or_default().insert(run.first);
        self.runs.insert(run.first, run);
    }

    /// Removes the run that begins at this slot. Its slots are then neither held nor free.
    fn let_go(&mut self, first: SlotIndex) -> Option<SlotRun> {
        let run = self.runs.remove(&first)?;
        self.used -= run.slot_count();
        if let Some(firsts) = self.of_experiment.get_mut(&run.experiment_id) {
            firsts.remove(&first);
            if firsts.is_empty() {
                self.of_experiment.remove(&run.experiment_id);
            }
        }
        Some(run)
    }
}

/// Why slots can't be held or changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlotMapError {
    /// A run ends after the layer's last slot, or before its own first one.
    #[error("slots {first}-{last} are out of range for a layer with {total} slots")]
    OutOfBounds {
        /// The run's first slot.
        first: SlotIndex,
        /// The run's last slot.
        last: SlotIndex,
        /// The number of slots of the layer.
        total: u32,
    },
    /// Two runs hold the same slot.
    #[error("slot {0} is held twice")]
    HeldTwice(SlotIndex),
    /// A slot that is to be taken isn't free.
    #[error("slots {first}-{last} aren't all free")]
    NotFree {
        /// The first slot to be taken.
        first: SlotIndex,
        /// The last one.
        last: SlotIndex,
    },
    /// There are too few slots.
    #[error("not enough free slots: requested {wanted}, available {free}")]
    TooFew {
        /// The number requested.
        wanted: u32,
        /// The number available.
        free: u32,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn map(runs: &[(u32, u32, &str, SlotUse)]) -> SlotMap {
        let run = |&(first, last, id, usage): &(u32, u32, &str, SlotUse)| SlotRun {
            first: SlotIndex(first),
            last: SlotIndex(last),
            experiment_id: id.into(),
            usage,
        };
        SlotMap::from_runs(20, runs.iter().map(run).collect()).expect("valid runs")
    }

    proptest! {
        /// Compares with a list of every slot, after any operations in any order.
        #[test]
        fn runs_are_what_single_slots_are(
            steps in prop::collection::vec((0..3_u8, 0..4_usize, 0..12_u32), 0..40),
        ) {
            let ids = ["a", "b", "c", "d"].map(ExperimentId::from);
            let mut map = SlotMap::free(30);
            let mut slots: Vec<Option<(usize, SlotUse)>> = vec![None; 30];
            for (step, experiment, count) in steps {
                let lowest = |slots: &[Option<(usize, SlotUse)>], wanted| -> Vec<usize> {
                    let found = (0..30).filter(|slot| slots[*slot] == wanted);
                    found.take(count as usize).collect()
                };
                let (wanted, then) = match step {
                    0 => (None, SlotUse::Reserved),
                    _ => (Some((experiment, SlotUse::Reserved)), SlotUse::Active),
                };
                if step == 2 {
                    map.release(&ids[experiment]);
                    slots.iter_mut().filter(|slot| slot.is_some_and(|it| it.0 == experiment))
                        .for_each(|slot| *slot = None);
                } else {
                    let found = lowest(&slots, wanted);
                    let is_enough = found.len() == count as usize;
                    let done = if step == 0 {
                        map.reserve(&ids[experiment], count)
                    } else {
                        map.activate(&ids[experiment], count)
                    };
                    prop_assert_eq!(done.is_ok(), is_enough);
                    if is_enough {
                        for slot in found {
                            slots[slot] = Some((experiment, then));
                        }
                    }
                }
                for (slot, expected) in (0..).zip(&slots) {
                    let run = map.run_at(SlotIndex(slot));
                    let found = run.map(|run| (&run.experiment_id, run.usage));
                    prop_assert_eq!(found, expected.map(|(index, usage)| (&ids[index], usage)));
                }
                let again = SlotMap::from_runs(30, map.runs().cloned().collect());
                prop_assert_eq!(again.as_ref(), Ok(&map));
                let again = again.expect("valid runs");
                prop_assert_eq!(&again.free, &map.free);
                prop_assert_eq!(&again.of_experiment, &map.of_experiment);
                let held = slots.iter().flatten().count();
                prop_assert_eq!(map.used() as usize, held);
                for (index, id) in ids.iter().enumerate() {
                    let of_it = slots.iter().flatten().filter(|slot| slot.0 == index);
                    prop_assert_eq!(map.held(id) as usize, of_it.count());
                }
            }
        }
    }

    #[test]
    fn reserving_takes_the_lowest_free_slots_and_joins_neighbors() {
        let mut slots = map(&[(2, 4, "a", SlotUse::Active), (8, 9, "b", SlotUse::Reserved)]);
        slots.reserve(&"b".into(), 6).expect("room");
        let expected = map(&[
            (0, 1, "b", SlotUse::Reserved),
            (2, 4, "a", SlotUse::Active),
            (5, 10, "b", SlotUse::Reserved),
        ]);
        // Slots 0, 1, 5, 6, 7 and 10 were taken; 8 and 9 were held already.
        assert_eq!(slots, expected);
        assert_eq!(
            (slots.used(), slots.unused(), slots.held(&"b".into())),
            (11, 9, 8)
        );
    }

    #[test]
    fn activation_takes_the_lowest_reserved_slots() {
        let mut slots = map(&[
            (0, 1, "b", SlotUse::Reserved),
            (5, 9, "b", SlotUse::Reserved),
        ]);
        slots.activate(&"b".into(), 4).expect("enough");
        let expected = map(&[
            (0, 1, "b", SlotUse::Active),
            (5, 6, "b", SlotUse::Active),
            (7, 9, "b", SlotUse::Reserved),
        ]);
        assert_eq!(slots, expected);
    }

    #[test]
    fn what_cannot_be_done_changes_nothing() {
        let mut slots = map(&[(0, 17, "a", SlotUse::Active)]);
        let before = slots.clone();
        let refused = slots.reserve(&"b".into(), 3);
        assert_eq!(refused, Err(SlotMapError::TooFew { wanted: 3, free: 2 }));
        assert!(slots.activate(&"a".into(), 1).is_err());
        assert_eq!(slots, before);
    }

    #[test]
    fn a_slot_finds_its_run() {
        let slots = map(&[(2, 4, "a", SlotUse::Active), (5, 5, "b", SlotUse::Reserved)]);
        let holder = |slot| {
            slots
                .run_at(SlotIndex(slot))
                .map(|run| run.experiment_id.as_str())
        };
        let holders = [holder(1), holder(2), holder(4), holder(5), holder(6)];
        assert_eq!(holders, [None, Some("a"), Some("a"), Some("b"), None]);
    }

    #[test]
    fn overlapping_or_outlying_runs_are_refused() {
        let run = |first, last| SlotRun {
            first: SlotIndex(first),
            last: SlotIndex(last),
            experiment_id: "a".into(),
            usage: SlotUse::Active,
        };
        let twice = SlotMap::from_runs(10, vec![run(3, 5), run(0, 3)]);
        assert_eq!(twice, Err(SlotMapError::HeldTwice(SlotIndex(3))));
        assert!(SlotMap::from_runs(10, vec![run(9, 10)]).is_err());
        assert!(SlotMap::from_runs(10, vec![run(5, 4)]).is_err());
    }
}
