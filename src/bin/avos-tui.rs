//! `avos-tui`: the console.

use std::io::Write;
use std::process::ExitCode;

use avos::console::app::Left;
use avos::console::launch::{Args, launch};
use clap::Parser;

/// Wrong usage, as clap has it.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match launch(Args::parse()) {
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
