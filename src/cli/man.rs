//! `avos man`: the whole manual on one page.

use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::context::{Exit, VerbContext};
use super::error::CliError;

const EXAMPLES: &str = "\
Examples:
  avos man | man -l -
  avos man > ~/.local/share/man/man1/avos.1";

/// The arguments of `avos man`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {}

pub(super) fn run(context: &mut VerbContext) -> Result<Exit, CliError> {
    let mut command = super::AvosArgs::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    write_page(&command, &mut page)?;
    let page = in_ascii(&String::from_utf8_lossy(&page));
    context.out.write_all(page.as_bytes())?;
    Ok(Exit::Fine)
}

/// Writes the program's own sections, then one for each verb.
fn write_page(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(with_usage(command.clone()));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    notes(command).to_writer(page)?;
    for verb in command.get_subcommands() {
        write_verb(verb, page)?;
    }
    Ok(())
}

fn write_verb(verb: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = verb.get_bin_name().unwrap_or_else(|| verb.get_name());
    let mut head = Roff::new();
    head.control("SH", [name.to_uppercase().as_str()]);
    if let Some(about) = verb.get_about() {
        head.text([roman(about.to_string())]);
    }
    head.to_writer(page)?;
    // The options of every verb are listed once, above.
    let is_common = |arg: &Arg| arg.is_global_set() || arg.get_id() == "help";
    let own = verb.clone().mut_args(|arg| {
        let is_common = is_common(&arg);
        arg.hide(is_common)
    });
    let man = Man::new(with_usage(own));
    let mut sections = Vec::new();
    man.render_synopsis_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    notes(verb).to_writer(&mut sections)?;
    // Within the verb's section these are subsections.
    let sections = String::from_utf8_lossy(&sections).replace("\n.SH ", "\n.SS ");
    page.extend(sections.as_bytes());
    Ok(())
}

/// Returns the command with the usage that its help shows.
fn with_usage(mut command: Command) -> Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage)
}

/// Returns the end of the help: commands, which keep their lines, and prose, which is filled.
fn notes(command: &Command) -> Roff {
    let mut notes = Roff::new();
    let Some(text) = command.get_after_help() else {
        return notes;
    };
    for line in text.to_string().lines() {
        if line.is_empty() {
            notes.control("PP", []);
        } else if line.starts_with(' ') {
            notes.control("nf", []);
            notes.text([roman(line)]);
            notes.control("fi", []);
        } else if let Some(title) = line.strip_suffix(':') {
            notes.control("SH", [title.to_uppercase().as_str()]);
        } else {
            notes.text([roman(line)]);
        }
    }
    notes
}

/// Returns the page with non-ASCII characters escaped for roff, so that it reads the same in every
/// locale.
fn in_ascii(page: &str) -> String {
    let mut ascii = String::with_capacity(page.len());
    for character in page.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            ascii.push_str(&format!("\\[u{:04X}]", u32::from(character)));
        }
    }
    ascii
}
