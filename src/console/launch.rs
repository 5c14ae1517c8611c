//! From arguments, environment and settings to a running console.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Parser, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing_subscriber::filter::LevelFilter;

pub use super::app::ConsoleExit;
use super::app::{self, ConsoleOptions};
use super::log;
use super::model::{Startup, TargetName};
use super::proposal::Proposal;
use super::settings::{MissingVariable, NamedTarget};
use super::setup::{Setup, SetupError, UnknownTarget};
use super::terminal::{ScreenOptions, is_terminal};
use super::theme::{ColorChoice, Symbols, Theme};
use super::worker::WorkerDeps;
use crate::actor::actor;
use crate::demo::{Demo, DemoError};
use crate::diagnostic::visible;
use crate::environment::{DATABASE_VARIABLE, Environment};
use crate::exposure::LogLocation;
use crate::location::LocationError;
use crate::store::{self, DatabaseLocation};

/// Review layer configs, or a saved plan, against a database, and apply them.
#[derive(Debug, Parser)]
#[command(
    name = "avos-tui",
    version,
    group = ArgGroup::new("what").required(true).multiple(true).args(["configs", "plan", "demo", "target"]),
    after_help = "Examples:
  avos-tui --demo
  avos-tui --configs examples/configs/v2 --db avos.db
  avos-tui --configs layers --db /var/lib/avos/avos.db --read-only
  avos-tui --configs layers --db avos.db --log exposures.db --read-only
  avos-tui --plan plan.json --db avos.db
  avos-tui --plan plans --db avos.db
  avos-tui --target prod

In the console, `?` shows what every key does. For scripts and CI use `avos`."
)]
pub struct ConsoleArgs {
    #[command(flatten)]
    proposal: ProposalArgs,
    /// The database; a file is created by the first apply [default: that of the variable `AVOS_DB`]
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    db: Option<DatabaseLocation>,
    /// The exposure log to follow, as for `avos srm`; with --read-only, the console starts in the incident view
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    log: Option<LogLocation>,
    /// A target from the settings: its database, and its log and configs unless these are given here
    #[arg(long, value_name = "NAME", conflicts_with_all = ["demo", "db"])]
    target: Option<String>,
    /// Show everything; apply, edit and hold nothing
    #[arg(long)]
    read_only: bool,
    /// Settings to use instead of ~/.config/avos/settings.yml
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// When to use color
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color())]
    color: ColorChoice,
    /// How much to write to the log file
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log_level: LogLevel,
}

/// Returns the choices without their descriptions, which would double the length of the help.
fn color() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"])
        .try_map(|word| ColorChoice::from_str(&word, false))
}

/// At most one of the three.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct ProposalArgs {
    /// The directory of layer files (*.yml, *.yaml)
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// A saved plan to review and to apply unchanged, or a directory of them
    #[arg(long, value_name = "PLAN")]
    plan: Option<PathBuf>,
    /// A synthetic company with live traffic, in a temporary directory that is removed afterwards
    #[arg(long)]
    demo: bool,
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

/// Why the console can't start or continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// Standard input or output isn't a terminal.
    #[error("avos-tui needs a terminal on standard input and output")]
    NoTerminal,
    /// The terminal has no cursor control.
    #[error("avos-tui needs a terminal with cursor control, but TERM is `dumb`")]
    DumbTerminal,
    /// The settings can't be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// No target has this name.
    #[error(transparent)]
    UnknownTarget(#[from] UnknownTarget),
    /// The log is a source that can't be reached without a variable.
    #[error(transparent)]
    Variable(#[from] MissingVariable),
    /// No database is named.
    #[error("no database is named")]
    NoDatabase,
    /// `AVOS_DB` names no database.
    #[error("`AVOS_DB`: {0}")]
    WrongDatabase(LocationError),
    /// There is nothing to compare the target's database with.
    #[error("target `{0}` names no `configs`")]
    NothingProposed(String),
    /// The demo can't be prepared.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The terminal reported an error.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

impl LaunchError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoTerminal | Self::DumbTerminal => Some(
                "use `avos plan`, `avos validate` or `avos apply` in scripts and CI".to_owned(),
            ),
            Self::Setup(error) => error.help(),
            Self::UnknownTarget(error) => Some(error.help()),
            Self::Variable(error) => Some(error.help()),
            Self::NoDatabase => Some(
                "pass `--db FILE` or `--target NAME`, or set the variable `AVOS_DB`".to_owned(),
            ),
            Self::WrongDatabase(_) => {
                Some("`AVOS_DB` is a path or a URL, as `--db` takes it".to_owned())
            }
            Self::NothingProposed(_) => Some(
                "add `configs: DIR` to it in the settings, or pass `--configs DIR` or `--plan FILE`"
                    .to_owned(),
            ),
            Self::Demo(error) => Some(error.help().to_owned()),
            Self::Terminal(_) => None,
        }
    }
}

