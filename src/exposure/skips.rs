//! Rows that can't be read: what is wrong with them, and how to fix it.
//!
//! There are few faults, whatever a log holds, so skipped rows are counted by fault.

use std::collections::BTreeMap;
use std::fmt;

use super::value::{LogColumn, Value, display_text};
use crate::diagnostic::visible;

/// Rows that were skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The number of rows.
    pub rows: u64,
    /// The row id of the first one, or of one close after it; `None` in a source without row ids.
    pub first_row: Option<i64>,
    /// What is wrong with it.
    pub reason: &'static str,
    /// The offending value, truncated if it is long. `None` where a value is missing, or no single
    /// value is at fault.
    pub value: Option<String>,
    /// How to fix it, unless that is obvious.
    pub hint: Option<&'static str>,
}

/// The number of characters after which an offending value is truncated.
const MAX_SHOWN: usize = 60;

impl Skipped {
    fn new(row_id: i64, fault: Fault, value: Value) -> Self {
        let value = display_text(value).map(|value| match value.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &value[..end]),
            None => value.into_owned(),
        });
        Self {
            rows: 1,
            first_row: Some(row_id),
            reason: fault.reason(),
            value,
            hint: fault.hint(),
        }
    }
}

/// Writes the reason, the value and the hint, safe for a terminal.
impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        if let Some(value) = &self.value {
            write!(f, " (\"{}\")", visible(value))?;
        }
        if let Some(hint) = self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// Skipped rows, by what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Skips(BTreeMap<&'static str, Skipped>);

impl Skips {
    /// Iterates over the reasons, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Skipped> {
        self.0.values()
    }

    /// Returns the number of rows over all reasons.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.iter().map(|skipped| skipped.rows).sum()
    }

    /// Returns all skipped rows under the reason of the first one, or `None` without any.
    #[must_use]
    pub fn total(&self) -> Option<Skipped> {
        let first = self.iter().min_by_key(|skipped| skipped.first_row)?;
        Some(Skipped {
            rows: self.rows(),
            ..first.clone()
        })
    }

    /// Adds a row that can't be counted although its values can be read.
    #[cfg(feature = "store")]
    pub(super) fn add_fault(&mut self, row_id: i64, fault: Fault) {
        self.add_unreadable(
            row_id,
            UnreadableRow {
                fault,
                value: Value::Null,
            },
        );
    }

    /// Adds an unreadable row.
    pub(crate) fn add_unreadable(&mut self, row_id: i64, row: UnreadableRow) {
        let earlier = self.0.entry(row.fault.reason());
        earlier
            .and_modify(|earlier| earlier.rows += 1)
            .or_insert_with(|| Skipped::new(row_id, row.fault, row.value));
    }

    /// Adds rows of a source that have this fault, with a wrong value of one of them.
    #[cfg(feature = "warehouse")]
    pub(super) fn add_counted(&mut self, rows: u64, fault: Fault, value: Value) {
        self.add(Skipped {
            rows,
            first_row: None,
            ..Skipped::new(0, fault, value)
        });
    }

    /// Adds the skips of later rows.
    pub(crate) fn join(&mut self, later: Self) {
        later.0.into_values().for_each(|skipped| self.add(skipped));
    }

    /// Adds rows that come after those of the same reason.
    pub fn add(&mut self, later: Skipped) {
        let earlier = self.0.entry(later.reason);
        earlier
            .and_modify(|earlier| earlier.rows += later.rows)
            .or_insert(later);
    }
}

/// A row that can't be read.
#[derive(Clone, Copy, Debug)]
pub struct UnreadableRow<'r> {
    pub(super) fault: Fault,
    pub(super) value: Value<'r>,
}

/// Why a row can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(feature = "store", test)),
    expect(dead_code, reason = "only rows of files have faults")
)]
pub(crate) enum Fault {
    Missing(LogColumn),
    NotText(LogColumn),
    SlotNotWhole,
    UnknownStatus,
    NoExperiment,
    NoVariant,
    NotATime,
    TimeOutOfRange,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Kiloseconds,
    DaysSince1970,
    SpreadsheetDays,
    JulianDays,
    DateDigits,
    NotSeconds,
    Of1970,
    TooManyKinds,
}

impl Fault {
    /// Returns the column of the offending value, if a single value is at fault.
    #[cfg(feature = "store")]
    pub(super) fn column(self) -> Option<LogColumn> {
        match self {
            Self::NotText(column) => Some(column),
            Self::SlotNotWhole => Some(LogColumn::Slot),
            Self::UnknownStatus => Some(LogColumn::Status),
            Self::NotATime
            | Self::TimeOutOfRange
            | Self::Milliseconds
            | Self::Microseconds
            | Self::Nanoseconds
            | Self::Kiloseconds
            | Self::DaysSince1970
            | Self::SpreadsheetDays
            | Self::JulianDays
            | Self::DateDigits
            | Self::NotSeconds
            | Self::Of1970 => Some(LogColumn::Time),
            Self::Missing(_) | Self::NoExperiment | Self::NoVariant | Self::TooManyKinds => None,
        }
    }

