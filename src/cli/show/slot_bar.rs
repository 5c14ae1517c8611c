//! Paints bars of slots and of shares.

use std::collections::HashMap;

use crate::domain::{ExperimentId, LayerState};
use crate::report::{
    BarColumn, BarHolder, EIGHTHS, Holding, Role, SlotBar, letter, named_columns, share_bar,
};

use super::TextStyle;

/// The widest bar of slots.
const WIDEST: usize = 100;
/// The width of a bar of shares.
const SHARE_WIDTH: usize = 25;

/// Returns a layer's slots from left to right: each experiment begins with its letter, and the
/// symbols say how it holds its slots. `╱` is reserved, `·` free, `╎` free above the cap.
/// `experiments` gives the letters, in order.
pub(in crate::cli) fn slot_bar(
    layer: &LayerState,
    experiments: &[&ExperimentId],
    indent: usize,
    style: TextStyle,
) -> String {
    let room = style.width.saturating_sub(indent).clamp(10, WIDEST);
    let columns = room.min(layer.slots.total() as usize);
    let numbers = experiments.iter().enumerate();
    let positions: HashMap<_, _> = numbers.map(|(number, id)| (*id, number)).collect();
    let role = |holder: BarHolder| holder.position().map_or(Role::Dim, Role::Experiment);
    let columns = SlotBar::new(layer, &positions).columns(columns);
    let named: Vec<_> = columns.iter().zip(named_columns(&columns)).collect();
    let runs = named.chunk_by(|(one, _), (next, _)| role(**one) == role(**next));
    let runs = runs.map(|run| {
        let symbols = run
            .iter()
            .map(|(holder, name)| name.map_or_else(|| symbol(**holder), letter));
        style.paint(role(*run[0].0), &symbols.collect::<String>())
    });
    " ".repeat(indent) + &runs.collect::<String>()
}

fn symbol(holder: BarHolder) -> char {
    match holder {
        BarHolder::Held(_, Holding::Active) => '█',
        BarHolder::Held(_, Holding::Paused) => '║',
        BarHolder::Held(_, Holding::Draft) => '░',
        BarHolder::Held(_, Holding::Reserved) => '╱',
        BarHolder::Free => '·',
        BarHolder::Capped => '╎',
    }
}

/// Returns an observed share as a bar, with a mark where the expected one would end.
pub(in crate::cli) fn observed_bar(observed: f64, expected: f64) -> String {
    let columns = share_bar(observed.clamp(0.0, 1.0), Some(expected), 1.0, SHARE_WIDTH);
    let symbols = columns.into_iter().map(|column| match column {
        BarColumn::Expected => "│",
        BarColumn::Filled(eighths) => EIGHTHS[eighths],
    });
    symbols.collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fraction, HashAlgorithm, Layer, SlotIndex, SlotMap, SlotRun, SlotUse};

    fn bar(total: u32, runs: &[(u32, u32, &str, SlotUse)]) -> String {
        let run = |&(first, last, id, usage): &(u32, u32, &str, SlotUse)| SlotRun {
            first: SlotIndex(first),
            last: SlotIndex(last),
            experiment_id: id.into(),
            usage,
        };
        let slots = SlotMap::from_runs(total, runs.iter().map(run).collect()).expect("valid runs");
        let ids = [ExperimentId::from("x"), ExperimentId::from("y")];
        let style = TextStyle {
            is_colored: false,
            width: 20,
            is_cut: true,
        };
        let layer = LayerState {
            layer: Layer {
                layer_id: "web".into(),
                layer_salt: "salt".into(),
                total_slots: total,
                total_traffic_percentage: Fraction::ONE,
                hash_algorithm: HashAlgorithm::Sha256,
            },
            experiments: Vec::new(),
            slots,
            holds: [].into(),
        };
        slot_bar(&layer, &ids.iter().collect::<Vec<_>>(), 0, style)
    }

    #[test]
    fn a_bar_shows_who_holds_what() {
        let runs = [
            (0, 4, "x", SlotUse::Active),
            (5, 9, "x", SlotUse::Reserved),
            (12, 15, "y", SlotUse::Active),
        ];
        assert_eq!(bar(20, &runs), "A████╱╱╱╱╱··B███····");
        assert_eq!(bar(3, &[(1, 1, "y", SlotUse::Active)]), "·B·");
        let many = [(0, 499_999, "x", SlotUse::Active)];
        assert_eq!(bar(1_000_000, &many), "A█████████··········");
    }

    #[test]
    fn a_share_is_marked_where_it_should_end() {
        assert_eq!(observed_bar(0.5, 0.5), "████████████│");
        assert_eq!(observed_bar(0.25, 0.5), "██████      │");
        assert_eq!(observed_bar(0.75, 0.5), "████████████│█████");
        assert_eq!(observed_bar(1.0, 0.0), "│███████████████████████");
        assert_eq!(observed_bar(0.0, 1.0), format!("{:24}│", ""));
    }
}
