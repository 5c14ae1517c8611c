//! What a log's verdict says, in sentences without an end.

use jiff::Timestamp;

use crate::numbers::counted;
use crate::traffic::{
    Crossing, HolderCoverage, LayerCoverage, Onset, SlotHolder, SplitTraffic, Tested,
};

/// A smaller deviation, in percentage points, reads as none.
const LEAST_POINTS: f64 = 0.005;

/// A mismatch that is too small to count.
pub(crate) const SLIGHT: &str =
    "the split deviates, but not certainly by more than the least deviation";

/// When the alarm came: `alarm since …, after 1,234 units`.
pub(crate) fn alarm(crossing: Crossing, time: impl Fn(Timestamp) -> String) -> String {
    let units = counted(crossing.units, "unit", "units");
    format!("alarm since {}, after {units}", time(crossing.since))
}

/// When the mismatch probably began: `estimated onset … (95%: … to …)`.
pub(crate) fn onset(onset: Onset, time: impl Fn(Timestamp) -> String) -> String {
    let [estimate, low, high] = [onset.estimate, onset.low, onset.high].map(time);
    if low == high {
        format!("estimated onset {estimate}")
    } else {
        format!("estimated onset {estimate} (95%: {low} to {high})")
    }
}

/// The arm that deviates most, and how: `is 12.30 points below its share`. `None` if the counts have
/// evened out since the alarm.
pub(crate) fn deviation<'a>(split: &'a SplitTraffic, tested: &Tested) -> Option<(&'a str, String)> {
    let (arm, by) = tested.deviation?;
    let points = (by * 100.0).abs();
    if points < LEAST_POINTS {
        return None;
    }
    let side = if by < 0.0 { "below" } else { "above" };
    let variant = split.arms.get(arm)?.variant.as_str();
    Some((variant, format!("is {points:.2} points {side} its share")))
}

/// The holders worth a row: not those that had no units and should have had none.
pub(crate) fn shown_holders(coverage: &LayerCoverage) -> Vec<&HolderCoverage> {
    let holders = coverage.holders.iter();
    holders
        .filter(|held| held.units > 0 || held.expected_units > 0.0)
        .collect()
}

/// The name of a holder of slots.
pub(crate) fn holder_name(holder: &SlotHolder) -> String {
    match holder {
        SlotHolder::Active(id) => id.to_string(),
        SlotHolder::Reserved(id) => format!("{id} (reserved)"),
        SlotHolder::Free => "free slots".to_owned(),
    }
}
