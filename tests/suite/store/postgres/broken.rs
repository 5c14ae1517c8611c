//! A network that breaks connections at any byte, resets them, and is slow: what was answered is what happened.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use avos::live::{LiveAssigner, Watcher};
use avos::store::StateStore;
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::json;

use super::interrupted::{prepared, rename, rounds};
use crate::store::live::{UNITS, assigned, wait_for};
use crate::store::support::{apply, change_exp, counts, create_experiment, create_layer};
use crate::support::postgres::{TestDatabase, store_at};
use crate::support::proxy::{End, Proxy, Way};

const WAYS: [Way; 2] = [Way::ToServer, Way::ToClient];
const ENDS: [End; 2] = [End::Close, End::Reset];

/// Breaks the connection of an apply at random bytes, from the first of its connect to the last of its goodbye.
fn break_applies(ssl_mode: &str) {
    let database = prepared();
    let proxy = Proxy::start(&database.url);
    let through = store_at(&proxy.url_with(&database.url, ssl_mode));
    let direct = database.store();
    let mut rng = Rng::with_seed(7);
    let mut name = "An experiment".to_owned();
    let mut entries = 1;
    let mut applied_after_a_break = 0;
    let before = WAYS.map(|way| proxy.passed(way));
    let mut lengths = [0; 2];
    for round in 0..rounds() {
        let way = WAYS[round % 2];
        // The first apply tells how long one is.
        if round > 0 {
            let bytes = rng.usize(0..lengths[way as usize]);
            proxy.break_after(way, bytes, ENDS[round / 2 % 2]);
        }
        let next = format!("round {round}");
        let outcome = rename(&through, &name, &next);
        let is_broken = !proxy.mend() && round > 0;
        let now = direct.snapshot().expect("a state").state;
        let is_applied = now.layers["web"].experiments[0].name == next;
        match &outcome {
            Ok(()) => assert!(is_applied, "round {round}: it was lost"),
            Err(error) => {
                assert!(is_broken, "round {round}: {error}");
                assert!(error.is_disconnected(), "round {round}: {error}");
                assert!(!is_applied, "round {round}: applied all the same: {error}");
            }
        }
        if is_applied {
            name = next;
            entries += 1;
            applied_after_a_break += usize::from(is_broken);
        }
        let heads = direct.journal_heads().expect("a journal");
        assert_eq!(heads.len(), entries, "round {round}");
        if round == 0 {
            lengths = std::array::from_fn(|way| proxy.passed(WAYS[way]) - before[way]);
        }
    }
    assert!(entries > 2 && entries < rounds(), "{entries}");
    // The outcome of some was found out over a new connection.
    assert!(applied_after_a_break > 0);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_apply_whose_connection_breaks_at_any_byte_is_what_was_answered() {
    break_applies("disable");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_encrypted_apply_whose_connection_breaks_at_any_byte_is_what_was_answered() {
    break_applies("require");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn messages_in_pieces_and_late_ones_are_read_all_the_same() {
    let database = prepared();
    let proxy = Proxy::start(&database.url);
    for ssl_mode in ["disable", "require"] {
        let through = store_at(&proxy.url_with(&database.url, ssl_mode));
        for (piece, delay) in [(1, 0), (7, 0), (usize::MAX, 5_000)] {
            proxy.slow_down(piece, Duration::from_micros(delay));
            let name = |store: &dyn StateStore| {
                let state = store.snapshot().expect("a state").state;
                state.layers["web"].experiments[0].name.clone()
            };
            let next = format!("{ssl_mode} {piece}");
            rename(&through, &name(&through), &next).expect("applied");
            assert_eq!(name(&database.store()), next);
        }
    }
}

/// One experiment, active on so many of ten slots.
fn prepare_ramp(store: &dyn StateStore) {
    let share = json!({"traffic_percentage": 0.1, "reserved_percentage": 0.1});
    let create = [
        create_layer("web", 10),
        create_experiment("web", "exp", &share, [1, 0]),
    ];
    apply(store, &create);
}

/// While every connection breaks somewhere, the service takes in whatever it can read, and never goes back.
#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_service_over_a_network_that_breaks_again_and_again_only_goes_forward() {
    let database = TestDatabase::new();
    let direct = database.store();
    prepare_ramp(&direct);
    let proxy = Proxy::start(&database.url);
    let before = proxy.passed(Way::ToClient);
    let live = LiveAssigner::open(store_at(&proxy.url(&database.url))).expect("a state");
    let length = proxy.passed(Way::ToClient) - before;
    let live = Arc::new(live);
    let short = Duration::from_millis(10);
    let _watcher = Watcher::start(&live, short, Timestamp::now).expect("a thread");
    let served = || assigned(&live.current());
    let mut rng = Rng::with_seed(7);
    let last = Cell::new(served());
    for step in 1..10_u32 {
        let (from, to) = (f64::from(step) / 10.0, f64::from(step + 1) / 10.0);
        let slots = counts([step, 0], [step + 1, 0]);
        let ramp = json!({"from": from, "to": to, "slots": slots});
        let way = WAYS[step as usize % 2];
        proxy.break_after(way, rng.usize(0..length), ENDS[step as usize / 2 % 2]);
        apply(&direct, &[change_exp("ramp_up", &ramp)]);
        wait_for("broken", || {
            let now = served();
            assert!(now >= last.replace(now), "it went back to {now}");
            !proxy.is_to_break()
        });
    }
    wait_for("served", || served() == UNITS);
    wait_for("well", || live.last_error().is_none());
}
