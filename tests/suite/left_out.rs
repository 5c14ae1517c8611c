//! Keys that a file leaves out: what the plan notes of them, and what an apply then asks for.

use avos::domain::State;
use avos::plan::{NoteCode, Scope};
use avos::review::{Confirmation, JournalFacts, Reopened, Review, SavedPlan};

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{changes, errors, now, review, review_files, sources, state_of};

/// An experiment that says something under every key that may be left out.
fn full() -> ExperimentYaml {
    experiment("hero")
        .set("splitter_type", "geo")
        .set("geo_allocations", "{de: {a: 0.5, b: 0.5}}")
        .set("reserved_percentage", 0.3)
        .set("start_date", "2025-01-01")
        .set("end_date", "2026-01-01")
        .set("priority", 3)
}

fn home(hero: ExperimentYaml) -> LayerYaml {
    layer("home").with(hero)
}

fn database() -> State {
    state_of(&[home(full())])
}

/// The review of `home` without the lines of these keys.
fn without(keys: &[&str]) -> Review {
    let (name, text) = home(full()).file();
    let is_left = |line: &&str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        !keys.contains(&key)
    };
    let lines: Vec<&str> = text.lines().filter(is_left).collect();
    let sources = sources([(name, lines.join("\n"))]);
    review_files(&sources, &database(), &Scope::All)
}

/// The keys of the notes, each with what it says.
fn left_out(review: &Review) -> Vec<String> {
    let notes = review.notes.iter();
    let notes = notes.filter(|note| note.code == NoteCode::KeyLeftOut);
    notes
        .map(|note| {
            let key = note.key.as_deref().expect("a key");
            let whose = note.experiment_id.as_ref();
            assert!(
                note.message.contains(&format!("`{key}`")),
                "{}",
                note.message
            );
            format!(
                "{} {key}",
                whose.map_or(note.layer_id.as_str(), |id| id.as_str())
            )
        })
        .collect()
}

#[test]
fn every_key_that_is_left_out_and_changes_something_is_noted() {
    assert_eq!(left_out(&without(&[])), [""; 0]);
    let capped = |hero| home(hero).set("total_traffic_percentage", 0.9);
    let uncapped = review(&[home(full())], &state_of(&[capped(full())]));
    assert_eq!(left_out(&uncapped), ["home total_traffic_percentage"]);
    for (key, whose) in [
        ("status", "hero"),
        ("start_date", "hero"),
        ("end_date", "hero"),
        ("reserved_percentage", "hero"),
        ("priority", "hero"),
    ] {
        assert_eq!(left_out(&without(&[key])), [format!("{whose} {key}")]);
    }
    // Without both it would be an error of the file.
    let ungrouped = without(&["splitter_type", "geo_allocations"]);
    assert_eq!(left_out(&ungrouped), ["hero splitter_type"]);
    assert_eq!(
        left_out(&without(&[
            "traffic_percentage",
            "reserved_percentage",
            "priority"
        ])),
        ["hero traffic_percentage", "hero priority"],
        "the reserve follows the traffic, which is noted"
    );
}

