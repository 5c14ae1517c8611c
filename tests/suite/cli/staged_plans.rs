//! `avos plan --only` and `avos apply --only`.

use std::fs;

use serde_json::json;

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, plan};

over_named_stores! {
    experiments_are_planned_and_applied_by_themselves
    a_saved_staged_plan_is_applied_as_it_was_reviewed
    it_cannot_be_combined_with_layers
    an_unknown_experiment_is_an_error_with_near_names
    a_colleague_s_mistake_in_the_same_file_is_not_in_the_way
    conditions_judge_only_what_is_chosen
    a_staged_plan_is_renewed_with_the_same_choice
}

fn apply(place: &Place, configs: &str, more: &[&str]) -> Run {
    let arguments = ["apply", "--configs", configs, "--db", &place.db, "--yes"];
    avos(&[&arguments, more].concat())
}

/// The files of `v2`, with this in place of that.
fn edited(place: &Place, from: &str, to: &str) -> String {
    let texts = ["checkout_flow.yml", "homepage_hero.yml"].map(|name| {
        let text = fs::read_to_string(format!("{}/{name}", example("v2"))).expect("a file");
        (name, text.replace(from, to))
    });
    assert!(texts.iter().any(|(_, text)| text.contains(to)), "{to}");
    place.configs(&texts.each_ref().map(|(name, text)| (*name, text.as_str())))
}

fn experiments_are_planned_and_applied_by_themselves(kind: StoreKind) {
    let place = kind.at("v1");
    let v2 = example("v2");
    let only = ["--only", "checkout_payment_v1"];
    let run = plan(&place, &v2, &only);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.contains("pause  checkout_payment_v1"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("hero"), "{}", run.out);
    let json = plan(&place, &v2, &[&only[..], &["--format", "json"]].concat()).json();
    let choice = json!([{"layer_id": "checkout_flow", "experiment_id": "checkout_payment_v1"}]);
    assert_eq!(json["only"], choice);
    assert_eq!(json["chosen_layers"], json!(["checkout_flow"]));
    let markdown = plan(
        &place,
        &v2,
        &[&only[..], &["--format", "markdown"]].concat(),
    );
    assert!(
        markdown.out.contains("Plan: 1 change in 1 layer"),
        "{}",
        markdown.out
    );
    let code = |more: &[&str]| {
        let arguments = [&["--detailed-exitcode", "--only"], more].concat();
        plan(&place, &v2, &arguments).code
    };
    assert_eq!(code(&["checkout_payment_v1"]), 2);
    assert_eq!(code(&["hero_layout_v1"]), 0, "it doesn't change");
    assert_eq!(code(&["hero_button_colors_v2"]), 1, "it lacks slots");
    let run = apply(&place, &v2, &[&only[..], &["--format", "json"]].concat());
    assert_eq!((run.code, run.json()["applied"].clone()), (0, json!(1)));
    let both = ["--only", "hero_button_colors_v1", "hero_button_colors_v2"];
    let run = apply(&place, &v2, &both);
    assert!(
        run.out.ends_with("Applied 2 changes (journal 3)\n"),
        "{}",
        run.out
    );
    assert_eq!(plan(&place, &v2, &[]).out, "No changes\n");
}

fn a_saved_staged_plan_is_applied_as_it_was_reviewed(kind: StoreKind) {
    let place = kind.at("v1");
    let (v2, out) = (example("v2"), place.path().join("plan.json"));
    let out = out.display().to_string();
    let only = "hero_button_colors_v1";
    let run = plan(&place, &v2, &["--only", only, "--out", &out]);
    assert_eq!(run.code, 0, "{run:?}");
    // Another layer changes meanwhile.
    assert_eq!(
        apply(&place, &v2, &["--only", "checkout_payment_v1"]).code,
        0
    );
    let saved = ["apply", "--plan", &out, "--db", &place.db, "--yes"];
    let run = avos(&saved);
    assert!(
        run.out.ends_with("Applied 1 change (journal 3)\n"),
        "{run:?}"
    );
    let run = avos(&[&saved[..], &["--only", only]].concat());
    assert_eq!(run.code, 2, "the plan has its own choice");
    assert!(run.err.contains("cannot be used with"), "{}", run.err);
}

