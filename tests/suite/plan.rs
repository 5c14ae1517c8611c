//! What a plan says: changes with their slots, notes, impact, the text diff.

use std::slice::from_ref;

use avos::domain::State;
use avos::plan::{Impact, LineKind, NoteCode};
use avos::review::Review;
use serde_json::json;

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{after, changes, errors, nothing, review, state_of};

/// The layer `home` with the experiment `hero`.
fn home(hero: ExperimentYaml) -> LayerYaml {
    layer("home").with(hero)
}

fn hero() -> ExperimentYaml {
    experiment("hero")
}

/// The review of `then` where `first` is in the database; it must be applicable.
fn reviewed(first: &[LayerYaml], then: &[LayerYaml]) -> Review {
    let review = review(then, &state_of(first));
    assert_eq!(errors(&review), [""; 0]);
    review
}

fn changed(first: ExperimentYaml, then: ExperimentYaml) -> Vec<String> {
    changes(&reviewed(&[home(first)], &[home(then)]))
}

/// The slots of a layer as `first-last experiment use`.
fn slots(state: &State, layer: &str) -> Vec<String> {
    let runs = state.layers[layer].slots.runs();
    runs.map(|run| {
        let usage = serde_json::to_value(run.usage).expect("JSON");
        let usage = usage.as_str().unwrap_or_default();
        format!("{}-{} {} {usage}", run.first, run.last, run.experiment_id)
    })
    .collect()
}

fn notes(review: &Review) -> Vec<String> {
    let notes = review.notes.iter();
    notes
        .map(|note| format!("{}: {}", note.code.as_str(), note.message))
        .collect()
}

/// What happens to a layer's units.
fn said(impact: &Impact) -> String {
    let (kept, joining) = (impact.units_kept, impact.units_joining);
    let (leaving, switching) = (impact.units_leaving, impact.units_switching);
    format!("{kept} kept, {joining} joining, {leaving} leaving, {switching} switching")
}

/// As reports write it, a line for each object.
fn written(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).expect("JSON");
    json.replace('{', "\n{")
}

#[test]
fn a_new_layer_comes_with_its_experiments() {
    let reserving = hero().set("reserved_percentage", 0.3);
    let files = [layer("cart"), home(reserving).with(experiment("next"))];
    let review = review(&files, &nothing());
    assert_eq!(
        changes(&review),
        [
            "create_layer cart",
            "create_layer home",
            "create_experiment hero active 0→10 reserved 0→20",
            "create_experiment next active 0→10 reserved 0→0",
        ]
    );
    let state = state_of(&files);
    assert_eq!(
        slots(&state, "home"),
        [
            "0-9 hero active",
            "10-29 hero reserved",
            "30-39 next active"
        ]
    );
    let hash = state.layers["home"].layer.hash_algorithm;
    assert_eq!(hash, nothing().default_hash_algorithm);
}

#[test]
fn growing_traffic_is_a_ramp_up() {
    let to = |share: f64| hero().set("traffic_percentage", share);
    assert_eq!(
        changed(to(0.1), to(0.25)),
        ["ramp_up hero 0.1→0.25 active 10→25 reserved 0→0"],
        "the reserve that goes along isn't a change of its own"
    );
    let reserving = |share: f64| to(share).set("reserved_percentage", 0.4);
    assert_eq!(
        changed(reserving(0.1), reserving(0.25)),
        ["ramp_up hero 0.1→0.25 active 10→25 reserved 30→15"]
    );
    assert_eq!(
        changed(to(0.1), reserving(0.1)),
        ["reserve hero 0.1→0.4 active 10→10 reserved 0→30"]
    );
    assert_eq!(
        changed(to(0.1), reserving(0.25)),
        [
            "reserve hero 0.1→0.4 active 10→10 reserved 0→30",
            "ramp_up hero 0.1→0.25 active 10→25 reserved 30→15",
        ]
    );
    assert_eq!(
        changed(reserving(0.1), to(0.5)),
        [
            "reserve hero 0.4→0.5 active 10→10 reserved 30→40",
            "ramp_up hero 0.1→0.5 active 10→50 reserved 40→0",
        ]
    );
    assert_eq!(
        changed(to(0.101), to(0.105)),
        ["ramp_up hero 0.101→0.105 active 11→11 reserved 0→0"],
        "a larger share that rounds up to the same slots is still another value"
    );
    assert_eq!(changed(to(0.1), to(0.100_000_000_5)), [""; 0]);
}

