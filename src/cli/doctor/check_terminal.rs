//! Checks the terminal and its capabilities.

use super::checks::Checks;
use crate::cli::color;
use crate::cli::context::VerbContext;
use crate::cli::options::ColorChoice;
use crate::console::layout::SMALLEST;

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
    let (is_colored, why) = color::decide(color, context.out.is_terminal, environment);
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
