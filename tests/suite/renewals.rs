//! A saved plan made anew: `same`, `less` or `more`.

use avos::config::{Checked, SourceFile, Sources};
use avos::domain::State;
use avos::review::{
    Evidence, EvidenceVerdict, Renewal, RenewalVerdict, Review, SavedPlan, choose, choose_again,
    choose_only,
};
use avos::traffic::AnomalyKind;
use serde_json::json;

use crate::support::layers::{LayerYaml, experiment, layer};
use crate::support::reviewing::{
    after, changes, check_all, now, review, review_files, sources, state_of,
};

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

/// The files and the state that a choice is made in.
fn known(files: &[LayerYaml]) -> (Sources, Checked) {
    let sources = sources(files.iter().map(LayerYaml::file));
    let checked = check_all(&sources);
    (sources, checked)
}

/// What was reviewed of only these experiments or layers.
fn saved_only(ids: &[&str]) -> SavedPlan {
    let state = state_of(&before());
    let (sources, checked) = known(&reviewed());
    let ids: Vec<_> = ids.iter().map(|id| (*id).into()).collect();
    let scope = choose_only(&ids, &checked, &state).expect("known ids");
    let review = review_files(&sources, &state, &scope);
    assert!(review.is_applicable && !review.changes.is_empty());
    SavedPlan::read(&json!(review.to_report()).to_string()).expect("a plan")
}

