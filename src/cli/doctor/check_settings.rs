//! Checks the console: its settings, the resulting look, and its log.

use std::path::Path;

use super::checks::Checks;
use crate::cli::options::ColorChoice;
use crate::console::log;
use crate::console::setup::{LOCALE, Setup, SetupError};
use crate::environment::Environment;

pub(super) fn check_settings(
    named: Option<&Path>,
    color: ColorChoice,
    environment: Environment,
    checks: &mut Checks,
) {
    checks.area("console");
    match Setup::find(named, environment) {
        Ok(setup) => {
            settings(&setup, checks);
            theme(&setup, color, environment, checks);
            symbols(&setup, environment, checks);
        }
        Err(SetupError::Read(error)) => {
            let help = "name a readable file, or leave out --settings";
            checks.problem("settings", error.to_string(), help);
        }
        Err(SetupError::Wrong(errors)) => {
            for error in &errors {
                checks.problem("settings", error.to_string(), error.help());
            }
        }
    }
    let (state, home) = (environment.path("XDG_STATE_HOME"), environment.path("HOME"));
    match log::path(state.as_deref(), home.as_deref()) {
        Some(path) if path.exists() => checks.fine("log", path.display().to_string()),
        Some(path) => checks.fine("log", format!("{}, not created yet", path.display())),
        None => checks.attention("log", "none", "set HOME to an absolute path to get a log"),
    }
}

fn settings(setup: &Setup, checks: &mut Checks) {
    let name = setup.path.as_ref().map(|path| path.display().to_string());
    let name = name.as_deref().unwrap_or("no path known");
    let what = if setup.exists {
        "valid"
    } else {
        "missing: the defaults apply"
    };
    checks.fine("settings", format!("{name}, {what}"));
}

fn theme(setup: &Setup, color: ColorChoice, environment: Environment, checks: &mut Checks) {
    let (name, why) = setup.theme(color, environment);
    checks.fine("theme", format!("{name}: {why}"));
    let colorfgbg = environment.text("COLORFGBG");
    checks.fine("COLORFGBG", colorfgbg.as_deref().unwrap_or("not set"));
}

fn symbols(setup: &Setup, environment: Environment, checks: &mut Checks) {
    let symbols = if setup.is_ascii(environment) {
        "ASCII"
    } else {
        "Unicode"
    };
    checks.fine("symbols", symbols);
    let set = LOCALE
        .iter()
        .find_map(|name| Some((name, environment.text(name)?)));
    let locale = set.map_or("not set".to_owned(), |(name, value)| {
        format!("{name} {value}")
    });
    checks.fine("locale", locale);
}
