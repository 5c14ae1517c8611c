//! Who holds which slots of a layer, as runs: a million slots in a handful of values.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ExperimentId;

/// A slot of a layer, counted from 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SlotIndex(pub u32);

impl fmt::Display for SlotIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an experiment does with a slot that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotUse {
    /// Units on the slot belong to the experiment.
    Active,
    /// Kept for a later ramp-up; units on it belong to nobody yet.
    Reserved,
}

/// Neighbouring slots that one experiment holds in one way; both ends are inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RunTuple", into = "RunTuple")]
pub struct SlotRun {
    /// The first slot.
    pub first: SlotIndex,
    /// The last slot, not below the first.
    pub last: SlotIndex,
    /// Who holds them.
    pub experiment_id: ExperimentId,
    /// Active or reserved only.
    pub usage: SlotUse,
}

/// A run as reports write it: `[first, last, experiment_id, "active" or "reserved"]`.
type RunTuple = (SlotIndex, SlotIndex, ExperimentId, SlotUse);

impl From<RunTuple> for SlotRun {
    fn from((first, last, experiment_id, usage): RunTuple) -> Self {
        Self {
            first,
            last,
            experiment_id,
            usage,
        }
    }
}

impl From<SlotRun> for RunTuple {
    fn from(run: SlotRun) -> Self {
        (run.first, run.last, run.experiment_id, run.usage)
    }
}

impl SlotRun {
    /// How many slots; at least 1.
    #[must_use]
    pub fn slot_count(&self) -> u32 {
        self.last.0 - self.first.0 + 1
    }

    fn continues(&self, next: &Self) -> bool {
        self.last.0 + 1 == next.first.0
            && self.usage == next.usage
            && self.experiment_id == next.experiment_id
    }
}

/// The slots of one layer: sorted runs without overlap or needless seams; the rest is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotMap {
    total: u32,
    runs: Vec<SlotRun>,
}

impl SlotMap {
    /// A map in which every slot is free.
    #[must_use]
    pub fn free(total: u32) -> Self {
        Self {
            total,
            runs: Vec::new(),
        }
    }

    /// A map with these runs, in any order.
    pub fn from_runs(total: u32, mut runs: Vec<SlotRun>) -> Result<Self, SlotMapError> {
        runs.sort_by_key(|run| run.first);
        let mut next_free = 0;
        for run in &runs {
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
            next_free = run.last.0 + 1;
        }
        Ok(Self {
            total,
            runs: joined(runs),
        })
    }

    /// How many slots there are.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The held runs, in order of their slots.
    #[must_use]
    pub fn runs(&self) -> &[SlotRun] {
        &self.runs
    }

    /// The run that holds this slot, unless it is free.
    #[must_use]
    pub fn run_at(&self, slot: SlotIndex) -> Option<&SlotRun> {
        let index = self.runs.partition_point(|run| run.last < slot);
        self.runs.get(index).filter(|run| run.first <= slot)
    }

    /// The runs that hold any of the slots from `first` to `last`, in order.
    pub fn runs_within(&self, first: SlotIndex, last: SlotIndex) -> impl Iterator<Item = &SlotRun> {
        let index = self.runs.partition_point(|run| run.last < first);
        self.runs[index..]
            .iter()
            .take_while(move |run| run.first <= last)
    }

    /// How many slots are held, active and reserved.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.runs.iter().map(SlotRun::slot_count).sum()
    }

    /// How many slots nobody holds.
    #[must_use]
    pub fn unused(&self) -> u32 {
        self.total - self.used()
    }

    /// How many slots this experiment has in this use.
    #[must_use]
    pub fn count(&self, id: &ExperimentId, usage: SlotUse) -> u32 {
        let runs = self.runs.iter();
        runs.filter(|run| run.usage == usage && run.experiment_id == *id)
            .map(SlotRun::slot_count)
            .sum()
    }

    /// How many slots this experiment holds, active and reserved.
    #[must_use]
    pub fn held(&self, id: &ExperimentId) -> u32 {
        self.count(id, SlotUse::Active) + self.count(id, SlotUse::Reserved)
    }

    /// Reserves the lowest free slots; nothing changes when there are too few.
    pub fn reserve(&mut self, id: &ExperimentId, count: u32) -> Result<(), SlotMapError> {
        let unused = self.unused();
        if count > unused {
            return Err(SlotMapError::TooFew {
                wanted: count,
                free: unused,
            });
        }
        let mut wanted = count;
        let mut taken = Vec::new();
        for (first, last) in self.gaps() {
            if wanted == 0 {
                break;
            }
            let length = wanted.min(last - first + 1);
            taken.push(SlotRun {
                first: SlotIndex(first),
                last: SlotIndex(first + length - 1),
                experiment_id: id.clone(),
                usage: SlotUse::Reserved,
            });
            wanted -= length;
        }
        self.runs.append(&mut taken);
        self.runs.sort_by_key(|run| run.first);
        self.runs = joined(std::mem::take(&mut self.runs));
        Ok(())
    }

    /// Activates the experiment's lowest reserved slots; nothing changes when there are too few.
    pub fn activate(&mut self, id: &ExperimentId, count: u32) -> Result<(), SlotMapError> {
        let reserved = self.count(id, SlotUse::Reserved);
        if count > reserved {
            return Err(SlotMapError::TooFew {
                wanted: count,
                free: reserved,
            });
        }
        let mut wanted = count;
        let mut runs = Vec::with_capacity(self.runs.len() + 1);
        for run in std::mem::take(&mut self.runs) {
            if wanted == 0 || run.usage == SlotUse::Active || run.experiment_id != *id {
                runs.push(run);
                continue;
            }
            let length = wanted.min(run.slot_count());
            let last = SlotIndex(run.first.0 + length - 1);
            wanted -= length;
            runs.push(SlotRun {
                last,
                usage: SlotUse::Active,
                ..run.clone()
            });
            if last < run.last {
                runs.push(SlotRun {
                    first: SlotIndex(last.0 + 1),
                    ..run
                });
            }
        }
        self.runs = joined(runs);
        Ok(())
    }

    /// Frees every slot of the experiment.
    pub fn release(&mut self, id: &ExperimentId) {
        self.runs.retain(|run| run.experiment_id != *id);
    }

    /// The free stretches as inclusive bounds, in order.
    fn gaps(&self) -> impl Iterator<Item = (u32, u32)> {
        let ends = self.runs.iter().map(|run| run.last.0 + 1);
        let starts = self.runs.iter().map(|run| run.first.0);
        std::iter::once(0)
            .chain(ends)
            .zip(starts.chain(std::iter::once(self.total)))
            .filter(|(free, next)| free < next)
            .map(|(free, next)| (free, next - 1))
    }
}

/// Sorted runs with equal neighbours made one.
fn joined(runs: Vec<SlotRun>) -> Vec<SlotRun> {
    let mut joined: Vec<SlotRun> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(previous) if previous.continues(&run) => previous.last = run.last,
            _ => joined.push(run),
        }
    }
    joined
}

/// What can't be done with slots.
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
        /// How many slots the layer has.
        total: u32,
    },
    /// Two runs hold one slot.
    #[error("slot {0} is held twice")]
    HeldTwice(SlotIndex),
    /// There are not as many slots as wanted.
    #[error("not enough free slots: requested {wanted}, available {free}")]
    TooFew {
        /// How many were asked for.
        wanted: u32,
        /// How many there are.
        free: u32,
    },
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn reserving_takes_the_lowest_free_slots_and_joins_neighbours() {
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
