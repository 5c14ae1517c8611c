//! Assigners that follow a database.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use avos::assign::{Assigner, AssignmentStatus, Groups};
use avos::live::{LiveAssigner, RefreshError, RefreshFailure, Watcher};
use avos::sqlite::FileError;
use avos::store::{StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use super::support::{Place, at, change_exp, counts, create_experiment, create_layer};

pub(super) const UNITS: usize = 64;

fn live(place: &Place) -> LiveAssigner {
    LiveAssigner::open(place.store.clone()).expect("a readable database")
}

/// How many of the units have a variant in `web`.
pub(super) fn assigned(assigner: &Assigner) -> usize {
    let statuses = (0..UNITS).map(|unit| {
        let unit = format!("user_{unit}");
        let answer = assigner.assign(&"web".into(), &unit, &Groups::default(), at());
        answer.expect("no group needed").status
    });
    statuses
        .filter(|status| *status == AssignmentStatus::Assigned)
        .count()
}

fn later(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("near the epoch")
}

fn store_error(error: &RefreshError) -> &StoreError {
    match &error.failure {
        RefreshFailure::Store(error) => error,
        other => panic!("{other}"),
    }
}

/// Waits for a condition.
pub(super) fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "never {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn it_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<LiveAssigner>();
    shared::<RefreshError>();
}

#[test]
fn an_apply_is_served_after_a_refresh() {
    let place = Place::with_experiment();
    let live = live(&place);
    let before = live.current();
    let few = assigned(&before);
    assert!(matches!(live.refresh(at()), Ok(false)));
    assert!(Arc::ptr_eq(&before, &live.current()));

    let ramp = json!({"from": 0.25, "to": 0.5, "slots": counts([5, 5], [10, 0])});
    place
        .apply(&[change_exp("ramp_up", &ramp)])
        .expect("applied");
    assert!(Arc::ptr_eq(&before, &live.current()));
    assert!(matches!(live.refresh(at()), Ok(true)));
    assert!(assigned(&live.current()) > few);
    assert_eq!(assigned(&before), few, "what a request holds stays");
    assert!(matches!(live.refresh(at()), Ok(false)));
}

#[test]
fn each_answer_names_the_state_that_answered() {
    let place = Place::with_experiment();
    let live = live(&place);
    for status in ["PAUSED", "ACTIVE"] {
        place.execute(&format!("UPDATE experiments SET status = '{status}'"));
        live.refresh(at()).expect("a readable database");
        let state = place.store.snapshot().expect("a state").state;
        let assigner = live.current();
        for (_, answer) in assigner.assign_all_layers("user_1", &Groups::default(), at()) {
            let answer = answer.expect("no group needed");
            assert_eq!(answer.revision, Some(&state.revision));
        }
        let planned = Assigner::new(&state);
        let answer = planned.assign(&"web".into(), "user_1", &Groups::default(), at());
        assert_eq!(answer.expect("no group needed").revision, None);
    }
}

#[test]
fn another_programs_write_counts_and_one_without_effect_does_not() {
    let place = Place::with_experiment();
    let live = live(&place);
    let before = live.current();
    place.execute("UPDATE experiments SET updated_at = '2026-01-01 00:00:00.000000'");
    assert!(matches!(live.refresh(at()), Ok(false)));
    assert!(Arc::ptr_eq(&before, &live.current()));
    place.execute("UPDATE experiments SET status = 'PAUSED'");
    assert!(matches!(live.refresh(at()), Ok(true)));
    assert_eq!(assigned(&live.current()), 0);
}

#[test]
fn a_missing_database_can_not_be_opened() {
    let refused = LiveAssigner::open(Place::empty().store.clone());
    assert!(matches!(refused, Err(StoreError::Missing { .. })));
}

#[test]
fn a_deleted_database_is_told_with_since_when_and_the_last_state_is_served() {
    let place = Place::with_experiment();
    let live = live(&place);
    let before = live.current();
    let copy = place.directory().join("copy.db");
    fs::rename(&place.path, &copy).expect("moved away");
    for second in [7, 8, 9] {
        let error = live.refresh(later(second)).expect_err("gone");
        assert!(store_error(&error).is_missing());
        assert_eq!(error.since, later(7));
        assert_eq!(error.help(), store_error(&error).help());
        let kept = live.last_error().expect("kept");
        assert_eq!(kept.to_string(), error.to_string());
    }
    assert!(Arc::ptr_eq(&before, &live.current()));

    fs::rename(&copy, &place.path).expect("back");
    assert!(matches!(live.refresh(later(10)), Ok(false)));
    assert!(live.last_error().is_none());
    fs::remove_file(&place.path).expect("deleted");
    let error = live.refresh(later(11)).expect_err("gone again");
    assert_eq!(error.since, later(11));
}

#[test]
fn a_change_that_can_not_be_read_yet_is_read_when_the_lock_goes() {
    let place = Place::with_experiment();
    let live = live(&place);
    place.execute("UPDATE experiments SET status = 'PAUSED'");
    let other = place.other_program();
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    for _ in 0..2 {
        let error = live.refresh(at()).expect_err("locked");
        assert!(matches!(
            store_error(&error),
            StoreError::File(FileError::Busy { .. })
        ));
        assert!(assigned(&live.current()) > 0);
    }
    other.execute_batch("COMMIT").expect("committed");
    assert!(matches!(live.refresh(at()), Ok(true)));
    assert_eq!(assigned(&live.current()), 0);
    assert!(live.last_error().is_none());
}

