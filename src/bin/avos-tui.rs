//! `avos-tui`: the console.

use std::io::Write;
use std::process::ExitCode;

use avos::console::app::Left;
use avos::console::launch::{Args, launch};
use clap::Parser;

/// Wrong usage, as clap has it.
const USAGE: u8 = 2;

/// Help and version go to standard output; errors end in a line that begins with `help:`.
fn said_by_clap(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody is left to hear of a standard output that is closed.
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
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return said_by_clap(&error),
    };
    match launch(args) {
        Ok(Left::Quit) => ExitCode::SUCCESS,
        // As a shell reports a program that a signal ended.
        Ok(Left::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(u8::MAX)),
        Err(error) => {
            let help = error
                .help()
                .map(|help| format!("help: {help}\n"))
                .unwrap_or_default();
            // Nobody is left to hear of a standard error that is closed.
            let _ = write!(std::io::stderr(), "error: {error}\n{help}");
            ExitCode::from(USAGE)
        }
    }
}
