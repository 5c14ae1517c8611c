//! `date`, `date-order`: when an experiment assigns.

use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::config::file_report::{FileReport, quoted};
use crate::config::written::{Field, Written};
use crate::diagnostic::{Rule, Severity};
use crate::domain::in_utc;

/// A date can be read.
pub static DATE: Rule = Rule {
    code: "date",
    severity: Severity::Error,
    what: "`start_date` and `end_date` are ISO 8601 dates, with or without a time and an offset; \
           without an offset they are UTC. An offset is at most 18 hours.",
    why: "A misread date would start an experiment on the wrong day.",
    example: "start_date: 03/01/2025",
    fix: "Write `2025-03-01`, `2025-03-01T09:00:00Z` or `2025-03-01T09:00:00+01:00`.",
};

/// An experiment starts before it ends.
pub static DATE_ORDER: Rule = Rule {
    code: "date-order",
    severity: Severity::Error,
    what: "`start_date` is before `end_date`.",
    why: "Otherwise the experiment would never assign a unit.",
    example: "start_date: 2025-03-01\nend_date: 2025-02-01",
    fix: "Correct one of the two, or leave it out.",
};

/// An experiment's dates.
#[derive(Clone, Debug)]
pub(in crate::config) struct Dates {
    pub(in crate::config) start: Option<Timestamp>,
    pub(in crate::config) end: Option<Timestamp>,
}

pub(in crate::config) fn check(
    start: &Field<String>,
    end: &Field<String>,
    report: &mut FileReport,
) -> Option<Dates> {
    let mut date = |field: &Field<String>| field.clone().and_then(|text| read(text, report));
    let (start, end) = (date(start), date(end));
    if let (Field::Given(start), Field::Given(end)) = (&start, &end)
        && start.value >= end.value
    {
        let message = format!(
            "`end_date` {} is not after `start_date` {}",
            end.value, start.value
        );
        let help = "let it end after it starts, or leave one of the two out";
        report.on(&DATE_ORDER, end, message, help);
        return None;
    }
    if start.is_faulty() || end.is_faulty() {
        return None;
    }
    let value = |field: &Field<Timestamp>| field.given().map(|date| date.value);
    Some(Dates {
        start: value(&start),
        end: value(&end),
    })
}

fn read(text: &Written<String>, report: &mut FileReport) -> Option<Timestamp> {
    let date = parse(&text.value);
    if date.is_none() {
        let key = text.path.rsplit('.').next().unwrap_or_default();
        let shown = quoted(&text.value);
        let mut message = format!("`{key}` {shown} is not a date");
        if let Some(offset) = offset(&text.value).filter(|offset| !is_offset(offset)) {
            message += &format!(": the offset {offset} is beyond 18 hours");
            let help = "write an offset from -18:00 to +18:00, such as +01:00, or Z for UTC";
            report.on(&DATE, text, message, help);
        } else {
            report.on(&DATE, text, message, help(&text.value));
        }
    }
    date
}

/// Returns what to write instead: the intended date, if it is unambiguous.
pub(super) fn help(written: &str) -> String {
    match meant(written.trim().trim_matches(['"', '\''])) {
        Some(date) => format!("write {date}"),
        None => {
            "write it like 2025-03-01, 2025-03-01T09:00:00Z or 2025-03-01T09:00:00+01:00".to_owned()
        }
    }
}

/// Converts a date in another notation with the year first: `20250301`, `2025/3/1`, `2025.03.01`;
/// also with a time, or with the name of its zone.
fn meant(written: &str) -> Option<String> {
    let (year, rest) = written.split_at_checked(4)?;
    let is_digit = |character: char| character.is_ascii_digit();
    let (month, day, time) = if rest.starts_with(is_digit) {
        let (month, rest) = rest.split_at_checked(2)?;
        let (day, time) = rest.split_at_checked(2)?;
        (month, day, time)
    } else {
        let mut parts = rest.get(1..)?.splitn(2, ['-', '/', '.']);
        let (month, rest) = (parts.next()?, parts.next()?);
        let end = rest.find(|character| !is_digit(character));
        let (day, time) = rest.split_at(end.unwrap_or(rest.len()));
        (month, day, time)
    };
    let time = match time.split_once('[') {
        Some((time, _)) => time.to_owned(),
        None => time.replace(" UTC", "Z"),
    };
    let date = format!("{year}-{month:0>2}-{day:0>2}{}", time.trim_end());
    parse(&date).map(|_| date)
}

