//! The journal's table. Entries are only ever added; their numbers have no gaps.

use postgres::types::Type;
use postgres::{GenericClient, Row};

use super::failure::Failure;
use super::read::SqlRow;
use super::time::sql_time;
use crate::domain::{ExperimentId, LayerId, Revision};
use crate::plan::PlanId;
use crate::store::base::{base_text, parse_base};
use crate::store::journal::in_order;
use crate::store::{AppliedPlan, EntryKind, GitCommit, JournalEntry, JournalHead, JournalQuery};

const TABLE: &str = "journal";

/// Adds an entry.
pub(super) fn append(client: &mut impl GenericClient, entry: &JournalEntry) -> Result<(), Failure> {
    client.execute_typed(
        "INSERT INTO avos.journal (journal_id, applied_at, actor, plan_id, base_revision, revision,
         began_empty, kind, changes, slots, diff, reason, ticket, git_commit, git_dirty, base)
         VALUES ($1, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9::json, $10::json, $11, $12, $13,
         $14, $15, $16::json)",
        &[
            (&entry.journal_id, Type::INT8),
            (&sql_time(entry.applied_at), Type::TEXT),
            (&entry.actor, Type::TEXT),
            (&entry.plan_id.0, Type::TEXT),
            (&entry.base_revision.as_str(), Type::TEXT),
            (&entry.revision.as_str(), Type::TEXT),
            (&entry.began_empty, Type::BOOL),
            (&entry.kind.as_str(), Type::TEXT),
            (&serde_json::to_string(&entry.changes)?, Type::TEXT),
            (&serde_json::to_string(&entry.slots)?, Type::TEXT),
            (&entry.diff, Type::TEXT),
            (&entry.reason, Type::TEXT),
            (&entry.ticket, Type::TEXT),
            (&entry.git.as_ref().map(|git| &git.commit), Type::TEXT),
            (&entry.git.as_ref().map(|git| git.is_dirty), Type::BOOL),
            (&entry.base.as_ref().map(base_text).transpose()?, Type::TEXT),
        ],
    )?;
    Ok(())
}

