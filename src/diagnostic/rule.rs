//! Rules: their codes, severities and pages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Blocks an apply.
    Error,
    /// Allowed, but probably not what was meant.
    Warning,
}

impl Severity {
    /// Returns the word in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule: a stable code and its page in the rule catalogue. Each is a `static` beside its check.
#[derive(Debug)]
pub struct Rule {
    /// The stable code that reports and scripts use, such as `allocation-sum`.
    pub code: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// What it demands, in one sentence.
    pub what: &'static str,
    /// Why it exists: what goes wrong without it.
    pub why: &'static str,
    /// A minimal YAML excerpt that breaks it; empty if it isn't about what a file says.
    pub example: &'static str,
    /// How to fix a breach.
    pub fix: &'static str,
}