fn it_cannot_be_combined_with_layers(kind: StoreKind) {
    let place = kind.at("v1");
    for verb in ["plan", "apply"] {
        let (configs, db) = (example("v2"), place.db.as_str());
        let base = [verb, "--configs", &configs, "--db", db];
        let more = ["--layer", "checkout_flow", "--only", "checkout_payment_v1"];
        let run = avos(&[&base[..], &more].concat());
        assert_eq!(run.code, 2, "{run:?}");
        let run = avos(&[&base[..], &["--only"]].concat());
        assert_eq!(run.code, 2, "without an id: {run:?}");
    }
}

fn an_unknown_experiment_is_an_error_with_near_names(kind: StoreKind) {
    let place = kind.at("v1");
    let run = plan(&place, &example("v2"), &["--only", "hero_layout_v2"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @"
    error: there is no experiment `hero_layout_v2` in the files or in the database
    help: did you mean `hero_layout_v1` or `hero_button_colors_v2` or `hero_button_colors_v1`?
    ");
    let run = apply(&place, &example("v2"), &["--only", "x", "--format", "json"]);
    assert_eq!(run.code, 1);
}

fn a_colleague_s_mistake_in_the_same_file_is_not_in_the_way(kind: StoreKind) {
    let place = kind.at("v1");
    let configs = edited(&place, "name: Hero Layout v1", "nam: Hero Layout v1");
    let run = plan(&place, &configs, &["--layer", "homepage_hero"]);
    assert_eq!(run.code, 1, "the layer as a whole is blocked");
    let run = plan(&place, &configs, &["--only", "hero_button_colors_v1"]);
    assert_eq!(run.code, 0, "{run:?}");
    let said = "1 error outside of what was chosen: `avos validate` shows them";
    assert!(run.out.starts_with(said), "{}", run.out);
    let more = ["--only", "hero_button_colors_v1", "--format", "json"];
    let found = plan(&place, &configs, &more).json();
    assert_eq!(found["diagnostics"][0]["aside"], json!(true));
    assert_eq!(found["applicable"], json!(true));
    let run = plan(&place, &configs, &["--only", "hero_layout_v1"]);
    assert_eq!(run.code, 1, "its own mistake");
    assert!(run.out.contains("error[unknown-key]"), "{}", run.out);
    let run = apply(&place, &configs, &["--only", "hero_button_colors_v1"]);
    assert!(
        run.out.ends_with("Applied 1 change (journal 2)\n"),
        "{run:?}"
    );
    assert_eq!(plan(&place, &configs, &[]).code, 1);
}

fn conditions_judge_only_what_is_chosen(kind: StoreKind) {
    let place = kind.at("v1");
    let fails = |only: &str| {
        let more = ["--fail-on", "leaving,switching", "--only", only];
        plan(&place, &example("v2"), &more).code
    };
    assert_eq!(fails("checkout_payment_v1"), 1);
    assert_eq!(fails("hero_layout_v1"), 0);
}

fn a_staged_plan_is_renewed_with_the_same_choice(kind: StoreKind) {
    let place = kind.at("v1");
    let (v2, out) = (example("v2"), place.path().join("plan.json"));
    let out = out.display().to_string();
    let only = ["--only", "hero_button_colors_v1", "checkout_payment_v1"];
    assert_eq!(
        plan(&place, &v2, &[&only[..], &["--out", &out]].concat()).code,
        0
    );
    let renew = |more: &[&str]| plan(&place, &v2, &[&["--renew", &out], more].concat());
    let same = renew(&["--format", "json"]).json();
    assert_eq!(
        (
            same["renewal"].clone(),
            same["only"].as_array().map(Vec::len)
        ),
        (json!("same"), Some(2))
    );
    assert_eq!(apply(&place, &v2, &only[..2]).code, 0);
    assert_eq!(
        renew(&["--format", "json"]).json()["renewal"],
        json!("less")
    );
    assert_eq!(renew(&["--only", "checkout_payment_v1"]).code, 2);
}
