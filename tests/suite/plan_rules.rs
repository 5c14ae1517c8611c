//! Every sync rule: the smallest breach of it, and where it is found.

use std::collections::BTreeSet;

use avos::plan::rules;

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{after, changes, errors, review, state_of};

/// The layer `home` with one experiment, `hero`: line 4 is its id, then come `layer_id` (5), `name`,
/// `variants` (7), `traffic_allocation` (8), `status` (9), `traffic_percentage` (10), and what is
/// set from 11 on.
fn home(hero: ExperimentYaml) -> LayerYaml {
    layer("home").with(hero)
}

fn hero() -> ExperimentYaml {
    experiment("hero")
}

/// What is wrong with the second layer when the first one is in the database.
fn refused(first: LayerYaml, then: LayerYaml) -> Vec<String> {
    let state = state_of(&[first]);
    let review = review(&[then], &state);
    let errors = errors(&review);
    assert_eq!(review.is_applicable, errors.is_empty());
    assert_eq!(review.plan().is_some(), errors.is_empty());
    errors
}

/// The same for the experiment `hero` alone.
fn refused_hero(first: ExperimentYaml, then: ExperimentYaml) -> Vec<String> {
    refused(home(first), home(then))
}

#[test]
fn what_a_layer_is_never_changes() {
    let set = |key, value| refused(home(hero()), home(hero()).set(key, value));
    assert_eq!(
        set("layer_salt", "pepper"),
        ["immutable-salt home.yml:2 layer_salt"]
    );
    assert_eq!(
        set("total_slots", "200"),
        ["immutable-slots home.yml:3 total_slots"]
    );
    assert_eq!(
        set("hash_algorithm", "md5"),
        ["immutable-hash home.yml:3 hash_algorithm"]
    );
    assert_eq!(set("hash_algorithm", "sha256"), [""; 0]);
}

#[test]
fn a_key_left_out_means_the_default_but_for_slots_and_hash() {
    let first = home(hero())
        .set("total_slots", 200)
        .set("hash_algorithm", "md5");
    assert_eq!(refused(first, home(hero())), [""; 0]);
    // The key at fault isn't there: the place is the experiment's.
    let reserving = hero().set("reserved_percentage", 0.3);
    assert_eq!(
        refused_hero(reserving, hero()),
        ["reserve-down home.yml:4 experiments[0].reserved_percentage"]
    );
}

#[test]
fn an_experiment_stays_on_its_layer() {
    let state = state_of(&[home(hero()), layer("cart")]);
    let moved = [layer("home"), layer("cart").with(hero())];
    let review = review(&moved, &state);
    assert_eq!(
        errors(&review),
        ["immutable-layer cart.yml:5 experiments[0].layer_id"]
    );
    let message = &review.findings[0].diagnostic.message;
    insta::assert_snapshot!(message, @"experiment `hero` can't move to layer `cart`: the database has it on `home`");
    assert_eq!(review.notes, [], "it stands in a file, if in the wrong one");
}

#[test]
fn what_an_experiment_is_never_changes() {
    let set = |key, value: &str| refused_hero(hero(), hero().set(key, value));
    assert_eq!(
        set("variants", "[b, a]"),
        ["immutable-variants home.yml:7 experiments[0].variants"]
    );
    let more = hero()
        .set("variants", "[a, b, c]")
        .set("traffic_allocation", "{a: 0.5, b: 0.3, c: 0.2}");
    assert_eq!(
        refused_hero(hero(), more),
        ["immutable-variants home.yml:7 experiments[0].variants"],
        "other fractions are a mere consequence"
    );
    assert_eq!(
        set("splitter_type", "random"),
        ["immutable-splitter home.yml:11 experiments[0].splitter_type"]
    );
}

