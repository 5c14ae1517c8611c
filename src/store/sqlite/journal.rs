//! The journal's table. Entries are only ever added.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Rows};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::schema;
use crate::domain::{ExperimentId, Layers, Revision, UnknownName};
use crate::plan::PlanId;
use crate::sqlite::{parse_time, time_text};
use crate::store::base::{base_text, parse_base};
use crate::store::journal::in_order;
use crate::store::{
    AppliedPlan, EntryKind, GitCommit, JournalEntry, JournalHead, JournalQuery, SlotEntry,
    StoreError, revision,
};

const TABLE: &str = schema::JOURNAL;

/// Adds an entry.
pub(super) fn append(connection: &Connection, entry: &JournalEntry) -> Result<(), Failure> {
    connection.execute(
        "INSERT INTO avos_journal (journal_id, applied_at, actor, plan_id, base_revision, revision,
         changes, diff, slots, kind, reason, ticket, git_commit, git_dirty, base)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        (
            entry.journal_id,
            time_text(entry.applied_at),
            &entry.actor,
            &entry.plan_id.0,
            entry.base_revision.as_str(),
            entry.revision.as_str(),
            serde_json::to_string(&entry.changes)?,
            &entry.diff,
            serde_json::to_string(&entry.slots)?,
            entry.kind.as_str(),
            &entry.reason,
            &entry.ticket,
            entry.git.as_ref().map(|git| &git.commit),
            entry.git.as_ref().map(|git| git.is_dirty),
            entry.base.as_ref().map(base_text).transpose()?,
        ),
    )?;
    Ok(())
}

/// Returns the entries, newest first; only one if its number is given. A database without applies
/// has none.
pub(super) fn read_entries(
    connection: &Connection,
    query: JournalQuery,
) -> Result<Vec<JournalEntry>, Failure> {
    if !schema::has_table(connection, TABLE)? {
        return Ok(Vec::new());
    }
    let why = why_columns(connection)?;
    let mut select = connection.prepare(&format!(
        "SELECT journal_id, applied_at, actor, plan_id, base_revision, revision, diff, changes,
         slots, {why} FROM avos_journal WHERE ?1 IS NULL OR journal_id = ?1
         ORDER BY journal_id DESC",
    ))?;
    let id = match query {
        JournalQuery::All => None,
        JournalQuery::One(id) => Some(id),
    };
    let rows = select.query([id])?;
    each_entry(rows, |journal_id, row| {
        let base_revision = Revision::new(row.get::<_, String>(4)?);
        let Why {
            kind,
            reason,
            ticket,
            git,
        } = Why::read(row, journal_id, 9)?;
        Ok(JournalEntry {
            kind,
            reason,
            ticket,
            git,
            journal_id,
            applied_at: time(journal_id, &row.get::<_, String>(1)?)?,
            actor: row.get(2)?,
            plan_id: PlanId(row.get(3)?),
            began_empty: revision::is_empty_revision(&base_revision),
            base_revision,
            revision: Revision::new(row.get::<_, String>(5)?),
            diff: row.get(6)?,
            changes: json(journal_id, "changes", &row.get::<_, String>(7)?)?,
            slots: json(journal_id, "slots", &row.get::<_, String>(8)?)?,
            base: read_base(row, journal_id, 14)?,
        })
    })
}

/// Reads each row, whose first column is the number of its entry. A value of a wrong type is told with its place.
fn each_entry<T>(
    mut rows: Rows<'_>,
    read: impl Fn(i64, &Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let journal_id = row.get(0)?;
        let entry = read(journal_id, row);
        found.push(entry.map_err(|failure| failure.in_row(TABLE, journal_id.to_string()))?);
    }
    Ok(found)
}

/// Returns the slots around every apply, newest first.
pub(super) fn read_slots(connection: &Connection) -> Result<Vec<SlotEntry>, Failure> {
    if !schema::has_table(connection, TABLE)? {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare(
        "SELECT journal_id, applied_at, slots FROM avos_journal ORDER BY journal_id DESC",
    )?;
    each_entry(select.query([])?, |journal_id, row| {
        Ok(SlotEntry {
            journal_id,
            applied_at: time(journal_id, &row.get::<_, String>(1)?)?,
            slots: json(journal_id, "slots", &row.get::<_, String>(2)?)?,
        })
    })
}

/// Returns the heads of all entries, newest first. Changes and slots are counted in SQL: loading
/// them, and the diffs, would cost more the longer the journal is.
pub(super) fn read_heads(connection: &Connection) -> Result<Vec<JournalHead>, Failure> {
    if !schema::has_table(connection, TABLE)? {
        return Ok(Vec::new());
    }
    let why = why_columns(connection)?;
    let mut select = connection.prepare(&format!(
        "SELECT journal_id, applied_at, actor, revision, base_revision,
         CASE WHEN json_valid(changes) THEN json_array_length(changes) END,
         CASE WHEN json_valid(slots) THEN (
             SELECT json_group_array(json_extract(value, '$.layer_id')) FROM json_each(slots)
         ) END,
         CASE WHEN json_valid(changes) THEN (
             SELECT json_group_array(json_extract(value, '$.experiment_id')) FROM json_each(changes)
         ) END, {why}
         FROM avos_journal ORDER BY journal_id DESC",
    ))?;
    each_entry(select.query([])?, |journal_id, row| {
        let unreadable = |column: &str| {
            let what = format!("{column} is invalid: it isn't JSON");
            StoreError::corrupt(TABLE, journal_id.to_string(), what)
        };
        let changes: Option<u32> = row.get(5)?;
        let layers: Option<String> = row.get(6)?;
        let layers = layers.ok_or_else(|| unreadable("slots"))?;
        let experiments: Option<String> = row.get(7)?;
        let experiments = experiments.ok_or_else(|| unreadable("changes"))?;
        let experiments: Vec<Option<ExperimentId>> = json(journal_id, "changes", &experiments)?;
        let Why {
            kind,
            reason,
            ticket,
            git,
        } = Why::read(row, journal_id, 8)?;
        Ok(JournalHead {
            kind,
            reason,
            ticket,
            git,
            journal_id,
            applied_at: time(journal_id, &row.get::<_, String>(1)?)?,
            actor: row.get(2)?,
            revision: Revision::new(row.get::<_, String>(3)?),
            base_revision: Revision::new(row.get::<_, String>(4)?),
            changes: changes.ok_or_else(|| unreadable("changes"))?,
            layers: json(journal_id, "slots", &layers)?,
            experiments: in_order(experiments.into_iter().flatten()),
        })
    })
}

/// Returns whether an entry starts from another revision than the one before it left.
pub(super) fn has_gaps(connection: &Connection) -> Result<bool, Failure> {
    if !schema::has_table(connection, TABLE)? {
        return Ok(false);
    }
    let select = "SELECT EXISTS (SELECT 1 FROM (
            SELECT base_revision, lag(revision) OVER (ORDER BY journal_id) AS left_by
            FROM avos_journal
        ) WHERE base_revision <> left_by)";
    Ok(connection.query_row(select, [], |row| row.get(0))?)
}

