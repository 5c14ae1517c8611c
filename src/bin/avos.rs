//! `avos`: the verbs for scripts and CI.

use std::process::ExitCode;

fn main() -> ExitCode {
    avos::cli::main(std::env::args_os())
}