    /// Returns what is wrong as a sentence; each fault has its own.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Missing(LogColumn::Unit) => "it has no unit_id",
            Self::Missing(LogColumn::Layer) => "it has no layer_id",
            Self::Missing(LogColumn::Slot) => "it has no slot_index",
            Self::Missing(LogColumn::Experiment) => "it has no experiment_id",
            Self::Missing(LogColumn::Variant) => "it has no variant",
            Self::Missing(LogColumn::Status) => "it has no status",
            Self::Missing(LogColumn::Time) => "it has no assignment_timestamp",
            Self::NotText(LogColumn::Unit) => "its unit_id isn't text",
            Self::NotText(LogColumn::Layer) => "its layer_id isn't text",
            Self::NotText(LogColumn::Slot) => "its slot_index isn't text",
            Self::NotText(LogColumn::Experiment) => "its experiment_id isn't text",
            Self::NotText(LogColumn::Variant) => "its variant isn't text",
            Self::NotText(LogColumn::Status) => "its status isn't text",
            Self::NotText(LogColumn::Time) => "its assignment_timestamp isn't text",
            Self::SlotNotWhole => "its slot_index isn't a whole number",
            Self::UnknownStatus => "its status is unknown",
            Self::NoExperiment => "it is assigned without an experiment_id",
            Self::NoVariant => "it is assigned without a variant",
            Self::NotATime => "its assignment_timestamp isn't a time",
            Self::TimeOutOfRange => "its assignment_timestamp is out of range",
            Self::Milliseconds => "its assignment_timestamp is in milliseconds",
            Self::Microseconds => "its assignment_timestamp is in microseconds",
            Self::Nanoseconds => "its assignment_timestamp is in nanoseconds",
            Self::Kiloseconds => "its assignment_timestamp is in thousands of seconds",
            Self::DaysSince1970 => "its assignment_timestamp is a number of days since 1970",
            Self::SpreadsheetDays => "its assignment_timestamp is a spreadsheet's day number",
            Self::JulianDays => "its assignment_timestamp is a Julian day number",
            Self::DateDigits => "its assignment_timestamp is a date written as one number",
            Self::NotSeconds => "its assignment_timestamp is out of range for seconds since 1970",
            Self::Of1970 => "its assignment_timestamp is in 1970",
            Self::TooManyKinds => "the log has more kinds of exposures than can be counted",
        }
    }

    /// Returns how to fix it, unless that is obvious.
    pub(super) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::NotText(_) => "write ids as UTF-8 text or as whole numbers below 2^53",
            Self::UnknownStatus => {
                "write `assigned`, `not_assigned` or `experiment_inactive`, in any case"
            }
            Self::NotATime => {
                "write it as YYYY-MM-DD HH:MM:SS, in UTC or with an offset such as +02:00"
            }
            Self::TimeOutOfRange => "write a time from 1971 to 9999",
            Self::Milliseconds => "numbers are seconds since 1970: divide by 1,000",
            Self::Microseconds => "numbers are seconds since 1970: divide by 1,000,000",
            Self::Nanoseconds => "numbers are seconds since 1970: divide by 1,000,000,000",
            Self::Kiloseconds => {
                "numbers are seconds since 1970: divide a data frame's microseconds by 1,000,000, \
                 not by 1,000,000,000"
            }
            Self::DaysSince1970 => "numbers are seconds since 1970: multiply by 86,400",
            Self::SpreadsheetDays => {
                "numbers are seconds since 1970: export it as text, or subtract 25,569 and \
                 multiply by 86,400"
            }
            Self::JulianDays => {
                "numbers are seconds since 1970: subtract 2,440,587.5 and multiply by 86,400"
            }
            Self::DateDigits => "write it as YYYY-MM-DD",
            Self::NotSeconds => {
                "write numbers as seconds for the years 1971 to 2199, and other times as \
                 YYYY-MM-DD HH:MM:SS"
            }
            Self::Of1970 => {
                "the unit of a number was probably mistaken before it was logged, such as seconds \
                 for nanoseconds"
            }
            Self::Missing(_)
            | Self::SlotNotWhole
            | Self::NoExperiment
            | Self::NoVariant
            | Self::TooManyKinds => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists all faults in order. A new variant doesn't compile until it has its place here.
    fn next(fault: Fault) -> Option<Fault> {
        let of_next_column = |column: LogColumn, fault: fn(LogColumn) -> Fault| {
            let index = LogColumn::ALL.iter().position(|it| *it == column)?;
            LogColumn::ALL.get(index + 1).copied().map(fault)
        };
        Some(match fault {
            Fault::Missing(column) => {
                of_next_column(column, Fault::Missing).unwrap_or(Fault::NotText(LogColumn::Unit))
            }
            Fault::NotText(column) => {
                of_next_column(column, Fault::NotText).unwrap_or(Fault::SlotNotWhole)
            }
            Fault::SlotNotWhole => Fault::UnknownStatus,
            Fault::UnknownStatus => Fault::NoExperiment,
            Fault::NoExperiment => Fault::NoVariant,
            Fault::NoVariant => Fault::NotATime,
            Fault::NotATime => Fault::TimeOutOfRange,
            Fault::TimeOutOfRange => Fault::Milliseconds,
            Fault::Milliseconds => Fault::Microseconds,
            Fault::Microseconds => Fault::Nanoseconds,
            Fault::Nanoseconds => Fault::Kiloseconds,
            Fault::Kiloseconds => Fault::DaysSince1970,
            Fault::DaysSince1970 => Fault::SpreadsheetDays,
            Fault::SpreadsheetDays => Fault::JulianDays,
            Fault::JulianDays => Fault::DateDigits,
            Fault::DateDigits => Fault::NotSeconds,
            Fault::NotSeconds => Fault::Of1970,
            Fault::Of1970 => Fault::TooManyKinds,
            Fault::TooManyKinds => return None,
        })
    }

    #[test]
    fn every_fault_has_a_reason_of_its_own() {
        let first = Some(Fault::Missing(LogColumn::Unit));
        let faults: Vec<Fault> = std::iter::successors(first, |fault| next(*fault)).collect();
        let reasons: std::collections::BTreeSet<_> =
            faults.iter().map(|fault| fault.reason()).collect();
        assert_eq!(reasons.len(), faults.len());
    }
}
