//! The names of the columns of a CSV file, which are its first record, as RFC 4180 has it.
//!
//! DuckDB could find them itself, but it guesses, and where it can't it doesn't say in which line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::super::super::LogError;
use super::super::super::value::strip_byte_order_mark;
use crate::sqlite::FileError;

/// No header is as long.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the names; none for an empty file.
pub(super) fn read_names(path: &Path) -> Result<Vec<String>, LogError> {
    let read = || {
        let mut file = BufReader::new(File::open(path)?.take(MAX_BYTES));
        let mut record = Vec::new();
        // A record ends at the first line break outside of quotes.
        while file.read_until(b'\n', &mut record)? > 0 {
            // An even number of quotes cuts it into an odd number of parts.
            if record.split(|byte| *byte == b'"').count() % 2 == 1 {
                break;
            }
        }
        Ok(record)
    };
    let record = read().map_err(|error| FileError::io(path, error))?;
    Ok(names(&String::from_utf8_lossy(strip_byte_order_mark(
        &record,
    ))))
}

/// Splits a record into its fields. Files that only have carriage returns as line breaks are cut at the first one.
fn names(record: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = record.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(name) = names.last_mut() else {
            break;
        };
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                name.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => names.push(String::new()),
            '\r' | '\n' if !is_quoted => break,
            character => name.push(character),
        }
    }
    if record.is_empty() { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_split_as_its_rows_are() {
        let split = |record: &str| names(record).join("|");
        assert_eq!(split("a,b\r\n"), "a|b");
        assert_eq!(split("\"a,\"\"b\",\"c\nd\"\n"), "a,\"b|c\nd");
        assert_eq!(split("a,\n"), "a|");
        assert_eq!(split("a\rb"), "a");
        assert!(names("").is_empty());
    }
}
