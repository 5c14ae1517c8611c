//! Plans that were kept: read back as they were made or not at all, and applied only where they
//! still do what was reviewed.

use std::sync::Arc;

use avos::domain::{Revision, State};
use avos::review::{JournalFacts, Refusal, Reopened, Review, SavedPlan, SavedPlanError, seal};
use serde_json::{Value, json};

use crate::support::layers::{LayerYaml, experiment, layer};
use crate::support::reviewing::{errors, now, review, state_of};

/// A plan with a ramp-up, an end, a start and a new layer.
fn example() -> (State, Review) {
    let state = state_of(&[layer("home")
        .with(experiment("old"))
        .with(experiment("grows"))
        .with(experiment("soon").set("start_date", "2025-07-01"))]);
    let home = layer("home")
        .with(experiment("new").set("variants", "[b, a]"))
        .with(experiment("grows").set("traffic_percentage", 0.3))
        .with(
            experiment("soon")
                .set("start_date", "2025-07-01")
                .set("status", "paused"),
        )
        .with(
            experiment("old")
                .set("status", "completed")
                .set("traffic_allocation", "{a: 1, b: 0}"),
        );
    let cart = layer("cart").with(experiment("pay").set("reserved_percentage", 0.4));
    let review = review(&[home, cart], &state);
    assert_eq!(errors(&review), [""; 0]);
    (state, review)
}

fn document(review: &Review) -> Value {
    json!(review.to_report())
}

/// The document, changed and given an id that fits it.
fn forged(mut document: Value, change: impl FnOnce(&mut Value)) -> SavedPlan {
    change(&mut document);
    document["plan_id"] = json!(seal(document.clone()));
    SavedPlan::read(&document.to_string()).expect("a document")
}

fn reopened(saved: &SavedPlan, state: &State) -> Reopened {
    saved.reopen(state, &JournalFacts::default(), now())
}

fn said(refusal: Option<&Refusal>) -> String {
    let refusal = refusal.expect("a refusal");
    format!("{refusal}; {}", refusal.help())
}

#[test]
fn a_plan_reads_back_whatever_its_spacing_and_order() {
    let (state, review) = example();
    let written = serde_json::to_string_pretty(&review.to_report()).expect("JSON");
    for text in [&written, &document(&review).to_string()] {
        let saved = SavedPlan::read(text).expect("a plan");
        let again = reopened(&saved, &state);
        assert_eq!(again.outcome.as_ref().err(), None);
        assert_eq!(again.review.plan_id, review.plan_id);
        assert_eq!(again.review.diff_text(), review.diff_text());
        let whole = |review: &Review| -> Vec<usize> {
            review.diffs.iter().map(|diff| diff.lines.len()).collect()
        };
        assert_eq!(whole(&again.review), whole(&review), "unchanged lines too");
    }
}

/// As a program does that has one type for all numbers.
fn with_whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0);
            if let Some(whole) = whole {
                *value = format!("{whole:.0}").parse().expect("a number");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_whole_numbers),
        Value::Object(items) => items.values_mut().for_each(with_whole_numbers),
        _ => {}
    }
}

#[test]
fn a_plan_keeps_its_id_however_its_numbers_are_spelled() {
    let (state, review) = example();
    let mut respelled = document(&review);
    with_whole_numbers(&mut respelled);
    assert_ne!(respelled, document(&review), "some numbers are whole");
    let saved = SavedPlan::read(&respelled.to_string()).expect("the same plan");
    assert_eq!(saved.plan_id(), &review.plan_id);
    assert!(reopened(&saved, &state).outcome.is_ok());
    let exponents = document(&review).to_string().replace("0.3,", "3e-1,");
    assert!(SavedPlan::read(&exponents).is_ok());
    // Another number, another key: another plan.
    let written = respelled.to_string();
    for altered in [
        written.replacen("0.3", "0.31", 1),
        written.replacen('{', "{\"more\":1,", 1),
    ] {
        assert!(
            matches!(SavedPlan::read(&altered), Err(SavedPlanError::Altered)),
            "{altered}"
        );
    }
}

