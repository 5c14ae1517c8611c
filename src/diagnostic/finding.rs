//! A finding: a rule that is broken, and where.

use serde::{Serialize, Serializer};

use super::{Rule, Severity, Span};

/// What is wrong at one place, why, and how to fix it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// What is wrong, in one sentence, with the values concerned.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// Where it is.
    pub span: Span,
    /// The value's path in the file, like `experiments[0].traffic_allocation`; empty for the file.
    pub path: String,
}

impl Diagnostic {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    /// Returns whether it blocks an apply.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.rule.severity == Severity::Error
    }
}

/// A diagnostic, as JSON reports have it.
#[derive(Serialize)]
struct DiagnosticRecord<'a> {
    severity: Severity,
    code: &'a str,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    path: &'a str,
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DiagnosticRecord {
            severity: self.rule.severity,
            code: self.rule.code,
            message: &self.message,
            help: &self.help,
            file: &self.span.file,
            line: self.span.line,
            column: self.span.column,
            end_line: self.span.end_line,
            end_column: self.span.end_column,
            path: &self.path,
        }
        .serialize(serializer)
    }
}
