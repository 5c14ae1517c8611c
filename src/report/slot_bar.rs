//! A layer's slots as a bar.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::{Experiment, ExperimentId, LayerState, SlotUse, Status};

/// The holder of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BarHolder {
    /// The experiment at this position.
    Held(usize, Holding),
    /// Nobody.
    Free,
    /// Nobody, and above the layer's cap.
    Capped,
}

/// How an experiment holds slots: by its status, unless they are only reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    /// It assigns them, within its dates.
    Active,
    /// It is paused.
    Paused,
    /// It is a draft.
    Draft,
    /// They are only reserved.
    Reserved,
}

impl BarHolder {
    pub(crate) fn position(self) -> Option<usize> {
        match self {
            Self::Held(position, _) => Some(position),
            Self::Free | Self::Capped => None,
        }
    }
}

impl Holding {
    /// Returns how slots with this use are held by an experiment with this status.
    pub(crate) fn new(usage: SlotUse, status: Status) -> Self {
        match (usage, status) {
            (SlotUse::Reserved, _) => Self::Reserved,
            (SlotUse::Active, Status::Draft) => Self::Draft,
            (SlotUse::Active, Status::Paused) => Self::Paused,
            (SlotUse::Active, Status::Active | Status::Completed) => Self::Active,
        }
    }
}

/// Returns the letter of a layer's experiment, which tells it apart without color.
pub(crate) fn letter(position: usize) -> char {
    // A remainder of 26 is always one of 26 letters.
    ('A'..='Z').nth(position % 26).unwrap_or('?')
}

/// Returns for each column the position of the experiment whose letter takes its place: the first
/// column of a stretch, as far as its holding can still be seen beside it.
pub(crate) fn named_columns(columns: &[BarHolder]) -> Vec<Option<usize>> {
    let mut names = vec![None; columns.len()];
    let mut current = None;
    let mut first = 0;
    for run in columns.chunk_by(|one, next| one == next) {
        let position = run[0].position();
        if current != position {
            current = None;
        }
        let is_active = matches!(run[0], BarHolder::Held(_, Holding::Active));
        if current.is_none() && (is_active || run.len() > 1) {
            names[first] = position;
            current = position;
        }
        first += run.len();
    }
    names
}

/// Adjacent slots with the same holder; `end` is the slot after the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BarRun {
    first: u64,
    end: u64,
    holder: BarHolder,
}

/// A layer's slots, ready to be drawn.
#[derive(PartialEq, Eq)]
pub(crate) struct SlotBar {
    total: u64,
    runs: Vec<BarRun>,
}

impl SlotBar {
    /// Creates the bar of a layer. Its free slots above `total_traffic_percentage` are the last
    /// free ones.
    pub(crate) fn new(layer: &LayerState, positions: &HashMap<&ExperimentId, usize>) -> Self {
        let total = u64::from(layer.slots.total());
        let mut runs = Vec::new();
        let mut push = |first, end, holder| {
            if first < end {
                runs.push(BarRun { first, end, holder });
            }
        };
        let status: HashMap<&ExperimentId, Status> = layer
            .experiments
            .iter()
            .map(
                |Experiment {
                     experiment_id,
                     status,
                     ..
                 }| (experiment_id, *status),
            )
            .collect();
        let mut next = 0;
        for held in layer.slots.runs() {
            let first = u64::from(held.first.0);
            push(next, first, BarHolder::Free);
            next = u64::from(held.last.0) + 1;
            // Slots belong to experiments of the layer.
            let position = positions.get(&held.experiment_id).copied().unwrap_or(0);
            let status = status.get(&held.experiment_id).copied();
            let holding = Holding::new(held.usage, status.unwrap_or(Status::Active));
            push(first, next, BarHolder::Held(position, holding));
        }
        push(next, total, BarHolder::Free);
        let usable = layer
            .layer
            .total_traffic_percentage
            .slots_of(layer.slots.total());
        let mut bar = Self { total, runs };
        bar.cap(total - u64::from(usable));
        bar
    }

    fn cap(&mut self, mut capped: u64) {
        let mut runs = Vec::with_capacity(self.runs.len() + 1);
        for run in self.runs.iter().rev() {
            let above = match run.holder {
                BarHolder::Free => capped.min(run.end - run.first),
                _ => 0,
            };
            capped -= above;
            let border = run.end - above;
            if above > 0 {
                runs.push(BarRun {
                    first: border,
                    holder: BarHolder::Capped,
                    ..*run
                });
            }
            if run.first < border {
                runs.push(BarRun {
                    end: border,
                    ..*run
                });
            }
        }
        runs.reverse();
        self.runs = runs;
    }

    /// Returns the number of slots that can still be taken.
    pub(crate) fn free(&self) -> u64 {
        let free = self.runs.iter().filter(|run| run.holder == BarHolder::Free);
        free.map(|run| run.end - run.first).sum()
    }

