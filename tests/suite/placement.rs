//! Which free slots an experiment takes, and whose they were.

use std::sync::Arc;

use avos::domain::{LayerId, SlotIndex, State};
use avos::plan::{Change, replay_changes, undo_changes};
use avos::review::{JournalFacts, Refusal, RenewalVerdict, Review, SavedPlan, seal};
use avos::store::{Author, JournalQuery, MemoryStore, StateStore};
use avos::timeline::{Timeline, read_with_drift};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{errors, nothing, now, review};

/// A store with what was applied to it, a day after the other.
struct Days {
    store: MemoryStore,
    day: i64,
}

impl Days {
    fn new() -> Self {
        Self {
            store: MemoryStore::from(nothing()),
            day: 0,
        }
    }

    fn state(&self) -> State {
        read_with_drift(&self.store).expect("a state").0.state
    }

    fn plan(&self, files: &LayerYaml) -> Review {
        let review = review(std::slice::from_ref(files), &self.state());
        assert_eq!(errors(&review), [""; 0]);
        review
    }

    fn apply(&mut self, files: &LayerYaml) -> Review {
        let review = self.plan(files);
        self.day += 1;
        let author = Author::new("ada@example", Self::at(self.day));
        let plan = review.plan().expect("a plan");
        self.store.apply(&plan, &author).expect("applied");
        review
    }

    fn at(day: i64) -> Timestamp {
        now() - SignedDuration::from_hours(24 * (30 - day))
    }

    /// The slots of an experiment, as `first-last`.
    fn slots(&self, id: &str) -> Vec<String> {
        let state = self.state();
        let home = state.layer(&"home".into()).expect("the layer");
        let id = id.into();
        let runs = home.slots.runs_of(&id);
        runs.map(|run| format!("{}-{}", run.first, run.last))
            .collect()
    }
}

fn tenth(id: &str) -> ExperimentYaml {
    experiment(id)
}

fn done(id: &str) -> ExperimentYaml {
    experiment(id).set("status", "completed")
}

fn home(experiments: &[ExperimentYaml]) -> LayerYaml {
    let layer = layer("home").set("total_slots", 50);
    experiments
        .iter()
        .fold(layer, |layer, experiment| layer.with(experiment.clone()))
}

/// `first` held 0-4 until day 3, `second` 5-9 until day 2, and 10-49 were never held.
fn with_a_past() -> Days {
    let mut days = Days::new();
    days.apply(&home(&[tenth("first"), tenth("second")]));
    days.apply(&home(&[tenth("first"), done("second")]));
    days.apply(&home(&[done("first"), done("second")]));
    days
}

fn past() -> [ExperimentYaml; 2] {
    [done("first"), done("second")]
}

fn notes(review: &Review) -> Vec<String> {
    let notes = review.notes.iter();
    let notes = notes.filter(|note| note.inherited.is_some());
    notes.map(|note| note.message.clone()).collect()
}

