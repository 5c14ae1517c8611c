//! Times as logs have them, in microseconds since 1970.
//!
//! A log of ten million rows has as many times, so the form that both programs write is read by
//! hand; all that remains goes to the library.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::value::Value;

/// Reads times; remembers the last date, since neighbours mostly share it.
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
    /// The time that a value says. Texts are `YYYY-MM-DD HH:MM:SS` with or without a fraction, a
    /// `T` or an offset, UTC without one; numbers are seconds since 1970, as SQLite's `unixepoch`
    /// gives them; times are what they are.
    pub(super) fn micros(&mut self, value: Value) -> Option<i64> {
        match value {
            Value::Text(text) => self.plain(text).or_else(|| other(text)),
            Value::Integer(seconds) => within(seconds.checked_mul(1_000_000)?),
            Value::Real(seconds) => within_float(seconds * 1e6),
            Value::Time(micros) => within(micros),
            Value::Null => None,
        }
    }

    /// `YYYY-MM-DD HH:MM:SS.ffffff`, and what is like it in UTC.
    fn plain(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, rest) = rest.split_first_chunk::<9>()?;
        let &[b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2] = time else {
            return None;
        };
        let below = |value: i64, limit| (value < limit).then_some(value);
        let hour = below(number(&[h1, h2])?, 24)?;
        let minute = below(number(&[m1, m2])?, 60)?;
        let second = below(number(&[s1, s2])?, 60)?;
        let (fraction, zone) = match rest.split_first() {
            Some((b'.', rest)) => {
                let is_digit = |byte: &u8| byte.is_ascii_digit();
                let length = rest.iter().position(|byte| !is_digit(byte));
                let (digits, zone) = rest.split_at(length.unwrap_or(rest.len()));
                (micros_of_fraction(digits)?, zone)
            }
            _ => (0, rest),
        };
        if !matches!(zone, b"" | b"Z" | b"+00:00") {
            return None;
        }
        if *date != self.date {
            self.midnight = midnight(date)?;
            self.date = *date;
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        within(self.midnight + seconds * 1_000_000 + fraction)
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        let is_digit = digit.is_ascii_digit();
        is_digit.then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// The microseconds of a fraction's one to nine digits; what is below them is cut off.
fn micros_of_fraction(digits: &[u8]) -> Option<i64> {
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    let known = &digits[..digits.len().min(6)];
    let scale = [100_000, 10_000, 1000, 100, 10, 1][known.len() - 1];
    Some(number(known)? * scale)
}

fn midnight(date: &[u8; 10]) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let year = i16::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let month = i8::try_from(number(&[m1, m2])?).ok()?;
    let day = i8::try_from(number(&[d1, d2])?).ok()?;
    let midnight = Date::new(year, month, day).ok()?.to_zoned(TimeZone::UTC);
    Some(midnight.ok()?.timestamp().as_microsecond())
}

/// A time with another offset, or of a rarer form.
fn other(text: &[u8]) -> Option<i64> {
    let time: Timestamp = str::from_utf8(text).ok()?.parse().ok()?;
    Some(time.as_microsecond())
}

/// Only what is a time: from the year -9999 to 9999.
fn within(micros: i64) -> Option<i64> {
    Timestamp::from_microsecond(micros).ok().map(|_| micros)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond the integers becomes the last of them, which is no time"
)]
fn within_float(micros: f64) -> Option<i64> {
    micros.is_finite().then(|| within(micros.floor() as i64))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Option<String> {
        let micros = Clock::default().micros(value)?;
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
        ];
        for form in forms {
            let read = read(Value::Text(form.as_bytes()));
            assert_eq!(
                read.as_deref(),
                Some("2024-02-29T03:04:05.000006Z"),
                "{form}"
            );
        }
        let numbers = [
            Value::Integer(1_709_175_845),
            Value::Real(1_709_175_845.5),
            Value::Text(b"2024-02-29 03:04:05.5"),
        ];
        insta::assert_debug_snapshot!(numbers.map(|value| read(value).unwrap_or_default()), @r#"
        [
            "2024-02-29T03:04:05Z",
            "2024-02-29T03:04:05.5Z",
            "2024-02-29T03:04:05.5Z",
        ]
        "#);
    }

    #[test]
    fn what_is_no_time_is_none() {
        let texts = [
            "",
            "soon",
            "2023-02-29 00:00:00",
            "2024-02-29",
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
    fn the_remembered_date_is_that_of_the_row() {
        let mut clock = Clock::default();
        let mut micros = |text: &str| clock.micros(Value::Text(text.as_bytes()));
        assert_eq!(micros("1970-01-02 00:00:00"), Some(86_400_000_000));
        assert_eq!(micros("1970-13-01 00:00:00"), None);
        assert_eq!(micros("1970-01-02 00:00:01"), Some(86_401_000_000));
        assert_eq!(micros("1970-01-01 00:00:01"), Some(1_000_000));
    }
}