#[test]
fn allocations_never_change() {
    let shared = |shares: &str| hero().set("traffic_allocation", shares);
    assert_eq!(
        refused_hero(hero(), shared("{a: 0.6, b: 0.4}")),
        ["immutable-allocation home.yml:8 experiments[0].traffic_allocation"]
    );
    assert_eq!(refused_hero(hero(), shared("{b: 0.5, a: 0.5}")), [""; 0]);
    let by_country = |shares: &str| {
        hero()
            .set("splitter_type", "geo")
            .set("geo_allocations", shares)
    };
    assert_eq!(
        refused_hero(
            by_country("{de: {a: 0.5, b: 0.5}}"),
            by_country("{de: {a: 0.4, b: 0.6}}")
        ),
        ["immutable-allocation home.yml:12 experiments[0].geo_allocations"]
    );
    assert_eq!(
        refused_hero(
            by_country("{de: {a: 0.5, b: 0.5}, us: {a: 0.1, b: 0.9}}"),
            by_country("{us: {b: 0.9, a: 0.1}, de: {a: 0.5, b: 0.5}}")
        ),
        [""; 0]
    );
    let late = shared("{a: 0.6, b: 0.4}").set("status", "completed");
    assert_eq!(
        refused_hero(hero(), late),
        ["immutable-allocation home.yml:8 experiments[0].traffic_allocation"],
        "with the completion only a winner may come"
    );
}

#[test]
fn a_winner_comes_with_the_completion() {
    let won = hero().set("traffic_allocation", "{a: 1.0, b: 0.0}");
    assert_eq!(
        refused_hero(hero(), won.clone()),
        ["winner-needs-completed home.yml:8 experiments[0].traffic_allocation"]
    );
    assert_eq!(
        refused_hero(won.clone(), won.clone()),
        [""; 0],
        "it was created so"
    );
    assert_eq!(
        refused_hero(hero(), won.set("status", "completed")),
        [""; 0]
    );
}

#[test]
fn what_is_completed_is_final() {
    let over = hero().set("status", "completed");
    let state = after(&[home(over.clone())], state_of(&[home(hero())]));
    let refused = |then| errors(&review(&[home(then)], &state));
    assert_eq!(refused(over.clone()), [""; 0]);
    let again = over
        .clone()
        .set("status", "active")
        .set("traffic_percentage", 0.05)
        .set("priority", 3);
    assert_eq!(
        refused(again),
        [
            "completed-final home.yml:9 experiments[0].status",
            "completed-final home.yml:10 experiments[0].traffic_percentage",
            "completed-final home.yml:4 experiments[0].reserved_percentage",
            "completed-final home.yml:11 experiments[0].priority",
        ]
    );
    let late_winner = over.set("traffic_allocation", "{a: 1.0, b: 0.0}");
    assert_eq!(
        refused(late_winner),
        ["completed-final home.yml:8 experiments[0].traffic_allocation"]
    );
}

#[test]
fn percentages_only_grow() {
    let first = hero().set("reserved_percentage", 0.3);
    let then = |traffic, reserved| {
        let then = hero().set("traffic_percentage", traffic);
        refused_hero(first.clone(), then.set("reserved_percentage", reserved))
    };
    assert_eq!(
        then(0.05, 0.3),
        ["ramp-down home.yml:10 experiments[0].traffic_percentage"]
    );
    assert_eq!(
        then(0.2, 0.25),
        ["reserve-down home.yml:11 experiments[0].reserved_percentage"]
    );
    assert_eq!(then(0.3, 0.3), [""; 0]);
}

