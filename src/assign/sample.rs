//! Invented units.

use std::fmt::Write;

/// The prefix of every sample unit's id.
const PREFIX: &str = "user_";

/// A number of invented units: `user_0`, `user_1` and so on.
#[derive(Clone, Debug)]
pub struct UnitSample {
    next: u64,
    size: u64,
    /// The ids returned last, whose memory the next ones reuse: a console counts 100,000 of them
    /// for every saved file.
    units: Vec<String>,
}

impl UnitSample {
    /// Creates a sample of this size.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self {
            next: 0,
            size,
            units: Vec::new(),
        }
    }

    /// Returns the ids of the next units, at most this many; empty after the last.
    pub fn next_units(&mut self, most: usize) -> &[String] {
        let count = usize::try_from(self.size - self.next).map_or(most, |left| left.min(most));
        self.units.resize_with(count, || PREFIX.to_owned());
        for unit in &mut self.units {
            unit.truncate(PREFIX.len());
            // Writing to a `String` never fails.
            let _ = write!(unit, "{}", self.next);
            self.next += 1;
        }
        &self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_numbered_from_0() {
        let mut sample = UnitSample::new(11);
        assert_eq!(sample.next_units(2), ["user_0", "user_1"]);
        assert_eq!(
            sample.next_units(8).last().map(String::as_str),
            Some("user_9")
        );
        assert_eq!(sample.next_units(8), ["user_10"]);
        assert!(sample.next_units(8).is_empty());
        assert!(UnitSample::new(0).next_units(8).is_empty());
    }
}
