//! The bar of a layer's slots: who holds which.

use std::collections::HashMap;

use ratatui::style::Style;

use super::pen::{Pen, Spans, span};
use crate::console::model::{LayerRow, Model};
use crate::domain::{ExperimentId, LayerId, LayerState, SlotUse};

/// The place of each experiment among the styles of its layer: the same in both states, since an
/// experiment never leaves a layer.
pub(super) fn positions(row: &LayerRow) -> HashMap<&ExperimentId, usize> {
    let state = row.after.as_ref().or(row.before.as_ref());
    let experiments = state.into_iter().flat_map(|state| &state.experiments);
    experiments
        .enumerate()
        .map(|(position, experiment)| (&experiment.experiment_id, position))
        .collect()
}

/// The experiment's own style in its layer.
pub(super) fn style(model: &Model, layer: &LayerId, experiment: &ExperimentId) -> Style {
    let rows = model.loaded.iter().flat_map(|loaded| &loaded.layers);
    let row = rows.into_iter().find(|row| row.layer_id == *layer);
    let position = row.and_then(|row| positions(row).get(experiment).copied());
    model.startup.theme.experiment(position.unwrap_or(0))
}

/// What slots are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Active, for the experiment at this position.
    Active(usize),
    /// Reserved only.
    Reserved(usize),
    Free,
    /// Free, and above the layer's share of traffic.
    Capped,
}

impl Holder {
    fn position(self) -> Option<usize> {
        match self {
            Self::Active(position) | Self::Reserved(position) => Some(position),
            Self::Free | Self::Capped => None,
        }
    }
}

/// Neighbouring slots of one holder; `end` is the first slot after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    first: u64,
    end: u64,
    holder: Holder,
}

/// A layer's slots, ready to be drawn.
#[derive(PartialEq, Eq)]
pub(super) struct SlotBar {
    total: u64,
    stretches: Vec<Stretch>,
}

impl SlotBar {
    /// The bar of a layer. Its free slots above `total_traffic_percentage` are the last free ones.
    pub(super) fn new(layer: &LayerState, positions: &HashMap<&ExperimentId, usize>) -> Self {
        let total = u64::from(layer.slots.total());
        let mut stretches = Vec::new();
        let mut push = |first, end, holder| {
            if first < end {
                stretches.push(Stretch { first, end, holder });
            }
        };
        let mut next = 0;
        for run in layer.slots.runs() {
            let first = u64::from(run.first.0);
            push(next, first, Holder::Free);
            next = u64::from(run.last.0) + 1;
            // Slots belong to experiments of the layer.
            let position = positions.get(&run.experiment_id).copied().unwrap_or(0);
            let holder = match run.usage {
                SlotUse::Active => Holder::Active(position),
                SlotUse::Reserved => Holder::Reserved(position),
            };
            push(first, next, holder);
        }
        push(next, total, Holder::Free);
        let usable = layer
            .layer
            .total_traffic_percentage
            .slots_of(layer.slots.total());
        let mut bar = Self { total, stretches };
        bar.cap(total - u64::from(usable));
        bar
    }

    fn cap(&mut self, mut capped: u64) {
        let mut stretches = Vec::with_capacity(self.stretches.len() + 1);
        for stretch in self.stretches.iter().rev() {
            let above = match stretch.holder {
                Holder::Free => capped.min(stretch.end - stretch.first),
                _ => 0,
            };
            capped -= above;
            let border = stretch.end - above;
            if above > 0 {
                stretches.push(Stretch {
                    first: border,
                    holder: Holder::Capped,
                    ..*stretch
                });
            }
            if stretch.first < border {
                stretches.push(Stretch {
                    end: border,
                    ..*stretch
                });
            }
        }
        stretches.reverse();
        self.stretches = stretches;
    }

    /// How many slots can still be taken.
    pub(super) fn free(&self) -> u64 {
        let free = self
            .stretches
            .iter()
            .filter(|stretch| stretch.holder == Holder::Free);
        free.map(|stretch| stretch.end - stretch.first).sum()
    }

    /// The bar, `columns` wide. A column shows who holds most of its slots; but no experiment is
    /// lost that has a slot in a column which its holder can spare.
    pub(super) fn spans(&self, pen: &Pen<'_>, columns: usize) -> Spans {
        let mut spans = Spans::new();
        let cells = self.cells(columns);
        for cells in cells.chunk_by(|one, next| one == next) {
            let (symbol, style) = look(pen, cells[0]);
            spans.push(span(symbol.repeat(cells.len()), style));
        }
        spans
    }

    fn cells(&self, columns: usize) -> Vec<Holder> {
        let tallies = self.tallies(columns);
        let mut cells: Vec<Holder> = tallies.iter().map(|tally| most(tally)).collect();
        let holders = self
            .stretches
            .iter()
            .filter_map(|stretch| stretch.holder.position());
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

    /// For each column, who holds how many of the slots that it stands for.
    fn tallies(&self, columns: usize) -> Vec<Vec<(Holder, u64)>> {
        let mut from = 0;
        (0..columns as u64)
            .map(|column| {
                let first = column * self.total / columns as u64;
                let end = ((column + 1) * self.total / columns as u64).max(first + 1);
                while self
                    .stretches
                    .get(from)
                    .is_some_and(|stretch| stretch.end <= first)
                {
                    from += 1;
                }
                let within = self.stretches[from..]
                    .iter()
                    .take_while(|stretch| stretch.first < end);
                let mut tally: Vec<(Holder, u64)> = Vec::new();
                for stretch in within {
                    let slots = stretch.end.min(end) - stretch.first.max(first);
                    match tally
                        .iter_mut()
                        .find(|(holder, _)| *holder == stretch.holder)
                    {
                        Some((_, count)) => *count += slots,
                        None => tally.push((stretch.holder, slots)),
                    }
                }
                tally
            })
            .collect()
    }
}

/// Who holds most; of equals the first.
fn most(tally: &[(Holder, u64)]) -> Holder {
    let most = tally.iter().rev().max_by_key(|(_, slots)| *slots);
    most.map_or(Holder::Free, |(holder, _)| *holder)
}

fn look(pen: &Pen<'_>, holder: Holder) -> (&'static str, Style) {
    let (symbols, theme) = (pen.symbols, pen.theme);
    match holder {
        Holder::Active(position) => (symbols.fill(position), theme.experiment(position)),
        Holder::Reserved(position) => {
            let style = theme.experiment(position).patch(theme.bar_reserved);
            (symbols.reserved, style)
        }
        Holder::Free => (symbols.free, theme.bar_free),
        Holder::Capped => (symbols.capped, theme.bar_capped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::theme::{Symbols, Theme, ThemeName};
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
        };
        let ids: [ExperimentId; 3] = ["a".into(), "b".into(), "c".into()];
        let positions = ids
            .iter()
            .enumerate()
            .map(|(index, id)| (id, index))
            .collect();
        let theme = Theme::by_name(ThemeName::None);
        let pen = Pen {
            theme: &theme,
            symbols: &Symbols::ASCII,
            columns,
        };
        let spans = SlotBar::new(&layer, &positions).spans(&pen, columns);
        spans.iter().map(|span| span.content.as_ref()).collect()
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
        // Where rounding took slots above the cap, what is free is all capped.
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
    fn no_width_is_too_small() {
        assert_eq!(bar(10, 1.0, &[(0, 9, "a", ACTIVE)], 0), "");
        assert_eq!(bar(10, 1.0, &[(0, 9, "a", ACTIVE)], 1), "#");
    }
}