#[test]
fn a_note_says_what_the_default_is_and_what_the_database_has() {
    let lost = without(&["traffic_percentage", "reserved_percentage", "end_date"]);
    let messages: Vec<&str> = lost.notes.iter().map(|note| &*note.message).collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    `end_date` of `hero` isn't in the file: left out it means none, and the database has 2026-01-01T00:00:00Z
    `traffic_percentage` of `hero` isn't in the file: left out it means 1.0, and the database has 0.1
    ");
    let capped = home(full()).set("total_traffic_percentage", 0.9);
    let uncapped = review(&[home(full())], &state_of(&[capped]));
    insta::assert_snapshot!(uncapped.notes[0].message, @"`total_traffic_percentage` of layer `home` isn't in the file: left out it means 1.0, and the database has 0.9");
    let json = serde_json::to_string(&uncapped.notes[0]).expect("JSON");
    insta::assert_snapshot!(json, @r#"{"code":"key-left-out","layer_id":"home","experiment_id":null,"key":"total_traffic_percentage","message":"`total_traffic_percentage` of layer `home` isn't in the file: left out it means 1.0, and the database has 0.9"}"#);
}

#[test]
fn what_the_file_says_or_what_changes_nothing_is_not_noted() {
    let state = state_of(&[home(experiment("hero"))]);
    let noted = |hero: ExperimentYaml| left_out(&review(&[home(hero)], &state));
    // The defaults, written or not, are what the database has.
    assert_eq!(noted(experiment("hero")), [""; 0]);
    // A written change, and a reserve that goes along with written traffic.
    let more = experiment("hero").set("traffic_percentage", 0.6);
    assert_eq!(noted(more.clone()), [""; 0]);
    let reserving = state_of(&[home(experiment("hero").set("reserved_percentage", 0.5))]);
    assert_eq!(left_out(&review(&[home(more)], &reserving)), [""; 0]);
    // Null is said in so many letters.
    let ended = |end: &str| home(experiment("hero").set("end_date", end));
    let dated = state_of(&[ended("2026-01-01")]);
    assert_eq!(left_out(&review(&[ended("null")], &dated)), [""; 0]);
    // What is new has nothing to lose.
    let new = [
        home(experiment("hero")).with(experiment("new")),
        layer("other"),
    ];
    assert_eq!(left_out(&review(&new, &state)), [""; 0]);
}

#[test]
fn a_layer_without_slots_in_its_file_keeps_its_own() {
    let slots = |count: u32| layer("home").set("total_slots", count);
    let hero = |share: f64| experiment("hero").set("traffic_percentage", share);
    let state = state_of(&[slots(1000).with(hero(0.125))]);
    let review = |hero| review(&[layer("home").with(hero)], &state);
    let found = |review: &Review| -> Vec<String> {
        let found = review.diagnostics();
        found
            .map(|it| format!("{} {}", it.rule.code, it.span.line))
            .collect()
    };
    let grown = review(hero(0.25));
    assert_eq!(found(&grown), [""; 0]);
    assert_eq!(
        changes(&grown),
        ["ramp_up hero 0.125→0.25 active 125→250 reserved 0→0"]
    );
    // A thousandth is a slot here; a half of that isn't one.
    let odd = review(hero(0.1255));
    assert_eq!(found(&odd), ["fractional-slots 10"]);
    insta::assert_snapshot!(odd.findings[0].diagnostic.message, @"`traffic_percentage` 0.1255 of 1000 slots is 125.5 slots, which becomes 126");
    // A new layer has a hundred.
    let new = [layer("new").with(experiment("new").set("traffic_percentage", 0.125))];
    assert_eq!(
        found(&crate::support::reviewing::review(&new, &state)),
        ["fractional-slots 10"]
    );
    // Another number is what it was: a breach.
    let other = crate::support::reviewing::review(&[slots(100).with(hero(0.125))], &state);
    assert_eq!(errors(&other), ["immutable-slots home.yml:3 total_slots"]);
    // So does a layer that overflows by rounding.
    let full = state_of(&[slots(3).with(experiment("a").set("traffic_percentage", 0.5))]);
    let more = layer("home")
        .with(experiment("a").set("traffic_percentage", 0.5))
        .with(experiment("b").set("traffic_percentage", 0.5));
    let refused = crate::support::reviewing::review(&[more], &full);
    assert_eq!(
        errors(&refused),
        ["capacity home.yml:17 experiments[1].traffic_percentage"]
    );
    let help = &refused.findings.iter().find(|it| it.diagnostic.is_error());
    let help = &help.expect("an error").diagnostic.help;
    assert!(
        help.contains("one slot is 0.333333333 of the layer"),
        "{help}"
    );
}

#[test]
fn a_ramp_up_that_is_large_or_perhaps_not_meant_takes_the_typed_name() {
    let ramped = |from: f64, to: f64, status: &str| {
        let hero = |share: f64| {
            let hero = experiment("hero").set("status", status);
            layer("home").with(hero.set("traffic_percentage", share))
        };
        review(&[hero(to)], &state_of(&[hero(from)])).confirmation
    };
    let asked = |name: &str, reason: &str| Confirmation::Type {
        name: name.to_owned(),
        reasons: vec![reason.to_owned()],
        needs_reason: false,
    };
    let large = "60% of layer `home` joins, and a ramp-up can't be undone.";
    assert_eq!(ramped(0.1, 0.6, "active"), Confirmation::OneKey);
    assert_eq!(ramped(0.1, 0.7, "active"), asked("hero", large));
    // Nobody joins yet, but the slots are as good as gone.
    assert_eq!(ramped(0.1, 0.7, "paused"), asked("hero", large));

    // Several of one layer go together.
    let shares = |hero: f64, next: f64| {
        layer("home")
            .with(experiment("hero").set("traffic_percentage", hero))
            .with(experiment("next").set("traffic_percentage", next))
    };
    let both = review(&[shares(0.4, 0.4)], &state_of(&[shares(0.1, 0.1)]));
    assert_eq!(both.confirmation, asked("home", large));

    // What is resumed as it ramps up takes in all of its units.
    let hero = |status: &str, share: f64| {
        let hero = experiment("hero").set("status", status);
        layer("home").with(hero.set("traffic_percentage", share))
    };
    let resumed = review(&[hero("active", 0.6)], &state_of(&[hero("paused", 0.4)]));
    assert_eq!(resumed.confirmation, asked("hero", large));
}

#[test]
fn a_lost_line_takes_the_typed_name_from_a_saved_plan_too() {
    let state = state_of(&[layer("home").with(experiment("hero").set("traffic_percentage", 0.9))]);
    let (name, text) = layer("home").with(experiment("hero")).file();
    let lost = sources([(name, text.replace("    traffic_percentage: 0.1\n", ""))]);
    let review = review_files(&lost, &state, &Scope::All);
    assert_eq!(
        changes(&review),
        ["ramp_up hero 0.9→1.0 active 90→100 reserved 0→0"]
    );
    let asked = Confirmation::Type {
        name: "hero".to_owned(),
        reasons: vec![
            "`traffic_percentage` of `hero` isn't in the file, and a ramp-up can't be undone."
                .to_owned(),
        ],
        needs_reason: false,
    };
    assert_eq!(review.confirmation, asked);
    let saved = serde_json::to_string(&review.to_report()).expect("JSON");
    let saved = SavedPlan::read(&saved).expect("a plan");
    let Reopened { review, outcome } = saved.reopen(&state, &JournalFacts::default(), now());
    assert!(outcome.is_ok());
    assert_eq!(review.confirmation, asked);
}
