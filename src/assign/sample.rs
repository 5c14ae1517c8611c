//! Invented units.

use std::fmt::Write;

/// What every sample unit's id begins with.
const PREFIX: &str = "user_";

/// A number of invented units: `user_0`, `user_1` and so on.
#[derive(Clone, Debug)]
pub struct UnitSample {
    next: u64,
    size: u64,
    /// One buffer for all ids: a console counts 100,000 of them for every saved file.
    unit: String,
}

impl UnitSample {
    /// That many.
    #[must_use]
    pub fn new(size: u64) -> Self {
        Self {
            next: 0,
            size,
            unit: PREFIX.to_owned(),
        }
    }

    /// The next unit's id.
    pub fn next_unit(&mut self) -> Option<&str> {
        if self.next == self.size {
            return None;
        }
        self.unit.truncate(PREFIX.len());
        // Writing to a `String` never fails.
        let _ = write!(self.unit, "{}", self.next);
        self.next += 1;
        Some(&self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_numbered_from_0() {
        let mut sample = UnitSample::new(11);
        assert_eq!(sample.next_unit(), Some("user_0"));
        let last = std::iter::from_fn(|| sample.next_unit().map(str::to_owned)).last();
        assert_eq!(last.as_deref(), Some("user_10"));
        assert_eq!(sample.next_unit(), None);
        assert_eq!(UnitSample::new(0).next_unit(), None);
    }
}
