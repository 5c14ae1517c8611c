//! A server of its own, stopped at once (`pg_ctl -m immediate`) before, within and after commits, and restarted
//! under load: what was answered is what happened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use avos::live::{LiveAssigner, Watcher};
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
            server.restart("immediate");
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

/// Reads again and again until it is over. What is read is of one instant, and what was seen once stays: no later
/// look finds an earlier state. Returns how often it could read.
fn look_until(is_over: &AtomicBool, store: &dyn StateStore) -> usize {
    let (mut last, mut reads) = (0, 0);
    while !is_over.load(Ordering::Relaxed) {
        match store.snapshot_with_journal() {
            Ok((snapshot, entries)) => {
                let newest = &entries[0];
                assert_eq!(newest.revision, snapshot.state.revision);
                assert_eq!(
                    entries.len(),
                    usize::try_from(newest.journal_id).expect("small")
                );
                assert!(
                    newest.journal_id >= last,
                    "{} after {last}",
                    newest.journal_id
                );
                (last, reads) = (newest.journal_id, reads + 1);
            }
            Err(error) if error.is_disconnected() => thread::sleep(Duration::from_millis(5)),
            Err(error) => panic!("{error}"),
        }
    }
    reads
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn restarts_under_load_lose_and_double_nothing() {
    let server = OwnServer::start();
    let url = server.url();
    prepare(&store_at(&url));
    let live = LiveAssigner::open(store_at(&url)).expect("a readable database");
    let live = Arc::new(live);
    let first = live.current();
    let short = Duration::from_millis(50);
    let service = Watcher::start(&live, short, Timestamp::now).expect("a thread");
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
        let readers: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| look_until(&is_over, &store_at(&url))))
            .collect();
        for round in 0..rounds() {
            thread::sleep(Duration::from_millis(100));
            // By turns it lets clients hear of it, and ends without a word.
            server.restart(["immediate", "fast"][round % 2]);
        }
        is_over.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().expect("a reader") > 0);
        }
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
    // The service went on by itself.
    wait_until(|| live.last_error().is_none() && !Arc::ptr_eq(&first, &live.current()));
    drop(service);
    assert!(live.refresh(Timestamp::now()).is_ok());
}
