//! What every store of the running state does, wherever it keeps it.
//!
//! A new store is added to `over_every_store` and passes all of this, or isn't one.

use avos::domain::{HashAlgorithm, Hold, Revision, Status};
use avos::plan::Plan;
use avos::store::{
    Applied, Author, EntryKind, GitCommit, JournalEntry, JournalHead, JournalQuery, MemoryStore,
    Snapshot, SqliteStore, StateStore, StoreError,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::support::{
    at, change_exp, counts, create_exp, create_experiment, create_layer, plan, runs,
};

#[cfg(feature = "postgres")]
use crate::support::postgres::TestDatabase;

/// Runs each of these tests over every store, new and without a layer.
macro_rules! over_every_store {
    ($($test:ident)*) => {
        mod in_sqlite {
            use super::*;
            $(#[test]
            fn $test() {
                let directory = tempfile::tempdir().expect("a directory");
                super::$test(&SqliteStore::new(directory.path().join("avos.db")));
            })*
        }

        #[cfg(feature = "postgres")]
        mod in_postgres {
            use super::*;
            $(#[test]
            #[ignore = "needs a PostgreSQL server"]
            fn $test() {
                let database = TestDatabase::new();
                super::$test(&database.store());
            })*
        }

        mod in_memory {
            use super::*;
            $(#[test]
            fn $test() {
                super::$test(&MemoryStore::new(HashAlgorithm::Sha256));
            })*
        }
    };
}

over_every_store! {
    a_new_database_is_missing_or_empty
    an_apply_reads_back
    a_layer_is_that_of_the_whole_state
    an_apply_says_what_it_did
    an_apply_of_any_number_of_layers_says_the_revision_that_is_read
    a_stale_plan_is_refused
    a_plan_is_applied_once
    an_empty_plan_writes_nothing
    an_empty_plan_is_about_no_layer
    plans_of_different_layers_apply_in_any_order
    a_plan_that_does_not_fit_leaves_nothing
    the_journal_is_read_whole_or_by_number
    the_journal_keeps_the_slots_around_an_apply
    the_journal_keeps_who_and_why
    a_snapshot_and_its_journal_are_of_one_instant
    the_revision_tells_contents_apart
    a_hold_and_its_release_read_back
    nothing_makes_a_held_experiment_active
    a_probe_notices_each_apply_once
    clients_of_one_store_see_the_same
}

/// The snapshot, that of an empty database where there is none.
fn snapshot(store: &dyn StateStore) -> Snapshot {
    match store.snapshot() {
        Err(error) if error.is_missing() => Snapshot::empty(),
        read => read.expect("a state"),
    }
}

fn revision(store: &dyn StateStore) -> Revision {
    snapshot(store).state.revision
}

/// Applies changes made for what is there now.
fn apply(store: &dyn StateStore, changes: &[Json]) -> Result<Applied, StoreError> {
    store.apply(&plan(&snapshot(store).state, changes), &ada())
}

fn ada() -> Author {
    Author::new("ada@example", at())
}

/// Applies two plans: a layer with an experiment, then another name for it.
fn apply_twice(store: &dyn StateStore) {
    apply(store, &[create_layer("web", 20), create_exp()]).expect("applied");
    apply(store, &[rename("An experiment", "Another")]).expect("applied");
}

fn rename(from: &str, to: &str) -> Json {
    change_exp("edit", &json!({"field": "name", "from": from, "to": to}))
}

fn a_new_database_is_missing_or_empty(store: &dyn StateStore) {
    match store.snapshot() {
        Err(error) => assert!(error.is_missing(), "{error}"),
        Ok(snapshot) => {
            assert!(snapshot.state.layers.is_empty());
            assert_eq!(snapshot.last_applied, None);
            assert!(store.journal(JournalQuery::All).expect("read").is_empty());
        }
    }
    // A plan for an empty database fits either.
    assert_eq!(revision(store), Snapshot::empty().state.revision);
}

fn an_apply_reads_back(store: &dyn StateStore) {
    apply_twice(store);
    let snapshot = store.snapshot().expect("a state");
    let layer = &snapshot.state.layers["web"];
    assert_eq!(layer.layer.total_slots, 20);
    assert_eq!(layer.experiments.len(), 1);
    assert_eq!(layer.experiments[0].name, "Another");
    assert_eq!(
        runs(&snapshot.state, "web"),
        ["0-4 exp active", "5-9 exp reserved"]
    );
    let last = snapshot.last_applied.expect("an apply");
    assert_eq!((last.journal_id, last.actor.as_str()), (2, "ada@example"));
    assert_eq!(last.applied_at, at());
}

fn a_layer_is_that_of_the_whole_state(store: &dyn StateStore) {
    apply_twice(store);
    apply(store, &[create_layer("app", 7)]).expect("applied");
    let state = store.snapshot().expect("a state").state;
    assert_eq!(state.layers.len(), 2);
    for (id, layer) in &state.layers {
        let found = store.layer(id).expect("read").expect("there");
        assert!(found.is_same(layer), "{found:?}");
    }
    assert!(store.layer(&"we".into()).expect("read").is_none());
}

fn an_apply_says_what_it_did(store: &dyn StateStore) {
    let applied = apply(store, &[create_layer("web", 20), create_exp()]).expect("applied");
    let expected = Applied {
        applied: 2,
        journal_id: Some(1),
        revision: revision(store),
    };
    assert_eq!(applied, expected);
}

fn an_apply_of_any_number_of_layers_says_the_revision_that_is_read(store: &dyn StateStore) {
    let mut created = 0;
    for count in [1, 2, 16, 17, 40] {
        let ids = created..created + count;
        let changes: Vec<Json> = ids.map(|id| create_layer(&format!("l{id}"), 9)).collect();
        created += count;
        let applied = apply(store, &changes).expect("applied");
        let state = snapshot(store).state;
        assert_eq!(applied.revision, state.revision, "{count} layers");
        assert_eq!(state.layers.len(), created);
    }
}

fn a_stale_plan_is_refused(store: &dyn StateStore) {
    // Both for a layer that isn't there, and one for a layer that is.
    let (early, late) = (
        plan(&snapshot(store).state, &[create_layer("web", 10)]),
        plan(&snapshot(store).state, &[create_layer("web", 20)]),
    );
    store.apply(&late, &ada()).expect("applied");
    assert_stale(store, &early);
    let quarter = plan(&snapshot(store).state, &[create_exp()]);
    let renamed = plan(
        &snapshot(store).state,
        &[create_experiment("web", "other", &json!({}), [1, 0])],
    );
    store.apply(&renamed, &ada()).expect("applied");
    assert_stale(store, &quarter);
}

/// Whatever was done since: a plan is one approval.
fn a_plan_is_applied_once(store: &dyn StateStore) {
    apply(store, &[create_layer("web", 20), create_exp()]).expect("applied");
    let base = snapshot(store).state;
    let there = plan(&base, &[rename("An experiment", "Another")]);
    assert_eq!(store.entry_of_plan(&there.plan_id).expect("read"), None);
    store.apply(&there, &ada()).expect("applied");
    let assert_known = |entries: i64| {
        let entry = store.entry_of_plan(&there.plan_id).expect("read");
        assert_eq!(entry.expect("an entry").journal_id, 2);
        let error = store.apply(&there, &ada()).expect_err("known");
        assert!(
            matches!(error, StoreError::Reapplied { journal_id: 2 }),
            "{error}"
        );
        let last = snapshot(store).state.last_entry;
        assert_eq!(last, Some(entries));
    };
    assert_known(2);
    apply(store, &[rename("Another", "An experiment")]).expect("taken back");
    let back = snapshot(store).state;
    assert_eq!(back.revision, base.revision, "its layers are as they were");
    assert_known(3);
    // Made anew, it is another plan.
    apply(store, &[rename("An experiment", "Another")]).expect("applied");
    assert_known(4);
}

fn assert_stale(store: &dyn StateStore, plan: &Plan) {
    let (before, entries) = (revision(store), store.journal_heads().expect("read").len());
    let error = store.apply(plan, &ada()).expect_err("stale");
    assert!(
        matches!(&error, StoreError::Stale { layers } if *layers == ["web".into()]),
        "{error}"
    );
    assert_eq!(revision(store), before);
    assert_eq!(store.journal_heads().expect("read").len(), entries);
}

fn plans_of_different_layers_apply_in_any_order(store: &dyn StateStore) {
    apply(store, &[create_layer("web", 20), create_layer("shop", 20)]).expect("applied");
    let base = snapshot(store).state;
    let shop = plan(&base, &[create_layer("other", 10)]);
    let web = plan(&base, &[create_exp()]);
    let first = store.apply(&web, &ada()).expect("applied");
    let second = store.apply(&shop, &ada()).expect("applied");
    let journal = store.journal(JournalQuery::All).expect("read");
    // The chain of revisions is that of what was found, not of what was planned on.
    assert_eq!(journal[1].base_revision, base.revision);
    assert_eq!(journal[0].base_revision, first.revision);
    assert_eq!(journal[0].revision, second.revision);
    // An experiment's id is taken wherever it is.
    let elsewhere = plan(
        &base,
        &[create_experiment("shop", "exp", &json!({}), [5, 0])],
    );
    let error = store.apply(&elsewhere, &ada()).expect_err("taken");
    assert!(
        matches!(&error, StoreError::Stale { layers } if *layers == ["shop".into()]),
        "{error}"
    );
}

fn an_empty_plan_writes_nothing(store: &dyn StateStore) {
    let before = revision(store);
    let expected = Applied {
        applied: 0,
        journal_id: None,
        revision: before.clone(),
    };
    assert_eq!(apply(store, &[]).expect("nothing to do"), expected);
    assert_eq!(revision(store), before);
    apply_twice(store);
    apply(store, &[]).expect("nothing to do");
    assert_eq!(store.journal(JournalQuery::All).expect("read").len(), 2);
}

fn an_empty_plan_is_about_no_layer(store: &dyn StateStore) {
    let early = plan(&snapshot(store).state, &[]);
    apply_twice(store);
    let applied = store.apply(&early, &ada()).expect("nothing to do");
    assert_eq!((applied.applied, applied.journal_id), (0, None));
}

fn a_plan_that_does_not_fit_leaves_nothing(store: &dyn StateStore) {
    apply_twice(store);
    let before = revision(store);
    // The first change fits; the second starts from slots that `exp` doesn't have.
    let slots = counts([7, 0], [8, 0]);
    let unfit = change_exp("ramp_up", &json!({"from": 0.25, "to": 0.4, "slots": slots}));
    let error = apply(store, &[create_layer("shop", 10), unfit]).expect_err("unfit");
    assert!(matches!(error, StoreError::Replay(_)), "{error}");
    assert_eq!(revision(store), before);
    assert!(!snapshot(store).state.layers.contains_key("shop"));
    assert_eq!(store.journal(JournalQuery::All).expect("read").len(), 2);
}

fn the_journal_is_read_whole_or_by_number(store: &dyn StateStore) {
    apply_twice(store);
    let all = store.journal(JournalQuery::All).expect("a journal");
    let ids: Vec<i64> = all.iter().map(|entry| entry.journal_id).collect();
    assert_eq!(ids, [2, 1], "newest first");
    assert_eq!(all[0].base_revision, all[1].revision);
    assert_eq!(all[0].revision, revision(store));
    assert!(all[1].began_empty && !all[0].began_empty);
    let one = store.journal(JournalQuery::One(1)).expect("a journal");
    assert_eq!(json!(one), json!([all[1]]));
    let none = store.journal(JournalQuery::One(3)).expect("a journal");
    assert!(none.is_empty());
    let heads: Vec<JournalHead> = all.iter().map(JournalHead::from).collect();
    assert_eq!(store.journal_heads().expect("heads"), heads);
}

fn the_journal_keeps_the_slots_around_an_apply(store: &dyn StateStore) {
    apply_twice(store);
    let entries = store.journal(JournalQuery::One(1)).expect("a journal");
    let slots = &entries[0].slots[0];
    assert_eq!(slots.layer_id.as_str(), "web");
    assert!(slots.before.is_empty());
    let after = snapshot(store).state.layers["web"]
        .slots
        .runs()
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(slots.after, after);
}

fn the_journal_keeps_who_and_why(store: &dyn StateStore) {
    let author = Author {
        reason: Some("a sale, \"the\" sale".to_owned()),
        ticket: Some("WEB-42".to_owned()),
        git: Some(GitCommit {
            commit: "0fd03b7f1e2a".to_owned(),
            is_dirty: true,
        }),
        ..ada()
    };
    apply(store, &[create_layer("web", 20)]).expect("applied");
    let shop = plan(&snapshot(store).state, &[create_layer("shop", 10)]);
    store.apply(&shop, &author).expect("applied");
    let entries = store.journal(JournalQuery::All).expect("a journal");
    let why = |entry: &JournalEntry| {
        assert_eq!(
            (entry.kind, &entry.actor),
            (EntryKind::Apply, &author.actor)
        );
        (
            entry.reason.clone(),
            entry.ticket.clone(),
            entry.git.clone(),
        )
    };
    let said = (
        author.reason.clone(),
        author.ticket.clone(),
        author.git.clone(),
    );
    assert_eq!(why(&entries[0]), said);
    assert_eq!(why(&entries[1]), (None, None, None));
    let heads: Vec<JournalHead> = entries.iter().map(JournalHead::from).collect();
    assert_eq!(store.journal_heads().expect("heads"), heads);
}

fn a_snapshot_and_its_journal_are_of_one_instant(store: &dyn StateStore) {
    apply_twice(store);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut name = "Another".to_owned();
            for number in 0..20 {
                let next = number.to_string();
                apply(store, &[rename(&name, &next)]).expect("applied");
                name = next;
            }
        });
        while !writer.is_finished() {
            let (snapshot, entries) = store.snapshot_with_journal().expect("both");
            assert_eq!(entries[0].revision, snapshot.state.revision);
            let last = snapshot.last_applied.expect("an apply");
            assert_eq!(entries[0].journal_id, last.journal_id);
        }
    });
}

