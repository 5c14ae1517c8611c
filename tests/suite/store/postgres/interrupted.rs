//! Applies whose connection is cut, and backends that are ended. What was answered is what happened.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use avos::store::{Author, JournalQuery, ServerError, StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use crate::store::support::{change_exp, create_exp, create_layer, plan};
use crate::support::postgres::{TestDatabase, connect, store_at};
use crate::support::proxy::{Cut, Proxy};

/// How many applies are cut; more with `AVOS_CUT_ROUNDS`.
pub(super) fn rounds() -> usize {
    let rounds = std::env::var("AVOS_CUT_ROUNDS").ok();
    rounds.map_or(60, |rounds| rounds.parse().expect("a number"))
}

fn author() -> Author {
    Author::new("ada@example", Timestamp::UNIX_EPOCH)
}

/// A database with an experiment whose name tells which apply was the last.
pub(super) fn prepared() -> TestDatabase {
    let database = TestDatabase::new();
    let store = database.store();
    let base = store.snapshot().expect("a state").state;
    let plan = plan(&base, &[create_layer("web", 20), create_exp()]);
    store.apply(&plan, &author()).expect("applied");
    database
}

/// Renames the experiment by one apply.
pub(super) fn rename(store: &dyn StateStore, from: &str, to: &str) -> Result<(), StoreError> {
    let state = store.snapshot()?.state;
    let rename = json!({"field": "name", "from": from, "to": to});
    let plan = plan(&state, &[change_exp("edit", &rename)]);
    store.apply(&plan, &author()).map(drop)
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_outcome_of_a_cut_commit_is_found_out() {
    let database = prepared();
    let proxy = Proxy::start(&database.url);
    let (direct, through) = (database.store(), store_at(&proxy.url(&database.url)));
    let mut name = "An experiment".to_owned();
    let mut applied = 1;
    let mut outcomes = Vec::new();
    for round in 0..rounds() {
        let cut = Cut::HEARD[round % Cut::HEARD.len()];
        let next = format!("round {round}");
        proxy.cut_next(cut);
        let outcome = rename(&through, &name, &next);
        let now = direct.snapshot().expect("a state").state;
        let entries = direct.journal_heads().expect("a journal").len();
        let is_applied = now.layers["web"].experiments[0].name == next;
        match &outcome {
            Ok(()) => assert!(is_applied, "{cut:?}: it was lost"),
            Err(StoreError::Server(ServerError::Lost { .. })) => {
                assert!(!is_applied, "{cut:?}: it was applied all the same");
            }
            Err(error) => panic!("{cut:?}: {error}"),
        }
        if is_applied {
            name = next;
            applied += 1;
        }
        assert_eq!(entries, applied, "{cut:?}");
        outcomes.push((cut, outcome.is_ok()));
    }
    // Each cut took place, and had the only outcome that it can have.
    assert!(outcomes.contains(&(Cut::Never, true)));
    assert!(outcomes.contains(&(Cut::BeforeCommit, false)));
    assert!(outcomes.contains(&(Cut::AfterCommit, true)));
    assert!(!outcomes.contains(&(Cut::BeforeCommit, true)));
    assert!(!outcomes.contains(&(Cut::AfterCommit, false)));
}

/// The server ends the transaction that nobody continues, and only then the outcome is known.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_network_that_is_cut_before_the_commit_leaves_nothing_and_no_lock() {
    let database = prepared();
    let proxy = Proxy::start(&database.url);
    proxy.cut_next(Cut::Silently);
    let through = store_at(&proxy.url(&database.url));
    let error = rename(&through, "An experiment", "Another").expect_err("lost");
    assert!(
        matches!(error, StoreError::Server(ServerError::Lost { .. })),
        "{error}"
    );
    rename(&database.store(), "An experiment", "A third").expect("nobody has the lock");
    let entries = database.store().journal_heads().expect("a journal");
    assert_eq!(entries.len(), 2);
}

/// Whoever ends backends at random moments.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn backends_that_are_ended_lose_and_double_nothing() {
    let database = prepared();
    let is_over = AtomicBool::new(false);
    let (mut applied, mut lost) = (1, 0);
    let mut name = "An experiment".to_owned();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut admin = connect(&database.url);
            let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'avos'";
            while !is_over.load(Ordering::Relaxed) {
                admin.query_one(end, &[]).expect("a count");
                thread::sleep(Duration::from_millis(7));
            }
        });
        let store = database.store();
        for round in 0..rounds() {
            let next = format!("round {round}");
            match rename(&store, &name, &next) {
                Ok(()) => {
                    applied += 1;
                    name = next;
                }
                Err(error) if error.is_disconnected() => lost += 1,
                Err(error) => panic!("{error}"),
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let store = database.store();
    let now = store.snapshot().expect("a state").state;
    assert_eq!(now.layers["web"].experiments[0].name, name);
    let entries = store.journal(JournalQuery::All).expect("a journal");
    assert_eq!(entries.len(), applied);
    assert_eq!(applied + lost, rounds() + 1);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_statement_that_takes_too_long_is_busy_and_leaves_nothing() {
    let database = prepared();
    let store = store_at(&format!(
        "{}?options=-c%20statement_timeout%3D200ms",
        database.url
    ));
    let mut other = connect(&database.url);
    let mut blocking = other.transaction().expect("a transaction");
    blocking
        .execute("UPDATE avos.state SET foreign_writes = 0", &[])
        .expect("the row is locked");
    let error = rename(&store, "An experiment", "Another").expect_err("busy");
    assert!(error.is_busy(), "{error}");
    blocking.rollback().expect("the lock is free");
    rename(&store, "An experiment", "Another").expect("applied");
    assert_eq!(store.journal_heads().expect("a journal").len(), 2);
}
