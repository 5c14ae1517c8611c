//! The settings as values.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{NamedSource, NamedTarget};
use crate::console::keys::Chord;
use crate::console::theme::ThemeSetting;
use crate::diagnostic::Span;
use crate::exposure::LogLocation;

/// The settings, complete and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The theme.
    pub theme: ThemeSetting,
    /// Whether to draw in ASCII.
    pub ascii: Ascii,
    /// Whether the console captures clicks and the wheel.
    pub mouse: bool,
    /// Thresholds and sample size.
    pub srm: SrmSettings,
    /// How old evidence for a ramp-up or a winner may be, and the last row of the log behind it.
    pub evidence_max_age: SignedDuration,
    /// Databases by name.
    pub targets: BTreeMap<String, NamedTarget>,
    /// Exposure logs in databases and warehouses, by name.
    pub sources: BTreeMap<String, NamedSource>,
    /// Further columns of logs in files, by which splits are broken down.
    pub dimensions: Vec<String>,
    /// Keys by command id, for commands whose keys differ from the defaults. An empty list means none.
    pub keys: BTreeMap<String, Vec<Chord>>,
    /// The span of each chord in `keys`, for reports of clashes.
    pub(super) spans: BTreeMap<String, Vec<Span>>,
}

impl Settings {
    /// Returns the source that a log's name means, with this name.
    pub(crate) fn source<'l>(&self, log: &'l LogLocation) -> Option<(&'l str, &NamedSource)> {
        let name = log.source_name()?;
        Some((name, self.sources.get(name)?))
    }

    /// Returns the further columns of a log by which its splits are broken down: a source has its own.
    pub(crate) fn dimensions_of<'d>(&'d self, log: Option<&'d LogLocation>) -> &'d [String] {
        match log {
            Some(LogLocation::Source(source)) => &source.dimensions,
            Some(LogLocation::File(_)) => &self.dimensions,
            None => &[],
        }
    }
}

/// The settings of the tests for sample ratio mismatch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SrmSettings {
    /// Warn at this p-value or below.
    pub warn_at: f64,
    /// Alarm at this p-value or below; at most `warn_at`.
    pub alarm_at: f64,
    /// The least deviation of an arm's share that raises an alarm, in percentage points, 0 to 100.
    pub least_deviation: f64,
    /// Units of a simulated sample, 1 to 10,000,000.
    pub sample_size: u32,
}

/// Whether to draw in ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ascii {
    /// Depending on the locale.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Ascii {
    /// Decides whether to draw in ASCII. The locale is the first of `LC_ALL`, `LC_CTYPE` and `LANG`
    /// that is set and not empty. A locale without UTF-8 means ASCII; no locale at all doesn't,
    /// since a terminal without UTF-8 is rarer than an environment without a locale.
    #[must_use]
    pub fn decide(self, lc_all: Option<&str>, lc_ctype: Option<&str>, lang: Option<&str>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => [lc_all, lc_ctype, lang]
                .into_iter()
                .flatten()
                .find(|value| !value.is_empty())
                .is_some_and(|locale| {
                    let locale = locale.to_ascii_lowercase();
                    !locale.contains("utf-8") && !locale.contains("utf8")
                }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let auto = |all, ctype, lang| Ascii::Auto.decide(all, ctype, lang);
        assert!(!auto(None, None, Some("ru_RU.UTF-8")));
        assert!(!auto(Some(""), Some("C.utf8"), Some("C")));
        assert!(auto(Some("C"), None, Some("ru_RU.UTF-8")));
        assert!(auto(None, None, Some("POSIX")));
        assert!(!auto(None, None, None));
        assert!(Ascii::Always.decide(None, None, Some("C.UTF-8")));
        assert!(!Ascii::Never.decide(Some("C"), None, None));
    }
}
