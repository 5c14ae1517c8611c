//! Where checks put what they find.

use crate::diagnostic::{Diagnostic, Place, Rule};

use super::written::Written;

/// The findings of one file, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Report(pub(super) Vec<Diagnostic>);

impl Report {
    /// A breach of `rule` at a place.
    pub(super) fn at(
        &mut self,
        rule: &'static Rule,
        place: &Place,
        path: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.0.push(Diagnostic {
            rule,
            message: message.into(),
            help: help.into(),
            place: place.clone(),
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
        self.at(rule, &value.place, &value.path, message, help);
    }
}
