//! Noticing what others write, and a server that goes away and comes back.

use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use avos::store::{Author, StateStore};
use jiff::Timestamp;

use crate::store::support::{create_layer, plan};
use crate::support::postgres::{TestDatabase, connect, store_at};
use crate::support::proxy::Proxy;

fn apply(store: &dyn StateStore, layer: &str) {
    let state = store.snapshot().expect("a state").state;
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    store
        .apply(&plan(&state, &[create_layer(layer, 9)]), &author)
        .expect("applied");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn with_triggers_a_foreign_write_is_noticed_and_an_apply_only_once() {
    let database = TestDatabase::new();
    let store = database.store();
    store.init(true).expect("triggers");
    let mut probe = store.changes().expect("a probe");
    apply(&store, "web");
    assert!(probe.changed().expect("seen"));
    let writes = || database.value("SELECT foreign_writes::text FROM avos.state");
    assert_eq!(writes(), "0", "an apply isn't foreign");
    for sql in [
        "UPDATE avos.layers SET total_traffic_percentage = 0.5",
        "INSERT INTO avos.holds VALUES ('x', 'web', now(), NULL, 'r', 'a')",
        "DELETE FROM avos.holds",
        "TRUNCATE avos.slot_runs",
    ] {
        assert!(!probe.changed().expect("seen"));
        database.execute(sql);
        assert!(probe.changed().expect("seen"), "{sql}");
    }
    assert_eq!(writes(), "4");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_note_ends_the_wait_for_a_change() {
    let database = TestDatabase::new();
    let store = database.store();
    let mut probe = store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    let long = Duration::from_mins(1);
    let started = Instant::now();
    let (_stop, stopped) = channel();
    thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let waited = probe.wait(long, &stopped);
            assert_eq!(waited, ControlFlow::Continue(()));
            probe.changed().expect("seen")
        });
        apply(&store, "web");
        assert!(waiting.join().expect("a wait"));
    });
    assert!(started.elapsed() < long, "the note came");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_lost_connection_is_a_change_and_so_is_its_return() {
    let database = TestDatabase::new();
    let proxy = Proxy::start(&database.url);
    let store = store_at(&proxy.url(&database.url));
    let mut probe = store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    proxy.close();
    assert!(probe.changed().expect("seen"), "gone");
    assert!(!probe.changed().expect("seen"));
    assert!(store.snapshot().expect_err("gone").is_disconnected());
    proxy.reopen();
    assert!(probe.changed().expect("seen"), "back");
    assert!(!probe.changed().expect("seen"));
    store.snapshot().expect("a state");
    // A backend that is ended is no reason to report anything twice.
    connect(&database.url)
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'avos'",
            &[],
        )
        .expect("ended");
    apply(&store, "web");
    while !probe.changed().expect("seen") {}
    probe.changed().expect("seen");
    assert!(!probe.changed().expect("seen"));
}