#[test]
fn a_database_that_contradicts_itself_is_not_served() {
    let place = Place::with_experiment();
    let live = live(&place);
    let before = live.current();
    place.execute("UPDATE experiments SET traffic_allocation = '{\"control\": 2}'");
    let error = live.refresh(at()).expect_err("corrupt");
    assert!(matches!(store_error(&error), StoreError::Corrupt { .. }));
    assert!(Arc::ptr_eq(&before, &live.current()));
    place.execute(
        "UPDATE experiments SET status = 'PAUSED',
             traffic_allocation = '{\"control\": 0.5, \"blue\": 0.5}'",
    );
    assert!(matches!(live.refresh(at()), Ok(true)));
}

#[test]
fn a_file_that_is_no_database_any_more_is_not_served() {
    let place = Place::with_experiment();
    let live = live(&place);
    let before = live.current();
    let whole = fs::read(&place.path).expect("a file");

    fs::write(&place.path, "x".repeat(4096)).expect("written over");
    let error = live.refresh(at()).expect_err("no database");
    assert!(matches!(
        store_error(&error),
        StoreError::File(FileError::NotADatabase { .. })
    ));

    // As a copy over the file begins.
    fs::write(&place.path, "").expect("emptied");
    let error = live.refresh(at()).expect_err("no tables");
    assert!(matches!(error.failure, RefreshFailure::Emptied { .. }));
    assert!(Arc::ptr_eq(&before, &live.current()));

    fs::write(&place.path, whole).expect("restored");
    assert!(matches!(live.refresh(at()), Ok(false)));
    assert!(live.last_error().is_none());
}

#[test]
fn a_database_without_tables_may_get_its_first_ones() {
    let place = Place::empty();
    fs::write(&place.path, "").expect("a file");
    let live = live(&place);
    assert!(matches!(live.refresh(at()), Ok(false)));
    place.apply(&[create_layer("web", 10)]).expect("applied");
    assert!(matches!(live.refresh(at()), Ok(true)));
    assert_eq!(assigned(&live.current()), 0);
}

/// Two layers, on all of whose slots an experiment is active.
fn two_layers() -> Place {
    let place = Place::empty();
    let whole = json!({"traffic_percentage": 1.0});
    place
        .apply(&[
            create_layer("shop", 10),
            create_layer("web", 10),
            create_experiment("shop", "one", &whole, [10, 0]),
            create_experiment("web", "two", &whole, [10, 0]),
        ])
        .expect("applied");
    place
}

#[test]
fn answers_during_a_hundred_swaps_are_of_one_state_each() {
    let place = two_layers();
    let live = live(&place);
    let is_over = AtomicBool::new(false);
    let seen = [const { AtomicUsize::new(0) }; 2];
    let answer = || {
        while !is_over.load(Ordering::Relaxed) {
            let assigner = live.current();
            let mut statuses = (0..UNITS).flat_map(|unit| {
                let unit = format!("user_{unit}");
                let answers = assigner.assign_all_layers(&unit, &Groups::default(), at());
                let answers = answers.map(|(_, answer)| answer.expect("no group needed").status);
                answers.collect::<Vec<_>>()
            });
            let first = statuses.next().expect("layers");
            assert!(
                statuses.all(|status| status == first),
                "a mix of two states"
            );
            let which = usize::from(first == AssignmentStatus::Assigned);
            seen[which].fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(answer)).collect();
        for swap in 0..100 {
            let which = swap % 2;
            let status = ["PAUSED", "ACTIVE"][which];
            place.execute(&format!("UPDATE experiments SET status = '{status}'"));
            let before = seen[which].load(Ordering::Relaxed);
            assert!(matches!(live.refresh(at()), Ok(true)), "swap {swap}");
            wait_for("answered by the new state", || {
                let has_failed = threads.iter().any(thread::ScopedJoinHandle::is_finished);
                has_failed || seen[which].load(Ordering::Relaxed) > before
            });
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_watcher_refreshes_until_it_is_dropped() {
    let place = two_layers();
    let live = Arc::new(live(&place));
    let clock = || later(5);
    let watcher = Watcher::start(&live, Duration::ZERO, clock).expect("a thread");
    place.execute("UPDATE experiments SET status = 'PAUSED'");
    wait_for("paused", || assigned(&live.current()) == 0);

    let copy = place.directory().join("copy.db");
    fs::rename(&place.path, &copy).expect("moved away");
    wait_for("told", || live.last_error().is_some());
    let error = live.last_error().expect("told");
    assert_eq!(error.since, later(5));
    fs::rename(&copy, &place.path).expect("back");
    wait_for("well again", || live.last_error().is_none());

    drop(watcher);
    assert_eq!(Arc::strong_count(&live), 1, "the thread is gone");
    place.execute("UPDATE experiments SET status = 'ACTIVE'");
    assert_eq!(assigned(&live.current()), 0);
}

#[test]
fn a_watcher_that_is_waiting_stops_at_once() {
    let live = Arc::new(live(&two_layers()));
    let start = Instant::now();
    drop(Watcher::start(&live, Duration::MAX, Timestamp::now).expect("a thread"));
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(Arc::strong_count(&live), 1);
}
