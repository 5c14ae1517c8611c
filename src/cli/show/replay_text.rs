//! What came of a log that was replayed.

use jiff::SignedDuration;

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::numbers::{counted, thousands};
use crate::replay::{Answer, Mismatch, Replay};

use super::words::{left_out, utc};
use super::{Cell, Column, Table, TextStyle, Tint, cut};

/// How many of the listed rows are shown.
const SHOWN: usize = 10;

/// The verdict, the mismatches by reason, and the first of them.
pub(in crate::cli) fn replay(replay: &Replay, grace: SignedDuration, style: TextStyle) -> String {
    let mut text = verdict(replay, style);
    for (count, what) in rest(replay, grace) {
        if count > 0 {
            text.push_str(&format!("  {} {what}\n", thousands(count)));
        }
    }
    for skipped in replay.skipped.iter() {
        text.push_str(&format!("  {}\n", left_out(skipped)));
    }
    if !replay.mismatches.is_empty() {
        text.push('\n');
        text.push_str(&by_reason(replay, style));
    }
    for mismatch in replay.listed.iter().take(SHOWN) {
        text.push('\n');
        text.push_str(&row(mismatch, style));
    }
    let (mismatching, listed) = (replay.mismatching(), replay.listed.len());
    let shown = listed.min(SHOWN);
    if mismatching > shown as u64 {
        let more = thousands(mismatching - shown as u64);
        let all = thousands(listed as u64);
        text.push_str(&format!("\nand {more} more; `--format json` lists {all}\n"));
    }
    text
}

fn verdict(replay: &Replay, style: TextStyle) -> String {
    let rows = counted(replay.rows(), "row", "rows");
    let fit = |count| match count {
        1 => "1 isn't what it".to_owned(),
        count => format!("{} aren't what they", thousands(count)),
    };
    match replay.mismatching() {
        0 if replay.rows() == 0 => "The log is empty: there is nothing to check.\n".to_owned(),
        0 if replay.checked() == 0 => {
            let head = style.paint(Tint::Doubtful, "Nothing was checked:");
            format!("{head} of {rows}, none could be.\n")
        }
        0 => {
            let head = style.paint(Tint::Good, "No mismatch:");
            let matching = thousands(replay.matching);
            format!("{head} of {rows}, {matching} fit the state of their time.\n")
        }
        mismatching => {
            let head = style.paint(Tint::Bad, "Mismatch:");
            format!("{head} of {rows}, {} should have been.\n", fit(mismatching))
        }
    }
}

/// The other rows that are no mismatches.
fn rest(replay: &Replay, grace: SignedDuration) -> [(u64, String); 4] {
    let unchecked = &replay.unchecked;
    let seconds = grace.as_secs();
    [
        (
            replay.refreshing,
            format!("fit the other side of an apply within {seconds} seconds of it"),
        ),
        (
            unchecked.random,
            "have a variant that was drawn, and fit besides".to_owned(),
        ),
        (
            unchecked.no_group,
            "have no group in the log, and fit some group".to_owned(),
        ),
        (
            unchecked.unknown_state,
            "fit nothing that is known of their time: it lies before the journal, or another \
             program changed the database"
                .to_owned(),
        ),
    ]
}

fn by_reason(replay: &Replay, style: TextStyle) -> String {
    let mut table = Table::new(vec![
        Column::whole("reason"),
        Column::text("experiment"),
        Column::number("rows"),
        Column::whole("since"),
    ]);
    for ((reason, experiment), these) in &replay.mismatches {
        table.row([
            Cell::new(reason.code(), Tint::Bad),
            Cell::from(experiment.as_ref().map_or("-", ExperimentId::as_str)),
            Cell::from(thousands(these.rows)),
            Cell::from(utc(these.first)),
        ]);
    }
    table.render(style)
}

/// A row: what it says, what it should have said, and why it doesn't.
fn row(mismatch: &Mismatch, style: TextStyle) -> String {
    let name = |name: &str| cut(&visible(name), style.room(style.width / 3));
    let head = format!(
        "row {}: {} in {}, {}",
        mismatch.row_id,
        name(&mismatch.unit_id),
        name(&mismatch.layer_id),
        mismatch.at,
    );
    let expected = match &mismatch.expected {
        None => "no such layer".to_owned(),
        Some(expected) => said(expected, style),
    };
    // A layer that it names may have any name.
    let detail = cut(&visible(&mismatch.detail), style.room(style.width * 2));
    let why = format!("  {}: {detail}", mismatch.reason);
    format!(
        "{}\n  logged    {}\n  expected  {expected}\n{why}\n",
        style.paint(Tint::Strong, &head),
        said(&mismatch.logged, style),
    )
}

fn said(said: &Answer, style: TextStyle) -> String {
    let name = |name: &str| cut(&visible(name), style.room(style.width / 2));
    let or_dash = |text: &Option<String>| name(text.as_deref().unwrap_or("-"));
    let slot = said
        .slot_index
        .map_or("-".to_owned(), |slot| slot.to_string());
    format!(
        "slot {slot}, {}, {}, {}",
        or_dash(&said.experiment_id),
        or_dash(&said.variant),
        name(&said.status)
    )
}