/// Returns the offset from UTC at the end of a date and time: a sign and digits.
fn offset(text: &str) -> Option<&str> {
    let time = text.get(10..)?;
    let offset = &time[time.rfind(['+', '-'])?..];
    let is_digit = |character: char| character.is_ascii_digit() || matches!(character, ':' | '.');
    let is_offset = offset.len() > 2 && offset[1..].chars().all(is_digit);
    is_offset.then_some(offset)
}

/// Returns whether the offset is at most 18 hours, which all kinds of programs accept. No place on
/// Earth is more than 14 hours from UTC.
fn is_offset(offset: &str) -> bool {
    let digits = offset[1..].replace(':', "");
    format!("{digits:0<6}").as_str() <= "180000"
}

/// Parses a date in the years 1 to 9999, truncated to the microsecond, as databases and other
/// programs do.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (year, rest) = text.split_at_checked(4)?;
    // The parser also accepts `20250301` and zone names in brackets; other programs may not.
    let is_plain = year.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with('-')
        && !rest.contains(['[', ',']);
    if !is_plain || offset(text).is_some_and(|offset| !is_offset(offset)) {
        return None;
    }
    let date = if let Ok(date) = text.parse::<Timestamp>() {
        date
    } else {
        // In UTC or, near the end of time, in any offset.
        let is_late = text.starts_with("9999-12-3");
        let text = text.strip_suffix('Z').filter(|_| is_late).unwrap_or(text);
        in_utc(text.parse().ok()?)?
    };
    let down = TimestampRound::new()
        .smallest(Unit::Microsecond)
        .mode(RoundMode::Floor);
    let date = date.round(down).ok()?;
    (1..=9999)
        .contains(&date.to_zoned(TimeZone::UTC).year())
        .then_some(date)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn dates_are_utc_unless_they_say_otherwise() {
        let read = |text| parse(text).map(|date| date.to_string());
        for (text, date) in [
            ("2025-03-01", "2025-03-01T00:00:00Z"),
            ("2025-03-01T09:30", "2025-03-01T09:30:00Z"),
            ("2025-03-01 09:30:15", "2025-03-01T09:30:15Z"),
            ("2025-03-01T09:30:15Z", "2025-03-01T09:30:15Z"),
            ("2025-03-01T09:30:15z", "2025-03-01T09:30:15Z"),
            ("2025-03-01 09:30:15+01:00", "2025-03-01T08:30:15Z"),
            ("2025-03-01T09:30:15+18:00", "2025-02-28T15:30:15Z"),
            ("2025-03-01T09:30:15-18", "2025-03-02T03:30:15Z"),
            ("2025-03-01T09:30:15-0800", "2025-03-01T17:30:15Z"),
            (
                "2025-03-01T09:30:15.123456789Z",
                "2025-03-01T09:30:15.123456Z",
            ),
            ("9999-12-31", "9999-12-30T22:00:00.999999Z"),
            ("9999-12-31T23:59:59Z", "9999-12-30T22:00:00.999999Z"),
            ("9999-12-31T23:59:59-05:00", "9999-12-30T22:00:00.999999Z"),
            (
                "1969-12-31T23:59:59.9999999Z",
                "1969-12-31T23:59:59.999999Z",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "2025",
            "2025-3-1",
            "2025-02-30",
            "2025-03-01T25:00",
            "03/01/2025",
            "20250301",
            "2025-03-01T09:00:00+01:00[Europe/Berlin]",
            "2025-03-01+01:00",
            "0000-01-01",
            "0001-01-01T00:00:00+05:00",
            "2025-03-01T09:00:00 ",
            "tomorrow",
            "2025-W09-6",
            "2025-03-01T09:00:00+18:01",
            "2025-03-01T09:00:00-19",
            "2025-03-01T09:00+1900",
            "2025-03-01T09:00:00+18:00:01",
            "2025-03-01T09:00:00+25:59",
            "9999-12-31T23:59:59-20:00",
            "2025-03-01T09:30:15 UTC",
            "äöü",
            "9999-13-31",
            "9999-12-32",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
