//! Many who apply at once, each on a connection of its own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use avos::store::{Author, JournalQuery, StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use crate::store::support::{change_exp, create_exp, create_layer, plan};
use crate::support::postgres::{TestDatabase, connect};

const APPLIERS: usize = 12;
const APPLIES: usize = 10;

/// Each renames the same experiment again and again. Every apply that succeeds stands in the journal, and the
/// chain of names and revisions has no break, whatever somebody edits meanwhile in another layer.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn twelve_appliers_and_a_foreign_writer_lose_and_double_nothing() {
    let database = TestDatabase::new();
    let store = database.store();
    let author = || Author::new("ada@example", Timestamp::UNIX_EPOCH);
    let first = [
        create_layer("web", 20),
        create_exp(),
        create_layer("shop", 10),
    ];
    let base = store.snapshot().expect("a state").state;
    store
        .apply(&plan(&base, &first), &author())
        .expect("applied");

    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let foreign = scope.spawn(|| {
            let mut client = connect(&database.url);
            let mut share = 1.0_f64;
            while !is_over.load(Ordering::Relaxed) {
                share = 1.5 - share;
                let update =
                    "UPDATE avos.layers SET total_traffic_percentage = $1 WHERE layer_id = 'shop'";
                client.execute(update, &[&share]).expect("an update");
            }
        });
        let appliers: Vec<_> = (0..APPLIERS)
            .map(|applier| {
                let store = database.store();
                scope.spawn(move || {
                    let mut applied = 0;
                    while applied < APPLIES {
                        let state = store.snapshot().expect("a state").state;
                        let layer = &state.layers["web"];
                        let from = layer.experiments[0].name.clone();
                        let to = format!("{applier}-{applied}");
                        let rename = json!({"field": "name", "from": from, "to": to});
                        let plan = plan(&state, &[change_exp("edit", &rename)]);
                        match store.apply(&plan, &author()) {
                            Ok(_) => applied += 1,
                            Err(StoreError::Stale { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        for applier in appliers {
            applier.join().expect("an applier");
        }
        is_over.store(true, Ordering::Relaxed);
        foreign.join().expect("the foreign writer");
    });

    let mut entries = store.journal(JournalQuery::All).expect("a journal");
    entries.reverse();
    assert_eq!(entries.len(), 1 + APPLIERS * APPLIES);
    let mut name = "An experiment".to_owned();
    let mut names = BTreeSet::new();
    for (entry, number) in entries.iter().zip(1..) {
        assert_eq!(entry.journal_id, number, "without gaps");
        if number > 1 {
            let change = json!(entry.changes[0]);
            assert_eq!(
                change["from"], name,
                "entry {number} starts where the last one ended"
            );
            name = change["to"].as_str().expect("a name").to_owned();
            assert!(names.insert(name.clone()), "{name} once");
        }
    }
    let state = store.snapshot().expect("a state").state;
    assert_eq!(state.layers["web"].experiments[0].name, name);
    let serial = database.value("SELECT serial::text FROM avos.state");
    assert_eq!(serial, entries.len().to_string());
}