#[test]
fn the_lowest_free_slots_are_taken_and_their_last_holders_named() {
    let mut days = with_a_past();
    let [first, second] = past();
    let new = experiment("new").set("traffic_percentage", 0.24);
    let review = days.apply(&home(&[first, second, new]));
    assert_eq!(days.slots("new"), ["0-11"]);
    insta::assert_snapshot!(notes(&review).join("\n"), @"
    `new` takes 5 slots that `first` held until 2025-05-05T12:00:00Z
    `new` takes 5 slots that `second` held until 2025-05-04T12:00:00Z
    ");
    insta::assert_snapshot!(json!(review.notes[0]), @r#"{"code":"inherits-slots","experiment_id":"new","freed_by_plan":false,"from":"first","held_until":"2025-05-05T12:00:00Z","layer_id":"home","message":"`new` takes 5 slots that `first` held until 2025-05-05T12:00:00Z","slots":5}"#);
    assert!(review.changes.iter().all(|change| change.taken.is_none()));
}

#[test]
fn rested_slots_are_never_held_ones_then_the_longest_free_ones_then_those_freed_now() {
    let mut days = with_a_past();
    let rested = |experiments: &[ExperimentYaml]| home(experiments).set("placement", "rested");
    let [first, second] = past();
    let wide = experiment("wide").set("traffic_percentage", 0.76);
    days.apply(&rested(&[first.clone(), second.clone(), wide.clone()]));
    assert_eq!(days.slots("wide"), ["10-47"]);
    // 48 and 49 were never held; 5-9 rest since day 2, 0-4 since day 3.
    let some = experiment("some").set("traffic_percentage", 0.1);
    let review = days.apply(&rested(&[
        first.clone(),
        second.clone(),
        wide.clone(),
        some.clone(),
    ]));
    assert_eq!(days.slots("some"), ["5-7", "48-49"]);
    insta::assert_snapshot!(notes(&review).join("\n"), @"`some` takes 3 slots that `second` held until 2025-05-04T12:00:00Z");
    // What the plan frees comes last.
    let late = experiment("late").set("traffic_percentage", 0.16);
    let ended = wide.set("status", "completed");
    let review = days.apply(&rested(&[first, second, ended, some, late]));
    assert_eq!(days.slots("late"), ["0-4", "8-10"]);
    insta::assert_snapshot!(notes(&review).join("\n"), @"
    `late` takes 5 slots that `first` held until 2025-05-05T12:00:00Z
    `late` takes 2 slots that `second` held until 2025-05-04T12:00:00Z
    `late` takes 1 slot of `wide`, and its units with it
    ");
}

#[test]
fn a_change_has_the_slots_that_it_takes_so_it_replays_and_undoes_alike() {
    let mut days = with_a_past();
    let [first, second] = past();
    let before = days.state();
    let files = home(&[first, second, tenth("new")]).set("placement", "rested");
    let planned = days.apply(&files);
    let after = days.state();
    let changes: &[Change] = &planned.changes;
    assert_eq!(changes[0].taken.as_deref(), Some(&[(10, 14)][..]));
    let mut layers = before.layers.clone();
    replay_changes(&mut layers, changes).expect("replayed");
    let slots = |layers: &avos::domain::Layers| layers[&LayerId::from("home")].slots.clone();
    assert_eq!(slots(&layers), slots(&after.layers));
    undo_changes(&mut layers, changes).expect("undone");
    assert_eq!(layers[&LayerId::from("home")].experiments.len(), 2);
    // So does the timeline.
    let (snapshot, entries) = days.store.snapshot_with_journal().expect("read");
    let timeline = Timeline::new(&snapshot.state, &entries);
    let era = timeline
        .state_at_start(timeline.eras().len() - 2)
        .expect("known");
    assert_eq!(slots(&era.state.layers), slots(&before.layers));
    // Journal and plan say it in JSON; a plan without it takes the lowest.
    let journal = days.store.journal(JournalQuery::One(4)).expect("read");
    assert_eq!(json!(journal[0].changes[0])["taken"], json!([[10, 14]]));
}

#[test]
fn a_saved_plan_takes_what_was_reviewed_and_nothing_else() {
    let days = with_a_past();
    let [first, second] = past();
    let files = home(&[first, second, tenth("new")]).set("placement", "rested");
    let document = json!(days.plan(&files).to_report());
    let state = days.state();
    let reopened = |document: &Value| {
        let saved = SavedPlan::read(&document.to_string()).expect("a plan");
        saved
            .reopen(&state, &JournalFacts::default(), now())
            .outcome
            .err()
    };
    assert_eq!(reopened(&document), None);
    for taken in [
        json!([[20, 24]]),
        json!([[5, 9]]),
        json!([[10, 13]]),
        json!([[60, 64]]),
    ] {
        let mut forged = document.clone();
        forged["changes"][0]["taken"] = taken.clone();
        forged["plan_id"] = json!(seal(forged.clone()));
        let refusal = reopened(&forged).unwrap_or_else(|| panic!("{taken}"));
        assert_eq!(refusal.code(), "refused", "{taken}: {refusal}");
    }
    // Without a history other slots would be taken.
    let mut elsewhere = state.clone();
    elsewhere.slot_histories.clear();
    let saved = SavedPlan::read(&document.to_string()).expect("a plan");
    let refusal = saved
        .reopen(&elsewhere, &JournalFacts::default(), now())
        .outcome
        .err();
    assert!(matches!(refusal, Some(Refusal::Untrue(_))), "{refusal:?}");
}

#[test]
fn what_another_program_took_away_rests_least() {
    let days = with_a_past();
    let mut state = days.state();
    // It gave `first` its slots back, and took them away again: only the journal of the slots tells.
    let entries = days.store.slot_entries().expect("read");
    let mut older = entries[1..].to_vec();
    older.truncate(2);
    state.slot_histories = avos::timeline::slot_histories(&state, &older);
    let history = Arc::clone(&state.slot_histories[&LayerId::from("home")]);
    let first = history.within(0, 0).next().expect("a former holder");
    assert_eq!((first.first, first.last, first.until), (0, 4, None));
    let second = history.within(5, 5).next().expect("a former holder");
    assert_eq!(second.until, Some(Days::at(2)));
    let slots = &state.layer(&"home".into()).expect("the layer").slots;
    assert!(slots.run_at(SlotIndex(0)).is_none());
}

/// They are read after the state, and somebody may apply in between.
#[test]
fn entries_that_are_newer_than_the_state_do_not_count() {
    let mut days = with_a_past();
    let before = days.state();
    assert!(!before.slot_histories.is_empty());
    let [first, second] = past();
    days.apply(&home(&[first, second, tenth("new")]));
    let entries = days.store.slot_entries().expect("read");
    let histories = avos::timeline::slot_histories(&before, &entries);
    assert_eq!(histories, before.slot_histories);
    // As if it had known of the last one, and another program had taken the slots away.
    let aware = State {
        last_entry: days.state().last_entry,
        ..before
    };
    let histories = avos::timeline::slot_histories(&aware, &entries);
    assert_ne!(histories, aware.slot_histories);
}

#[test]
fn a_plan_made_anew_on_other_slots_is_not_the_same() {
    let days = with_a_past();
    let [first, second] = past();
    let files = |placement| {
        let layer = home(&[first.clone(), second.clone(), tenth("new")]);
        layer.set("placement", placement)
    };
    let reviewed = days.plan(&files("rested")).to_report();
    let reviewed = SavedPlan::read(&json!(reviewed).to_string()).expect("a plan");
    let verdict = |placement| {
        let renewed = days.plan(&files(placement)).renewing(&reviewed);
        renewed.renewal.expect("a renewal").verdict
    };
    assert_eq!(verdict("rested"), RenewalVerdict::Same);
    assert_eq!(verdict("lowest"), RenewalVerdict::More);
}
