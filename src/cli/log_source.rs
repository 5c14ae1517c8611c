//! The log that `--log` names: a file, or a source of the settings.

use std::path::Path;

use super::context::VerbContext;
use super::error::CliError;
use crate::console::setup::Setup;
use crate::exposure::LogLocation;

/// Returns the log. Reads the settings, the named ones or the user's own, only for a name that may be that of a
/// source.
pub(super) fn find_log(
    log: &LogLocation,
    settings: Option<&Path>,
    context: &VerbContext,
) -> Result<LogLocation, CliError> {
    if log.source_name().is_none() {
        return Ok(log.clone());
    }
    let setup = Setup::find(settings, context.environment)?;
    Ok(setup.log(log.clone(), context.environment)?)
}
