//! Lengths of time as people write them: `30m`, `2h`, `3d`.

use jiff::SignedDuration;

/// Parses a number of minutes, hours or days.
pub(crate) fn parse_short_duration(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| is_number)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return None,
    };
    number.checked_mul(seconds).map(SignedDuration::from_secs)
}

/// Formats a length as it is written, in its largest unit that leaves nothing: `36h`, `2d`.
pub(crate) fn short_duration(length: SignedDuration) -> String {
    match length.as_secs() / 60 {
        minutes if minutes % (24 * 60) == 0 => format!("{}d", minutes / (24 * 60)),
        minutes if minutes % 60 == 0 => format!("{}h", minutes / 60),
        minutes => format!("{minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_a_number_and_a_unit() {
        for (text, seconds) in [("1m", 60), ("90m", 5400), ("36h", 129_600), ("2d", 172_800)] {
            let length = parse_short_duration(text);
            assert_eq!(length, Some(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "m",
            "5",
            "5s",
            "-5m",
            "+5m",
            "1.5h",
            "5 m",
            "1h30m",
            "999999999999999999d",
            "5é",
        ] {
            assert_eq!(parse_short_duration(text), None, "{text}");
        }
        for text in ["1m", "90m", "36h", "2d", "1h"] {
            assert_eq!(
                parse_short_duration(text).map(short_duration).as_deref(),
                Some(text)
            );
        }
        assert_eq!(
            parse_short_duration("48h").map(short_duration).as_deref(),
            Some("2d")
        );
    }
}
