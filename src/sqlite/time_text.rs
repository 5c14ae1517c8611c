//! Timestamps as the Python AVOS writes them. Reading is a little more lenient than writing.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::domain::{END_OF_TIME, in_utc};

/// Formats a time as `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.
pub(crate) fn time_text(at: Timestamp) -> String {
    if at == END_OF_TIME {
        // As programs without our last representable time write it.
        return "9999-12-31 23:59:59.999999".to_owned();
    }
    at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// Parses a timestamp in UTC, with or without fraction, with a space or a `T` between date and
/// time.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.replacen('T', " ", 1);
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text).ok()?;
    in_utc(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_in_every_form_and_written_in_one() {
        let at = parse_time("2024-01-02 03:04:05.000006").expect("a time");
        assert_eq!(at.to_string(), "2024-01-02T03:04:05.000006Z");
        assert_eq!(time_text(at), "2024-01-02 03:04:05.000006");
        let whole = parse_time("2024-01-02T03:04:05").expect("a time");
        assert_eq!(time_text(whole), "2024-01-02 03:04:05.000000");
        for wrong in [
            "2024-01-02",
            "2024-13-02 03:04:05",
            "soon",
            "2024-01-02 03:04:05+02:00",
        ] {
            assert!(parse_time(wrong).is_none(), "{wrong}");
        }
    }
}
