//! What the watcher reports.

use std::fmt;
use std::time::Duration;

/// A report of the watcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// The layer files, or the saved plan in their place, may have changed, appeared or
    /// disappeared.
    Proposal,
    /// The database may have changed, appeared or disappeared.
    Database,
    /// The exposure log may have changed, appeared or disappeared. A log that is written
    /// continuously is reported about twice a second.
    Log,
    /// How changes are detected from now on; the first report is always one of these.
    Mode(WatchMode),
}

/// How changes are detected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchMode {
    /// By the kernel's events, at once.
    Kernel,
    /// By polling, since the kernel's watches aren't available.
    Polling {
        /// The reason, as a phrase.
        reason: String,
        /// The interval, and so the longest delay.
        every: Duration,
    },
    /// Not detected.
    Off {
        /// The reason, as a phrase.
        reason: String,
    },
}

impl fmt::Display for WatchMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel => f.pad("watching"),
            Self::Polling { every, .. } => f.pad(&format!("polling every {} s", every.as_secs())),
            Self::Off { .. } => f.pad("not watching"),
        }
    }
}
