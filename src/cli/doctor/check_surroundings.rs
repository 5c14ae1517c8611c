//! Checks what the program runs in: itself, the terminal, and the console with its settings, the resulting
//! look and its log.

use std::env::consts::{ARCH, OS};
use std::path::Path;

use super::checks::Checks;
use crate::cli::context::VerbContext;
use crate::cli::options::{ColorChoice, decide_color};
use crate::console::layout::SMALLEST;
use crate::console::log;
use crate::console::setup::{LOCALE, Setup, SetupError};
use crate::environment::Environment;
use crate::store::{SCHEMA_VERSION, sqlite_version};

pub(super) fn check_program(checks: &mut Checks) {
    checks.area("program");
    checks.fine("version", env!("CARGO_PKG_VERSION"));
    checks.fine("sqlite", sqlite_version());
    checks.fine("schema", format!("version {SCHEMA_VERSION}"));
    checks.fine("system", format!("{OS} {ARCH}"));
}

pub(super) fn check_terminal(color: ColorChoice, context: &VerbContext, checks: &mut Checks) {
    checks.area("terminal");
    streams(context, checks);
    size(context, checks);
    let environment = context.environment;
    match environment.text("TERM").as_deref() {
        Some("dumb") => checks.attention(
            "TERM",
            "dumb",
            "the console needs a terminal that can position text; the verbs don't",
        ),
        Some(kind) => checks.fine("TERM", kind),
        None => checks.fine("TERM", "not set"),
    }
    let colorterm = environment.text("COLORTERM");
    checks.fine("COLORTERM", colorterm.as_deref().unwrap_or("not set"));
    let multiplexers = [("TMUX", "tmux"), ("STY", "screen"), ("ZELLIJ", "zellij")];
    let around = multiplexers
        .into_iter()
        .filter(|(variable, _)| environment.text(variable).is_some())
        .map(|(_, name)| name);
    let around: Vec<&str> = around.collect();
    let around = around.join(", ");
    checks.fine(
        "multiplexer",
        if around.is_empty() { "none" } else { &around },
    );
    let (is_colored, why) = decide_color(color, context.out.is_terminal, environment);
    let colors = if is_colored { "on" } else { "off" };
    checks.fine("colors of avos", format!("{colors}: {why}"));
}

fn streams(context: &VerbContext, checks: &mut Checks) {
    let streams = [
        ("input", context.input_is_terminal),
        ("output", context.out.is_terminal),
        ("error", context.err.is_terminal),
    ];
    let found = |wanted: bool| {
        let streams = streams.iter();
        let names = streams
            .filter(|(_, is)| *is == wanted)
            .map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let (terminals, others) = (found(true), found(false));
    let value = match (terminals.is_empty(), others.is_empty()) {
        (true, _) => "none is a terminal".to_owned(),
        (_, true) => format!("{terminals}: all are terminals"),
        _ => format!("{terminals}: terminals; {others}: not"),
    };
    checks.fine("streams", value);
}

fn size(context: &VerbContext, checks: &mut Checks) {
    let Some((columns, rows)) = context.terminal_size else {
        checks.fine("size", "unknown");
        return;
    };
    let value = format!("{columns} columns, {rows} rows");
    let (least_columns, least_rows) = SMALLEST;
    if columns < least_columns || rows < least_rows {
        let help = format!("the console needs {least_columns} columns and {least_rows} rows");
        checks.attention("size", value, help);
    } else {
        checks.fine("size", value);
    }
}

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