#[test]
fn what_is_no_plan_says_so() {
    let (_, review) = example();
    let said = |text: &str| {
        let error = SavedPlan::read(text).expect_err("no plan");
        format!("{error}; {}", error.help())
    };
    insta::assert_snapshot!(said("SQLite format 3\0"), @"it isn't a saved plan: expected value at line 1 column 1; give a file that `avos plan --out FILE` wrote, or that holds what `avos plan --format json` printed");
    insta::assert_snapshot!(said(""), @"it isn't a saved plan: EOF while parsing a value at line 1 column 0; give a file that `avos plan --out FILE` wrote, or that holds what `avos plan --format json` printed");
    for other in ["{}", "[]", "1", r#"{"format_version":1,"layers":[]}"#] {
        let error = SavedPlan::read(other).expect_err("no plan");
        assert!(matches!(error, SavedPlanError::NotAPlan), "{other}");
    }
    let mut newer = document(&review);
    newer["format_version"] = json!(2);
    newer["plan_id"] = json!(seal(newer.clone()));
    insta::assert_snapshot!(said(&newer.to_string()), @"its format_version is 2, but this version of AVOS reads 1; use the version of AVOS that made it, or make a new plan with this one");
    let mut strange = document(&review);
    strange["changes"][0]["kind"] = json!("explode");
    strange["plan_id"] = json!(seal(strange.clone()));
    insta::assert_snapshot!(said(&strange.to_string()), @"it can't be understood: unknown variant `explode`, expected one of `create_layer`, `update_layer`, `create_experiment`, `ramp_up`, `reserve`, `set_status`, `complete`, `hold`, `release`, `edit` at line 1 column 312; use the version of AVOS that made it, or make a new plan with this one");
    let mut unknown = document(&review);
    unknown["diagnostics"] = json!([{"severity": "error", "code": "later", "message": "", "help": "",
        "file": "", "line": 1, "column": 1, "end_line": 1, "end_column": 1, "path": "", "layer_ids": []}]);
    unknown["plan_id"] = json!(seal(unknown.clone()));
    insta::assert_snapshot!(said(&unknown.to_string()), @"it can't be understood: there is no rule `later` at line 1 column 1792; use the version of AVOS that made it, or make a new plan with this one");
}

/// The paths of all values within this one that hold no others.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                leaves(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{path}/{index}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn alter(value: &mut Value) {
    *value = match value {
        Value::Null => json!("a"),
        Value::Bool(is) => json!(!*is),
        Value::Number(number) => match number.as_u64() {
            Some(whole) => json!(whole + 1),
            None => json!(number.as_f64().expect("a number") * 0.5 + 0.125),
        },
        Value::String(text) => json!(format!("{text}x")),
        Value::Array(_) | Value::Object(_) => unreachable!("a leaf"),
    };
}

#[test]
fn a_plan_that_was_altered_anywhere_is_not_read() {
    let (_, review) = example();
    let document = document(&review);
    let mut paths = Vec::new();
    leaves(&document, "", &mut paths);
    assert!(paths.len() > 80, "{}", paths.len());
    for path in paths.iter().filter(|path| *path != "/format_version") {
        let mut altered = document.clone();
        alter(altered.pointer_mut(path).expect("a leaf"));
        let error = SavedPlan::read(&altered.to_string()).expect_err(path);
        assert!(matches!(error, SavedPlanError::Altered), "{path}: {error}");
    }
}

/// Whoever edits a plan can give it an id that fits. Nothing that would be done, or that a reviewer
/// was told of it, may differ for all that.
#[test]
fn a_plan_that_was_forged_anywhere_is_not_applied() {
    let (state, review) = example();
    let document = document(&review);
    let mut paths = Vec::new();
    leaves(&document, "", &mut paths);
    let told = [
        "/changes",
        "/impact",
        "/diff",
        "/base_layers",
        "/applicable",
    ];
    let mut tried = 0;
    for path in paths
        .iter()
        .filter(|path| told.iter().any(|of| path.starts_with(of)))
    {
        let mut altered = document.clone();
        alter(altered.pointer_mut(path).expect("a leaf"));
        altered["plan_id"] = json!(seal(altered.clone()));
        if let Ok(saved) = SavedPlan::read(&altered.to_string()) {
            let again = reopened(&saved, &state);
            assert!(again.outcome.is_err(), "{path}");
            assert!(again.review.plan().is_none(), "{path}");
        }
        tried += 1;
    }
    assert!(tried > 70, "{tried}");
    for list in ["changes", "impact"] {
        for index in 0..document[list].as_array().expect("a list").len() {
            let without = forged(document.clone(), |document| {
                document[list].as_array_mut().expect("a list").remove(index);
            });
            assert!(
                reopened(&without, &state).outcome.is_err(),
                "{list}/{index}"
            );
        }
    }
}

