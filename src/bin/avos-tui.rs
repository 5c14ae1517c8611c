//! `avos-tui`: the console.

use std::io::Write;
use std::process::ExitCode;

use avos::console::launch::{ConsoleArgs, ConsoleExit, launch};
use clap::Parser;

/// Clap's exit code for wrong usage.
const USAGE: u8 = 2;

/// Help and version go to standard output; errors end in a line that begins with `help:`.
fn print_clap_error(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed standard output can't be reported.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let text = text.replace(
        "\nFor more information, try ",
        "\nhelp: for more information, try ",
    );
    let _ = write!(std::io::stderr(), "{text}");
    ExitCode::from(USAGE)
}

fn main() -> ExitCode {
    let args = match ConsoleArgs::try_parse() {
        Ok(args) => args,
        Err(error) => return print_clap_error(&error),
    };
    match launch(args) {
        Ok(ConsoleExit::Quit) => ExitCode::SUCCESS,
        // As a shell reports a program that a signal ended.
        Ok(ConsoleExit::Signal(number)) => {
            ExitCode::from(u8::try_from(128 + number).unwrap_or(u8::MAX))
        }
        Err(error) => {
            let help = error
                .help()
                .map(|help| format!("help: {help}\n"))
                .unwrap_or_default();
            // A closed standard error can't be reported.
            let _ = write!(std::io::stderr(), "error: {error}\n{help}");
            ExitCode::from(USAGE)
        }
    }
}
