//! What a log's verdict says, in sentences without an end.

use jiff::Timestamp;

use super::{Cell, Column, Role, Table, aligned_percent, before_or_after, expected_count};
use crate::diagnostic::quoted;
use crate::exposure::Skipped;
use crate::numbers::{counted, thousands};
use crate::traffic::{
    Crossing, HolderCoverage, LayerCoverage, Onset, SlotHolder, SplitTraffic, Suspect, Tested,
};

/// A smaller deviation, in percentage points, reads as none.
const MIN_POINTS: f64 = 0.005;

/// Returns what the test of a split found, one sentence each with its role: since when, how far
/// off, or that the mismatch is too small to count. `time` shows a time.
pub(crate) fn split_findings(
    split: &SplitTraffic,
    tested: &Tested,
    time: impl Fn(Timestamp) -> String + Copy,
) -> Vec<(Role, String)> {
    let mut found = Vec::new();
    if let Some(crossing) = tested.crossing {
        found.push((Role::Error, alarm(crossing, time)));
        let onset = tested.onset.map(|began| onset(began, time));
        let deviation = deviation(split, tested);
        found.extend(
            onset
                .into_iter()
                .chain(deviation)
                .map(|it| (Role::Text, it)),
        );
    }
    if tested.is_slight {
        let slight = "the split deviates, but not certainly by more than the least deviation";
        found.push((Role::Warning, slight.to_owned()));
    }
    found
}

/// Says when the alarm came: `alarm since …, after 1,234 units`.
fn alarm(crossing: Crossing, time: impl Fn(Timestamp) -> String) -> String {
    let units = counted(crossing.units, "unit", "units");
    format!("alarm since {}, after {units}", time(crossing.since))
}

/// Says when the mismatch probably began: `estimated onset … (95%: … to …)`.
fn onset(onset: Onset, time: impl Fn(Timestamp) -> String) -> String {
    let [estimate, low, high] = [onset.estimate, onset.low, onset.high].map(time);
    if low == high {
        format!("estimated onset {estimate}")
    } else {
        format!("estimated onset {estimate} (95%: {low} to {high})")
    }
}

/// Describes the arm that deviates most: `` `red` is 12.30 points below its share ``. `None` if the
/// counts have evened out since the alarm.
fn deviation(split: &SplitTraffic, tested: &Tested) -> Option<String> {
    let (arm, by) = tested.deviation?;
    let points = (by * 100.0).abs();
    if points < MIN_POINTS {
        return None;
    }
    let side = if by < 0.0 { "below" } else { "above" };
    let variant = quoted(split.arms.get(arm)?.variant.as_str());
    Some(format!("{variant} is {points:.2} points {side} its share"))
}

/// Names the apply that is suspected of a mismatch, and what it did, if that is known:
/// `journal 12 by ben@host, 14:01:00, 1 min before the onset: ramp up hero_v1`.
pub(crate) fn suspect_words(
    suspect: Option<Suspect<'_>>,
    what: Option<&str>,
    time: impl Fn(Timestamp) -> String,
) -> String {
    let Some(Suspect {
        apply,
        onset,
        is_of_layer,
    }) = suspect
    else {
        return "no apply near the onset".to_owned();
    };
    let layer = if is_of_layer {
        ""
    } else {
        ", to another layer"
    };
    let what = what.map_or(String::new(), |what| format!(": {what}"));
    format!(
        "journal {} by {}, {}, {} the onset{layer}{what}",
        apply.journal_id,
        apply.actor,
        time(apply.at),
        before_or_after(apply.at, onset),
    )
}

/// Describes the rows of a log that were skipped for one reason.
pub(crate) fn skipped_rows(skipped: &Skipped) -> String {
    let rows = counted(skipped.rows, "row", "rows");
    let first = skipped
        .first_row
        .map_or_else(String::new, |row| format!(", the first is row {row}"));
    format!("skipped: {rows}{first}: {skipped}")
}

/// Describes the exposures of units beyond the memory limit, if there are any.
pub(crate) fn exposures_beyond_limit(exposures: u64) -> Option<String> {
    let count = counted(exposures, "exposure", "exposures");
    let text = format!(
        "skipped: {count} of units beyond the memory limit; the counts are of the log's first units"
    );
    (exposures > 0).then_some(text)
}

/// Returns the holders worth a row: not those that had no units and should have had none.
pub(crate) fn shown_holders(coverage: &LayerCoverage) -> Vec<&HolderCoverage> {
    let holders = coverage.holders.iter();
    holders
        .filter(|held| held.units > 0 || held.expected_units > 0.0)
        .collect()
}

/// Returns a row for each of these holders of a layer's slots.
pub(crate) fn holder_table(holders: &[&HolderCoverage]) -> Table {
    let mut table = Table::new(vec![
        Column::text("holder"),
        Column::number("observed"),
        Column::number("expected"),
        Column::whole(""),
    ]);
    for held in holders {
        let name = match &held.holder {
            SlotHolder::Active(id) => id.to_string(),
            SlotHolder::Reserved(id) => format!("{id} (reserved)"),
            SlotHolder::Free => "free slots".to_owned(),
        };
        let lost = held.lost.map_or(String::new(), |lost| {
            let what = if lost < 0.0 { "too many" } else { "lost" };
            format!("{} {what}", aligned_percent(lost.abs(), 1))
        });
        let counts = [thousands(held.units), expected_count(held.expected_units)];
        let [units, expected] = counts.map(Cell::from);
        table.row([name.into(), units, expected, lost.into()]);
    }
    table
}
