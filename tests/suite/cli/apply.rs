//! `avos apply`; questions at a terminal are tested beside its code.

use std::path::Path;

use serde_json::json;

use super::support::{Place, Run, avos, avos_reading, example, keys, layer_file};

fn apply(place: &Place, configs: &str, more: &[&str]) -> Run {
    let arguments = ["apply", "--configs", configs, "--db", &place.db];
    avos(&[&arguments, more].concat())
}

#[test]
fn an_apply_is_reported_as_the_contract_says() {
    let place = Place::empty();
    let first = apply(&place, &example("v1"), &["--yes", "--format", "json"]);
    assert_eq!((first.code, first.err.as_str()), (0, ""));
    let first = first.json();
    let all = [
        "applied",
        "format_version",
        "journal_id",
        "plan_id",
        "revision",
    ];
    assert_eq!(keys(&first), all);
    assert_eq!(first["applied"], 5);
    assert_eq!(first["journal_id"], 1);
    let again = apply(&place, &example("v1"), &["--format", "json"]);
    assert_eq!(
        (again.code, again.err.as_str()),
        (0, ""),
        "nothing is asked"
    );
    let again = again.json();
    assert_eq!(keys(&again), all);
    assert_eq!(again["applied"], 0);
    assert_eq!(again["journal_id"], json!(null));
    assert_eq!(again["revision"], first["revision"]);
}

#[test]
fn people_read_what_was_applied() {
    let place = Place::empty();
    let run = apply(&place, &example("v1"), &["--yes"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.ends_with("\nApplied 5 changes (journal 1)\n"),
        "{}",
        run.out
    );
    let run = apply(&place, &example("v1"), &["--yes"]);
    assert_eq!((run.code, run.out.as_str()), (0, "No changes\n"));
}

#[test]
fn without_a_terminal_it_takes_a_yes() {
    let place = Place::empty();
    let arguments = ["apply", "--configs", &example("v1"), "--db", &place.db];
    let run = avos_reading(&arguments, b"y\ny\n");
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @"
    error: nothing was applied: there is no terminal to confirm on
    help: review the plan with `avos plan`, then use `--yes` to apply without confirmation
    ");
    assert!(!Path::new(&place.db).exists());
    let run = avos(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 1);
    let refusal = json!({"format_version": 1, "applied": 0, "journal_id": null,
        "reason": "no-terminal", "diagnostics": []});
    assert_eq!(run.json(), refusal);
}

#[test]
fn errors_stand_in_the_way_of_their_layers_only() {
    let place = Place::empty();
    let broken = layer_file("shop", "till").replace("status: active", "status: actve");
    let configs = place.configs(&[
        ("web.yml", &layer_file("web", "exp")),
        ("shop.yml", &broken),
    ]);
    let run = apply(&place, &configs, &["--yes", "--format", "json"]);
    assert_eq!(run.code, 1);
    let refusal = run.json();
    assert_eq!(
        keys(&refusal),
        [
            "applied",
            "diagnostics",
            "format_version",
            "journal_id",
            "reason"
        ]
    );
    assert_eq!(refusal["applied"], 0);
    assert_eq!(refusal["journal_id"], json!(null));
    assert_eq!(refusal["diagnostics"][0]["code"], "status");
    insta::assert_snapshot!(run.err, @"
    error: nothing was applied: blocked by 1 error
    help: fix the errors above, or apply what they don't concern: other layers with `--layer ID`, single experiments with `--only EXPERIMENT`
    ");
    assert!(!Path::new(&place.db).exists());
    let run = apply(&place, &configs, &["--yes", "--layer", "web"]);
    assert_eq!(run.code, 0);
    assert!(
        run.out.ends_with("\nApplied 2 changes (journal 1)\n"),
        "{}",
        run.out
    );
}

#[test]
fn who_asked_for_a_document_gets_one_whatever_stands_in_the_way() {
    let place = Place::empty();
    let refusal = json!({"format_version": 1, "applied": 0, "journal_id": null,
        "reason": "error", "diagnostics": []});
    let run = apply(&place, "no/such/place", &["--yes", "--format", "json"]);
    assert_eq!((run.code, run.json()), (1, refusal.clone()));
    let error = "error: the configs directory no/such/place doesn't exist\nhelp: ";
    assert!(run.err.starts_with(error), "{}", run.err);
    let arguments = ["--yes", "--layer", "nowhere", "--format", "json"];
    let run = apply(&place, &example("v1"), &arguments);
    assert_eq!((run.code, run.json()), (1, refusal.clone()));
    let error = "error: there is no layer `nowhere`";
    assert!(run.err.starts_with(error), "{}", run.err);
    let plan = [
        "apply",
        "--plan",
        "no/such/plan",
        "--db",
        &place.db,
        "--yes",
        "--format",
        "json",
    ];
    let run = avos(&plan);
    assert_eq!((run.code, run.json()), (1, refusal));
    assert_eq!(apply(&place, "no/such/place", &["--yes"]).out, "");
}
