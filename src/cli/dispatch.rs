//! Runs a verb and turns its outcome into an exit code.

use std::io::Write;

use super::arguments::{AvosArgs, Verb};
use super::context::VerbContext;
use super::error::CliError;
use super::show::error_text;
use super::{
    apply, assign, completions, doctor, export, history, layers, man, plan, preview, replay,
    schema, srm, validate,
};

/// Runs the verb and returns the exit code; errors go to standard error.
pub(super) fn dispatch(arguments: &AvosArgs, context: &mut VerbContext) -> u8 {
    let outcome = match &arguments.verb {
        Verb::Validate(arguments) => validate::run(arguments, context),
        Verb::Plan(arguments) => plan::run(arguments, context),
        Verb::Apply(arguments) => apply::run(arguments, context),
        Verb::Layers(arguments) => layers::run(arguments, context),
        Verb::Assign(arguments) => assign::run(arguments, context),
        Verb::Preview(arguments) => preview::run(arguments, context),
        Verb::Srm(arguments) => srm::run(arguments, context),
        Verb::Replay(arguments) => replay::run(arguments, context),
        Verb::History(arguments) => history::run(arguments, context),
        Verb::Export(arguments) => export::run(arguments, context),
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
