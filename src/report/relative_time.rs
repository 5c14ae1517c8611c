//! How far a time is from now.

use jiff::Timestamp;

/// The units, the largest first, with their seconds.
const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

/// Returns how far a time is from now, in its largest unit: `8 d ago`, `in 3 h`, `now`. What is past is that old at
/// least; what is to come is rounded, since an end that was set a moment ago is as far as it was set.
pub(crate) fn relative_time(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    match whole_units(rounded_ahead(seconds)) {
        None => "now".to_owned(),
        Some(length) if seconds > 0 => format!("in {length}"),
        Some(length) => format!("{length} ago"),
    }
}

/// Rounds a length of time that is to come to its largest unit.
fn rounded_ahead(seconds: i64) -> i64 {
    let mut units = UNITS.into_iter();
    match units.find(|(length, _)| seconds >= *length) {
        Some((length, _)) => (seconds + length / 2) / length * length,
        None => seconds,
    }
}

/// Returns how far a time is from another one: `8 min before`, `12 s after`, `at`.
pub(crate) fn before_or_after(at: Timestamp, other: Timestamp) -> String {
    let seconds = at.duration_since(other).as_secs();
    match whole_units(seconds) {
        None => "at".to_owned(),
        Some(length) if seconds > 0 => format!("{length} after"),
        Some(length) => format!("{length} before"),
    }
}

/// Returns a length in its largest whole unit; `None` below a second.
fn whole_units(seconds: i64) -> Option<String> {
    let mut units = UNITS.into_iter();
    let (length, unit) = units.find(|(length, _)| seconds.abs() >= *length)?;
    Some(format!("{} {unit}", seconds.abs() / length))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn it_has_one_unit() {
        let now = Timestamp::UNIX_EPOCH;
        let at = |seconds| relative_time(now + SignedDuration::from_secs(seconds), now);
        assert_eq!(
            [
                0, 1, 59, 60, 89, 90, 3_569, 3_599, 3_600, 7_199, 84_599, 86_399, 86_400
            ]
            .map(at),
            [
                "now",
                "in 1 s",
                "in 59 s",
                "in 1 min",
                "in 1 min",
                "in 2 min",
                "in 59 min",
                "in 1 h",
                "in 1 h",
                "in 2 h",
                "in 23 h",
                "in 1 d",
                "in 1 d"
            ]
        );
        assert_eq!(
            [-1, -61, -7_300, -90_000].map(at),
            ["1 s ago", "1 min ago", "2 h ago", "1 d ago"]
        );
        let beside = |seconds| before_or_after(now + SignedDuration::from_secs(seconds), now);
        assert_eq!(
            [-480, -1, 0, 12, 7_300].map(beside),
            [
                "8 min before",
                "1 s before",
                "at",
                "12 s after",
                "2 h after"
            ]
        );
    }
}