    /// Returns the share of the slots that are held like this, from 0 to 1.
    pub(crate) fn share_held(&self, holding: Holding) -> f64 {
        let runs = self.runs.iter().filter(|run| match run.holder {
            BarHolder::Held(_, held) => held == holding,
            BarHolder::Free | BarHolder::Capped => false,
        });
        let slots: u64 = runs.map(|run| run.end - run.first).sum();
        slots as f64 / self.total as f64
    }

    /// Returns the bar as this many columns. A column shows the holder of most of its slots; but an
    /// experiment that would get no column takes one from a holder that can spare it.
    pub(crate) fn columns(&self, columns: usize) -> Vec<BarHolder> {
        let count = columns as u64;
        self.cells((0..count).map(|column| {
            let first = column * self.total / count;
            let end = (column + 1) * self.total / count;
            first..end.max(first + 1)
        }))
    }

    /// Returns the bar as cells of these slots, in order, by the same rule as
    /// [`columns`](Self::columns).
    pub(crate) fn cells(&self, spans: impl Iterator<Item = Range<u64>>) -> Vec<BarHolder> {
        let tallies = self.tallies(spans);
        let mut cells: Vec<BarHolder> = tallies.iter().map(|tally| most(tally)).collect();
        let holders = self.runs.iter().filter_map(|run| run.holder.position());
        let mut positions: Vec<usize> = holders.collect();
        positions.sort_unstable();
        positions.dedup();
        let mut shown: HashMap<usize, usize> = HashMap::new();
        for position in cells.iter().filter_map(|cell| cell.position()) {
            *shown.entry(position).or_default() += 1;
        }
        for position in positions {
            if shown.contains_key(&position) {
                continue;
            }
            let best = (0..cells.len())
                .filter(|&index| {
                    let owner = cells[index].position();
                    owner.is_none_or(|owner| shown.get(&owner).is_some_and(|count| *count > 1))
                })
                .filter_map(|index| {
                    let own = tallies[index].iter();
                    let (holder, slots) = own
                        .filter(|(holder, _)| holder.position() == Some(position))
                        .max_by_key(|(_, slots)| *slots)?;
                    Some((*slots, index, *holder))
                })
                .max_by_key(|(slots, ..)| *slots);
            if let Some((_, index, holder)) = best {
                if let Some(count) = cells[index]
                    .position()
                    .and_then(|owner| shown.get_mut(&owner))
                {
                    *count -= 1;
                }
                cells[index] = holder;
                shown.insert(position, 1);
            }
        }
        cells
    }

    /// Returns whether any of these slots is held otherwise in the other bar.
    pub(crate) fn differs(&self, other: &Self, slots: &Range<u64>) -> bool {
        self.within(slots).ne(other.within(slots))
    }

    /// Returns the runs of these slots, cut at their ends.
    fn within(&self, slots: &Range<u64>) -> impl Iterator<Item = BarRun> {
        let (first, end) = (slots.start, slots.end);
        let from = self.runs.partition_point(|run| run.end <= first);
        let runs = self.runs[from..].iter();
        runs.take_while(move |run| run.first < end)
            .map(move |run| BarRun {
                first: run.first.max(first),
                end: run.end.min(end),
                holder: run.holder,
            })
    }

    /// Returns the holders of each cell's slots, with their counts.
    fn tallies(&self, spans: impl Iterator<Item = Range<u64>>) -> Vec<Vec<(BarHolder, u64)>> {
        let mut from = 0;
        spans
            .map(|Range { start: first, end }| {
                while self.runs.get(from).is_some_and(|run| run.end <= first) {
                    from += 1;
                }
                let within = self.runs[from..].iter().take_while(|run| run.first < end);
                let mut tally: Vec<(BarHolder, u64)> = Vec::new();
                for run in within {
                    let slots = run.end.min(end) - run.first.max(first);
                    match tally.iter_mut().find(|(holder, _)| *holder == run.holder) {
                        Some((_, count)) => *count += slots,
                        None => tally.push((run.holder, slots)),
                    }
                }
                tally
            })
            .collect()
    }
}

