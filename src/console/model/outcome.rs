//! How an action ended.

/// How an action ended, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The line.
    pub text: String,
    /// Good or bad.
    pub tone: Tone,
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// For information.
    Plain,
    /// It didn't work.
    Bad,
}
