//! `avos completions`: a shell completion script.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::{Generator, Shell};

use super::context::{Exit, VerbContext};
use super::error::CliError;

const EXAMPLES: &str = "\
Examples:
  avos completions bash > ~/.local/share/bash-completion/completions/avos
  avos completions fish > ~/.config/fish/completions/avos.fish
  avos completions zsh  > ~/.zfunc/_avos";

/// The arguments of `avos completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell: bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

pub(super) fn run(
    arguments: &CompletionsArgs,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let mut command = super::AvosArgs::command();
    command.set_bin_name(command.get_name().to_owned());
    command.build();
    arguments.shell.try_generate(&command, &mut context.out)?;
    context.out.flush()?;
    Ok(Exit::Fine)
}
