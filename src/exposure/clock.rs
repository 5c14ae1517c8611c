//! Reads the times of logs as microseconds since 1970.
//!
//! A log may have ten million times, so the format that AVOS writes is tried first and parsed by hand.
//! Other formats take longer.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::skips::Fault;
use super::value::{LogColumn, Value, strip_byte_order_mark};

/// A second, in microseconds.
const SECOND: i64 = 1_000_000;
/// The end of 1970 in seconds. Nobody ran experiments in 1970: such a time is a number in another unit.
const YEAR_1971: i64 = 31_536_000;
const YEAR_2000: f64 = 946_684_800.0;
/// Numbers from here on aren't seconds, but in a smaller unit.
const YEAR_2200: i64 = 7_258_118_400;

/// Reads times. It remembers the last date, which neighboring rows mostly share.
pub(super) struct Clock {
    date: [u8; 10],
    midnight: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            date: *b"1970-01-01",
            midnight: 0,
        }
    }
}

impl Clock {
    /// Reads a time. A text is a date, with or without a time of day and an offset; without one it is in
    /// UTC. A number, also as a text, is in seconds since 1970, like SQLite's `unixepoch`.
    pub(super) fn read_micros(&mut self, value: Value) -> Result<i64, Fault> {
        let micros = match value {
            Value::Text(text) => match self.parse_plain(text) {
                Some(micros) => micros,
                None => return self.parse_other(text),
            },
            Value::Integer(number) if (YEAR_1971..YEAR_2200).contains(&number) => {
                return Ok(number * SECOND);
            }
            Value::Integer(number) => return Err(guess_unit(number as f64)),
            Value::Real(number) if number.is_nan() => return Err(Fault::Missing(LogColumn::Time)),
            Value::Real(number) => return micros_of_seconds(number),
            Value::Time(micros) => check_range(micros).ok_or(Fault::TimeOutOfRange)?,
            Value::Null => return Err(Fault::Missing(LogColumn::Time)),
        };
        reject_1970(micros)
    }

    /// Parses `YYYY-MM-DD HH:MM:SS.ffffff` and similar texts in UTC.
    fn parse_plain(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, rest) = rest.split_first_chunk::<9>()?;
        let &[b' ' | b'T', time @ ..] = time else {
            return None;
        };
        let (fraction, zone) = match rest.split_first() {
            Some((b'.', rest)) => parse_fraction(rest)?,
            _ => (0, rest),
        };
        if !matches!(zone, b"" | b"Z" | b"+00:00") {
            return None;
        }
        check_range(self.midnight(date)? + parse_time_of_day(time)? + fraction)
    }

    /// Parses a text in any other format.
    fn parse_other(&mut self, text: &[u8]) -> Result<i64, Fault> {
        let text = strip_byte_order_mark(text).trim_ascii();
        if text.is_empty() {
            return Err(Fault::Missing(LogColumn::Time));
        }
        if let Some(number) = parse_decimal(text) {
            return micros_of_seconds(number);
        }
        let micros = self.parse_dated(text).or_else(|| parse_standard(text));
        reject_1970(micros.ok_or(Fault::NotATime)?)
    }

    /// Parses a date with an optional time of day and offset.
    fn parse_dated(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, zone) = match rest {
            [b' ' | b'T' | b't', time @ ..] if time.first().is_some_and(u8::is_ascii_digit) => {
                parse_loose_time_of_day(time)?
            }
            _ => (0, rest),
        };
        check_range(self.midnight(date)? + time - parse_offset(zone.trim_ascii_start())?)
    }

    fn midnight(&mut self, date: &[u8; 10]) -> Option<i64> {
        if *date != self.date {
            self.midnight = parse_midnight(date)?;
            self.date = *date;
        }
        Some(self.midnight)
    }
}

/// Parses `HH:MM:SS` as microseconds.
fn parse_time_of_day(time: [u8; 8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = time else {
        return None;
    };
    let hour = parse_below(24, &[h1, h2])?;
    let minute = parse_below(60, &[m1, m2])?;
    let second = parse_below(60, &[s1, s2])?;
    Some(((hour * 60 + minute) * 60 + second) * SECOND)
}

/// Parses `HH:MM` as microseconds, with optional seconds and a fraction of them after a point or comma.
/// Returns the rest as well.
fn parse_loose_time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (minutes, rest) = text.split_first_chunk::<5>()?;
    let &[h1, h2, colon, m1, m2] = minutes;
    let Some((seconds, rest)) = rest.split_first_chunk::<3>().filter(|_| rest[0] == b':') else {
        let time = parse_time_of_day([h1, h2, colon, m1, m2, b':', b'0', b'0'])?;
        return Some((time, rest));
    };
    let time = parse_time_of_day([h1, h2, colon, m1, m2, b':', seconds[1], seconds[2]])?;
    match rest {
        [b'.' | b',', rest @ ..] => {
            let (fraction, rest) = parse_fraction(rest)?;
            Some((time + fraction, rest))
        }
        _ => Some((time, rest)),
    }
}

