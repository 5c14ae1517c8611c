//! The transaction of an apply, and what became of one whose commit was interrupted.

use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use postgres::types::Type;
use postgres::{Client, GenericClient, IsolationLevel, Transaction};
use serde::Serialize;
use serde_json::Value as Json;

use super::connect::connect;
use super::failure::Failure;
use super::read::StoredContents;
use super::{PostgresUrl, ServerError, journal, schema, write};
use crate::domain::{HashAlgorithm, LayerRecord, Layers, Revision, State};
use crate::plan::{Plan, PlanId};
use crate::store::apply::{ApplyTransaction, apply_in, fill_in};
use crate::store::{Applied, AppliedPlan, Author, JournalEntry, StoreError};

/// How often an apply is tried where the server sees conflicts instead of letting one wait.
const MAX_TURNS: u32 = 8;
/// How long to wait before the second turn; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
/// How long to ask what became of an interrupted commit: longer than the server keeps an idle transaction.
const RESOLVE_PATIENCE: Duration = Duration::from_secs(25);
/// How long to wait before asking again.
const RESOLVE_PAUSE: Duration = Duration::from_millis(100);

/// An apply waits for others as long as this. Where the other machine is cut off, the server ends its
/// transaction, so that it doesn't lock out everybody. Triggers tell this write from those of others.
const BEGIN: &str = "SET LOCAL lock_timeout = '10s';
SET LOCAL idle_in_transaction_session_timeout = '10s';
SET LOCAL avos.is_applying = 'on'";

const LOCK: &str = "SELECT serial FROM avos.state WHERE one = 1 FOR UPDATE";