#[test]
fn capacity_counts_what_stands_only_in_the_database() {
    let state = state_of(&[home(hero().set("traffic_percentage", 0.6))]);
    let half = |id| experiment(id).set("traffic_percentage", 0.5);
    let refused = review(&[layer("home").with(half("next"))], &state);
    assert_eq!(
        errors(&refused),
        ["capacity home.yml:10 experiments[0].traffic_percentage"]
    );
    let found = &refused.findings[0].diagnostic;
    insta::assert_snapshot!(found.message, @"layer `home` holds at most 1.0, but 1.1 is asked for, including what is only in the database: `hero` with 0.6");
    insta::assert_snapshot!(found.help, @"lower the percentages by 0.1 together, or complete an experiment");
    let reserving = experiment("next").set("reserved_percentage", 0.5);
    assert_eq!(
        errors(&review(&[layer("home").with(reserving)], &state)),
        ["capacity home.yml:11 experiments[0].reserved_percentage"]
    );
    // What is completed with the same plan makes room.
    let over = hero()
        .set("traffic_percentage", 0.6)
        .set("status", "completed");
    let both = layer("home").with(half("next")).with(over);
    assert_eq!(errors(&review(&[both], &state)), [""; 0]);
}

#[test]
fn capacity_holds_when_the_layer_shrinks() {
    let state = state_of(&[home(hero().set("traffic_percentage", 0.6))]);
    let smaller = layer("home").set("total_traffic_percentage", 0.5);
    assert_eq!(
        errors(&review(&[smaller], &state)),
        ["capacity home.yml:3 total_traffic_percentage"]
    );
    let fitting = layer("home").set("total_traffic_percentage", 0.6);
    assert_eq!(
        changes(&review(&[fitting], &state)),
        ["update_layer home 1.0→0.6"]
    );
}

#[test]
fn capacity_is_also_that_of_whole_slots() {
    let of_ten = |share: f64| {
        layer("home")
            .set("total_slots", 10)
            .with(experiment("one").set("traffic_percentage", share))
            .with(experiment("two").set("traffic_percentage", 0.25))
            .with(experiment("three").set("traffic_percentage", 0.3))
            .with(hero().set("name", "Another").set("traffic_percentage", 0.2))
    };
    let first = layer("home")
        .set("total_slots", 10)
        .with(hero().set("traffic_percentage", 0.1));
    let review = review(&[of_ten(0.25)], &state_of(&[first]));
    // 0.25 + 0.25 + 0.3 + 0.2 is 1, but 3 + 3 + 3 + 2 slots are 11.
    assert_eq!(
        errors(&review),
        ["capacity home.yml:32 experiments[3].traffic_percentage"]
    );
    let found = &review.findings.last().expect("a finding").diagnostic;
    insta::assert_snapshot!(found.message, @"experiment `hero` needs 1 slot more of layer `home`, which has 0 free: percentages are rounded up to whole slots");
    insta::assert_snapshot!(found.help, @"lower a percentage so that it takes 1 slot less; one slot is 0.1 of the layer");
    let of_hero = |change: &String| change.contains("hero");
    assert!(
        !changes(&review).iter().any(of_hero),
        "nothing of it is planned, its new name neither"
    );
}

#[test]
fn every_breach_is_found_at_once() {
    let first = home(hero()).with(experiment("other"));
    let then = layer("home")
        .set("layer_salt", "pepper")
        .with(
            hero()
                .set("traffic_percentage", 0.05)
                .set("variants", "[b, a]"),
        )
        .with(experiment("other").set("splitter_type", "random"));
    assert_eq!(
        refused(first, then),
        [
            "immutable-salt home.yml:2 layer_salt",
            "immutable-variants home.yml:7 experiments[0].variants",
            "ramp-down home.yml:10 experiments[0].traffic_percentage",
            "immutable-splitter home.yml:18 experiments[1].splitter_type",
        ]
    );
}

#[test]
fn every_rule_is_tested_here_and_has_its_page() {
    let tests = include_str!("plan_rules.rs");
    let mut codes = BTreeSet::new();
    for rule in rules::ALL {
        let in_files = ["home", "cart"].map(|file| format!("\"{} {file}.yml", rule.code));
        assert!(
            in_files.iter().any(|it| tests.contains(it)),
            "{}",
            rule.code
        );
        assert!(codes.insert(rule.code), "duplicate {}", rule.code);
        for part in [rule.what, rule.why, rule.example, rule.fix] {
            assert!(!part.is_empty(), "{}", rule.code);
        }
    }
}