/// Runs the console until it exits.
pub fn launch(args: ConsoleArgs) -> Result<ConsoleExit, LaunchError> {
    if !is_terminal() {
        return Err(LaunchError::NoTerminal);
    }
    let environment = Environment(&|name| env::var_os(name));
    if environment.is_dumb_terminal() {
        return Err(LaunchError::DumbTerminal);
    }
    let setup = Setup::find(args.settings.as_deref(), environment)?;
    let target = match args.target {
        Some(name) => {
            let target = setup.target(&name, environment)?;
            Some((name, target))
        }
        None => None,
    };
    let database = match (args.db, environment.path(DATABASE_VARIABLE)) {
        (None, Some(name)) if target.is_none() => {
            Some(DatabaseLocation::parse(name).map_err(LaunchError::WrongDatabase)?)
        }
        (named, _) => named,
    };
    let named = Named::by_args(args.proposal, database, args.log, args.read_only, target)?;
    let named = match named {
        Some(named) => Some(named.with_sources(&setup, environment)?),
        None => None,
    };
    let log = start_log(args.log_level, environment);
    let theme = Theme::by_name(setup.theme(args.color, environment).0);
    let symbols = Symbols::new(setup.is_ascii(environment));
    let Setup {
        settings, keymap, ..
    } = setup;
    // Outlives the console, which reads its files.
    let mut demo = None;
    app::run(|| {
        let named = match named {
            Some(named) => named,
            None => Named::by_demo(demo.insert(Demo::start(Timestamp::now)?), args.read_only),
        };
        let startup = Startup {
            proposal: named.proposal.clone(),
            database: named.database.to_string(),
            log: named.log.as_ref().map(ToString::to_string),
            dimensions: settings.dimensions_of(named.log.as_ref()).to_vec(),
            title: named.title,
            target: named.target,
            is_read_only: named.is_read_only,
            keymap,
            theme,
            symbols,
            srm: settings.srm,
            evidence_max_age: settings.evidence_max_age,
            time_zone: TimeZone::system(),
        };
        let deps = WorkerDeps {
            proposal: named.proposal,
            store: store::open(named.database),
            log: named.log,
            actor: actor(),
            sample_size: u64::from(settings.srm.sample_size),
            alpha: settings.srm.alarm_at,
            least_deviation: settings.srm.least_deviation / 100.0,
            now: Timestamp::now,
        };
        Ok(ConsoleOptions {
            startup,
            deps,
            screen: ScreenOptions {
                mouse: settings.mouse,
                log,
            },
            visual: environment.text("VISUAL"),
            editor: environment.text("EDITOR"),
            is_inside_tmux: environment.text("TMUX").is_some(),
        })
    })
}

/// What the console works on.
struct Named {
    proposal: Proposal,
    database: DatabaseLocation,
    log: Option<LogLocation>,
    /// What the header says instead of these.
    title: Option<String>,
    target: Option<TargetName>,
    is_read_only: bool,
}

impl Named {
    /// Returns what the user named, by itself or as a target; `None` for the demo, which isn't prepared yet.
    fn by_args(
        proposal: ProposalArgs,
        database: Option<DatabaseLocation>,
        log: Option<LogLocation>,
        is_read_only: bool,
        target: Option<(String, NamedTarget)>,
    ) -> Result<Option<Self>, LaunchError> {
        if proposal.demo {
            return Ok(None);
        }
        let mut configs = proposal.configs;
        let mut named = Self {
            proposal: Proposal::Configs(PathBuf::new()),
            database: Path::new("").into(),
            log,
            title: None,
            target: None,
            is_read_only,
        };
        match (database, target) {
            (Some(database), _) => named.database = database,
            (None, Some((name, target))) => {
                configs = configs.or(target.configs);
                named.database = target.db;
                named.log = named.log.or(target.log.map(LogLocation::from));
                named.is_read_only |= target.is_read_only;
                named.target = Some(TargetName {
                    name,
                    color: target.color,
                    is_read_only: target.is_read_only,
                });
            }
            (None, None) => return Err(LaunchError::NoDatabase),
        }
        named.proposal = match (proposal.plan, configs, &named.target) {
            (Some(directory), ..) if directory.is_dir() => Proposal::Plans(directory),
            (Some(file), ..) => Proposal::Plan(file),
            (None, Some(directory), _) => Proposal::Configs(directory),
            (None, None, target) => {
                let name = target.as_ref().map_or("", |target| &target.name);
                return Err(LaunchError::NothingProposed(visible(name).into_owned()));
            }
        };
        Ok(Some(named))
    }

    /// Looks the log up among the sources of the settings.
    fn with_sources(
        self,
        setup: &Setup,
        environment: Environment,
    ) -> Result<Self, MissingVariable> {
        let log = self.log.map(|log| setup.log(log, environment));
        Ok(Self {
            log: log.transpose()?,
            ..self
        })
    }

    fn by_demo(demo: &Demo, is_read_only: bool) -> Self {
        Self {
            proposal: Proposal::Configs(demo.configs().to_owned()),
            database: demo.database().clone(),
            log: Some(demo.log().clone()),
            title: Some(format!("demo in {}", demo.directory().display())),
            target: None,
            is_read_only,
        }
    }
}

fn start_log(level: LogLevel, environment: Environment) -> Option<PathBuf> {
    let level = match level {
        LogLevel::Off => return None,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let (state, home) = (environment.path("XDG_STATE_HOME"), environment.path("HOME"));
    let path = log::path(state.as_deref(), home.as_deref())?;
    log::start(path.clone(), level);
    Some(path)
}