/// Applies the plan, which has changes.
pub(super) fn apply(
    url: &PostgresUrl,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, StoreError> {
    refuse_nul("the actor", &author.actor)?;
    refuse_nul("the reason", &author.reason)?;
    refuse_nul("the ticket", &author.ticket)?;
    refuse_nul("a text in the plan", &(&plan.changes, &plan.diff))?;
    let mut client = connect(url)?;
    let mut turn = 1;
    loop {
        match apply_once(&mut client, url, plan, author) {
            Err(failure) if failure.is_conflict() && turn < MAX_TURNS => {
                thread::sleep(FIRST_PAUSE * 2_u32.pow(turn - 1));
                turn += 1;
            }
            done => return done.map_err(|failure| failure.at(url)),
        }
    }
}

fn apply_once(
    client: &mut Client,
    url: &PostgresUrl,
    plan: &Plan,
    author: &Author,
) -> Result<Applied, Failure> {
    let transaction = client.build_transaction();
    let transaction = transaction.isolation_level(IsolationLevel::ReadCommitted);
    let mut transaction = transaction.start()?;
    transaction.batch_execute(BEGIN)?;
    // Until the end, nobody else can apply.
    lock(&mut transaction, url)?;
    let contents = StoredContents::read(&mut transaction, url)?;
    let base = contents.snapshot.state.revision.clone();
    let mut steps = PostgresTransaction {
        transaction: &mut transaction,
        contents,
        url,
    };
    let applied = apply_in(&mut steps, plan, author)?;
    match transaction.commit().map_err(Failure::from) {
        Ok(()) => Ok(applied),
        Err(lost) if lost.is_lost() => resolve(url, plan, &base, applied, lost),
        Err(failure) => Err(failure),
    }
}

fn lock(client: &mut impl GenericClient, url: &PostgresUrl) -> Result<(), Failure> {
    let locked = client.query_typed_opt(LOCK, &[])?;
    let database = url.clone();
    locked.ok_or(ServerError::Uninitialized { database })?;
    Ok(())
}

/// Fills an empty database.
pub(super) fn fill(
    url: &PostgresUrl,
    (state, entries): (&State, &[JournalEntry]),
    at: Timestamp,
) -> Result<(), StoreError> {
    for layer in state.layers.values() {
        let holds = layer.holds.iter().collect::<Vec<_>>();
        refuse_nul("a text in the state", &(LayerRecord::from(&**layer), holds))?;
    }
    refuse_nul("a text in the journal", &entries)?;
    let mut client = connect(url)?;
    let mut fill = || {
        let mut transaction = client.transaction()?;
        transaction.batch_execute(BEGIN)?;
        lock(&mut transaction, url)?;
        let mut steps = PostgresTransaction {
            contents: StoredContents::read(&mut transaction, url)?,
            transaction: &mut transaction,
            url,
        };
        fill_in(&mut steps, &url.clone().into(), (state, entries), at)?;
        Ok(transaction.commit()?)
    };
    fill().map_err(|failure: Failure| failure.at(url))
}

/// Finds out whether the commit that was interrupted took place: its entry is in the journal or not.
fn resolve(
    url: &PostgresUrl,
    plan: &Plan,
    base: &Revision,
    applied: Applied,
    lost: Failure,
) -> Result<Applied, Failure> {
    let deadline = Instant::now() + RESOLVE_PATIENCE;
    loop {
        match is_committed(url, &plan.plan_id, base, applied.journal_id) {
            Ok(true) => return Ok(applied),
            Ok(false) => return Err(lost),
            Err(failure) if Instant::now() >= deadline => {
                return Err(Failure::from(ServerError::UnknownOutcome {
                    database: url.clone(),
                    plan_id: plan.plan_id.clone(),
                    reason: failure.at(url).to_string(),
                }));
            }
            Err(_) => thread::sleep(RESOLVE_PAUSE),
        }
    }
}

fn is_committed(
    url: &PostgresUrl,
    plan_id: &PlanId,
    base: &Revision,
    journal_id: Option<i64>,
) -> Result<bool, Failure> {
    let mut client = connect(url)?;
    let mut transaction = client.transaction()?;
    transaction.batch_execute(BEGIN)?;
    // The interrupted transaction may still run: the lock waits for its end.
    lock(&mut transaction, url)?;
    let found = transaction.query_typed_opt(
        "SELECT 1 FROM avos.journal
         WHERE journal_id = $1 AND plan_id = $2 AND base_revision = $3",
        &[
            (&journal_id, Type::INT8),
            (&plan_id.0, Type::TEXT),
            (&base.as_str(), Type::TEXT),
        ],
    )?;
    Ok(found.is_some())
}

struct PostgresTransaction<'a, 'c> {
    transaction: &'a mut Transaction<'c>,
    contents: StoredContents,
    url: &'a PostgresUrl,
}

impl ApplyTransaction for PostgresTransaction<'_, '_> {
    type Failure = Failure;

    fn state(&self) -> &State {
        &self.contents.snapshot.state
    }

    fn set_default_hash(&mut self, hash: HashAlgorithm) -> Result<(), Failure> {
        schema::set_default_hash(self.transaction, hash)?;
        // The revision depends on it.
        self.contents = StoredContents::read(self.transaction, self.url)?;
        Ok(())
    }

    fn entry_of_plan(&mut self, plan_id: &PlanId) -> Result<Option<AppliedPlan>, Failure> {
        journal::read_entry_of(self.transaction, plan_id)
    }

    fn last_applied(&mut self) -> Result<Option<AppliedPlan>, Failure> {
        journal::read_last(self.transaction)
    }

    fn write_difference(
        &mut self,
        before: &Layers,
        after: &Layers,
        at: Timestamp,
    ) -> Result<(), Failure> {
        write::write_difference(self.transaction, before, after, at)
    }

    fn read_back(&mut self, written: &Layers) -> Result<State, Failure> {
        self.contents.refresh(self.transaction, written)
    }

    fn append(&mut self, entry: JournalEntry) -> Result<(), Failure> {
        journal::append(self.transaction, &entry)?;
        self.transaction.execute_typed(
            "UPDATE avos.state SET serial = $1, revision = $2 WHERE one = 1",
            &[
                (&entry.journal_id, Type::INT8),
                (&entry.revision.as_str(), Type::TEXT),
            ],
        )?;
        let serial = entry.journal_id.to_string();
        let notify = "SELECT pg_notify('avos', $1)";
        self.transaction
            .query_typed(notify, &[(&serial, Type::TEXT)])?;
        Ok(())
    }
}

/// Refuses texts that the server can't keep, before anything is written.
fn refuse_nul(what: &str, value: &impl Serialize) -> Result<(), StoreError> {
    if json_has_nul(&serde_json::to_value(value)?) {
        let what = what.to_owned();
        return Err(ServerError::Nul { what }.into());
    }
    Ok(())
}

fn json_has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(values) => values.iter().any(json_has_nul),
        Json::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains('\0') || json_has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}