/// Returns the head of the newest entry, if there is one.
pub(super) fn read_last(connection: &Connection) -> Result<Option<AppliedPlan>, Failure> {
    read_head(connection, None)
}

/// Returns the head of the entry that applied this plan, if one did.
pub(super) fn read_entry_of(
    connection: &Connection,
    plan_id: &PlanId,
) -> Result<Option<AppliedPlan>, Failure> {
    read_head(connection, Some(plan_id))
}

/// Returns the head of the newest entry of this plan, or of any.
fn read_head(
    connection: &Connection,
    plan_id: Option<&PlanId>,
) -> Result<Option<AppliedPlan>, Failure> {
    if !schema::has_table(connection, TABLE)? {
        return Ok(None);
    }
    let mut select = connection.prepare(
        "SELECT journal_id, applied_at, actor, plan_id, revision FROM avos_journal
         WHERE ?1 IS NULL OR plan_id = ?1 ORDER BY journal_id DESC LIMIT 1",
    )?;
    let mut found = each_entry(
        select.query([plan_id.map(|id| &id.0)])?,
        |journal_id, row| {
            Ok(AppliedPlan {
                journal_id,
                applied_at: time(journal_id, &row.get::<_, String>(1)?)?,
                actor: row.get(2)?,
                plan_id: PlanId(row.get(3)?),
                revision: Revision::new(row.get::<_, String>(4)?),
            })
        },
    )?;
    Ok(found.pop())
}

/// The columns of [`Why`], and the base. A database that no apply of this version extended yet doesn't have them.
fn why_columns(connection: &Connection) -> rusqlite::Result<&'static str> {
    let is_extended = schema::has_column(connection, TABLE, "kind")?;
    Ok(if is_extended {
        "kind, reason, ticket, git_commit, git_dirty, base"
    } else {
        "NULL, NULL, NULL, NULL, NULL, NULL"
    })
}

/// What an entry of an earlier version doesn't say.
struct Why {
    kind: EntryKind,
    reason: Option<String>,
    ticket: Option<String>,
    git: Option<GitCommit>,
}

impl Why {
    /// Reads them from the columns from `first` on.
    fn read(row: &Row<'_>, journal_id: i64, first: usize) -> Result<Self, Failure> {
        let kind: Option<String> = row.get(first)?;
        let kind = kind.map_or(Ok(EntryKind::Apply), |kind| kind.parse());
        let commit: Option<String> = row.get(first + 3)?;
        let is_dirty: Option<bool> = row.get(first + 4)?;
        Ok(Self {
            kind: kind.map_err(|error: UnknownName| {
                StoreError::corrupt(TABLE, journal_id.to_string(), error.to_string())
            })?,
            reason: row.get(first + 1)?,
            ticket: row.get(first + 2)?,
            git: commit.map(|commit| GitCommit {
                commit,
                is_dirty: is_dirty.unwrap_or(false),
            }),
        })
    }
}

fn read_base(row: &Row<'_>, journal_id: i64, column: usize) -> Result<Option<Layers>, Failure> {
    let base: Option<String> = row.get(column)?;
    let base = base.map(|base| parse_base(&base)).transpose();
    Ok(base.map_err(|error| {
        let what = format!("base is invalid: {error}");
        StoreError::corrupt(TABLE, journal_id.to_string(), what)
    })?)
}

fn time(journal_id: i64, text: &str) -> Result<Timestamp, StoreError> {
    let corrupt = || {
        let what = format!("applied_at is {text:?}, which isn't a date");
        StoreError::corrupt(TABLE, journal_id.to_string(), what)
    };
    parse_time(text).ok_or_else(corrupt)
}

fn json<T: DeserializeOwned>(journal_id: i64, column: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| {
        let what = format!("{column} is invalid: {error}");
        StoreError::corrupt(TABLE, journal_id.to_string(), what)
    })
}
