//! Assigners and consoles that follow a server: what they notice, when, and what that costs the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use avos::console::watch::ServerWatcher;
use avos::live::{LiveAssigner, RefreshFailure, Watcher};
use avos::store::{PostgresStore, StateStore};
use jiff::Timestamp;
use serde_json::json;

use crate::store::live::{assigned, wait_for};
use crate::store::support::{apply, change_exp, create_experiment, create_layer};
use crate::support::own_server::OwnServer;
use crate::support::postgres::{TestDatabase, store_at};
use crate::support::proxy::Proxy;

/// So long that only a note can end the wait.
const NEVER: Duration = Duration::from_hours(1);

/// All slots of `web` are active.
fn prepare(store: &dyn StateStore) {
    let whole = json!({"traffic_percentage": 1.0});
    apply(
        store,
        &[
            create_layer("web", 10),
            create_experiment("web", "exp", &whole, [10, 0]),
        ],
    );
}

fn set_status(store: &dyn StateStore, from: &str, to: &str) {
    let change = json!({"from": from, "to": to});
    apply(store, &[change_exp("set_status", &change)]);
}

fn live(store: PostgresStore) -> Arc<LiveAssigner> {
    Arc::new(LiveAssigner::open(store).expect("a readable database"))
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_service_serves_each_apply_as_soon_as_it_is_committed() {
    let database = TestDatabase::new();
    let store = database.store();
    prepare(&store);
    let live = live(database.store());
    let watcher = Watcher::start(&live, NEVER, Timestamp::now).expect("a thread");
    for round in 0..20 {
        let (from, to) = [("active", "paused"), ("paused", "active")][round % 2];
        set_status(&store, from, to);
        wait_for(to, || (assigned(&live.current()) > 0) == (to == "active"));
    }
    assert!(live.last_error().is_none());
    drop(watcher);
    assert_eq!(Arc::strong_count(&live), 1, "the thread is gone");
}

/// Without a note it asks, and without triggers a hand edit is found by reading everything now and then.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_service_asks_where_no_note_comes() {
    let database = TestDatabase::new();
    let store = database.store();
    store.init(true).expect("triggers");
    prepare(&store);
    let live = live(database.store());
    let short = Duration::from_millis(20);
    let _watcher = Watcher::start(&live, short, Timestamp::now).expect("a thread");
    // As if a pooler passed no notes on.
    database.execute(
        "CREATE OR REPLACE FUNCTION avos.note_foreign_write() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN UPDATE avos.state SET foreign_writes = foreign_writes + 1; RETURN NULL; END $$;
         UPDATE avos.experiments SET status = 'paused'",
    );
    wait_for("paused", || assigned(&live.current()) == 0);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_service_survives_a_lost_server_and_goes_on_by_itself() {
    let database = TestDatabase::new();
    let store = database.store();
    prepare(&store);
    let proxy = Proxy::start(&database.url);
    let live = live(store_at(&proxy.url(&database.url)));
    let short = Duration::from_millis(20);
    let _watcher = Watcher::start(&live, short, Timestamp::now).expect("a thread");
    for (from, to) in [("active", "paused"), ("paused", "active")] {
        let before = live.current();
        proxy.close();
        wait_for("told", || live.last_error().is_some());
        let error = live.last_error().expect("told");
        let RefreshFailure::Store(failure) = &error.failure else {
            panic!("{error}");
        };
        assert!(failure.is_disconnected(), "{failure}");
        assert!(!error.to_string().contains(":test@"), "{error}");
        set_status(&store, from, to);
        assert!(Arc::ptr_eq(&before, &live.current()), "the last good state");
        let since = error.since;
        wait_for("told again", || {
            let error = live.last_error().expect("still away");
            assert_eq!(error.since, since);
            error.to_string().contains("can't connect")
        });
        proxy.reopen();
        wait_for("back", || live.last_error().is_none());
        wait_for(to, || (assigned(&live.current()) > 0) == (to == "active"));
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_idle_service_and_an_idle_console_ask_at_most_once_a_second() {
    let server = OwnServer::start();
    let store = store_at(&server.url());
    store.init(false).expect("prepared");
    prepare(&store);
    server.log_statements();
    let live = live(store_at(&server.url()));
    let _service = Watcher::start(&live, Duration::from_secs(1), Timestamp::now).expect("a thread");
    let events = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&events);
    let console = ServerWatcher::start(Arc::new(store), move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let _console = console.expect("a thread");
    // Of each connection, when it asked for the counts. Those that are kept ask again and again.
    let questions = || {
        let mut questions = server.statements("SELECT serial, foreign_writes");
        questions.retain(|_, times| times.len() > 1);
        questions
    };
    wait_for("asked", || {
        let questions = questions();
        questions.len() == 2 && questions.values().all(|times| times.len() > 3)
    });
    for times in questions().values() {
        for pair in times.windows(2) {
            // The server's clock and the clients' may differ in how they round.
            assert!(pair[1] - pair[0] > 0.99, "{times:?}");
        }
    }
    // Nothing else is asked, and nobody is bothered.
    let reads = server.statements("FROM avos.meta");
    assert_eq!(
        reads.len(),
        2,
        "when it was opened, and when the watcher began: {reads:?}"
    );
    assert_eq!(events.load(Ordering::Relaxed), 0);
}
