//! An error with its help.

use std::error::Error;

use crate::cli::error::CliError;
use crate::diagnostic::visible;
use crate::report::Role;

use super::TextStyle;

/// Returns `error: …` with its causes, and a `help:` line if there is help.
pub(in crate::cli) fn error_text(error: &CliError, style: TextStyle) -> String {
    let mut text = labeled("error", Role::Error, &with_causes(error), style);
    if let Some(help) = error.help() {
        text.push_str(&labeled("help", Role::Accent, &help, style));
    }
    text
}

/// Returns an error's message with its causes, without repetitions.
pub(in crate::cli) fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // SQLite's numbers come with the words before them.
        let words = match said.strip_prefix("Error code ") {
            Some(coded) => coded.split_once(": ").map_or(coded, |(_, words)| words),
            None => &said,
        };
        if !message.contains(words) {
            message.push_str(&format!(": {said}"));
        }
        source = cause.source();
    }
    message
}

fn labeled(label: &str, role: Role, message: &str, style: TextStyle) -> String {
    format!("{}: {}\n", style.paint(role, label), visible(message))
}