/// Made anew for these files and this state: the verdict, the changes, and what isn't needed anymore.
fn renewed_only(
    old: &SavedPlan,
    files: &[LayerYaml],
    state: &State,
) -> (RenewalVerdict, Vec<String>, Vec<String>) {
    let (sources, checked) = known(files);
    let scope = choose_again(&old.scope(), &checked, state).expect("a choice");
    let review = review_files(&sources, state, &scope).renewing(old);
    let text = json!(review.to_report()).to_string();
    let kept = SavedPlan::read(&text).expect("a plan");
    assert_eq!(kept.scope(), scope, "it can be renewed again");
    let Renewal {
        verdict,
        difference,
    } = review.renewal.clone().expect("a renewal");
    let not_needed = difference.not_needed.iter();
    let not_needed = not_needed.map(|it| {
        let id = it.experiment_id.as_ref().map(ToString::to_string);
        format!(
            "{} {}",
            it.action.kind(),
            id.unwrap_or_else(|| it.layer_id.to_string())
        )
    });
    (verdict, changes(&review), not_needed.collect())
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_staged_plan_keeps_its_choice() {
    let old = saved_only(&["grows", "stops"]);
    let (verdict, changes, not_needed) = renewed_only(&old, &reviewed(), &state_of(&before()));
    assert_eq!(verdict, RenewalVerdict::Same);
    assert_eq!(
        changes,
        [
            "set_status stops active→paused",
            "ramp_up grows 0.1→0.4 active 10→40 reserved 0→0"
        ]
    );
    assert_eq!(not_needed, NOTHING);
    // What the files say of others is no matter, neither new nor wrong.
    let other = cart().with(experiment("extra").set("status", "unheard of"));
    let (verdict, ..) = renewed_only(&old, &[home(0.4), other], &state_of(&before()));
    assert_eq!(verdict, RenewalVerdict::Same);
    let (verdict, ..) = renewed_only(&old, &[home(0.45), cart()], &state_of(&before()));
    assert_eq!(verdict, RenewalVerdict::More);
}

#[test]
fn a_choice_that_is_done_in_part_or_as_a_whole_is_less() {
    let old = saved_only(&["grows", "stops"]);
    let (verdict, changes, not_needed) = renewed_only(&old, &reviewed(), &applied(&[&[cart()]]));
    assert_eq!(verdict, RenewalVerdict::Less);
    assert_eq!(changes, ["ramp_up grows 0.1→0.4 active 10→40 reserved 0→0"]);
    assert_eq!(not_needed, ["set_status stops"]);
    let (verdict, changes, not_needed) = renewed_only(&old, &reviewed(), &applied(&[&reviewed()]));
    assert_eq!((verdict, &changes[..]), (RenewalVerdict::Less, &[][..]));
    assert_eq!(not_needed, ["set_status stops", "ramp_up grows"]);
}

/// A new experiment or a new layer that left the files before it was created is nowhere anymore.
#[test]
fn what_is_gone_is_not_needed_and_the_rest_of_the_choice_stays() {
    let start = state_of(&before());
    let without_new = || {
        layer("home")
            .with(experiment("grows").set("traffic_percentage", 0.4))
            .with(experiment("ends").set("traffic_percentage", 0.2))
    };
    let old = saved_only(&["grows", "new"]);
    let (verdict, changes, not_needed) = renewed_only(&old, &[without_new(), cart()], &start);
    assert_eq!(verdict, RenewalVerdict::Less);
    assert_eq!(changes, ["ramp_up grows 0.1→0.4 active 10→40 reserved 0→0"]);
    assert_eq!(not_needed, ["create_experiment new"]);
    // All of it.
    let old = saved_only(&["new"]);
    let (verdict, changes, not_needed) = renewed_only(&old, &[without_new(), cart()], &start);
    assert_eq!((verdict, &changes[..]), (RenewalVerdict::Less, &[][..]));
    assert_eq!(not_needed, ["create_experiment new"]);

    // The layer with it, also of a plan of whole layers.
    let with_late = || {
        let late = layer("late").with(experiment("later"));
        [home(0.4), cart(), late]
    };
    let (sources, checked) = known(&with_late());
    let only = choose_only(&["later".into(), "stops".into()], &checked, &start);
    let whole = choose(&["late".into(), "cart".into()], &checked, &start);
    for scope in [only.expect("known ids"), whole.expect("known layers")] {
        let plan = review_files(&sources, &start, &scope);
        let old = SavedPlan::read(&json!(plan.to_report()).to_string()).expect("a plan");
        let (verdict, changes, not_needed) = renewed_only(&old, &reviewed(), &start);
        assert_eq!(verdict, RenewalVerdict::Less, "{scope:?}");
        assert!(changes[0].starts_with("set_status stops"), "{changes:?}");
        assert_eq!(not_needed, ["create_layer late", "create_experiment later"]);
    }
}

/// What may be in a file that can't be read isn't gone.
#[test]
fn what_may_be_hidden_is_asked_for() {
    let old = saved_only(&["new"]);
    let broken = SourceFile {
        name: "home.yml".to_owned(),
        content: Ok("layer_id: [".into()),
    };
    let sources = Sources::new("configs", vec![broken]);
    let refused = choose_again(&old.scope(), &check_all(&sources), &state_of(&before()));
    let refused = refused.expect_err("hidden").to_string();
    assert!(refused.ends_with("can't be read: home.yml"), "{refused}");
}

/// `new` gets the slots of `ends`, whose units were to switch. Those are free now, so units join.
#[test]
fn a_dependency_that_was_completed_meanwhile_is_judged_by_the_units() {
    let completed = layer("home")
        .with(experiment("grows").set("traffic_percentage", 0.1))
        .with(
            experiment("ends")
                .set("traffic_percentage", 0.2)
                .set("status", "completed"),
        );
    let state = applied(&[&[completed]]);
    let (verdict, changes, not_needed) =
        renewed_only(&saved_only(&["ends", "new"]), &reviewed(), &state);
    assert_eq!(verdict, RenewalVerdict::More, "they join instead");
    assert_eq!(changes.len(), 1);
    assert_eq!(not_needed, ["complete ends"]);
    // Who doesn't touch them is no other plan for it.
    let old = saved_only(&["ends", "stops"]);
    let (verdict, ..) = renewed_only(&old, &reviewed(), &state);
    assert_eq!(verdict, RenewalVerdict::Less);
}

#[test]
fn an_experiment_that_moved_to_another_layer_is_more() {
    let old = saved_only(&["new"]);
    let moved = cart().with(experiment("new").set("traffic_percentage", 0.05));
    let files = [before().remove(0), moved];
    let (verdict, changes, not_needed) = renewed_only(&old, &files, &state_of(&before()));
    assert_eq!(verdict, RenewalVerdict::More);
    assert!(
        changes[0].starts_with("create_experiment new"),
        "{changes:?}"
    );
    assert_eq!(not_needed, ["create_experiment new"]);
}

/// What a log says of `grows`.
fn evidence(verdict: EvidenceVerdict, anomalies: &[AnomalyKind]) -> Vec<Evidence> {
    vec![Evidence {
        experiment_id: "grows".into(),
        layer_id: "home".into(),
        verdict,
        corrected_p_value: Some(0.5),
        units: 1000,
        anomalies: anomalies.to_vec(),
        last_row: Some(now()),
        at: now(),
    }]
}

#[test]
fn worse_evidence_is_more() {
    use AnomalyKind::{LostExposures, Silent};
    use EvidenceVerdict::{Mismatch, NoEvidence, Ok, Warning};
    use RenewalVerdict::{More, Same};
    type Sealed = Option<(EvidenceVerdict, &'static [AnomalyKind])>;
    let cases: [(Sealed, Sealed, RenewalVerdict, bool); 13] = [
        (Some((Ok, &[])), Some((Ok, &[])), Same, false),
        (Some((Ok, &[])), Some((Warning, &[])), More, true),
        (Some((Ok, &[])), Some((NoEvidence, &[])), More, true),
        (Some((Ok, &[])), Some((Mismatch, &[])), More, true),
        (Some((Mismatch, &[])), Some((Mismatch, &[])), Same, false),
        (Some((Mismatch, &[])), Some((Ok, &[])), Same, true),
        (Some((NoEvidence, &[])), Some((Ok, &[])), Same, true),
        (
            Some((NoEvidence, &[])),
            Some((Warning, &[LostExposures])),
            More,
            true,
        ),
        (
            Some((Warning, &[Silent])),
            Some((Warning, &[Silent])),
            Same,
            false,
        ),
        (
            Some((Warning, &[Silent])),
            Some((Warning, &[Silent, LostExposures])),
            More,
            true,
        ),
        // No log had been judged.
        (None, Some((Ok, &[])), Same, false),
        (None, Some((NoEvidence, &[])), Same, false),
        (None, Some((Mismatch, &[])), More, true),
    ];
    let state = state_of(&before());
    for (old, new, verdict, differs) in cases {
        let sealed = |sealed: Sealed| {
            let mut review = review(&reviewed(), &state);
            if let Some((verdict, anomalies)) = sealed {
                review.seal_evidence(evidence(verdict, anomalies));
            }
            review
        };
        let text = json!(sealed(old).to_report()).to_string();
        let saved = SavedPlan::read(&text).expect("a plan");
        let renewed = sealed(new).renewing(&saved);
        let text = json!(renewed.to_report()).to_string();
        let kept = SavedPlan::read(&text).expect("a plan");
        assert_eq!(kept.plan_id(), &renewed.plan_id);
        let renewal = renewed.renewal.expect("a renewal");
        assert_eq!(renewal.verdict, verdict, "{old:?} {new:?}");
        assert_eq!(
            !renewal.difference.evidence.is_empty(),
            differs,
            "{old:?} {new:?}"
        );
    }
}
