//! How far a time is from now.

use jiff::Timestamp;

/// The units, the largest first, with their seconds.
const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

/// Returns how far a time is from now, in its largest whole unit: `8 d ago`, `in 3 h`, `now`.
pub(crate) fn relative_time(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    let mut units = UNITS.into_iter();
    match units.find(|(length, _)| seconds.abs() >= *length) {
        None => "now".to_owned(),
        Some((length, unit)) if seconds > 0 => format!("in {} {unit}", seconds / length),
        Some((length, unit)) => format!("{} {unit} ago", -seconds / length),
    }
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
            [0, 1, 59, 60, 3_599, 3_600, 86_399, 86_400].map(at),
            [
                "now",
                "in 1 s",
                "in 59 s",
                "in 1 min",
                "in 59 min",
                "in 1 h",
                "in 23 h",
                "in 1 d"
            ]
        );
        assert_eq!(
            [-1, -61, -7_300, -90_000].map(at),
            ["1 s ago", "1 min ago", "2 h ago", "1 d ago"]
        );
    }
}
