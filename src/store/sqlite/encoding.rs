//! Values as the Python AVOS writes them: JSON as Python's `json.dumps` spells it, statuses as
//! upper-case names.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::domain::Status;

/// Returns a status as its upper-case name.
pub(super) fn status_text(status: Status) -> String {
    status.as_str().to_ascii_uppercase()
}

/// Returns the status with this upper-case name.
pub(super) fn parse_status(text: &str) -> Option<Status> {
    Status::ALL
        .into_iter()
        .find(|status| status_text(*status) == text)
}

/// Returns JSON with Python's separators, escapes and spelling of numbers.
pub(super) fn json_text<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Python))?;
    // The formatter writes ASCII only, so nothing is lost.
    Ok(String::from_utf8_lossy(&text).into_owned())
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn write_f64<W: ?Sized + Write>(&mut self, to: &mut W, value: f64) -> io::Result<()> {
        to.write_all(float_text(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if matches!(character, ' '..='~') {
                write!(to, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// Spells a number like Python's `repr`: `0.5`, `1.0`, `1e-05`.
fn float_text(value: f64) -> String {
    if value == 0.0 || value.abs() >= 1e-4 {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    match text.split_once("e-") {
        Some((digits, exponent)) => format!("{digits}e-{exponent:0>2}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ordered_map::OrderedMap;

    #[test]
    fn json_is_spelt_as_python_does() {
        let shares = OrderedMap(vec![
            ("b", 0.5),
            ("a \"1\"\n", 1.0),
            ("Ц🎉\u{7f}", 0.000_01),
        ]);
        // Printed by Python's json.dumps of the same map.
        let python = r#"{"b": 0.5, "a \"1\"\n": 1.0, "\u0426\ud83c\udf89\u007f": 1e-05}"#;
        assert_eq!(json_text(&shares).expect("JSON"), python);
        assert_eq!(json_text(&["x", "y"]).expect("JSON"), r#"["x", "y"]"#);
        let numbers = [0.0, 0.000_1, 0.333_333_333_333_333_3, 1.5e-7, 1e-10];
        let python = "[0.0, 0.0001, 0.3333333333333333, 1.5e-07, 1e-10]";
        assert_eq!(json_text(&numbers).expect("JSON"), python);
    }

    #[test]
    fn statuses_are_upper_case_names() {
        assert_eq!(status_text(Status::Active), "ACTIVE");
        assert_eq!(parse_status("COMPLETED"), Some(Status::Completed));
        assert_eq!(parse_status("active"), None);
    }
}
