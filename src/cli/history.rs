//! `avos history`: what was applied, when and by whom.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::options::Format;
use super::run::Exit;
use super::show::{Cell, Column, Look, Table, Tint, changes, diff, utc};
use crate::FORMAT_VERSION;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::store::{JournalEntry, JournalHead, Store};

const EXAMPLES: &str = "\
Examples:
  avos history --db avos.db
  avos history --db avos.db --id 3
  avos history --db avos.db --format json | jq '.entries[0].changes'";

/// The arguments of `avos history`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The database
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// Show this entry only, with its changes and its diff
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// How the report is written: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

#[derive(Serialize)]
struct Document {
    format_version: u32,
    entries: Vec<JournalEntry>,
}

pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Result<Exit, CliError> {
    let store = Store::new(&arguments.db);
    let look = context.out.look;
    if arguments.format == Format::Human && arguments.id.is_none() {
        let text = list(&store.history_heads()?, look);
        write!(context.out, "{text}")?;
        return Ok(Exit::Fine);
    }
    let entries = store.history(arguments.id)?;
    if let Some(id) = arguments.id
        && entries.is_empty()
    {
        return Err(CliError::UnknownEntry(id));
    }
    match arguments.format {
        Format::Json => context.write_json(&Document {
            format_version: FORMAT_VERSION,
            entries,
        })?,
        Format::Human => {
            for entry in &entries {
                write!(context.out, "{}", whole(entry, look))?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// The entries as a table, newest first.
fn list(heads: &[JournalHead], look: Look) -> String {
    if heads.is_empty() {
        return "Nothing was applied yet.\n".to_owned();
    }
    let mut table = Table::new(vec![
        Column::number("id"),
        Column::whole("applied at"),
        Column::text("by"),
        Column::number("changes"),
        Column::whole("revision"),
        Column::text("layers"),
    ]);
    for head in heads {
        table.row([
            Cell::from(head.journal_id.to_string()),
            Cell::from(utc(head.applied_at)),
            Cell::from(&head.actor),
            Cell::from(head.changes.to_string()),
            Cell::new(head.revision.short(), Tint::Faint),
            Cell::list(&head.layers),
        ]);
    }
    table.render(look)
}

/// One entry with its changes and its diff.
fn whole(entry: &JournalEntry, look: Look) -> String {
    let mut text = format!(
        "{} {}, {} by {}\nplan_id {}, revision {} → {}\n\n",
        look.paint(Tint::Strong, "journal"),
        entry.journal_id,
        entry.applied_at,
        visible(&entry.actor),
        visible(entry.plan_id.short()),
        visible(entry.base_revision.short()),
        visible(entry.revision.short()),
    );
    let layers = entry.slots.iter().map(|slots| &slots.layer_id);
    for layer_id in layers {
        let of_layer = |layer: &LayerId| layer == layer_id;
        let concerned = entry.changes.iter();
        let concerned = concerned.filter(|change| of_layer(&change.layer_id));
        text.push_str(&look.paint(Tint::Strong, &visible(layer_id.as_str())));
        text.push('\n');
        text.push_str(&changes(concerned, look));
        text.push('\n');
    }
    text.push_str(&diff(&entry.diff, look));
    text
}
