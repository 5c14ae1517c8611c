//! `avos apply --plan` of a plan that somebody changed and gave an id that fits.

use serde_json::{Value, json};

use super::evidence::{Desk, forge};
use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, plan};

over_named_stores! {
    evidence_that_is_left_out_or_of_the_future_passes_no_condition
    notes_that_are_left_out_pass_no_condition
}

fn apply(db: &str, plan: &str, condition: &str) -> Run {
    avos(&[
        "apply",
        "--plan",
        plan,
        "--db",
        db,
        "--yes",
        "--fail-on",
        condition,
    ])
}

fn evidence_that_is_left_out_or_of_the_future_passes_no_condition(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let condition = "no-evidence";
    let plan = desk.saved();
    forge(&plan, |plan| plan["evidence"] = json!([]));
    let run = apply(&desk.place.db, &plan, condition);
    assert_eq!(run.code, 1, "{run:?}");
    insta::assert_snapshot!(run.err, @"
    error: Refused: the plan's evidence and its changes don't match; nothing was applied
    help: make a new plan: a saved one must not be edited
    ");
    let plan = desk.saved();
    forge(&plan, |plan| {
        plan["evidence"][0]["at"] = json!("2099-01-01T00:00:00Z");
    });
    let run = apply(&desk.place.db, &plan, condition);
    assert_eq!(run.code, 1, "{run:?}");
    insta::assert_snapshot!(run.err, @"
    error: refused by --fail-on: there is no evidence for `exp`; nothing was applied
    help: the report says where; if that is intended, plan again without the condition
    ");
    let line = "no evidence: it was judged at 2099-01-01T00:00:00Z, which is in the future (";
    assert!(run.out.contains(line), "{}", run.out);
    // Without it altogether, nobody can say whether the condition holds.
    let plan = desk.saved();
    forge(&plan, |plan| {
        plan.as_object_mut().expect("an object").remove("evidence");
    });
    assert_eq!(apply(&desk.place.db, &plan, condition).code, 2);
    assert_eq!(desk.applies(), 1);
    assert_eq!(apply(&desk.place.db, &desk.saved(), condition).code, 0);
}

/// The plan of `v1` for a database in which both layers were changed by hand.
fn drifted(kind: StoreKind) -> (Place, String) {
    let place = kind.at("v1");
    let sql = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1';
               UPDATE layers SET total_traffic_percentage = 0.9 WHERE layer_id = 'checkout_flow'";
    place.execute(sql);
    let out = place.path().join("plan.json").display().to_string();
    let configs = place.path().join("configs");
    std::fs::create_dir(&configs).expect("a directory");
    for name in ["checkout_flow.yml", "homepage_hero.yml"] {
        let text = std::fs::read_to_string(format!("{}/{name}", example("v1"))).expect("a file");
        // Of the two, only one is changed back.
        let text = text.replace(
            "total_traffic_percentage: 0.8",
            "total_traffic_percentage: 0.9",
        );
        std::fs::write(configs.join(name), text).expect("a file");
    }
    let run = plan(&place, &configs.display().to_string(), &["--out", &out]);
    assert_eq!(run.code, 0, "{run:?}");
    (place, out)
}

fn notes_that_are_left_out_pass_no_condition(kind: StoreKind) {
    let is_about =
        |note: &Value, layer: &str| note["code"] == "changed-outside" && note["layer_id"] == layer;
    let without = |layers: &[&str]| {
        let (place, out) = drifted(kind);
        forge(&out, |plan| {
            let notes = plan["notes"].as_array_mut().expect("a list");
            notes.retain(|note| !layers.iter().any(|layer| is_about(note, layer)));
        });
        let run = apply(&place.db, &out, "drift");
        assert_eq!(run.code, 1, "{layers:?}: {run:?}");
        run.err
    };
    insta::assert_snapshot!(without(&[]), @"
    error: refused by --fail-on: another program changed layers `checkout_flow`, `homepage_hero`; nothing was applied
    help: the report says where; if that is intended, plan again without the condition
    ");
    // What the plan changes again, it must tell.
    insta::assert_snapshot!(without(&["homepage_hero"]), @"
    error: Refused: the plan's notes and its changes don't match; nothing was applied
    help: make a new plan: a saved one must not be edited
    ");
    // What it leaves alone may have changed since; the condition looks at the present.
    insta::assert_snapshot!(without(&["checkout_flow"]), @"
    error: refused by --fail-on: another program changed layers `checkout_flow`, `homepage_hero`; nothing was applied
    help: the report says where; if that is intended, plan again without the condition
    ");
    insta::assert_snapshot!(without(&["checkout_flow", "homepage_hero"]), @"
    error: Refused: the plan's notes and its changes don't match; nothing was applied
    help: make a new plan: a saved one must not be edited
    ");
}
