//! A time as a user types it: a date, a date with a time of day, or how long ago.
//!
//! Without an offset it is local, as the console writes times. Knows no clock: the present is given.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What can be typed, for messages.
pub(in crate::console) const TIME_FORMS: &str = "2026-11-20, 2026-11-20T14:00Z, 3d or 1h";

/// The units of `3 d ago`, with their seconds: those that the console writes, and `m`.
const UNITS: [(&str, i64); 5] = [
    ("d", 86_400),
    ("h", 3_600),
    ("min", 60),
    ("m", 60),
    ("s", 1),
];

/// What decides which instant a typed time is.
#[derive(Clone, Copy, Debug)]
pub struct TimeContext<'a> {
    /// The present.
    pub now: Timestamp,
    /// The time zone of times without an offset.
    pub zone: &'a TimeZone,
}

/// A typed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedTime {
    /// Its instant: of a date, the midnight that it begins with.
    pub at: Timestamp,
    /// The last instant that it may mean: of a time to the minute, the end of that minute, since the
    /// console shows no seconds.
    pub last: Timestamp,
}

impl TypedTime {
    /// Reads a time; `None` if the text isn't one.
    #[must_use]
    pub fn parse(text: &str, cx: TimeContext<'_>) -> Option<Self> {
        let text = text.trim();
        if let Some(length) = read_length(text) {
            // To the second, as it was typed.
            let now = Timestamp::from_second(cx.now.as_second()).unwrap_or(cx.now);
            let at = now.saturating_sub(length).unwrap_or(Timestamp::MIN);
            return Some(Self { at, last: at });
        }
        let at = if let Ok(at) = text.parse::<Timestamp>() {
            at
        } else {
            let local: DateTime = text.parse().ok()?;
            local.to_zoned(cx.zone.clone()).ok()?.timestamp()
        };
        let minute = SignedDuration::from_micros(60_000_000 - 1);
        let last = if is_to_the_minute(text) {
            at.saturating_add(minute).unwrap_or(Timestamp::MAX)
        } else {
            at
        };
        Some(Self { at, last })
    }
}

/// Reads how long ago a time is: `3d`, `3 d ago`.
fn read_length(text: &str) -> Option<SignedDuration> {
    let text = text.strip_suffix("ago").map_or(text, str::trim_end);
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = &text[..text.len() - unit.len()];
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    if digits.is_empty() {
        return None;
    }
    // Longer than time itself is as long as can be.
    let count: i64 = digits.parse().unwrap_or(i64::MAX);
    Some(SignedDuration::from_secs(count.saturating_mul(*seconds)))
}

/// Returns whether a date has a time of day without seconds.
fn is_to_the_minute(text: &str) -> bool {
    let Some((_, time)) = text.split_once(['T', 't', ' ']) else {
        return false;
    };
    let time = time.split(['Z', 'z', '+', '-', '[']).next();
    time.is_some_and(|time| time.matches(':').count() == 1)
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    fn parse(text: &str) -> Option<TypedTime> {
        let zone = TimeZone::fixed(tz::offset(2));
        let now = at("2026-11-22T12:00:00.75Z");
        TypedTime::parse(text, TimeContext { now, zone: &zone })
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn without_an_offset_it_is_local() {
        for (text, expected) in [
            ("2026-11-20", "2026-11-19T22:00:00Z"),
            ("2026-11-20 14:03", "2026-11-20T12:03:00Z"),
            (" 2026-11-20T14:03:25 ", "2026-11-20T12:03:25Z"),
            ("2026-11-20T14:00Z", "2026-11-20T14:00:00Z"),
            ("2026-11-20T14:00+01:00", "2026-11-20T13:00:00Z"),
        ] {
            assert_eq!(
                parse(text).map(|time| time.at),
                Some(at(expected)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_time_to_the_minute_is_all_of_it() {
        let seconds = |text: &str| {
            let time = parse(text).expect("a time");
            time.last.duration_since(time.at).as_secs()
        };
        for text in [
            "2026-11-20 14:03",
            "2026-11-20T14:03Z",
            "2026-11-20T14:03+01:00",
        ] {
            assert_eq!(seconds(text), 59, "{text}");
        }
        for text in ["2026-11-20", "2026-11-20T14:03:00Z", "3 d ago", "5min"] {
            assert_eq!(seconds(text), 0, "{text}");
        }
    }

    #[test]
    fn how_long_ago_has_the_units_of_the_screen() {
        for (text, expected) in [
            ("3d", "2026-11-19T12:00:00Z"),
            ("3 d ago", "2026-11-19T12:00:00Z"),
            ("5 h", "2026-11-22T07:00:00Z"),
            ("90 min ago", "2026-11-22T10:30:00Z"),
            ("90m", "2026-11-22T10:30:00Z"),
            ("1s ago", "2026-11-22T11:59:59Z"),
            ("0d", "2026-11-22T12:00:00Z"),
        ] {
            assert_eq!(
                parse(text).map(|time| time.at),
                Some(at(expected)),
                "{text}"
            );
        }
        let endless = parse("99999999999999999999 d ago").expect("a time");
        assert_eq!(endless.at, Timestamp::MIN);
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in [
            "",
            "12",
            "d",
            "ago",
            "-3d",
            "3 weeks",
            "3dd",
            "yesterday",
            "2026",
            "2026-13-01",
            "14:00",
            "2026-11-20T25:00Z",
            "2026-11-20x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
