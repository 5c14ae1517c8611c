//! The id of a plan: a digest that any program can compute again from the plan's JSON.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use sha2::{Digest, Sha256};

use crate::digest::to_hex;
use crate::plan::PlanId;

/// SHA-256, in hexadecimal, over a plan's document without its `plan_id`: compact JSON, the keys of
/// every object in order, numbers as Python writes them. Pinned by a test, since saved plans depend
/// on it.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    reason = "a JSON value can always be written"
)]
pub fn seal(mut document: Value) -> PlanId {
    if let Some(keys) = document.as_object_mut() {
        keys.remove("plan_id");
    }
    let mut text = Vec::new();
    document
        .serialize(&mut Serializer::with_formatter(&mut text, PythonNumbers))
        // Neither a value that is JSON already nor a vector of bytes refuses.
        .expect("a JSON value is JSON");
    PlanId(to_hex(Sha256::digest(text)))
}

/// Compact JSON in which a share such as 0.00001 is `1e-05`.
struct PythonNumbers;

impl Formatter for PythonNumbers {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value == 0.0 || value.abs() >= 1e-4 {
            return write!(writer, "{value:?}");
        }
        // Both print the shortest digits that read back the same.
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once("e-").unwrap_or((&text, "0"));
        write!(writer, "{digits}e-{exponent:0>2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let written = |value: f64| {
            let mut text = Vec::new();
            let written = PythonNumbers.write_f64(&mut text, value);
            written.map(|()| String::from_utf8(text).expect("ASCII"))
        };
        // Each is `repr` of it in Python.
        for (value, text) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (0.333, "0.333"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0001, "0.0001"),
            (0.000_099, "9.9e-05"),
            (0.000_001, "1e-06"),
            (1.5e-10, "1.5e-10"),
        ] {
            assert_eq!(written(value).expect("written"), text);
        }
    }
}