#[test]
fn activation_takes_the_lowest_of_what_is_held() {
    let share = |id, share: f64, reserve: f64| {
        let experiment = experiment(id).set("traffic_percentage", share);
        experiment.set("reserved_percentage", reserve)
    };
    let first = layer("home")
        .with(share("a", 0.1, 0.2))
        .with(share("b", 0.1, 0.1));
    let then = layer("home")
        .with(share("a", 0.3, 0.4))
        .with(share("b", 0.2, 0.2));
    let state = after(&[then], state_of(&[first]));
    assert_eq!(
        slots(&state, "home"),
        [
            "0-19 a active",
            "20-29 b active",
            "30-39 a active",
            "40-49 a reserved",
            "50-59 b active"
        ]
    );
}

#[test]
fn a_status_is_set_and_an_end_gives_slots_back() {
    let status = |status: &str| hero().set("reserved_percentage", 0.3).set("status", status);
    assert_eq!(
        changed(status("active"), status("paused")),
        ["set_status hero active→paused"]
    );
    assert_eq!(
        changed(status("paused"), status("completed")),
        ["complete hero paused→completed active 10→0 reserved 20→0"]
    );
    let won = status("completed").set("traffic_allocation", "{a: 0.0, b: 1.0}");
    assert_eq!(
        changed(status("active"), won.clone()),
        ["complete hero active→completed active 10→0 reserved 20→0 winner b"]
    );
    let state = after(&[home(won)], state_of(&[home(status("active"))]));
    let arms = state.layers["home"].experiments[0]
        .traffic_allocation
        .arms();
    let shares: Vec<f64> = arms.iter().map(|arm| arm.fraction.value()).collect();
    assert_eq!((shares, slots(&state, "home")), (vec![0.0, 1.0], vec![]));
}

#[test]
fn an_experiment_that_ends_takes_no_slots_first() {
    let ended = hero()
        .set("traffic_percentage", 0.2)
        .set("reserved_percentage", 0.5)
        .set("status", "completed");
    assert_eq!(
        changed(hero(), ended),
        [
            "reserve hero 0.1→0.5 active 10→10 reserved 0→0",
            "ramp_up hero 0.1→0.2 active 10→10 reserved 0→0",
            "complete hero active→completed active 10→0 reserved 0→0",
        ]
    );
}

#[test]
fn values_without_effect_on_slots_are_edits() {
    let edited = hero()
        .set("name", "The hero")
        .set("start_date", "2025-07-01")
        .set("end_date", "2025-08-01T00:00:00+02:00")
        .set("priority", 7);
    let there = [
        "edit hero name hero→The hero",
        "edit hero start_date none→2025-07-01T00:00:00Z",
        "edit hero end_date none→2025-07-31T22:00:00Z",
        "edit hero priority 0→7",
    ];
    assert_eq!(changed(hero(), edited.clone()), there);
    assert_eq!(
        changed(edited, hero()).len(),
        4,
        "a key left out is its default"
    );
}

#[test]
fn the_same_files_again_are_no_change() {
    let files = [
        layer("cart"),
        home(hero().set("start_date", "2025-01-01").set("priority", -2))
            .set("total_slots", 7)
            .with(experiment("over").set("status", "completed")),
    ];
    let again = reviewed(&files, &files);
    assert_eq!(
        (changes(&again), again.diff_text()),
        (vec![], String::new())
    );
    let plan = again.plan().expect("applicable");
    assert!(plan.changes.is_empty());
}

#[test]
fn what_stands_only_in_the_database_stays() {
    let first = [home(hero()).with(experiment("next")), layer("cart")];
    let review = reviewed(&first, &[home(hero())]);
    assert_eq!(changes(&review), [""; 0]);
    assert_eq!(
        notes(&review),
        [
            "only-in-database: layer `cart` is only in the database and stays as it is",
            "only-in-database: `next` (active, 10 slots) is only in the database and stays on `home`",
        ]
    );
    let whom: Vec<_> = review
        .notes
        .iter()
        .map(|note| note.experiment_id.clone())
        .collect();
    assert_eq!(whom, [None, Some("next".into())]);
}

