//! Times in columns: as text to the server, and as it counts them back.

use std::error::Error;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use postgres::types::{FromSql, Type};

use crate::domain::in_utc;
use crate::sqlite::time_text;

/// Where the server's count of microseconds begins.
const EPOCH: DateTime = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);

/// Returns a time as the server casts it from text: it counts years before the first one back.
pub(super) fn sql_time(at: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(at);
    match 1 - date.year() {
        before @ 1.. => format!("{before:04}-{}+00 BC", at.strftime("%m-%d %H:%M:%S.%6f")),
        _ => format!("{}+00", time_text(at)),
    }
}

/// A time that was read. `None`: the server's infinity, or a year that no [`Timestamp`] has.
pub(super) struct SqlTime(pub(super) Option<Timestamp>);

impl<'a> FromSql<'a> for SqlTime {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let microseconds = i64::from_be_bytes(raw.try_into()?);
        let time = Span::new().try_microseconds(microseconds).ok();
        let time = time.and_then(|since| EPOCH.checked_add(since).ok());
        Ok(Self(time.and_then(in_utc)))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TIMESTAMPTZ
    }
}