/// Parses a zone as microseconds ahead of UTC: `Z`, `UTC`, `GMT`, nothing, or an offset such as `-05`,
/// `-0500` or `+05:30`. The name of a zone after an offset is ignored.
fn parse_offset(zone: &[u8]) -> Option<i64> {
    let (sign, digits) = match zone {
        [] => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        name => {
            let is_utc = ["Z", "UTC", "GMT"]
                .iter()
                .any(|utc| name.eq_ignore_ascii_case(utc.as_bytes()));
            return is_utc.then_some(0);
        }
    };
    let is_blank = |byte: &u8| *byte == b' ';
    let length = digits.iter().position(is_blank).unwrap_or(digits.len());
    let (digits, name) = digits.split_at(length);
    if !name
        .iter()
        .all(|byte| is_blank(byte) || byte.is_ascii_alphabetic())
    {
        return None;
    }
    let (hours, minutes) = match *digits {
        [h1, h2] => ([h1, h2], [b'0'; 2]),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([h1, h2], [m1, m2]),
        _ => return None,
    };
    let minutes = parse_below(24, &hours)? * 60 + parse_below(60, &minutes)?;
    Some(sign * minutes * 60 * SECOND)
}

fn parse_below(limit: i64, digits: &[u8]) -> Option<i64> {
    parse_digits(digits).filter(|number| *number < limit)
}

/// Parses a fraction of a second as microseconds. Returns the rest as well.
fn parse_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let length = text.iter().position(|byte| !is_digit(byte));
    let (digits, rest) = text.split_at(length.unwrap_or(text.len()));
    Some((micros_of_fraction(digits)?, rest))
}

fn parse_digits(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        let is_digit = digit.is_ascii_digit();
        is_digit.then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Returns the microseconds of one to nine decimals; further digits are cut off.
fn micros_of_fraction(digits: &[u8]) -> Option<i64> {
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    let known = &digits[..digits.len().min(6)];
    let scale = [100_000, 10_000, 1000, 100, 10, 1][known.len() - 1];
    Some(parse_digits(known)? * scale)
}

fn parse_midnight(date: &[u8; 10]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let year = i16::try_from(parse_digits(&[y1, y2, y3, y4])?).ok()?;
    let month = i8::try_from(parse_digits(&[m1, m2])?).ok()?;
    let day = i8::try_from(parse_digits(&[d1, d2])?).ok()?;
    let midnight = Date::new(year, month, day).ok()?.to_zoned(TimeZone::UTC);
    Some(midnight.ok()?.timestamp().as_microsecond())
}

/// Parses a rarer format of the standards.
fn parse_standard(text: &[u8]) -> Option<i64> {
    let time: Timestamp = str::from_utf8(text).ok()?.parse().ok()?;
    Some(time.as_microsecond())
}

/// Parses a number, also one with an exponent.
fn parse_decimal(text: &[u8]) -> Option<f64> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    if !text.iter().all(is_part) {
        return None;
    }
    str::from_utf8(text).ok()?.parse().ok()
}

/// Returns the time if it is in the years -9999 to 9999.
fn check_range(micros: i64) -> Option<i64> {
    Timestamp::from_microsecond(micros).ok().map(|_| micros)
}

fn reject_1970(micros: i64) -> Result<i64, Fault> {
    if (0..YEAR_1971 * SECOND).contains(&micros) {
        return Err(Fault::Of1970);
    }
    Ok(micros)
}

/// Converts seconds since 1970 to microseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "microseconds up to 2200 are whole numbers below 2^53"
)]
fn micros_of_seconds(number: f64) -> Result<i64, Fault> {
    if (YEAR_1971 as f64..YEAR_2200 as f64).contains(&number) {
        return Ok((number * SECOND as f64).round() as i64);
    }
    Err(guess_unit(number))
}

