//! Where checks put what they find.

use crate::diagnostic::{Diagnostic, Rule, Severity, Span};

use super::limits;
use super::written::Written;

/// The findings of one file, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct FileReport {
    pub(super) findings: Vec<Diagnostic>,
    errors: usize,
}

impl FileReport {
    /// Whether the error limit is reached; callers skip expensive suggestions then.
    pub(super) fn is_full(&self) -> bool {
        self.errors > limits::ERRORS
    }

    /// A breach of `rule` at a place.
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

    /// A breach of `rule` by a value.
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
