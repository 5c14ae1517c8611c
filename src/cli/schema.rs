//! `avos schema`: what an editor must know about a layer file.

use std::io::Write;

use super::context::{Exit, VerbContext};
use super::error::CliError;

/// Written by hand; the tests compare it with what the rules find.
const LAYER_SCHEMA: &str = include_str!("../../configs/layer.schema.json");

const EXAMPLES: &str = "\
Examples:
  avos schema > layer.schema.json
  avos schema | jq -r '.properties | keys[]'

Begin each layer file with this line, the path being relative to the file:
  # yaml-language-server: $schema=layer.schema.json";

/// The arguments of `avos schema`: none.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SchemaArgs {}

pub(super) fn run(context: &mut VerbContext) -> Result<Exit, CliError> {
    context.out.write_all(LAYER_SCHEMA.as_bytes())?;
    Ok(Exit::Fine)
}
