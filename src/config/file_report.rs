//! Collects the findings of a file, and words numbers and names for them.

pub(super) use crate::diagnostic::quoted;

use jiff::Timestamp;

use super::limits;
use super::written::Written;
use crate::diagnostic::{Diagnostic, Rule, Severity, Span};

/// The findings of one file, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct FileReport {
    pub(super) findings: Vec<Diagnostic>,
    /// The last time for which they are these; `None` if time doesn't change them.
    pub(super) valid_until: Option<Timestamp>,
    errors: usize,
}

impl FileReport {
    /// Whether the error limit is reached; callers skip expensive suggestions then.
    pub(super) fn is_full(&self) -> bool {
        self.errors > limits::ERRORS
    }

    /// The findings may be others after this time.
    pub(super) fn holds_until(&mut self, at: Timestamp) {
        self.valid_until = Some(self.valid_until.map_or(at, |known| known.min(at)));
    }

    /// Reports a breach of `rule` at a place.
    pub(super) fn at(
        &mut self,
        rule: &'static Rule,
        span: &Span,
        path: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.errors += usize::from(rule.severity == Severity::Error);
        self.findings.push(Diagnostic {
            rule,
            message: message.into(),
            help: help.into(),
            span: span.clone(),
            path: path.to_owned(),
        });
    }

    /// Reports a breach of `rule` by a value.
    pub(super) fn on<T>(
        &mut self,
        rule: &'static Rule,
        value: &Written<T>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.at(rule, &value.span, &value.path, message, help);
    }
}

/// Formats a computed number without the noise of binary fractions: `0.07 × 100` is `7`.
pub(super) fn decimal(value: f64) -> String {
    // A double keeps 15 digits of a decimal.
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    as_written(rounded)
}

/// Formats a number from a file with all its digits, so that the error is visible.
pub(super) fn as_written(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || (size < 1e-15 && size > 0.0) {
        format!("{value:e}")
    } else {
        // Adding 0 turns -0 into 0.
        (value + 0.0).to_string()
    }
}

/// Lists names in backticks, separated by commas; a long list is cut.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MAX: usize = 20;
    let mut names = names.into_iter();
    let mut shown: Vec<String> = names.by_ref().take(MAX).map(quoted).collect();
    let left = names.count();
    if left > 0 {
        shown.push(format!("and {left} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_no_noise() {
        let texts = [
            0.1 + 0.2,
            0.07 * 100.0,
            1.0,
            -0.0,
            1e-12,
            1e300,
            1_234_567.5,
        ]
        .map(decimal);
        assert_eq!(
            texts,
            ["0.3", "7", "1", "0", "0.000000000001", "1e300", "1234567.5"]
        );
        assert_eq!(decimal(1.000_000_000_1), "1.0000000001");
        let next = 1.0 + f64::EPSILON;
        assert_eq!(
            [as_written(next), decimal(next)],
            ["1.0000000000000002", "1"]
        );
        assert_eq!([f64::NAN, f64::NEG_INFINITY].map(decimal), ["NaN", "-inf"]);
    }
}
