//! What can be wrong with a row, and how to fix it.
//!
//! There are few faults, whatever a log holds, so rows that were left out are counted by theirs.

use super::value::Column;

/// Why a row can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing(Column),
    NotText(Column),
    SlotNotWhole,
    UnknownStatus,
    NoExperiment,
    NoVariant,
    NotATime,
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
    /// The column that has the offending value, if it is one value's fault.
    pub(super) fn column(self) -> Option<Column> {
        match self {
            Self::NotText(column) => Some(column),
            Self::SlotNotWhole => Some(Column::Slot),
            Self::UnknownStatus => Some(Column::Status),
            Self::NotATime
            | Self::Milliseconds
            | Self::Microseconds
            | Self::Nanoseconds
            | Self::Kiloseconds
            | Self::DaysSince1970
            | Self::SpreadsheetDays
            | Self::JulianDays
            | Self::DateDigits
            | Self::NotSeconds
            | Self::Of1970 => Some(Column::Time),
            Self::Missing(_) | Self::NoExperiment | Self::NoVariant | Self::TooManyKinds => None,
        }
    }

    /// A sentence that says what is wrong; each fault has its own.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Missing(Column::Unit) => "it has no unit_id",
            Self::Missing(Column::Layer) => "it has no layer_id",
            Self::Missing(Column::Slot) => "it has no slot_index",
            Self::Missing(Column::Experiment) => "it has no experiment_id",
            Self::Missing(Column::Variant) => "it has no variant",
            Self::Missing(Column::Status) => "it has no status",
            Self::Missing(Column::Time) => "it has no assignment_timestamp",
            Self::NotText(Column::Unit) => "its unit_id isn't text",
            Self::NotText(Column::Layer) => "its layer_id isn't text",
            Self::NotText(Column::Slot) => "its slot_index isn't text",
            Self::NotText(Column::Experiment) => "its experiment_id isn't text",
            Self::NotText(Column::Variant) => "its variant isn't text",
            Self::NotText(Column::Status) => "its status isn't text",
            Self::NotText(Column::Time) => "its assignment_timestamp isn't text",
            Self::SlotNotWhole => "its slot_index isn't a whole number",
            Self::UnknownStatus => "its status is unknown",
            Self::NoExperiment => "it is assigned without an experiment_id",
            Self::NoVariant => "it is assigned without a variant",
            Self::NotATime => "its assignment_timestamp isn't a time",
            Self::Milliseconds => "its assignment_timestamp is in milliseconds",
            Self::Microseconds => "its assignment_timestamp is in microseconds",
            Self::Nanoseconds => "its assignment_timestamp is in nanoseconds",
            Self::Kiloseconds => "its assignment_timestamp is in thousands of seconds",
            Self::DaysSince1970 => "its assignment_timestamp is a number of days since 1970",
            Self::SpreadsheetDays => "its assignment_timestamp is a spreadsheet's day number",
            Self::JulianDays => "its assignment_timestamp is a Julian day number",
            Self::DateDigits => "its assignment_timestamp is a date written as one number",
            Self::NotSeconds => "its assignment_timestamp is too small or too large for seconds",
            Self::Of1970 => "its assignment_timestamp is of 1970",
            Self::TooManyKinds => "the log has more kinds of exposures than can be counted",
        }
    }

    /// How to fix it, if that isn't plain.
    pub(super) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::NotText(_) => "write ids as UTF-8 text or as whole numbers below 2^53",
            Self::UnknownStatus => {
                "the words are assigned, not_assigned and experiment_inactive, in any case"
            }
            Self::NotATime => {
                "write it as YYYY-MM-DD HH:MM:SS, in UTC or with an offset such as +02:00"
            }
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
                "numbers are seconds since 1970, from 1971 to 2199; write other times as \
                 YYYY-MM-DD HH:MM:SS"
            }
            Self::Of1970 => {
                "a number was probably taken for another unit of time on its way into the log, \
                 such as seconds for nanoseconds"
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

    #[test]
    fn no_two_faults_have_one_reason() {
        let mut faults = vec![
            Fault::SlotNotWhole,
            Fault::UnknownStatus,
            Fault::NoExperiment,
            Fault::NoVariant,
            Fault::NotATime,
            Fault::Milliseconds,
            Fault::Microseconds,
            Fault::Nanoseconds,
            Fault::Kiloseconds,
            Fault::DaysSince1970,
            Fault::SpreadsheetDays,
            Fault::JulianDays,
            Fault::DateDigits,
            Fault::NotSeconds,
            Fault::Of1970,
            Fault::TooManyKinds,
        ];
        for column in Column::ALL {
            faults.extend([Fault::Missing(column), Fault::NotText(column)]);
        }
        let reasons: std::collections::BTreeSet<_> =
            faults.iter().map(|fault| fault.reason()).collect();
        assert_eq!(reasons.len(), faults.len());
    }
}