/// Guesses the unit of a number that can't be seconds: the one in which it is a time from 2000 to 2200.
/// Julian days are tried first: in thousands of seconds they are times from 2047 to 2049.
fn guess_unit(number: f64) -> Fault {
    let is_in = |per_second: f64| (YEAR_2000..YEAR_2200 as f64).contains(&(number / per_second));
    let is_between = |first: f64, end: f64| (first..end).contains(&number);
    if is_in(1e3) {
        Fault::Milliseconds
    } else if is_in(1e6) {
        Fault::Microseconds
    } else if is_in(1e9) {
        Fault::Nanoseconds
    } else if is_between(2_451_544.5, 2_524_593.5) {
        Fault::JulianDays
    } else if is_in(1e-3) {
        Fault::Kiloseconds
    } else if is_between(10_957.0, 36_526.0) {
        Fault::DaysSince1970
    } else if is_between(36_526.0, 109_575.0) {
        Fault::SpreadsheetDays
    } else if is_between(19_710_101.0, 22_000_101.0) {
        Fault::DateDigits
    } else {
        Fault::NotSeconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Option<String> {
        let micros = Clock::default().read_micros(value).ok()?;
        Some(Timestamp::from_microsecond(micros).ok()?.to_string())
    }

    #[test]
    fn times_are_read_in_every_form() {
        let forms = [
            "2024-02-29 03:04:05.000006",
            "2024-02-29T03:04:05.000006",
            "2024-02-29 03:04:05.000006789",
            "2024-02-29 03:04:05.000006+00:00",
            "2024-02-29T03:04:05.000006Z",
            "2024-02-29 05:34:05.000006+02:30",
            "2024-02-29 03:04:05.000006 UTC",
            "2024-02-29 03:04:05.000006 utc",
            "2024-02-29 03:04:05.000006UTC",
            "2024-02-29 03:04:05.000006 Z",
            "2024-02-29 03:04:05,000006",
            "2024-02-29T03:04:05,000006Z",
            "2024-02-29 03:04:05.000006+00",
            "2024-02-28 22:04:05.000006 -0500",
            "2024-02-28 22:04:05.000006 -05",
            "2024-02-28T22:04:05.000006-05",
            "2024-02-28 22:04:05.000006 -0500 EST",
            "2024-02-29 03:04:05.000006 +0000 UTC",
            "2024-02-29 08:34:05.000006 +05:30",
            "2024-02-29t03:04:05.000006z",
            "\u{feff}2024-02-29 03:04:05.000006",
            " 2024-02-29 03:04:05.000006\r",
            "1709175845.000006",
            "2024-02-28T22:04:05.000006-05:00[America/New_York]",
        ];
        for form in forms {
            let read = read(Value::Text(form.as_bytes()));
            assert_eq!(
                read.as_deref(),
                Some("2024-02-29T03:04:05.000006Z"),
                "{form}"
            );
        }
        let coarser = [
            ("2024-02-29 03:04", "2024-02-29T03:04:00Z"),
            ("2024-02-29T03:04Z", "2024-02-29T03:04:00Z"),
            ("2024-02-29 03:04 UTC", "2024-02-29T03:04:00Z"),
            ("2024-02-29 03:04+02", "2024-02-29T01:04:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("2024-02-29Z", "2024-02-29T00:00:00Z"),
            ("2024-02-29 UTC", "2024-02-29T00:00:00Z"),
            ("2024-02-29 03:04:05,41", "2024-02-29T03:04:05.41Z"),
            ("1709175845", "2024-02-29T03:04:05Z"),
            ("1.709175845E9", "2024-02-29T03:04:05Z"),
        ];
        for (form, time) in coarser {
            assert_eq!(
                read(Value::Text(form.as_bytes())).as_deref(),
                Some(time),
                "{form}"
            );
        }
        let numbers = [
            Value::Integer(1_709_175_845),
            Value::Real(1_709_175_845.5),
            Value::Real(1_709_175_845.000_006),
            Value::Time(1_709_175_845_000_006),
        ];
        insta::assert_debug_snapshot!(numbers.map(|value| read(value).unwrap_or_default()), @r#"
        [
            "2024-02-29T03:04:05Z",
            "2024-02-29T03:04:05.5Z",
            "2024-02-29T03:04:05.000006Z",
            "2024-02-29T03:04:05.000006Z",
        ]
        "#);
    }

    #[test]
    fn what_is_no_time_is_none() {
        let texts = [
            "",
            "soon",
            "2023-02-29 00:00:00",
            "2023-02-29",
            "2024-02-29 1",
            "2024-02-29 12",
            "2024-02-29 12:0",
            "2024-02-29 12:00:",
            "2024-02-29 12:00:00 EST",
            "2024-02-29 12:00:00 -5",
            "2024-02-29 12:00:00 +0560",
            "2024-02-29 12:00:00 +05:30:00:00",
            "2024-02-29 12:00:00 PM",
            "29/02/2024 12:00",
            "02/29/2024",
            "2024-02-29 24:00:00",
            "2024-02-29 00:60:00",
            "2024-02-29 00:00:00.",
            "2024-02-29 00:00:00.0000000000",
            "2024-02-29 00:00:0é",
            "9999-12-31 23:59:59",
            "\0\0\0\0\0\0\0\0\0\0 00:00:01",
        ];
        for text in texts {
            assert_eq!(read(Value::Text(text.as_bytes())), None, "{text}");
        }
        assert_eq!(read(Value::Text(b"2024-02-29 00:00:00\xff")), None);
        assert_eq!(read(Value::Integer(i64::MIN)), None);
        assert_eq!(read(Value::Real(f64::NAN)), None);
        assert_eq!(read(Value::Real(1e300)), None);
        assert_eq!(read(Value::Time(i64::MAX)), None);
        assert_eq!(read(Value::Null), None);
    }

    #[test]
    fn numbers_that_are_no_seconds_are_told_by_their_size() {
        let fault = |value: Value| Clock::default().read_micros(value).expect_err("no seconds");
        let noon = 1_772_323_200;
        let numbers = [
            (noon * 1000, Fault::Milliseconds),
            (noon * 1_000_000, Fault::Microseconds),
            (noon * 1_000_000_000, Fault::Nanoseconds),
            (noon / 1000, Fault::Kiloseconds),
            (20_513, Fault::DaysSince1970),
            (46_082, Fault::SpreadsheetDays),
            (2_461_101, Fault::JulianDays),
            (20_260_301, Fault::DateDigits),
            (20_260_301_120_000, Fault::NotSeconds),
            (639_079_200_000_000_000, Fault::NotSeconds),
            (0, Fault::NotSeconds),
            (YEAR_1971 - 1, Fault::NotSeconds),
            (YEAR_2200, Fault::NotSeconds),
            (-noon, Fault::NotSeconds),
        ];
        for (number, expected) in numbers {
            assert_eq!(fault(Value::Integer(number)), expected, "{number}");
            assert_eq!(fault(Value::Real(number as f64)), expected, "{number}");
            let text = number.to_string();
            assert_eq!(fault(Value::Text(text.as_bytes())), expected, "{number}");
        }
        assert_eq!(fault(Value::Real(46_082.5)), Fault::SpreadsheetDays);
        assert_eq!(fault(Value::Real(f64::INFINITY)), Fault::NotSeconds);
        for first_and_last in [YEAR_1971, YEAR_2200 - 1] {
            assert!(read(Value::Integer(first_and_last)).is_some());
        }
    }

    #[test]
    fn a_time_of_1970_is_a_number_of_another_unit() {
        let fault = |value: Value| Clock::default().read_micros(value).err();
        for text in ["1970-01-01 00:00:00", "1970-01-01T00:29:32Z", "1970-12-31"] {
            assert_eq!(
                fault(Value::Text(text.as_bytes())),
                Some(Fault::Of1970),
                "{text}"
            );
        }
        assert_eq!(fault(Value::Time(1_772_323)), Some(Fault::Of1970));
        for text in ["1969-12-31 23:59:59", "1971-01-01"] {
            assert_eq!(fault(Value::Text(text.as_bytes())), None, "{text}");
        }
    }

    #[test]
    fn what_stands_for_no_time_is_missing() {
        for value in [
            Value::Null,
            Value::Text(b""),
            Value::Text(b" "),
            Value::Real(f64::NAN),
        ] {
            let fault = Clock::default().read_micros(value).err();
            assert_eq!(fault, Some(Fault::Missing(LogColumn::Time)), "{value:?}");
        }
    }

    #[test]
    fn the_remembered_date_is_that_of_the_row() {
        let mut clock = Clock::default();
        let mut micros = |text: &str| clock.read_micros(Value::Text(text.as_bytes())).ok();
        assert_eq!(micros("1972-01-02 00:00:00"), Some(63_158_400_000_000));
        assert_eq!(micros("1972-13-01 00:00:00"), None);
        assert_eq!(micros("1972-01-02 00:00:01"), Some(63_158_401_000_000));
        assert_eq!(micros("1972-01-01 00:00:01"), Some(63_072_001_000_000));
        assert_eq!(micros("1972-01-02"), Some(63_158_400_000_000));
    }
}
