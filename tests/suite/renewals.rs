//! A saved plan made anew: `same`, `less` or `more`.

use avos::domain::State;
use avos::review::{Renewal, RenewalVerdict, Review, SavedPlan};
use serde_json::json;

use crate::support::layers::{LayerYaml, experiment, layer};
use crate::support::reviewing::{after, review, state_of};

/// What was reviewed: two ramp-ups, a completion with an heir, a pause, and an edit.
fn before() -> Vec<LayerYaml> {
    let home = layer("home")
        .with(experiment("grows").set("traffic_percentage", 0.1))
        .with(experiment("ends").set("traffic_percentage", 0.2));
    let cart = layer("cart")
        .with(experiment("stops").set("traffic_percentage", 0.3))
        .with(experiment("renamed"));
    vec![home, cart]
}

fn reviewed() -> Vec<LayerYaml> {
    vec![home(0.4), cart()]
}

fn home(share: f64) -> LayerYaml {
    layer("home")
        .with(experiment("grows").set("traffic_percentage", share))
        .with(
            experiment("ends")
                .set("traffic_percentage", 0.2)
                .set("status", "completed"),
        )
        .with(experiment("new").set("traffic_percentage", 0.05))
}

fn cart() -> LayerYaml {
    layer("cart")
        .with(
            experiment("stops")
                .set("traffic_percentage", 0.3)
                .set("status", "paused"),
        )
        .with(experiment("renamed").set("name", "Another"))
}

fn saved(files: &[LayerYaml], state: &State) -> SavedPlan {
    let text = json!(review(files, state).to_report()).to_string();
    SavedPlan::read(&text).expect("a plan")
}

/// The plan made anew for these files and this state.
fn renewed(files: &[LayerYaml], state: &State) -> Review {
    let old = saved(&reviewed(), &state_of(&before()));
    let renewed = review(files, state).renewing(&old);
    let kept = SavedPlan::read(&json!(renewed.to_report()).to_string()).expect("a plan");
    assert_eq!(
        kept.plan_id(),
        &renewed.plan_id,
        "the id covers the renewal"
    );
    renewed
}

fn renewal(files: &[LayerYaml], state: &State) -> Renewal {
    renewed(files, state).renewal.expect("a renewal")
}

/// The state after these applies, one after the other.
fn applied(steps: &[&[LayerYaml]]) -> State {
    let start = state_of(&before());
    steps.iter().fold(start, |state, files| after(files, state))
}

#[test]
fn what_is_planned_again_is_the_same() {
    let renewal = renewal(&reviewed(), &state_of(&before()));
    assert_eq!(renewal.verdict, RenewalVerdict::Same);
    assert!(renewal.difference.not_reviewed.is_empty());
    assert!(renewal.difference.not_needed.is_empty());
    assert!(renewal.difference.impact.is_empty());
}

#[test]
fn what_happens_elsewhere_is_the_same() {
    let other = layer("other").with(experiment("elsewhere"));
    let state = after(&[other], state_of(&before()));
    assert_eq!(renewal(&reviewed(), &state).verdict, RenewalVerdict::Same);
    let taken = before()[0]
        .clone()
        .with(experiment("between").set("traffic_percentage", 0.02));
    let state = after(&[taken], state_of(&before()));
    assert_eq!(renewal(&reviewed(), &state).verdict, RenewalVerdict::Same);
    let turned: Vec<_> = reviewed().into_iter().rev().collect();
    let renewal = renewal(&turned, &state_of(&before()));
    assert_eq!(renewal.verdict, RenewalVerdict::Same);
}

