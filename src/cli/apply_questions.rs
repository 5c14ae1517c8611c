//! What `avos apply` asks at a terminal: whether to apply, and why all the same.

use std::io::Write;

use super::context::VerbContext;
use super::error::CliError;
use super::options::words;
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// Asks on standard error, and reads one line.
pub(super) fn is_confirmed(
    confirmation: &Confirmation,
    context: &mut VerbContext,
) -> Result<bool, CliError> {
    let question = match confirmation {
        Confirmation::OneKey => "Apply these changes? [y/N] ".to_owned(),
        Confirmation::Type { name, reasons, .. } => {
            for reason in reasons {
                writeln!(context.err, "{}", visible(reason))?;
            }
            format!("Type {} to apply: ", visible(name))
        }
    };
    let answer = ask(&question, context)?;
    Ok(match confirmation {
        Confirmation::OneKey => ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()),
        // What can't be typed is taken as it is shown.
        Confirmation::Type { name, .. } => answer == *name || answer == visible(name),
    })
}

/// Asks why the plan is applied although a split doesn't hold.
pub(super) fn ask_reason(context: &mut VerbContext) -> Result<String, CliError> {
    let answer = ask("Why all the same, for the journal: ", context)?;
    words(&answer).map_err(|_| CliError::NoReason { is_asked: true })
}

/// Asks on standard error, and returns the line that is typed.
fn ask(question: &str, context: &mut VerbContext) -> Result<String, CliError> {
    write!(context.err, "{question}")?;
    context.err.flush()?;
    let mut answer = String::new();
    if context.input.read_line(&mut answer)? == 0 {
        // No line end was typed, so none was echoed.
        writeln!(context.err)?;
    }
    answer.truncate(answer.trim_end_matches(['\r', '\n']).len());
    Ok(answer)
}
