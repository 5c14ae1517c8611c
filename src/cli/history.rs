//! `avos history`: the applies of a database, from its journal.

use std::io::Write;

use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use super::show::{Cell, Column, Table, TextStyle, changes, diff, utc};
use crate::FORMAT_VERSION;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::report::Role;
use crate::store::{self, DatabaseLocation, GitCommit, JournalEntry, JournalHead};

const EXAMPLES: &str = "\
Examples:
  avos history --db avos.db
  avos history --db avos.db --id 3
  avos history --db avos.db --format json | jq '.entries[0].changes'";

/// The arguments of `avos history`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct HistoryArgs {
    /// The database
    #[arg(long, value_name = "FILE")]
    db: DatabaseLocation,
    /// Show only this entry, with its changes and diff
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct HistoryReport {
    format_version: u32,
    entries: Vec<JournalEntry>,
}

pub(super) fn run(arguments: &HistoryArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let store = store::open(arguments.db.clone());
    let style = context.out.style;
    if arguments.format == ReportFormat::Human && arguments.id.is_none() {
        let text = list(&store.journal_heads()?, style);
        write!(context.out, "{text}")?;
        return Ok(Exit::Fine);
    }
    let entries = store.journal(arguments.id.into())?;
    if let Some(id) = arguments.id
        && entries.is_empty()
    {
        let heads = store.journal_heads()?;
        let ids = heads.iter().map(|head| head.journal_id);
        return Err(CliError::unknown_entry(id, ids));
    }
    match arguments.format {
        ReportFormat::Json => context.write_json(&HistoryReport {
            format_version: FORMAT_VERSION,
            entries,
        })?,
        ReportFormat::Human => {
            for entry in &entries {
                write!(context.out, "{}", whole(entry, style))?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// Returns the entries as a table, newest first.
fn list(heads: &[JournalHead], style: TextStyle) -> String {
    if heads.is_empty() {
        return "Nothing has been applied yet.\n".to_owned();
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
            Cell::new(head.revision.short(), Role::Dim),
            Cell::list(&head.layers),
        ]);
    }
    let whys: Vec<Option<String>> = heads.iter().map(why).collect();
    if whys.iter().any(Option::is_some) {
        let whys = whys.into_iter().map(Option::unwrap_or_default);
        table.push_column(Column::text("why"), whys.map(Cell::from));
    }
    table.render(style)
}

/// Returns ticket and reason, like `WEB-42: more traffic for the sale`.
fn why(head: &JournalHead) -> Option<String> {
    let said = [&head.ticket, &head.reason].into_iter().flatten();
    let said: Vec<&str> = said.map(String::as_str).collect();
    (!said.is_empty()).then(|| said.join(": "))
}

/// Returns a commit, like `0fd03b7f1e2a, with uncommitted changes`.
fn commit_words(git: &GitCommit) -> String {
    let short = git.commit.get(..12).unwrap_or(&git.commit);
    let dirt = if git.is_dirty {
        ", with uncommitted changes"
    } else {
        ""
    };
    format!("{short}{dirt}")
}

/// Returns one entry with its changes and its diff.
fn whole(entry: &JournalEntry, style: TextStyle) -> String {
    let mut text = format!(
        "{} {}, {} by {}\nplan_id {}, revision {} → {}\n",
        style.paint(Role::Strong, "journal"),
        entry.journal_id,
        entry.applied_at,
        visible(&entry.actor),
        visible(entry.plan_id.short()),
        visible(entry.base_revision.short()),
        visible(entry.revision.short()),
    );
    let git = entry.git.as_ref().map(commit_words);
    let told = [
        ("reason", entry.reason.as_deref()),
        ("ticket", entry.ticket.as_deref()),
        ("git", git.as_deref()),
    ];
    for (key, value) in told {
        if let Some(value) = value {
            text.push_str(&format!("{key}: {}\n", visible(value)));
        }
    }
    text.push('\n');
    let layers = entry.slots.iter().map(|slots| &slots.layer_id);
    for layer_id in layers {
        let of_layer = |layer: &LayerId| layer == layer_id;
        let concerned = entry.changes.iter();
        let concerned = concerned.filter(|change| of_layer(&change.layer_id));
        text.push_str(&style.paint(Role::Strong, &visible(layer_id.as_str())));
        text.push('\n');
        text.push_str(&changes(concerned, None, style));
        text.push('\n');
    }
    text.push_str(&diff(&entry.diff, style));
    text
}
