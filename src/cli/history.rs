//! `avos history`: the applies of a database, from its journal, and what other programs changed between.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::ReportFormat;
use super::show::{Cell, Column, Table, TextStyle, changes, diff, note, utc};
use super::undo::undo;
use crate::FORMAT_VERSION;
use crate::diagnostic::visible;
use crate::domain::{LayerId, Revision};
use crate::plan::{Change, Note, PlanId};
use crate::report::Role;
use crate::store::{
    self, DatabaseLocation, EntryKind, GitCommit, JournalEntry, JournalHead, LayerSlots,
    StateStore, StoreError,
};
use crate::timeline::{self, OutsideChange};

const EXAMPLES: &str = "\
Examples:
  avos history --db avos.db
  avos history --db avos.db --id 3
  avos history --db avos.db --format json | jq '.entries[0].changes'
  avos history --db avos.db --undo 3 --configs layers --dry-run

--undo edits the layer files towards the state before an entry: its values, and no other byte. The
database changes with the next apply. What can't be undone (a completion, a ramp-up, a creation, a
hold, a value that was changed again since) is listed; then nothing is written.";

/// The arguments of `avos history`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct HistoryArgs {
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Show only this entry, with its changes and diff
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// Edit the layer files towards the state before this entry; needs --configs
    #[arg(long, value_name = "N", conflicts_with = "id", requires = "configs")]
    undo: Option<i64>,
    /// Directory of the layer files, for --undo
    #[arg(long, value_name = "DIR", requires = "undo")]
    configs: Option<PathBuf>,
    /// With --undo: show the edits, and write nothing
    #[arg(long, requires = "undo")]
    dry_run: bool,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

#[derive(Serialize)]
struct HistoryReport {
    format_version: u32,
    entries: Vec<ReportedEntry>,
}

/// An entry of the journal, or what happened between two.
#[derive(Serialize)]
#[serde(untagged)]
enum ReportedEntry {
    Written(JournalEntry),
    Outside(OutsideEntry),
}

/// What other programs changed after an entry. The keys of an entry are there too.
#[derive(Serialize)]
struct OutsideEntry {
    kind: &'static str,
    journal_id: Option<i64>,
    /// The entry after which it happened.
    follows: i64,
    applied_at: Option<Timestamp>,
    actor: Option<String>,
    plan_id: Option<PlanId>,
    base_revision: Revision,
    revision: Revision,
    changes: [Change; 0],
    diff: String,
    slots: [LayerSlots; 0],
    reason: Option<String>,
    ticket: Option<String>,
    git: Option<GitCommit>,
    /// What differs.
    notes: Vec<Note>,
}

impl From<OutsideChange> for OutsideEntry {
    fn from(change: OutsideChange) -> Self {
        Self {
            kind: "outside",
            journal_id: None,
            follows: change.after.journal_id,
            applied_at: None,
            actor: None,
            plan_id: None,
            changes: [],
            diff: change.diff(),
            slots: [],
            reason: None,
            ticket: None,
            git: None,
            notes: change.notes(),
            base_revision: change.base_revision,
            revision: change.revision,
        }
    }
}

pub(super) fn run(arguments: &HistoryArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let store = store::open(arguments.db.clone());
    if let (Some(id), Some(configs)) = (arguments.undo, &arguments.configs) {
        let format = arguments.format;
        return undo(&*store, id, configs, arguments.dry_run, format, context);
    }
    let style = context.out.style;
    if arguments.format == ReportFormat::Human && arguments.id.is_none() {
        let heads = store.journal_heads()?;
        let text = list(&heads, &outside_changes(&*store, context)?, style);
        write!(context.out, "{text}")?;
        return Ok(Exit::Fine);
    }
    let entries = match arguments.id {
        Some(id) => vec![one_entry(&*store, id)?],
        None => store.journal(None.into())?,
    };
    let mut outside = outside_changes(&*store, context)?;
    match arguments.format {
        ReportFormat::Json => {
            let mut reported = Vec::new();
            for entry in entries {
                let follows =
                    outside.extract_if(.., |change| change.after.journal_id == entry.journal_id);
                let follows = follows.map(|change| ReportedEntry::Outside(change.into()));
                reported.extend(follows);
                reported.push(ReportedEntry::Written(entry));
            }
            context.write_json(&HistoryReport {
                format_version: FORMAT_VERSION,
                entries: reported,
            })?;
        }
        ReportFormat::Human => {
            for entry in &entries {
                write!(context.out, "{}", whole(entry, style))?;
                let follows = outside
                    .iter()
                    .find(|it| it.after.journal_id == entry.journal_id);
                if let Some(change) = follows {
                    write!(context.out, "\n{}", notes_of(change, style))?;
                }
            }
        }
    }
    Ok(Exit::Fine)
}

/// Reads the entry of this number.
pub(super) fn one_entry(store: &dyn StateStore, id: i64) -> Result<JournalEntry, CliError> {
    if let Some(entry) = store.journal(Some(id).into())?.pop() {
        return Ok(entry);
    }
    let heads = store.journal_heads()?;
    let ids = heads.iter().map(|head| head.journal_id);
    Err(CliError::unknown_entry(id, ids))
}

/// Returns what other programs changed between the entries, and since the last one. The journal is read
/// whole only if there is any. A state that is damaged doesn't hide the journal.
fn outside_changes(
    store: &dyn StateStore,
    context: &mut VerbContext,
) -> Result<Vec<OutsideChange>, CliError> {
    let heads = store.journal_heads()?;
    match timeline::outside_changes(store, &heads) {
        Err(error @ StoreError::Corrupt { .. }) => {
            let error = visible(&error.to_string()).into_owned();
            let lost = "what other programs changed isn't shown";
            writeln!(context.err, "warning: {lost}: {error}")?;
            Ok(Vec::new())
        }
        read => Ok(read?),
    }
}

/// Returns what another program changed, a line for each layer or experiment.
fn notes_of(change: &OutsideChange, style: TextStyle) -> String {
    let notes = change.notes();
    if notes.is_empty() {
        return "= another program changed only what layer files don't contain\n".to_owned();
    }
    notes
        .iter()
        .map(|it| note(it, Timestamp::MAX, style))
        .collect()
}

/// Returns the entries as a table, newest first.
fn list(heads: &[JournalHead], outside: &[OutsideChange], style: TextStyle) -> String {
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
    let mut whys = Vec::new();
    for head in heads {
        if let Some(change) = outside
            .iter()
            .find(|it| it.after.journal_id == head.journal_id)
        {
            let notes = change.notes();
            let layers: BTreeSet<&LayerId> = notes.iter().map(|note| &note.layer_id).collect();
            table.row([
                Cell::from(""),
                Cell::from("outside"),
                Cell::from(""),
                Cell::from(""),
                Cell::new(change.revision.short(), Role::Dim),
                Cell::list(&layers.into_iter().collect::<Vec<_>>()),
            ]);
            whys.push(None);
        }
        whys.push(why(head));
        table.row([
            Cell::from(head.journal_id.to_string()),
            Cell::from(utc(head.applied_at)),
            Cell::from(&head.actor),
            Cell::from(match head.kind {
                EntryKind::Apply => head.changes.to_string(),
                kind => kind.as_str().to_owned(),
            }),
            Cell::new(head.revision.short(), Role::Dim),
            Cell::list(&head.layers),
        ]);
    }
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
    let git = entry.git.as_ref().map(ToString::to_string);
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