#[test]
fn what_was_completed_unseen_is_no_change() {
    let over = experiment("over").set("status", "completed");
    let review = reviewed(&[home(hero())], &[home(hero()).with(over)]);
    assert_eq!(
        (changes(&review), review.diff_text()),
        (vec![], String::new())
    );
    assert_eq!(
        notes(&review),
        ["completed-unseen: `over` is completed and layer `home` never had it: nothing to do"]
    );
}

#[test]
fn who_takes_slots_of_another_is_said() {
    let over = hero().set("status", "completed");
    let heir = experiment("heir").set("traffic_percentage", 0.15);
    // The heir comes first in the file, but what ends frees its slots before.
    let then = layer("home").with(heir).with(experiment("next")).with(over);
    let first = home(hero()).with(experiment("next"));
    let review = reviewed(from_ref(&first), from_ref(&then));
    assert_eq!(
        changes(&review),
        [
            "complete hero active→completed active 10→0 reserved 0→0",
            "create_experiment heir active 0→15 reserved 0→0",
        ]
    );
    assert_eq!(
        notes(&review),
        ["inherits-slots: `heir` takes 10 slots of `hero`, and their units with them"]
    );
    assert_eq!(review.notes[0].code, NoteCode::InheritsSlots);
    assert_eq!(
        slots(&after(&[then], state_of(&[first])), "home"),
        ["0-9 heir active", "10-19 next active", "20-24 heir active"]
    );
    let [impact] = &review.impact[..] else {
        panic!("one layer")
    };
    let experiments = impact.experiments.iter();
    let ids: Vec<&str> = experiments.map(|it| it.experiment_id.as_str()).collect();
    assert_eq!(ids, ["hero", "next", "heir"]);
    assert_eq!(
        said(impact),
        "0.1 kept, 0.05 joining, 0 leaving, 0.1 switching"
    );
    let moves: Vec<_> = impact.experiments.iter().map(|it| it.units).collect();
    insta::assert_snapshot!(written(&moves), @r#"
    [
    {"units_before":0.1,"units_after":0.0,"units_kept":0.0,"units_joining":0.0,"units_leaving":0.0,"units_switching_out":0.1,"units_switching_in":0.0},
    {"units_before":0.1,"units_after":0.1,"units_kept":0.1,"units_joining":0.0,"units_leaving":0.0,"units_switching_out":0.0,"units_switching_in":0.0},
    {"units_before":0.0,"units_after":0.15,"units_kept":0.0,"units_joining":0.05,"units_leaving":0.0,"units_switching_out":0.0,"units_switching_in":0.1}]
    "#);
}

#[test]
fn impact_is_shared_out_by_variant_unless_nobody_knows_the_groups() {
    let uneven = |status: &str| {
        hero()
            .set("status", status)
            .set("variants", "[b, a, none]")
            .set("traffic_allocation", "{a: 0.75, b: 0.25, none: 0.0}")
    };
    let grouped = experiment("grouped")
        .set("splitter_type", "segment")
        .set("segment_allocations", "{vip: {a: 0.1, b: 0.9}}");
    let drawn = experiment("drawn").set("splitter_type", "random");
    let others = |first| home(first).with(grouped.clone()).with(drawn.clone());
    let review = reviewed(&[others(uneven("active"))], &[others(uneven("paused"))]);
    insta::assert_snapshot!(written(&review.impact[0].experiments), @r#"
    [
    {"experiment_id":"hero","units_before":0.1,"units_after":0.0,"units_kept":0.0,"units_joining":0.0,"units_leaving":0.1,"units_switching_out":0.0,"units_switching_in":0.0,"variants":[
    {"variant":"b","units_before":0.025,"units_after":0.0,"units_kept":0.0,"units_joining":0.0,"units_leaving":0.025,"units_switching_out":0.0,"units_switching_in":0.0},
    {"variant":"a","units_before":0.075,"units_after":0.0,"units_kept":0.0,"units_joining":0.0,"units_leaving":0.075,"units_switching_out":0.0,"units_switching_in":0.0},
    {"variant":"none","units_before":0.0,"units_after":0.0,"units_kept":0.0,"units_joining":0.0,"units_leaving":0.0,"units_switching_out":0.0,"units_switching_in":0.0}]},
    {"experiment_id":"grouped","units_before":0.1,"units_after":0.1,"units_kept":0.1,"units_joining":0.0,"units_leaving":0.0,"units_switching_out":0.0,"units_switching_in":0.0,"variants":null}]
    "#);
    // The winner of a completed test had its old share before.
    let won = uneven("completed").set("traffic_allocation", "{a: 1.0, b: 0.0, none: 0.0}");
    let review = reviewed(&[home(uneven("active"))], &[home(won)]);
    let variants = review.impact[0].experiments[0].variants.iter().flatten();
    let left: Vec<f64> = variants.map(|variant| variant.units.leaving).collect();
    assert_eq!(json!(left).to_string(), "[0.025,0.075,0.0]");
}

#[test]
fn impact_counts_units_that_have_a_variant_now() {
    let impact = |first: ExperimentYaml, then: ExperimentYaml| {
        let review = reviewed(&[home(first)], &[home(then)]);
        said(&review.impact[0])
    };
    let set = |key, value: &str| hero().set(key, value);
    assert_eq!(
        impact(hero(), set("traffic_percentage", "0.3")),
        "0.1 kept, 0.2 joining, 0 leaving, 0 switching"
    );
    assert_eq!(
        impact(hero(), set("reserved_percentage", "0.3")),
        "0.1 kept, 0 joining, 0 leaving, 0 switching"
    );
    assert_eq!(
        impact(hero(), set("status", "paused")),
        "0 kept, 0 joining, 0.1 leaving, 0 switching"
    );
    assert_eq!(
        impact(set("status", "draft"), hero()),
        "0 kept, 0.1 joining, 0 leaving, 0 switching"
    );
    assert_eq!(
        impact(hero(), set("start_date", "2025-06-02")),
        "0 kept, 0 joining, 0.1 leaving, 0 switching"
    );
    assert_eq!(
        impact(hero(), set("end_date", "2025-06-02")),
        "0.1 kept, 0 joining, 0 leaving, 0 switching"
    );
    let random = || set("splitter_type", "random");
    let paused = random().set("status", "paused");
    assert_eq!(
        impact(random(), paused),
        "0 kept, 0 joining, 0 leaving, 0 switching",
        "nobody had a variant to keep"
    );
}

#[test]
fn the_text_diff_marks_the_words_that_changed() {
    let ramped = hero().set("traffic_percentage", 0.25).set("priority", 1);
    let review = reviewed(&[home(hero())], &[home(ramped)]);
    insta::assert_snapshot!(review.diff_text(), @"
    --- database: home
    +++ files: home
    @@ -15,4 +15,5 @@
         b: 0.5
       status: active
       splitter_type: hash
    -  traffic_percentage: 0.1
    +  traffic_percentage: 0.25
    +  priority: 1
    ");
    let [diff] = &review.diffs[..] else {
        panic!("one layer")
    };
    assert_eq!(diff.counts(), (2, 1));
    assert_eq!(diff.lines.len(), 20, "unchanged lines are there, too");
    let marked = |kind| {
        let line = diff.lines.iter().find(|line| line.kind == kind);
        let parts = line.expect("a line").parts.iter();
        let parts = parts.map(|part| {
            if part.is_changed {
                format!("[{}]", part.text)
            } else {
                part.text.clone()
            }
        });
        parts.collect::<String>()
    };
    insta::assert_snapshot!(marked(LineKind::Removed), @"  traffic_percentage: [0.1]");
    insta::assert_snapshot!(marked(LineKind::Added), @"  traffic_percentage: [0.25]");
}

#[test]
fn the_text_diff_of_a_refused_plan_shows_what_was_asked_for() {
    let smaller = hero().set("traffic_percentage", 0.05);
    let then = home(smaller).with(experiment("next"));
    let review = review(&[then], &state_of(&[home(hero())]));
    assert!(!review.is_applicable);
    let diff = review.diff_text();
    for line in [
        "-  traffic_percentage: 0.1\n",
        "+  traffic_percentage: 0.05\n",
        "+- experiment_id: next\n",
    ] {
        assert!(diff.contains(line), "{diff}");
    }
}
