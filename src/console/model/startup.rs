//! What doesn't change while the console runs, and how the console writes times.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::console::commands::{Command, Keymap};
use crate::console::proposal::Proposal;
use crate::console::settings::SrmSettings;
use crate::console::theme::{Symbols, TargetColor, Theme};

/// The format of a date with the time of day, to the minute.
const MINUTE: &str = "%Y-%m-%d %H:%M";

/// What the settings call the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetName {
    /// The name.
    pub name: String,
    /// The color behind it; `None` for the theme's accent.
    pub color: Option<TargetColor>,
    /// Whether the settings say that nothing may be applied to it.
    pub is_read_only: bool,
}

/// What doesn't change while the console runs.
#[derive(Clone, Debug)]
pub struct Startup {
    /// What is proposed for the database.
    pub proposal: Proposal,
    /// The database, as the user named it.
    pub database: String,
    /// The exposure log, as the user named it.
    pub log: Option<String>,
    /// The log's further columns by which splits are broken down.
    pub dimensions: Vec<String>,
    /// What the header says instead of the names of all three.
    pub title: Option<String>,
    /// The name of the target, if it was chosen by name.
    pub target: Option<TargetName>,
    /// Whether nothing may be applied.
    pub is_read_only: bool,
    /// Which key does what.
    pub keymap: Keymap,
    /// Colors.
    pub theme: Theme,
    /// Bars, borders and bullets.
    pub symbols: &'static Symbols,
    /// The thresholds of p-values for warnings and alarms, and the size of the sample.
    pub srm: SrmSettings,
    /// How old evidence for a ramp-up or a winner may be, and the log's last row.
    pub evidence_max_age: SignedDuration,
    /// For times on the screen.
    pub time_zone: TimeZone,
}

impl Startup {
    /// Returns the key that runs a command, as hints show it; `None` if it has none.
    #[must_use]
    pub fn key(&self, command: Command) -> Option<String> {
        let key = self.keymap.hint(command)?;
        Some(key.hint(self.symbols.ascii))
    }

    /// Returns what a command is called in a sentence: its key, or its name if it has none.
    #[must_use]
    pub fn named(&self, command: Command) -> String {
        let name = || command.spec().label.to_owned();
        self.key(command).unwrap_or_else(name)
    }
}

impl Startup {
    /// Formats a date and time of day in local time, with the time zone's name.
    #[must_use]
    pub fn date_and_time(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    /// Formats a date and time of day in local time, to the minute.
    #[must_use]
    pub fn date_and_minute(&self, at: Timestamp) -> String {
        self.local(at).strftime(MINUTE).to_string()
    }

    /// Formats a time of day in local time, with the date if it isn't that of `now`.
    #[must_use]
    pub fn clock(&self, at: Timestamp, now: Timestamp) -> String {
        let (at, now) = (self.local(at), self.local(now));
        let format = if at.date() == now.date() {
            "%H:%M:%S"
        } else {
            MINUTE
        };
        at.strftime(format).to_string()
    }

    /// Formats ordered, evenly spaced times for an axis: with the date unless all are on the day of
    /// `now`, and to the second if they are less than a minute apart.
    #[must_use]
    pub fn axis_times<const N: usize>(&self, times: [Timestamp; N], now: Timestamp) -> [String; N] {
        let minute = SignedDuration::from_mins(1);
        let is_short = times
            .windows(2)
            .any(|pair| pair[1].duration_since(pair[0]) < minute);
        let (times, now) = (times.map(|at| self.local(at)), self.local(now));
        let is_one_day = times.iter().all(|at| at.date() == now.date());
        let format = match (is_one_day, is_short) {
            (true, true) => "%H:%M:%S",
            (true, false) => "%H:%M",
            (false, true) => "%Y-%m-%d %H:%M:%S",
            (false, false) => MINUTE,
        };
        times.map(|at| at.strftime(format).to_string())
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.time_zone.clone())
    }
}