#[test]
fn a_forged_plan_is_refused_for_what_it_breaks() {
    let (state, review) = example();
    let document = document(&review);
    let refused = |change: &dyn Fn(&mut Value)| {
        said(
            reopened(&forged(document.clone(), change), &state)
                .outcome
                .as_ref()
                .err(),
        )
    };
    let index = |kind: &str| {
        let changes = document["changes"].as_array().expect("changes");
        changes
            .iter()
            .position(|change| change["kind"] == kind)
            .expect(kind)
    };
    let (ramp, status, create) = (index("ramp_up"), index("set_status"), index("create_layer"));
    insta::assert_snapshot!(refused(&|plan| plan["changes"][ramp]["slots"]["active_after"] = json!(5)), @"the plan doesn't fit the database that it names: `grows` would release slots without being completed; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][ramp]["slots"]["active_after"] = json!(u32::MAX)), @"the plan doesn't fit the database that it names: not enough free slots: requested 4294967285, available 70; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][status]["to"] = json!("completed")), @"the plan's list of changes and its changes don't match; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][ramp]["experiment_id"] = json!("nobody")), @"the plan doesn't fit the database that it names: `nobody` doesn't exist; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][create]["total_slots"] = json!(4_000_000_000_u32)), @"the plan breaks a rule (total-slots): `total_slots` is 4000000000, not from 1 to 1000000; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][create]["total_slots"] = json!(0)), @"the plan doesn't fit the database that it names: not enough free slots: requested 40, available 0; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["changes"][create]["layer_salt"] = json!("pepper")), @"the plan's diff and its changes don't match; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["impact"][1]["units_switching"] = json!(0.0)), @"what the plan does to units isn't what was reviewed: a date has passed since it was made, or it was edited; make a new plan and review it");
}

/// What a reviewer is told besides the figures.
#[test]
fn a_plan_that_hides_something_is_not_applied() {
    let (state, review) = example();
    let document = document(&review);
    let refused = |change: &dyn Fn(&mut Value)| {
        let saved = forged(document.clone(), change);
        said(reopened(&saved, &state).outcome.as_ref().err())
    };
    assert_eq!(document["notes"][0]["code"], "inherits-slots");
    insta::assert_snapshot!(refused(&|plan| plan["notes"] = json!([])), @"the plan's notes and its changes don't match; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["chosen_layers"] = json!(["cart"])), @"the plan's choice of layers and its changes don't match; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| {
        let twice = plan["impact"][0].clone();
        plan["impact"].as_array_mut().expect("a list").push(twice);
    }), @"the plan's impact and its changes don't match; make a new plan: a saved one must not be edited");
    insta::assert_snapshot!(refused(&|plan| plan["diagnostics"] = json!([{
        "severity": "error", "code": "capacity", "message": "", "help": "", "file": "", "line": 1,
        "column": 1, "end_line": 1, "end_column": 1, "path": "", "layer_ids": ["cart"]}])), @"the plan couldn't be applied when it was made: it has an error; fix the errors in it, then make a new plan");
}

