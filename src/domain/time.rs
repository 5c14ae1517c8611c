//! The end of time: dates that the Python AVOS can hold and a [`Timestamp`] can't.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The last microsecond of a [`Timestamp`], a day before the last one of the year 9999. Later dates,
/// which people write for "never", become this one.
pub const END_OF_TIME: Timestamp = Timestamp::constant(253_402_207_200, 999_999_000);

/// Returns a date and time in UTC, in the years that a [`Timestamp`] has.
#[must_use]
pub fn in_utc(date: DateTime) -> Option<Timestamp> {
    match date.to_zoned(TimeZone::UTC) {
        Ok(zoned) => Some(zoned.timestamp()),
        Err(_) => (date.year() == 9999).then_some(END_OF_TIME),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_days_of_the_year_9999_are_the_end_of_time() {
        let read = |text: &str| in_utc(text.parse().expect("a date"));
        assert_eq!(read("9999-12-31T23:59:59.999999"), Some(END_OF_TIME));
        assert_eq!(read("9999-12-31T00:00:00"), Some(END_OF_TIME));
        let before = "9999-12-29T00:00:00Z".parse().expect("a time");
        assert_eq!(read("9999-12-29T00:00:00"), Some(before));
        assert_eq!(in_utc(DateTime::MIN), None);
        assert!(END_OF_TIME.to_string().starts_with("9999-12-30T22:00:00"));
    }
}