#[test]
fn a_part_of_it_is_less() {
    let grown = |share: f64| {
        let home = layer("home")
            .with(experiment("grows").set("traffic_percentage", share))
            .with(experiment("ends").set("traffic_percentage", 0.2));
        vec![home]
    };
    let cases: [(&str, Vec<LayerYaml>, State); 5] = [
        ("one layer is done", reviewed(), applied(&[&[cart()]])),
        (
            "a part of the ramp-up is done",
            reviewed(),
            applied(&[&grown(0.2)]),
        ),
        (
            "the files want a smaller ramp-up",
            vec![home(0.3), cart()],
            applied(&[]),
        ),
        ("the files want none of it", before(), applied(&[])),
        ("all of it is done", reviewed(), applied(&[&reviewed()])),
    ];
    for (case, files, state) in cases {
        let renewal = renewal(&files, &state);
        assert_eq!(renewal.verdict, RenewalVerdict::Less, "{case}: {renewal:?}");
        assert!(renewal.difference.not_reviewed.is_empty(), "{case}");
        let mut impact = renewal.difference.impact.iter();
        assert!(
            impact.all(|it| it.units_joining <= 0.0
                && it.units_leaving <= 0.0
                && it.units_switching <= 0.0),
            "{case}: {renewal:?}"
        );
    }
}

#[test]
fn anything_else_is_more() {
    let with = |experiment| vec![home(0.4), cart().with(experiment)];
    let grown = layer("home")
        .with(experiment("grows").set("traffic_percentage", 0.4))
        .with(experiment("ends").set("traffic_percentage", 0.2));
    let turned = layer("home")
        .with(experiment("new").set("traffic_percentage", 0.05))
        .with(experiment("grows").set("traffic_percentage", 0.4))
        .with(
            experiment("ends")
                .set("traffic_percentage", 0.2)
                .set("status", "completed"),
        );
    let paused = layer("cart")
        .with(
            experiment("stops")
                .set("traffic_percentage", 0.3)
                .set("status", "paused"),
        )
        .with(experiment("renamed").set("status", "paused"));
    let cases: [(&str, Vec<LayerYaml>, State); 8] = [
        ("a larger ramp-up", vec![home(0.45), cart()], applied(&[])),
        (
            "another experiment",
            with(experiment("extra")),
            applied(&[]),
        ),
        (
            "one more layer",
            vec![home(0.4), cart(), layer("late")],
            applied(&[]),
        ),
        (
            "another name",
            with(experiment("renamed").set("name", "A third"))
                .into_iter()
                .take(1)
                .chain([layer("cart")
                    .with(experiment("stops").set("traffic_percentage", 0.3))
                    .with(experiment("renamed").set("name", "A third"))])
                .collect(),
            applied(&[]),
        ),
        (
            "an experiment was paused meanwhile, and would be resumed",
            reviewed(),
            applied(&[&[paused]]),
        ),
        (
            "units that were to switch to what grows leave instead",
            reviewed(),
            applied(&[&[grown]]),
        ),
        ("another heir", vec![turned, cart()], applied(&[])),
        ("an error", vec![home(0.05), cart()], applied(&[])),
    ];
    for (case, files, state) in cases {
        let renewal = renewal(&files, &state);
        assert_eq!(renewal.verdict, RenewalVerdict::More, "{case}: {renewal:?}");
    }
}

#[test]
fn the_differences_say_what_joins_leaves_and_is_new() {
    let extra = cart().with(experiment("extra"));
    let Renewal {
        verdict,
        difference,
    } = renewal(&[home(0.3), extra], &applied(&[]));
    assert_eq!(verdict, RenewalVerdict::More);
    let [extra] = &difference.not_reviewed[..] else {
        panic!("{difference:?}");
    };
    assert_eq!(extra.action.kind(), "create_experiment");
    assert!(difference.not_needed.is_empty());
    let impact: Vec<_> = difference
        .impact
        .iter()
        .map(|it| {
            let percent = |share: f64| format!("{:+.0}", share * 100.0);
            format!(
                "{} {} {} {}",
                it.layer_id,
                percent(it.units_joining),
                percent(it.units_leaving),
                percent(it.units_switching)
            )
        })
        .collect();
    insta::assert_snapshot!(impact.join("\n"), @"
    cart +10 +0 +0
    home -10 +0 +0
    ");
}
