//! What `avos apply` asks at a terminal: whether to apply, and the reason where evidence is doubtful.

use std::io::Write;

use super::context::VerbContext;
use super::error::CliError;
use super::options::words;
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// Asks whether to apply, and for a reason if one is needed and none was given. Returns the reason.
pub(super) fn confirm(
    confirmation: Confirmation,
    reason: Option<String>,
    context: &mut VerbContext,
) -> Result<Option<String>, CliError> {
    if !is_confirmed(&confirmation, context)? {
        return Err(CliError::NotConfirmed {
            name: match confirmation {
                Confirmation::OneKey => None,
                Confirmation::Type { name, .. } => Some(name),
            },
        });
    }
    if reason.is_some() || !confirmation.needs_reason() {
        return Ok(reason);
    }
    let answer = ask(
        "Reason for applying anyway (kept in the journal): ",
        context,
    )?;
    let reason = words(&answer).map_err(|_| CliError::NoReason { is_asked: true })?;
    Ok(Some(reason))
}

/// Asks whether to apply; the answer is one line.
fn is_confirmed(confirmation: &Confirmation, context: &mut VerbContext) -> Result<bool, CliError> {
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