/// Returns the holder of most slots; the first of equals.
fn most(tally: &[(BarHolder, u64)]) -> BarHolder {
    let most = tally.iter().rev().max_by_key(|(_, slots)| *slots);
    most.map_or(BarHolder::Free, |(holder, _)| *holder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fraction, HashAlgorithm, Layer, SlotIndex, SlotMap, SlotRun};

    type Run = (u32, u32, &'static str, SlotUse);

    fn bar(total: u32, cap: f64, runs: &[Run], columns: usize) -> String {
        let layer = LayerState {
            layer: Layer {
                layer_id: "web".into(),
                layer_salt: "salt".into(),
                total_slots: total,
                total_traffic_percentage: Fraction::new(cap).expect("a share"),
                hash_algorithm: HashAlgorithm::Sha256,
            },
            experiments: Vec::new(),
            slots: SlotMap::from_runs(
                total,
                runs.iter()
                    .map(|&(first, last, id, usage)| SlotRun {
                        first: SlotIndex(first),
                        last: SlotIndex(last),
                        experiment_id: id.into(),
                        usage,
                    })
                    .collect(),
            )
            .expect("valid runs"),
            holds: [].into(),
        };
        let ids: [ExperimentId; 3] = ["a".into(), "b".into(), "c".into()];
        let positions = ids
            .iter()
            .enumerate()
            .map(|(index, id)| (id, index))
            .collect();
        let bar = SlotBar::new(&layer, &positions).columns(columns);
        let symbol = |holder: BarHolder| match holder {
            BarHolder::Held(_, Holding::Reserved) => '/',
            BarHolder::Held(position, _) => ['#', '@', '%'][position],
            BarHolder::Free => '.',
            BarHolder::Capped => ':',
        };
        bar.into_iter().map(symbol).collect()
    }

    const ACTIVE: SlotUse = SlotUse::Active;
    const RESERVED: SlotUse = SlotUse::Reserved;

    #[test]
    fn a_column_shows_who_holds_most_of_it() {
        let runs: [Run; 3] = [
            (0, 4, "a", ACTIVE),
            (5, 7, "b", ACTIVE),
            (8, 9, "b", RESERVED),
        ];
        assert_eq!(bar(20, 1.0, &runs, 20), "#####@@@//..........");
        assert_eq!(bar(20, 1.0, &runs, 10), "###@/.....");
        assert_eq!(bar(20, 1.0, &runs, 40).len(), 40);
    }

    #[test]
    fn the_last_free_slots_are_above_the_cap() {
        let runs: [Run; 1] = [(8, 9, "a", ACTIVE)];
        assert_eq!(bar(10, 0.5, &runs, 10), "...:::::##");
        // If rounding took slots above the cap, all free slots are capped.
        assert_eq!(bar(10, 0.1, &[(0, 4, "a", ACTIVE)], 10), "#####:::::");
    }

    #[test]
    fn no_experiment_is_lost() {
        let runs: [Run; 3] = [
            (0, 499_999, "a", ACTIVE),
            (500_000, 500_000, "b", ACTIVE),
            (500_001, 999_999, "a", ACTIVE),
        ];
        assert_eq!(bar(1_000_000, 1.0, &runs, 10), "#####@####");
        let all: [Run; 3] = [
            (0, 0, "a", ACTIVE),
            (1, 1, "b", RESERVED),
            (2, 2, "c", ACTIVE),
        ];
        // Two of them share a column: the first one stays.
        assert_eq!(bar(3, 1.0, &all, 2), "#/");
        assert_eq!(bar(1000, 1.0, &all, 3).matches('.').count(), 2);
    }

    #[test]
    fn an_experiment_is_named_where_its_holding_can_still_be_seen() {
        let named = |columns: &[BarHolder]| {
            let names = named_columns(columns).into_iter();
            names
                .map(|name| name.map_or('.', letter))
                .collect::<String>()
        };
        let held = BarHolder::Held;
        let (active, paused) = (Holding::Active, Holding::Paused);
        assert_eq!(named(&[]), "");
        assert_eq!(named(&[held(0, active), held(1, active)]), "AB");
        // A single column of another holding shows the holding; the next one may have the letter.
        assert_eq!(named(&[held(1, paused), BarHolder::Free]), "..");
        assert_eq!(named(&[held(1, paused), held(1, active)]), ".B");
        assert_eq!(named(&[held(1, paused); 3]), "B..");
        // Behind another holder it is named again, but not where only its holding changes.
        let (one, free) = (held(0, active), BarHolder::Free);
        assert_eq!(named(&[one, held(0, paused), free, one, one]), "A..A.");
        assert_eq!(letter(26), 'A');
    }

    #[test]
    fn slots_are_held_as_the_status_says() {
        use Status::{Active, Completed, Draft, Paused};
        let holdings =
            |usage| [Active, Paused, Draft, Completed].map(|status| Holding::new(usage, status));
        assert_eq!(holdings(RESERVED), [Holding::Reserved; 4]);
        let [active, paused, draft, completed] = holdings(ACTIVE);
        assert_eq!([active, completed], [Holding::Active; 2]);
        assert_eq!((paused, draft), (Holding::Paused, Holding::Draft));
    }

    #[test]
    fn no_width_is_too_small() {
        assert_eq!(bar(10, 1.0, &[(0, 9, "a", ACTIVE)], 0), "");
        assert_eq!(bar(10, 1.0, &[(0, 9, "a", ACTIVE)], 1), "#");
    }
}