fn the_revision_tells_contents_apart(store: &dyn StateStore) {
    apply_twice(store);
    let another = revision(store);
    apply(store, &[rename("Another", "A third")]).expect("applied");
    assert_ne!(revision(store), another);
    apply(store, &[rename("A third", "Another")]).expect("applied");
    assert_eq!(revision(store), another, "the same contents again");
}

/// A hold that `ada` placed.
fn hold(reason: &str, until: Option<Timestamp>) -> Hold {
    Hold::new(at(), until, reason, "ada@example")
}

fn holding(from: &str, hold: &Hold) -> Json {
    change_exp("hold", &json!({"from": from, "hold": hold}))
}

fn releasing(hold: &Hold) -> Json {
    change_exp("release", &json!({"hold": hold}))
}

/// The status of `exp`, and its hold.
fn standing(store: &dyn StateStore) -> (Status, Option<Hold>) {
    let layer = store.layer(&"web".into()).expect("read").expect("a layer");
    let whole = &store.snapshot().expect("a state").state.layers["web"];
    assert!(layer.is_same(whole), "{layer:?} isn't {whole:?}");
    let status = layer.experiment(&"exp".into()).expect("there").status;
    (status, layer.holds.get("exp").cloned())
}

fn a_hold_and_its_release_read_back(store: &dyn StateStore) {
    apply(store, &[create_layer("web", 20), create_exp()]).expect("applied");
    let active = revision(store);
    let hold = hold(
        "no \"clicks\"\n✓",
        Some(at() + SignedDuration::from_hours(2)),
    );
    apply(store, &[holding("active", &hold)]).expect("applied");
    assert_eq!(standing(store), (Status::Paused, Some(hold.clone())));
    let during = revision(store);

    apply(store, &[releasing(&hold)]).expect("applied");
    assert_eq!(standing(store), (Status::Paused, None));
    let released = revision(store);
    let paused = change_exp("set_status", &json!({"from": "paused", "to": "active"}));
    apply(store, &[paused]).expect("applied");
    assert_eq!(revision(store), active, "as if it had never been held");
    assert!(during != released && released != active);

    let entries = store.journal(JournalQuery::All).expect("a journal");
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds, ["apply", "release", "hold", "apply"]);
    let heads: Vec<JournalHead> = entries.iter().map(JournalHead::from).collect();
    assert_eq!(store.journal_heads().expect("heads"), heads);
}

