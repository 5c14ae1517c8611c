//! Shows the plan and asks for confirmation.

use std::io::Write;

use crate::cli::context::VerbContext;
use crate::cli::error::CliError;
use crate::cli::inputs::LoadedProposal;
use crate::cli::output_stream::OutputStream;
use crate::cli::show::{NEW_DATABASE, plan_line, review as show_review};
use crate::diagnostic::visible;
use crate::review::Confirmation;

/// Writes the plan for people.
pub(super) fn show(proposal: &LoadedProposal, screen: &mut OutputStream) -> Result<(), CliError> {
    let LoadedProposal {
        review, sources, ..
    } = proposal;
    if proposal.is_new {
        writeln!(screen, "{NEW_DATABASE}\n")?;
    }
    let text = show_review(review, sources, proposal.known_after(), screen.style);
    let last = plan_line(review, screen.style);
    write!(screen, "{text}{last}")?;
    Ok(screen.flush()?)
}

/// Asks on standard error, and reads one line.
pub(super) fn is_confirmed(
    confirmation: &Confirmation,
    context: &mut VerbContext,
) -> Result<bool, CliError> {
    match confirmation {
        Confirmation::OneKey => write!(context.err, "Apply these changes? [y/N] ")?,
        Confirmation::Type { name, reasons } => {
            for reason in reasons {
                writeln!(context.err, "{}", visible(reason))?;
            }
            write!(context.err, "Type {} to apply: ", visible(name))?;
        }
    }
    context.err.flush()?;
    let mut answer = String::new();
    if context.input.read_line(&mut answer)? == 0 {
        // No line end was typed, so none was echoed.
        writeln!(context.err)?;
    }
    let answer = answer.trim_end_matches(['\r', '\n']);
    Ok(match confirmation {
        Confirmation::OneKey => ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()),
        // What can't be typed is taken as it is shown.
        Confirmation::Type { name, .. } => answer == name || answer == visible(name),
    })
}
