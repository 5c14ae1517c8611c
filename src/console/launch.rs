//! From arguments, environment and settings to a running console.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing_subscriber::filter::LevelFilter;

use super::app::{self, Left, Options};
use super::commands::{Command, Keymap};
use super::log;
use super::model::Startup;
use super::proposal::Proposal;
use super::settings::{self, ReadSettingsError, Settings, SettingsError};
use super::terminal::{ScreenOptions, is_terminal};
use super::theme::{ColorChoice, Surroundings, Symbols, Theme};
use super::worker::World;
use crate::actor::actor;
use crate::store::Store;

/// Review layer configs, or a saved plan, against a database, and apply them.
#[derive(Debug, Parser)]
#[command(
    name = "avos-tui",
    version,
    after_help = "Examples:
  avos-tui --configs examples/configs/v2 --db avos.db
  avos-tui --configs layers --db /var/lib/avos/avos.db --read-only
  avos-tui --plan plan.json --db avos.db

In the console, `?` shows what every key does. For scripts and CI use `avos`."
)]
pub struct Args {
    #[command(flatten)]
    proposal: ProposalArgs,
    /// The SQLite database; it is created by the first apply
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// Show everything, apply nothing
    #[arg(long)]
    read_only: bool,
    /// Settings to use instead of ~/.config/avos/settings.yml
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Whether to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// How much goes to the log file
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log_level: LogLevel,
}

/// One of the two.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ProposalArgs {
    /// The directory of layer files (*.yml, *.yaml)
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// A saved plan, to be looked at and applied as it was reviewed
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Why the console can't start or go on.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Standard input or output is no terminal.
    #[error("avos-tui needs a terminal on standard input and output")]
    NoTerminal,
    /// The settings file can't be read.
    #[error(transparent)]
    ReadSettings(#[from] ReadSettingsError),
    /// The settings are wrong.
    #[error("{}", listed(.0))]
    Settings(Vec<SettingsError>),
    /// The terminal doesn't do what it should.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

impl LaunchError {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoTerminal => Some(
                "for scripts and CI use `avos plan`, `avos validate` or `avos apply`".to_owned(),
            ),
            Self::ReadSettings(_) => {
                Some("name a file that can be read, or leave --settings out".to_owned())
            }
            Self::Settings(errors) => errors.first().map(SettingsError::help),
            Self::Terminal(_) => None,
        }
    }
}

fn listed(errors: &[SettingsError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Runs the console until it is left.
pub fn launch(args: Args) -> Result<Left, LaunchError> {
    if !is_terminal() {
        return Err(LaunchError::NoTerminal);
    }
    let settings = settings(args.settings.as_deref())?;
    let keymap = Keymap::new(&settings).map_err(LaunchError::Settings)?;
    let log = start_log(args.log_level);
    let is_ascii = settings.ascii.decide(
        variable("LC_ALL").as_deref(),
        variable("LC_CTYPE").as_deref(),
        variable("LANG").as_deref(),
    );
    let proposal = proposal(args.proposal);
    let startup = Startup {
        proposal: proposal.clone(),
        database: args.db.display().to_string(),
        is_read_only: args.read_only,
        keymap,
        theme: theme(&settings, args.color),
        symbols: Symbols::new(is_ascii),
        srm: settings.srm,
        time_zone: TimeZone::system(),
    };
    let world = World {
        proposal,
        store: Store::new(args.db),
        actor: actor(),
        sample_size: u64::from(settings.srm.sample_size),
        now: Timestamp::now,
    };
    let left = app::run(Options {
        startup,
        world,
        screen: ScreenOptions {
            mouse: settings.mouse,
            log,
        },
        visual: variable("VISUAL"),
        editor: variable("EDITOR"),
        is_inside_tmux: variable("TMUX").is_some(),
    })?;
    Ok(left)
}

/// What was named; clap sees to it that something was.
fn proposal(args: ProposalArgs) -> Proposal {
    match args.plan {
        Some(file) => Proposal::Plan(file),
        None => Proposal::Configs(args.configs.unwrap_or_default()),
    }
}

/// The settings file that was named, which must be there, else the user's own, if there is one.
fn settings(named: Option<&Path>) -> Result<Settings, LaunchError> {
    let (xdg, home) = (path_of("XDG_CONFIG_HOME"), path_of("HOME"));
    let found = settings::find(named, xdg.as_deref(), home.as_deref())?;
    let named = found.map(|(path, text)| (path.display().to_string(), text));
    let user = named
        .as_ref()
        .and_then(|(name, text)| Some((name.as_str(), text.as_deref()?)));
    let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
    Settings::load(user, &ids).map_err(LaunchError::Settings)
}

fn theme(settings: &Settings, color: Color) -> Theme {
    let color = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let colorfgbg = variable("COLORFGBG");
    let surroundings = Surroundings {
        no_color: variable("NO_COLOR").is_some(),
        colorfgbg: colorfgbg.as_deref(),
    };
    Theme::choose(settings.theme, color, surroundings)
}

fn start_log(level: LogLevel) -> Option<PathBuf> {
    let level = match level {
        LogLevel::Off => return None,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let path = log::path(
        path_of("XDG_STATE_HOME").as_deref(),
        path_of("HOME").as_deref(),
    )?;
    log::start(path.clone(), level);
    Some(path)
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn path_of(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