/// On `home` an experiment ends between plan and apply; the plan is about `cart`.
#[test]
fn a_date_of_a_layer_that_does_not_change_is_no_matter() {
    let ends = experiment("ends").set("end_date", "2025-07-01");
    let home = layer("home").with(ends);
    let cart = |share| layer("cart").with(experiment("pay").set("traffic_percentage", share));
    let state = state_of(&[home.clone(), cart(0.1)]);
    let review = review(&[home, cart(0.2)], &state);
    assert_eq!(review.impact.len(), 2);
    let saved = SavedPlan::read(&document(&review).to_string()).expect("a plan");
    let later = "2025-08-01T00:00:00Z".parse().expect("a time");
    assert_eq!(
        saved
            .reopen(&state, &JournalFacts::default(), later)
            .outcome
            .err(),
        None
    );
    let moved = forged(document(&review), |plan| {
        assert_eq!(plan["impact"][1]["layer_id"], "home");
        plan["impact"][1]["units_leaving"] = json!(0.1);
    });
    assert!(
        moved
            .reopen(&state, &JournalFacts::default(), later)
            .outcome
            .is_err()
    );
}

#[test]
fn a_plan_for_another_revision_stays_readable() {
    let (state, review) = example();
    let saved = SavedPlan::read(&document(&review).to_string()).expect("a plan");
    let later = State {
        revision: Revision::new("later than that"),
        ..state.clone()
    };
    // Another revision alone says nothing about the plan's layers.
    assert_eq!(reopened(&saved, &later).outcome.err(), None);
    let mut later = later;
    for layer in later.layers.values_mut() {
        Arc::make_mut(layer).experiments[0].priority += 1;
    }
    let again = reopened(&saved, &later);
    assert!(!again.review.is_applicable && again.review.plan().is_none());
    insta::assert_snapshot!(said(again.outcome.as_ref().err()), @"the database changed since the plan was made: layer `home`; make a new plan and review it");
    assert!(again.outcome.is_err_and(|refusal| refusal.is_stale()));
    assert_eq!(again.review.diff_text(), review.diff_text());
    assert_eq!(json!(again.review.changes), json!(review.changes));
    assert!(again.review.diffs.iter().all(|diff| !diff.lines.is_empty()));
    let applied = JournalFacts {
        applied_as: Some(7),
        ..JournalFacts::default()
    };
    // After its own apply it says so, even if its layers are again as they were.
    let again = saved.reopen(&state, &applied, now());
    assert!(
        again
            .outcome
            .is_err_and(|refusal| refusal.code() == "applied")
    );
    let again = saved.reopen(&later, &applied, now());
    insta::assert_snapshot!(said(again.outcome.as_ref().err()), @"this plan was applied already, as journal 7; make a new plan for further changes");
}

/// `soon` is paused before it has begun, so nobody loses anything; a month later its units would.
#[test]
fn a_plan_that_does_something_else_by_now_is_stale() {
    let state = state_of(&[layer("home").with(experiment("soon").set("start_date", "2025-07-01"))]);
    let paused = experiment("soon")
        .set("start_date", "2025-07-01")
        .set("status", "paused");
    let review = review(&[layer("home").with(paused)], &state);
    let saved = SavedPlan::read(&document(&review).to_string()).expect("a plan");
    assert_eq!(
        saved
            .reopen(&state, &JournalFacts::default(), now())
            .outcome
            .err(),
        None
    );
    let later = "2025-08-01T00:00:00Z".parse().expect("a time");
    let again = saved.reopen(&state, &JournalFacts::default(), later);
    insta::assert_snapshot!(said(again.outcome.as_ref().err()), @"what the plan does to units isn't what was reviewed: a date has passed since it was made, or it was edited; make a new plan and review it");
    assert!(again.outcome.is_err_and(|refusal| refusal.is_stale()));
}

#[test]
fn a_plan_with_errors_is_kept_for_reading_only() {
    let state = state_of(&[layer("home").with(experiment("hero"))]);
    let smaller = experiment("hero").set("traffic_percentage", 0.05);
    let files: [LayerYaml; 1] = [layer("home").with(smaller)];
    let review = review(&files, &state);
    let saved = SavedPlan::read(&document(&review).to_string()).expect("a plan");
    let again = reopened(&saved, &state);
    insta::assert_snapshot!(said(again.outcome.as_ref().err()), @"the plan couldn't be applied when it was made: it has an error; fix the errors in it, then make a new plan");
    assert_eq!(errors(&again.review), errors(&review));
    assert_eq!(again.review.findings[0].layers, review.findings[0].layers);
    assert_eq!(again.review.diff_text(), review.diff_text());
}