/// Returns the entries, newest first; only one if its number is given.
pub(super) fn read_entries(
    client: &mut impl GenericClient,
    query: JournalQuery,
) -> Result<Vec<JournalEntry>, Failure> {
    let id = match query {
        JournalQuery::All => None,
        JournalQuery::One(id) => Some(id),
    };
    let rows = client.query_typed(
        "SELECT journal_id, applied_at, actor, plan_id, base_revision, revision, began_empty, kind,
         changes::text, slots::text, diff, reason, ticket, git_commit, git_dirty, base::text
         FROM avos.journal WHERE $1 IS NULL OR journal_id = $1 ORDER BY journal_id DESC",
        &[(&id, Type::INT8)],
    )?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<JournalEntry, Failure> {
    let AppliedPlan {
        journal_id,
        applied_at,
        actor,
        plan_id,
        revision,
    } = applied_plan(row)?;
    let row = SqlRow::with_key(TABLE, row, journal_id);
    let base = row.get::<Option<&str>>("base")?.map(parse_base).transpose();
    Ok(JournalEntry {
        kind: row.named::<EntryKind>("kind")?,
        journal_id,
        applied_at,
        actor,
        plan_id,
        base_revision: Revision::new(row.get::<String>("base_revision")?),
        revision,
        changes: row.json("changes")?,
        diff: row.get("diff")?,
        slots: row.json("slots")?,
        reason: row.get("reason")?,
        ticket: row.get("ticket")?,
        git: git(&row)?,
        base: base.map_err(|error| row.corrupt(&format!("base is invalid: {error}")))?,
        began_empty: row.get("began_empty")?,
    })
}

/// Returns the heads of all entries, newest first. Changes and slots are counted by the server: sending
/// them, and the diffs, would cost more the longer the journal is.
pub(super) fn read_heads(client: &mut impl GenericClient) -> Result<Vec<JournalHead>, Failure> {
    let rows = client.query_typed(
        "SELECT journal_id, applied_at, actor, plan_id, base_revision, revision, kind,
         json_array_length(changes) AS changes,
         (SELECT coalesce(json_agg(slot -> 'layer_id'), '[]')
            FROM json_array_elements(slots) AS slot)::text AS layers,
         (SELECT coalesce(json_agg(change -> 'experiment_id'), '[]')
            FROM json_array_elements(changes) AS change)::text AS experiments,
         reason, ticket, git_commit, git_dirty
         FROM avos.journal ORDER BY journal_id DESC",
        &[],
    )?;
    rows.iter().map(head).collect()
}

fn head(row: &Row) -> Result<JournalHead, Failure> {
    let applied = applied_plan(row)?;
    let row = SqlRow::with_key(TABLE, row, applied.journal_id);
    let experiments: Vec<Option<ExperimentId>> = row.json("experiments")?;
    let changes: i32 = row.get("changes")?;
    Ok(JournalHead {
        kind: row.named::<EntryKind>("kind")?,
        base_revision: Revision::new(row.get::<String>("base_revision")?),
        journal_id: applied.journal_id,
        applied_at: applied.applied_at,
        actor: applied.actor,
        revision: applied.revision,
        changes: u32::try_from(changes).unwrap_or_default(),
        layers: row.json::<Vec<LayerId>>("layers")?,
        experiments: in_order(experiments.into_iter().flatten()),
        reason: row.get("reason")?,
        ticket: row.get("ticket")?,
        git: git(&row)?,
    })
}

/// Returns whether an entry starts from another revision than the one before it left.
pub(super) fn has_gaps(client: &mut impl GenericClient) -> Result<bool, Failure> {
    let row = client.query_typed_opt(
        "SELECT 1 FROM (
            SELECT base_revision, lag(revision) OVER (ORDER BY journal_id) AS left_by
            FROM avos.journal
         ) AS entry WHERE base_revision <> left_by LIMIT 1",
        &[],
    )?;
    Ok(row.is_some())
}

/// Returns the head of the newest entry, if there is one.
pub(super) fn read_last(client: &mut impl GenericClient) -> Result<Option<AppliedPlan>, Failure> {
    read_head(client, None)
}

/// Returns the head of the entry that applied this plan, if one did.
pub(super) fn read_entry_of(
    client: &mut impl GenericClient,
    plan_id: &PlanId,
) -> Result<Option<AppliedPlan>, Failure> {
    read_head(client, Some(plan_id))
}

fn read_head(
    client: &mut impl GenericClient,
    plan_id: Option<&PlanId>,
) -> Result<Option<AppliedPlan>, Failure> {
    let plan_id = plan_id.map(|id| &id.0);
    let row = client.query_typed_opt(
        "SELECT journal_id, applied_at, actor, plan_id, revision FROM avos.journal
         WHERE $1 IS NULL OR plan_id = $1 ORDER BY journal_id DESC LIMIT 1",
        &[(&plan_id, Type::TEXT)],
    )?;
    row.as_ref().map(applied_plan).transpose()
}

fn applied_plan(row: &Row) -> Result<AppliedPlan, Failure> {
    let journal_id: i64 = row.try_get("journal_id")?;
    let row = SqlRow::with_key(TABLE, row, journal_id);
    let applied_at = row.time("applied_at")?;
    Ok(AppliedPlan {
        journal_id,
        applied_at: applied_at.ok_or_else(|| row.corrupt("applied_at is missing"))?,
        actor: row.get("actor")?,
        plan_id: PlanId(row.get("plan_id")?),
        revision: Revision::new(row.get::<String>("revision")?),
    })
}

fn git(row: &SqlRow<'_>) -> Result<Option<GitCommit>, Failure> {
    let commit: Option<String> = row.get("git_commit")?;
    let is_dirty: Option<bool> = row.get("git_dirty")?;
    Ok(commit.map(|commit| GitCommit {
        commit,
        is_dirty: is_dirty.unwrap_or(false),
    }))
}
