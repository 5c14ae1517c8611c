//! How an action ended.

use super::Trouble;

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In one line; what has several parts, such as errors, has a line for each.
    pub text: String,
    /// Good or bad.
    pub tone: Tone,
}

impl Outcome {
    /// Returns the outcome of an action that failed.
    #[must_use]
    pub fn of_trouble(trouble: &Trouble) -> Self {
        let help = if trouble.help.is_empty() {
            String::new()
        } else {
            format!("; {}", trouble.help)
        };
        Self {
            text: format!("{}{help}", trouble.message),
            tone: Tone::Bad,
        }
    }
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// For information.
    Plain,
    /// For information that the screen has too: it may be cut.
    Aside,
    /// It didn't work.
    Bad,
}
