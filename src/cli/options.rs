//! Command-line options shared by several verbs, and what follows from them.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::assign::Groups;
use crate::config::parse_date;
use crate::environment::Environment;

pub(super) use crate::console::theme::ColorChoice;

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// The groups of the units to assign.
#[derive(Debug, Args)]
pub(super) struct GroupOptions {
    /// The units' segment, for experiments that split by segment
    #[arg(long, value_name = "S")]
    segment: Option<String>,
    /// The units' geography, for experiments that split by geography
    #[arg(long, value_name = "G")]
    geo: Option<String>,
    /// The units' stratum, for experiments that split by stratum
    #[arg(long, value_name = "T")]
    stratum: Option<String>,
}

impl GroupOptions {
    /// Returns the groups for the assigner.
    pub(super) fn groups(&self) -> Groups<'_> {
        Groups {
            segment: self.segment.as_deref(),
            geo: self.geo.as_deref(),
            stratum: self.stratum.as_deref(),
        }
    }
}

/// The significance level.
#[derive(Debug, Args)]
pub(super) struct AlphaOption {
    /// The significance level, above 0 and below 1
    #[arg(
        long,
        value_name = "A",
        default_value_t = 0.05,
        allow_hyphen_values = true,
        value_parser = alpha
    )]
    pub(super) alpha: f64,
}

fn alpha(text: &str) -> Result<f64, &'static str> {
    let level = text.parse().ok();
    level
        .filter(|level| *level > 0.0 && *level < 1.0)
        .ok_or("give a number above 0 and below 1, such as 0.05")
}

/// Parses words that may not be blank, without the space around them.
pub(super) fn words(text: &str) -> Result<String, &'static str> {
    let words = text.trim();
    if words.is_empty() {
        return Err("it is blank: write at least a word");
    }
    Ok(words.to_owned())
}

/// Parses a time.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let example = "write it like 2025-03-01, 2025-03-01T09:00:00Z or 2025-03-01T09:00:00+01:00";
    parse_date(text).ok_or_else(|| example.to_owned())
}

/// Decides whether a stream's text is colored, and returns the reason for people.
pub(super) fn decide_color(
    choice: ColorChoice,
    is_terminal: bool,
    environment: Environment,
) -> (bool, &'static str) {
    match choice {
        ColorChoice::Always => (true, "`--color always`"),
        ColorChoice::Never => (false, "`--color never`"),
        ColorChoice::Auto if !is_terminal => (false, "not a terminal"),
        // See <https://no-color.org>: any value but an empty one forbids color.
        ColorChoice::Auto if environment.text("NO_COLOR").is_some() => (false, "NO_COLOR is set"),
        ColorChoice::Auto if environment.is_dumb_terminal() => (false, "TERM is dumb"),
        ColorChoice::Auto => (true, "a terminal"),
    }
}
