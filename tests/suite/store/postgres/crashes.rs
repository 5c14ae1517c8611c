//! A server of its own, stopped at once (`pg_ctl -m immediate`) before, within and after commits, and under
//! load: what was answered is what happened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use avos::store::{Author, JournalQuery, StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use crate::store::support::{change_exp, create_exp, create_layer, plan};
use crate::support::own_server::OwnServer;
use crate::support::postgres::store_at;
use crate::support::proxy::{Cut, Proxy};
use crate::support::waiting::wait_until;

/// How often the server is stopped; more with `AVOS_CRASH_ROUNDS`.
fn rounds() -> usize {
    let rounds = std::env::var("AVOS_CRASH_ROUNDS").ok();
    rounds.map_or(9, |rounds| rounds.parse().expect("a number"))
}

fn author() -> Author {
    Author::new("ada@example", Timestamp::UNIX_EPOCH)
}

/// Prepares the database, with an experiment whose name tells which apply was the last.
fn prepare(store: &dyn StateStore) {
    store.init(false).expect("prepared");
    let base = store.snapshot().expect("a state").state;
    let plan = plan(&base, &[create_layer("web", 20), create_exp()]);
    store.apply(&plan, &author()).expect("applied");
}

/// Gives the experiment another name by one apply.
fn rename(store: &dyn StateStore, to: &str) -> Result<(), StoreError> {
    let state = store.snapshot()?.state;
    let from = &state.layers["web"].experiments[0].name;
    let rename = json!({"field": "name", "from": from, "to": to});
    let plan = plan(&state, &[change_exp("edit", &rename)]);
    store.apply(&plan, &author()).map(drop)
}

/// The names that the experiment got, each with how often.
fn names(store: &dyn StateStore) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    let entries = store.journal(JournalQuery::All).expect("a journal");
    for entry in entries.iter().filter(|entry| entry.journal_id > 1) {
        let name = json!(entry.changes[0])["to"].clone();
        *names
            .entry(name.as_str().expect("a name").to_owned())
            .or_default() += 1;
    }
    names
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_server_stopped_around_a_commit_loses_and_doubles_nothing() {
    let server = Arc::new(OwnServer::start());
    let url = server.url();
    let direct = store_at(&url);
    prepare(&direct);
    let restarts = Arc::new(AtomicUsize::new(0));
    // The proxy's threads outlive the test; the server mustn't.
    let (stopped, counted) = (Arc::downgrade(&server), Arc::clone(&restarts));
    let proxy = Proxy::start_with(&url, move |_| {
        if let Some(server) = stopped.upgrade() {
            server.control("restart");
        }
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let through = store_at(&proxy.url(&url));
    for round in 0..rounds() {
        let cut = Cut::HEARD[1 + round % (Cut::HEARD.len() - 1)];
        let name = format!("round {round}");
        proxy.cut_next(cut);
        let outcome = rename(&through, &name);
        // The answer may have come before the server was stopped.
        wait_until(|| restarts.load(Ordering::SeqCst) == round + 1);
        let is_applied = names(&direct).get(&name) == Some(&1);
        match (&outcome, cut) {
            (Ok(()), Cut::AfterCommit | Cut::WithinCommit) => {
                assert!(is_applied, "{cut:?}: it was lost");
            }
            (Err(error), Cut::BeforeCommit | Cut::WithinCommit) if error.is_disconnected() => {
                assert!(!is_applied, "{cut:?}: it was applied all the same");
            }
            _ => panic!("{cut:?}: {outcome:?}"),
        }
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn restarts_under_load_lose_and_double_nothing() {
    let server = OwnServer::start();
    let url = server.url();
    prepare(&store_at(&url));
    let is_over = AtomicBool::new(false);
    let outcomes: Mutex<BTreeMap<String, bool>> = Mutex::default();
    thread::scope(|scope| {
        for applier in 0..12 {
            let (outcomes, is_over, store) = (&outcomes, &is_over, store_at(&url));
            scope.spawn(move || {
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let name = format!("{applier}-{number}");
                    number += 1;
                    let is_applied = match rename(&store, &name) {
                        Ok(()) => true,
                        Err(StoreError::Stale { .. }) => false,
                        Err(error) if error.is_disconnected() || error.is_busy() => {
                            thread::sleep(Duration::from_millis(5));
                            false
                        }
                        Err(error) => panic!("{error}"),
                    };
                    outcomes.lock().expect("no panic").insert(name, is_applied);
                }
            });
        }
        for _ in 0..rounds() {
            thread::sleep(Duration::from_millis(100));
            server.control("restart");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let found = names(&store_at(&url));
    let outcomes = outcomes.into_inner().expect("no panic");
    assert!(outcomes.values().any(|is_applied| *is_applied));
    for (name, is_applied) in &outcomes {
        let times = found.get(name).copied().unwrap_or_default();
        assert_eq!(times, usize::from(*is_applied), "{name}");
    }
    assert_eq!(
        found.len(),
        outcomes.values().filter(|applied| **applied).count()
    );
}
