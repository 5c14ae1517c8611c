//! Times as the console writes them.

use jiff::Timestamp;

use super::Model;

impl Model {
    /// A date and time of day in local time, with the time zone's name.
    #[must_use]
    pub fn date_and_time(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.startup.time_zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    /// A time of the log in local time, to the second; with the date where it isn't that of the
    /// log's last reading.
    #[must_use]
    pub fn log_clock(&self, at: Timestamp) -> String {
        let judged = self.incident.judged.as_ref();
        self.clock(at, judged.map_or(at, |judged| judged.at))
    }

    /// A time of day in local time, with the date where it isn't that of `now`.
    #[must_use]
    pub fn clock(&self, at: Timestamp, now: Timestamp) -> String {
        let zone = &self.startup.time_zone;
        let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
        let format = if at.date() == now.date() {
            "%H:%M:%S"
        } else {
            "%Y-%m-%d %H:%M"
        };
        at.strftime(format).to_string()
    }
}
