//! What is asked of a log.

use jiff::Timestamp;

use super::Traffic;
use crate::domain::ExperimentId;

/// What is judged, and how.
#[derive(Clone, Copy, Debug)]
pub struct JudgeOptions<'a> {
    /// The chance of even one false alarm among all splits, however often this is asked: between 0
    /// and 1.
    pub alpha: f64,
    /// When this is asked. Exposures of 5 minutes or more after it are of a clock that is ahead, and
    /// don't say how far the log goes.
    pub now: Timestamp,
    /// One experiment by itself: its splits are corrected for each other only.
    pub only: Option<&'a ExperimentId>,
    /// The verdict of a while ago: tests that take long aren't made again for splits that got no
    /// unit since.
    pub before: Option<&'a Traffic>,
}

impl JudgeOptions<'_> {
    /// All experiments, for the first time.
    #[must_use]
    pub fn new(alpha: f64, now: Timestamp) -> Self {
        Self {
            alpha,
            now,
            only: None,
            before: None,
        }
    }
}
