//! The console: its settings, what it would look like by them, and its log.

use std::path::Path;

use super::check::Report;
use crate::cli::options::ColorChoice;
use crate::console::log;
use crate::console::setup::{LOCALE, Setup, SetupError};
use crate::environment::Environment;

pub(super) fn look(
    named: Option<&Path>,
    color: ColorChoice,
    environment: Environment,
    report: &mut Report,
) {
    report.area("console");
    match Setup::find(named, environment) {
        Ok(setup) => {
            settings(&setup, report);
            theme(&setup, color, environment, report);
            symbols(&setup, environment, report);
        }
        Err(SetupError::Read(error)) => {
            let help = "let it be a file that can be read, or leave --settings out";
            report.problem("settings", error.to_string(), help);
        }
        Err(SetupError::Wrong(errors)) => {
            for error in &errors {
                report.problem("settings", error.to_string(), error.help());
            }
        }
    }
    let (state, home) = (environment.path("XDG_STATE_HOME"), environment.path("HOME"));
    match log::path(state.as_deref(), home.as_deref()) {
        Some(path) if path.exists() => report.fine("log", path.display().to_string()),
        Some(path) => report.fine("log", format!("{}, nothing in it yet", path.display())),
        None => report.attention("log", "none", "set HOME to an absolute path to have one"),
    }
}

fn settings(setup: &Setup, report: &mut Report) {
    let name = setup.path.as_ref().map(|path| path.display().to_string());
    let name = name.as_deref().unwrap_or("no place for them is known");
    let what = if setup.is_there {
        "valid"
    } else {
        "not there: the defaults"
    };
    report.fine("settings", format!("{name}, {what}"));
}

fn theme(setup: &Setup, color: ColorChoice, environment: Environment, report: &mut Report) {
    let (name, why) = setup.theme(color, environment);
    report.fine("theme", format!("{name}: {why}"));
    let colorfgbg = environment.text("COLORFGBG");
    report.fine("COLORFGBG", colorfgbg.as_deref().unwrap_or("not set"));
}

fn symbols(setup: &Setup, environment: Environment, report: &mut Report) {
    let symbols = if setup.is_ascii(environment) {
        "ASCII"
    } else {
        "Unicode"
    };
    report.fine("symbols", symbols);
    let set = LOCALE
        .iter()
        .find_map(|name| Some((name, environment.text(name)?)));
    let locale = set.map_or("not set".to_owned(), |(name, value)| {
        format!("{name} {value}")
    });
    report.fine("locale", locale);
}
