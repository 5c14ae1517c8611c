//! The entry point: the only place that reads the clock, the environment and the terminals. Runs the verb
//! and turns its outcome into an exit code.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use jiff::Timestamp;

use super::arguments::{AvosArgs, Verb};
use super::context::{OutputStream, VerbContext};
use super::error::CliError;
use super::options::{ColorChoice, decide_color};
use super::show::{TextStyle, error_text};
use super::{
    apply, assign, completions, copy, doctor, edit, export, history, hold, init, layers, man, plan,
    preview, replay, schema, srm, validate,
};
use crate::actor::actor;
use crate::environment::Environment;
use crate::git_commit::git_commit;

/// The width of prose without a terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 80;

/// Runs `avos` with the arguments of the process, its own name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let color = color_wanted(&arguments);
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let out_is_terminal = stdout.is_terminal();
    let err_is_terminal = stderr.is_terminal();
    let terminal_size = (out_is_terminal || err_is_terminal)
        .then(terminal_size)
        .flatten();
    let environment = Environment(&|name| std::env::var_os(name));
    let style = |is_terminal: bool| TextStyle {
        is_colored: decide_color(color, is_terminal, environment).0,
        width: match terminal_size {
            Some((columns, _)) if is_terminal => columns.into(),
            _ => WIDTH_WITHOUT_TERMINAL,
        },
        is_cut: is_terminal,
    };
    let out = BufWriter::with_capacity(1 << 16, stdout.lock());
    let mut context = VerbContext {
        now: Timestamp::now(),
        clock: Timestamp::now,
        actor: &actor,
        git_commit: &git_commit,
        current_dir: std::env::current_dir().unwrap_or_default(),
        environment,
        terminal_size,
        input_is_terminal: io::stdin().is_terminal(),
        input: Box::new(io::stdin().lock()),
        out: OutputStream::new(out, style(out_is_terminal), out_is_terminal),
        err: OutputStream::new(stderr.lock(), style(err_is_terminal), err_is_terminal),
    };
    match AvosArgs::try_parse_from(arguments) {
        Ok(arguments) => dispatch(&arguments, &mut context),
        Err(error) => show_usage(&error, &mut context),
    }
    .into()
}

/// Shows the requested help, or the error in the command line.
fn show_usage(error: &clap::Error, context: &mut VerbContext) -> u8 {
    let screen = if error.use_stderr() {
        &mut context.err
    } else {
        &mut context.out
    };
    let text = error.render();
    let text = if screen.style.is_colored {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    // Every error of `avos` ends in a line that begins with `help:`.
    let text = text.replace(
        "\nFor more information, try ",
        "\nhelp: for more information, try ",
    );
    // If the error can't be written, there is nowhere left to report that.
    let _ = write!(screen, "{text}").and_then(|()| screen.flush());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        _ => 2,
    }
}

/// Returns the value of `--color`, even if the rest of the command line is wrong, so that the error
/// has the right colors too.
fn color_wanted(arguments: &[OsString]) -> ColorChoice {
    let words = || arguments.iter().filter_map(|word| word.to_str());
    let value = words()
        .zip(words().skip(1))
        .find(|(flag, _)| *flag == "--color")
        .map(|(_, value)| value)
        .or_else(|| words().find_map(|word| word.strip_prefix("--color=")));
    match value {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// Returns the size of the terminal; `None` if it reports 0.
fn terminal_size() -> Option<(u16, u16)> {
    let size = crossterm::terminal::size().ok();
    size.filter(|(columns, _)| *columns > 0)
}

/// Runs the verb and returns the exit code; errors go to standard error.
pub(super) fn dispatch(arguments: &AvosArgs, context: &mut VerbContext) -> u8 {
    let outcome = match &arguments.verb {
        Verb::Validate(arguments) => validate::run(arguments, context),
        Verb::Plan(arguments) => plan::run(arguments, context),
        Verb::Apply(arguments) => apply::run(arguments, context),
        Verb::Hold(arguments) => hold::hold(arguments, context),
        Verb::Release(arguments) => hold::release(arguments, context),
        Verb::Pause(arguments) => edit::pause(arguments, context),
        Verb::Resume(arguments) => edit::resume(arguments, context),
        Verb::Ramp(arguments) => edit::ramp(arguments, context),
        Verb::Complete(arguments) => edit::complete(arguments, context),
        Verb::Layers(arguments) => layers::run(arguments, context),
        Verb::Assign(arguments) => assign::run(arguments, context),
        Verb::Preview(arguments) => preview::run(arguments, context),
        Verb::Srm(arguments) => srm::run(arguments, context),
        Verb::Replay(arguments) => replay::run(arguments, context),
        Verb::History(arguments) => history::run(arguments, context),
        Verb::Export(arguments) => export::run(arguments, context),
        Verb::Init(arguments) => init::init(arguments, context),
        Verb::Migrate(arguments) => init::migrate(arguments, context),
        Verb::Copy(arguments) => copy::run(arguments, context),
        Verb::Doctor(this) => doctor::run(this, arguments.color, context),
        Verb::Schema(_) => schema::run(context),
        Verb::Completions(arguments) => completions::run(arguments, context),
        Verb::Man(_) => man::run(context),
    };
    let flushed = context.out.flush().map_err(CliError::Output);
    match outcome.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit.code(),
        Err(error) => {
            let text = error_text(&error, context.err.style);
            // If standard error can't be written, there is nowhere left to report that.
            let _ = write!(context.err, "{text}").and_then(|()| context.err.flush());
            error.exit_code()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_color_option_is_found_on_a_wrong_command_line_too() {
        let wanted = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            color_wanted(&words)
        };
        assert_eq!(wanted("avos --color always plam"), ColorChoice::Always);
        assert_eq!(wanted("avos plan --color=never --dp"), ColorChoice::Never);
        assert_eq!(wanted("avos plan --color"), ColorChoice::Auto);
        assert_eq!(wanted("avos plan"), ColorChoice::Auto);
    }
}
