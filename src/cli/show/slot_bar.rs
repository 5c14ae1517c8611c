//! Slots and shares as one line.

use crate::domain::{ExperimentId, SlotIndex, SlotMap, SlotUse};

use super::{TextStyle, Tint};

/// The widest a bar of slots gets.
const WIDEST: usize = 100;
/// The width of a bar of shares.
const SHARE_WIDTH: usize = 24;

/// The letter that stands for a layer's experiment of this number in its bar: upper case where
/// slots are active, lower case where they are only reserved.
pub(in crate::cli) fn slot_key(number: usize, usage: SlotUse) -> char {
    let letters = match usage {
        SlotUse::Active => 'A'..='Z',
        SlotUse::Reserved => 'a'..='z',
    };
    // A remainder of 26 is always one of 26 letters.
    letters.clone().nth(number % 26).unwrap_or('?')
}

/// A layer's slots from left to right, each column a stretch of equal length: the letter of whom
/// most of it belongs to, `·` for free. `experiments` gives the letters, in order.
pub(in crate::cli) fn slot_bar(
    slots: &SlotMap,
    experiments: &[&ExperimentId],
    indent: usize,
    style: TextStyle,
) -> String {
    let room = style.width.saturating_sub(indent).clamp(10, WIDEST);
    let columns = room.min(slots.total() as usize);
    let mut bar = " ".repeat(indent);
    // Neighbours of one colour are painted together.
    let mut stretch = String::new();
    let mut stretch_tint = Tint::Faint;
    for column in 0..columns {
        let (symbol, tint) = match held_most(slots, column, columns) {
            None => ('·', Tint::Faint),
            Some((id, usage)) => {
                let number = experiments.iter().position(|known| *known == id);
                let number = number.unwrap_or(experiments.len());
                (slot_key(number, usage), Tint::Thing(number))
            }
        };
        if tint != stretch_tint {
            bar.push_str(&style.paint(stretch_tint, &std::mem::take(&mut stretch)));
            stretch_tint = tint;
        }
        stretch.push(symbol);
    }
    bar.push_str(&style.paint(stretch_tint, &stretch));
    bar
}

/// Who holds most of a column's slots, if more of them are held by one than free.
fn held_most(slots: &SlotMap, column: usize, columns: usize) -> Option<(&ExperimentId, SlotUse)> {
    let bound = |column: usize| {
        let slot = column as u64 * u64::from(slots.total()) / columns as u64;
        u32::try_from(slot).unwrap_or(u32::MAX)
    };
    let (first, end) = (bound(column), bound(column + 1));
    let runs = slots.runs_within(SlotIndex(first), SlotIndex(end - 1));
    let mut free = end - first;
    let mut held: Vec<(u32, (&ExperimentId, SlotUse))> = Vec::new();
    for run in runs {
        let length = run.last.0.min(end - 1) - run.first.0.max(first) + 1;
        free -= length;
        let holder = (&run.experiment_id, run.usage);
        match held.iter_mut().find(|(_, known)| *known == holder) {
            Some((sum, _)) => *sum += length,
            None => held.push((length, holder)),
        }
    }
    let (most, holder) = held.into_iter().max_by_key(|(sum, _)| *sum)?;
    (most > free).then_some(holder)
}

/// An observed share as a bar with a mark where the expected one would end.
pub(in crate::cli) fn share_bar(observed: f64, expected: f64) -> String {
    let column = |share: f64| {
        let columns = (share.clamp(0.0, 1.0) * SHARE_WIDTH as f64).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a few columns, at least 0"
        )]
        let columns = columns as usize;
        columns
    };
    let (observed, expected) = (column(observed), column(expected));
    (0..=SHARE_WIDTH)
        .map(|column| match column {
            column if column == expected => '│',
            column if column < observed => '█',
            _ => ' ',
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SlotRun;

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
        slot_bar(&slots, &ids.iter().collect::<Vec<_>>(), 0, style)
    }

    #[test]
    fn a_bar_shows_who_holds_what() {
        let runs = [
            (0, 4, "x", SlotUse::Active),
            (5, 9, "x", SlotUse::Reserved),
            (12, 15, "y", SlotUse::Active),
        ];
        assert_eq!(bar(20, &runs), "AAAAAaaaaa··BBBB····");
        assert_eq!(bar(3, &[(1, 1, "y", SlotUse::Active)]), "·B·");
        let many = [(0, 499_999, "x", SlotUse::Active)];
        assert_eq!(bar(1_000_000, &many), "AAAAAAAAAA··········");
    }

    #[test]
    fn a_share_is_marked_where_it_should_end() {
        assert_eq!(share_bar(0.5, 0.5), "████████████│");
        assert_eq!(share_bar(0.25, 0.5), "██████      │");
        assert_eq!(share_bar(0.75, 0.5), "████████████│█████");
        assert_eq!(share_bar(1.0, 0.0), "│███████████████████████");
        assert_eq!(share_bar(0.0, 1.0), format!("{:24}│", ""));
    }
}