fn nothing_makes_a_held_experiment_active(store: &dyn StateStore) {
    apply(store, &[create_layer("web", 20), create_exp()]).expect("applied");
    let first = hold("first", None);
    apply(store, &[holding("active", &first)]).expect("applied");
    let before = revision(store);
    let resume = change_exp("set_status", &json!({"from": "paused", "to": "active"}));
    let complete = json!({"from": "paused", "to": "completed", "winner": null,
        "slots": counts([5, 5], [0, 0])});
    let complete = change_exp("complete", &complete);
    let other = hold("another", None);
    for changes in [
        vec![resume.clone()],
        vec![complete.clone()],
        vec![releasing(&other)],
        vec![releasing(&other), resume.clone()],
        vec![holding("paused", &other)],
        vec![holding("completed", &other)],
        vec![resume.clone(), releasing(&first)],
    ] {
        let error = apply(store, &changes).expect_err("refused");
        assert!(matches!(error, StoreError::Replay(_)), "{error}");
        assert_eq!(revision(store), before);
    }
    let replacing = json!({"from": "paused", "hold": other, "replaces": first});
    apply(store, &[change_exp("hold", &replacing)]).expect("applied");
    assert_eq!(standing(store), (Status::Paused, Some(other.clone())));
    apply(store, &[releasing(&other), resume]).expect("applied");
    assert_eq!(standing(store), (Status::Active, None));
    apply(
        store,
        &[holding("active", &other), releasing(&other), complete],
    )
    .expect("applied");
    assert_eq!(standing(store), (Status::Completed, None));
    let refused = apply(store, &[holding("completed", &other)]).expect_err("refused");
    assert!(matches!(refused, StoreError::Replay(_)), "{refused}");
}

fn a_probe_notices_each_apply_once(store: &dyn StateStore) {
    let mut probe = store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    apply_twice(store);
    assert!(probe.changed().expect("seen"));
    assert!(!probe.changed().expect("seen"));
    store.snapshot().expect("a state");
    apply(store, &[]).expect("nothing to do");
    assert!(!probe.changed().expect("seen"), "nothing was written");
    apply(store, &[rename("Another", "A third")]).expect("applied");
    assert!(probe.changed().expect("seen"));
    apply(store, &[rename("A third", "Another")]).expect("applied");
    apply(store, &[rename("Another", "A third")]).expect("applied");
    assert!(probe.changed().expect("seen"), "back where it was");
}

fn clients_of_one_store_see_the_same<S: StateStore + Clone>(store: &S) {
    let other = store.clone();
    apply_twice(store);
    assert_eq!(revision(&other), revision(store));
    assert_eq!(other.location(), store.location());
}
