//! What the watcher reports.

use std::fmt;
use std::time::Duration;

/// A report of the watcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// The layer files, or the saved plan in their place, may have changed, or come or gone.
    Proposal,
    /// The database may have changed, or come or gone.
    Database,
    /// The exposure log may have changed, or come or gone. One that is written all the time is
    /// reported about twice a second.
    Log,
    /// How changes are noticed from now on; the first report is one of these.
    Mode(WatchMode),
}

/// How changes are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchMode {
    /// The kernel says so, at once.
    Kernel,
    /// By looking again and again, since the kernel's watches can't be had.
    Polling {
        /// Why, as a phrase for people.
        reason: String,
        /// How long a change can go unnoticed.
        every: Duration,
    },
    /// Not at all.
    Off {
        /// Why, as a phrase for people.
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
