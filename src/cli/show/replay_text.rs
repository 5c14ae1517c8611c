//! The outcome of a replay as text.

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::numbers::{counted, thousands};
use crate::replay::{JudgedBy, Mismatch, Replay, ReplayOptions, RowAnswer};
use crate::report::{Role, skipped_rows};

use super::words::utc;
use super::{Cell, Column, Table, TextStyle, cut};

/// The number of listed rows shown.
const SHOWN: usize = 10;

/// Returns the verdict, the mismatches by reason, and the first of them.
pub(in crate::cli) fn replay(replay: &Replay, options: &ReplayOptions, style: TextStyle) -> String {
    let mut text = verdict(replay, options, style);
    for (count, what) in rest(replay, options) {
        if count > 0 {
            text.push_str(&format!("  {} {what}\n", thousands(count)));
        }
    }
    let JudgedBy { revision, time } = replay.judged_by;
    if revision > 0 {
        let [revision, time] = [revision, time].map(thousands);
        text.push_str(&format!(
            "  {revision} judged by the revision that answered, {time} by their time\n"
        ));
    }
    for skipped in replay.skipped.iter() {
        text.push_str(&format!("  {}\n", skipped_rows(skipped)));
    }
    if !replay.mismatches.is_empty() {
        text.push('\n');
        text.push_str(&reasons_table(replay, style));
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

fn verdict(replay: &Replay, options: &ReplayOptions, style: TextStyle) -> String {
    let rows = counted(replay.rows(), "row", "rows");
    match replay.mismatching() {
        0 if replay.rows() == 0 => {
            let head = style.paint(Role::Warning, "Nothing was checked:");
            let since = options
                .since
                .map_or(String::new(), |time| format!(" from {} on", utc(time)));
            format!("{head} the log has no rows{since}.\n")
        }
        0 if replay.checked() == 0 => {
            let head = style.paint(Role::Warning, "Nothing was checked:");
            format!("{head} none of {rows} could be.\n")
        }
        0 => {
            let head = style.paint(Role::Success, "No mismatch:");
            let matching = thousands(replay.matching);
            let state = match replay.judged_by {
                JudgedBy { revision: 0, .. } => "at their time",
                JudgedBy { time: 0, .. } => "that they name",
                _ => "that they name, or that at their time",
            };
            format!("{head} {matching} of {rows} match the state {state}.\n")
        }
        mismatching => {
            let head = style.paint(Role::Error, "Mismatch:");
            format!(
                "{head} {} of {rows} {} from the expected assignment.\n",
                thousands(mismatching),
                if mismatching == 1 {
                    "differs"
                } else {
                    "differ"
                }
            )
        }
    }
}

/// Returns the remaining rows that don't mismatch.
fn rest(replay: &Replay, options: &ReplayOptions) -> [(u64, String); 4] {
    let unchecked = &replay.unchecked;
    let seconds = options.grace.as_secs();
    [
        (
            replay.refreshing,
            format!("within {seconds} seconds of an apply match the state on its other side"),
        ),
        (
            unchecked.random,
            "have a randomly drawn variant and otherwise match".to_owned(),
        ),
        (
            unchecked.no_group,
            "have no group in the log and match one of the groups".to_owned(),
        ),
        (
            unchecked.unknown_state,
            "couldn't be checked: their time is before the journal, or another program changed \
             the database"
                .to_owned(),
        ),
    ]
}

fn reasons_table(replay: &Replay, style: TextStyle) -> String {
    let mut table = Table::new(vec![
        Column::whole("reason"),
        Column::text("experiment"),
        Column::number("rows"),
        Column::whole("since"),
    ]);
    for ((reason, experiment), these) in &replay.mismatches {
        table.row([
            Cell::new(reason.code(), Role::Error),
            Cell::from(experiment.as_ref().map_or("-", ExperimentId::as_str)),
            Cell::from(thousands(these.rows)),
            Cell::from(utc(these.first)),
        ]);
    }
    table.render(style)
}

/// Returns a row: what was logged, what was expected, and the reason for the difference.
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
        Some(expected) => answer_text(expected, style),
    };
    // It may contain a layer's name, of any length.
    let detail = cut(&visible(&mismatch.detail), style.room(style.width * 2));
    let why = format!("  {}: {detail}", mismatch.reason);
    format!(
        "{}\n  logged    {}\n  expected  {expected}\n{why}\n",
        style.paint(Role::Strong, &head),
        answer_text(&mismatch.logged, style),
    )
}

fn answer_text(said: &RowAnswer, style: TextStyle) -> String {
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
