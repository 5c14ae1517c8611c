//! The console: its settings, what it would look like by them, and its log.

use std::path::Path;

use super::check::Report;
use crate::cli::environment::Environment;
use crate::cli::options::ColorChoice;
use crate::console::commands::{Command, Keymap};
use crate::console::log;
use crate::console::settings::{self, Settings};
use crate::console::theme::{self, Surroundings, ThemeName};

pub(super) fn look(
    named: Option<&Path>,
    color: ColorChoice,
    environment: Environment,
    report: &mut Report,
) {
    report.area("console");
    if let Some(settings) = settings(named, environment, report) {
        theme(&settings, color, environment, report);
        symbols(&settings, environment, report);
    }
    let (state, home) = (environment.path("XDG_STATE_HOME"), environment.path("HOME"));
    match log::path(state.as_deref(), home.as_deref()) {
        Some(path) if path.exists() => report.fine("log", path.display().to_string()),
        Some(path) => report.fine("log", format!("{}, nothing in it yet", path.display())),
        None => report.attention("log", "none", "set HOME to an absolute path to have one"),
    }
}

/// The settings, unless they are wrong.
fn settings(
    named: Option<&Path>,
    environment: Environment,
    report: &mut Report,
) -> Option<Settings> {
    let (xdg, home) = (
        environment.path("XDG_CONFIG_HOME"),
        environment.path("HOME"),
    );
    let found = match settings::find(named, xdg.as_deref(), home.as_deref()) {
        Ok(found) => found,
        Err(error) => {
            let help = "let it be a file that can be read, or leave --settings out";
            report.problem("settings", error.to_string(), help);
            return None;
        }
    };
    let name = found.as_ref().map(|(path, _)| path.display().to_string());
    let name = name.as_deref().unwrap_or("no place for them is known");
    let text = found.as_ref().and_then(|(_, text)| text.as_deref());
    let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
    let loaded = Settings::load(text.map(|text| (name, text)), &ids);
    let loaded = loaded.and_then(|settings| Keymap::new(&settings).map(|_| settings));
    match loaded {
        Ok(settings) => {
            let what = if text.is_some() {
                "valid"
            } else {
                "not there: the defaults"
            };
            report.fine("settings", format!("{name}, {what}"));
            Some(settings)
        }
        Err(errors) => {
            for error in &errors {
                report.problem("settings", error.to_string(), error.help());
            }
            None
        }
    }
}

fn theme(settings: &Settings, color: ColorChoice, environment: Environment, report: &mut Report) {
    let color = match color {
        ColorChoice::Auto => theme::ColorChoice::Auto,
        ColorChoice::Always => theme::ColorChoice::Always,
        ColorChoice::Never => theme::ColorChoice::Never,
    };
    let colorfgbg = environment.text("COLORFGBG");
    let surroundings = Surroundings {
        no_color: environment.text("NO_COLOR").is_some(),
        colorfgbg: colorfgbg.as_deref(),
    };
    let (name, why) = ThemeName::decide(settings.theme, color, surroundings);
    report.fine("theme", format!("{name}: {why}"));
    report.fine("COLORFGBG", colorfgbg.as_deref().unwrap_or("not set"));
}

fn symbols(settings: &Settings, environment: Environment, report: &mut Report) {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| (name, environment.text(name)));
    let [all, kind, lang] = locale.each_ref().map(|(_, value)| value.as_deref());
    let symbols = if settings.ascii.decide(all, kind, lang) {
        "ASCII"
    } else {
        "Unicode"
    };
    report.fine("symbols", symbols);
    let set = locale
        .iter()
        .find_map(|(name, value)| Some((name, value.as_ref()?)));
    let locale = set.map_or("not set".to_owned(), |(name, value)| {
        format!("{name} {value}")
    });
    report.fine("locale", locale);
}
