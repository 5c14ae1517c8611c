//! `avos plan --renew` of a plan that was made with `--log`.

use std::fs;

use serde_json::{Value, json};

use super::evidence::{Desk, forge};
use super::store_kind::{StoreKind, over_named_stores};
use super::support::Run;
use crate::schemas::verbs::schema;

over_named_stores! {
    a_renewed_plan_is_judged_anew_and_compared
    without_a_log_the_evidence_is_kept_and_goes_on_ageing
    what_the_kept_evidence_does_not_cover_takes_a_log
    a_plan_without_evidence_needs_none_when_it_is_renewed
}

/// Makes the plan anew for these files.
fn renew(desk: &Desk, plan: &str, configs: &str, more: &[&str]) -> Run {
    let words = ["--renew", plan, "--format", "json"];
    desk.run("plan", configs, &[&words[..], more].concat())
}

fn with_log(desk: &Desk) -> [&str; 2] {
    ["--log", &desk.log]
}

fn a_renewed_plan_is_judged_anew_and_compared(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.saved();
    let run = renew(&desk, &plan, &desk.ramp(), &with_log(&desk));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let document = run.json();
    schema("plan")
        .validate(&document)
        .expect("a valid document");
    assert_eq!(document["renewal"], "same");
    assert_eq!(document["renewal_of"].get("evidence"), None);
    desk.units("exp", &[("a", 3000)], "-1 minutes");
    let run = renew(&desk, &plan, &desk.ramp(), &with_log(&desk));
    let document = run.json();
    schema("plan")
        .validate(&document)
        .expect("a valid document");
    assert_eq!(document["renewal"], "more", "its split turned bad");
    assert_eq!(
        document["renewal_of"]["evidence"],
        json!([{"layer_id": "web", "experiment_id": "exp", "reviewed": "ok",
            "verdict": "mismatch", "new_anomalies": []}])
    );
    let words = ["--renew", &plan, "--log", &desk.log];
    let run = desk.run("plan", &desk.ramp(), &words);
    let line = "  `web`: evidence for `exp`: ok → mismatch\n";
    assert!(run.out.contains(line), "{}", run.out);
}

fn without_a_log_the_evidence_is_kept_and_goes_on_ageing(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.saved();
    let sealed = || -> Value {
        let text = fs::read_to_string(&plan).expect("a plan");
        serde_json::from_str(&text).expect("JSON")
    };
    let old = sealed();
    let out = ["--out", &plan, "--fail-on", "mismatch,no-evidence"];
    let run = renew(&desk, &plan, &desk.ramp(), &out);
    assert_eq!(run.code, 0, "{run:?}");
    let said = format!(
        "warning: no `--log` is given, so the evidence is that of plan {}, judged at ",
        &old["plan_id"].as_str().expect("an id")[..12]
    );
    assert!(run.err.starts_with(&said), "{}", run.err);
    assert_eq!(run.json()["renewal"], "same");
    assert_eq!(sealed()["evidence"], old["evidence"]);
    // A long time later.
    forge(&plan, |plan| {
        plan["evidence"][0]["at"] = json!("2020-01-01T00:00:00Z");
    });
    let run = renew(&desk, &plan, &desk.ramp(), &out);
    assert_eq!(run.code, 1);
    assert!(
        run.err
            .contains("refused by --fail-on: there is no evidence for `exp`"),
        "{run:?}"
    );
}

/// A plan that was judged never becomes one that wasn't.
fn what_the_kept_evidence_does_not_cover_takes_a_log(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.place.path().join("plan.json").display().to_string();
    let pause = desk.asking("status: paused, traffic_percentage: 0.2");
    let run = desk.plan(&pause, &["--out", &plan]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = renew(&desk, &plan, &desk.ramp(), &["--out", &plan]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    let (message, help) = run.err.split_once('\n').expect("lines");
    assert!(message.ends_with(
        " has no evidence for `exp`, which the new plan ramps up or completes with a winner"
    ));
    assert_eq!(
        help,
        "help: give the log with `--log`, so that the new plan is judged as the old one was\n"
    );
    let run = renew(&desk, &plan, &desk.ramp(), &with_log(&desk));
    assert_eq!((run.code, &run.json()["renewal"]), (0, &json!("more")));
    // Nothing needs evidence: it says that none was needed.
    let pause = desk.asking("status: paused, traffic_percentage: 0.2");
    let run = renew(&desk, &plan, &pause, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.json()["evidence"], json!([]));
}

fn a_plan_without_evidence_needs_none_when_it_is_renewed(kind: StoreKind) {
    let desk = Desk::new(kind);
    let plan = desk.place.path().join("plan.json").display().to_string();
    let run = desk.run("plan", &desk.ramp(), &["--out", &plan]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = renew(&desk, &plan, &desk.ramp(), &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.json().get("evidence"), None);
    // And a condition about evidence can't be judged.
    let strict = renew(&desk, &plan, &desk.ramp(), &["--fail-on", "no-evidence"]);
    assert_eq!(strict.code, 2);
}
