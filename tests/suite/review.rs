//! Findings and plan as one document: what may be applied, what it asks for, its JSON and its id.

use avos::domain::{LayerId, State};
use avos::plan::{Change, Scope};
use avos::review::{Confirmation, Review, choose, seal};
use serde_json::{Value, json};

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{
    changes, check_all, errors, nothing, review, review_files, sources, state_of,
};

fn home(hero: ExperimentYaml) -> LayerYaml {
    layer("home").with(hero)
}

fn hero() -> ExperimentYaml {
    experiment("hero")
}

fn only(layer: &str) -> Scope {
    Scope::Layers(vec![layer.into()])
}

fn text(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[test]
fn somebody_elses_broken_file_is_not_in_the_way() {
    let files = sources([
        home(hero()).file(),
        layer("cart").set("total_slots", 0).file(),
        text("typo.yml", "layer_id: [x"),
    ]);
    let all = review_files(&files, &nothing(), &Scope::All);
    let broken = [
        "total-slots cart.yml:3 total_slots",
        "yaml-syntax typo.yml:1 ",
    ];
    assert_eq!(errors(&all), broken);
    assert!(!all.is_applicable && all.plan().is_none());
    assert_eq!(all.changes.len(), 2, "the others are planned nevertheless");

    let home = review_files(&files, &nothing(), &only("home"));
    assert!(home.is_applicable);
    assert_eq!(errors(&home), broken, "all is said, whatever is chosen");
    assert_eq!(home.plan().expect("applicable").changes.len(), 2);
    let cart = review_files(&files, &nothing(), &only("cart"));
    assert!(!cart.is_applicable);
}

#[test]
fn a_breach_in_another_layer_is_not_planned_for_the_chosen_ones() {
    let state = state_of(&[home(hero()), layer("cart")]);
    let files = [
        home(hero().set("traffic_percentage", 0.2)),
        layer("cart").set("layer_salt", "pepper"),
    ];
    let all = review(&files, &state);
    assert_eq!(errors(&all), ["immutable-salt cart.yml:2 layer_salt"]);
    assert!(!all.is_applicable);
    let files = sources(files.iter().map(LayerYaml::file));
    let chosen = review_files(&files, &state, &only("home"));
    assert_eq!((chosen.is_applicable, errors(&chosen)), (true, vec![]));
    assert_eq!(
        changes(&chosen),
        ["ramp_up hero 0.1→0.2 active 10→20 reserved 0→0"]
    );
    assert_eq!(chosen.impact.len(), 1);
}

#[test]
fn chosen_layers_must_be_known() {
    let state = state_of(&[layer("homepage"), layer("cart")]);
    let right = sources([
        layer("homework").file(),
        layer("cart").set("total_slots", 0).file(),
    ]);
    let chosen = |sources, name: &str| {
        let names: Vec<LayerId> = vec![name.into()];
        let chosen = choose(&names, &check_all(sources), &state);
        chosen.map_err(|refused| format!("{refused}; {}", refused.help()))
    };
    for name in ["homework", "homepage", "cart"] {
        assert_eq!(chosen(&right, name), Ok(only(name)));
    }
    assert_eq!(
        choose(&[], &check_all(&right), &state).expect("all"),
        Scope::All
    );
    insta::assert_snapshot!(chosen(&right, "homepag").unwrap_err(), @"there is no layer `homepag` in the files or in the database; did you mean `homepage`?");
    insta::assert_snapshot!(chosen(&right, "x").unwrap_err(), @"there is no layer `x` in the files or in the database; `avos layers` and the files list the existing layers");
    let unreadable = sources([layer("homework").file(), text("typo.yml", "layer_id: [x")]);
    assert_eq!(chosen(&unreadable, "homework"), Ok(only("homework")));
    insta::assert_snapshot!(chosen(&unreadable, "homepage").unwrap_err(), @"layer `homepage` isn't in any file that can be read, and these can't be read: typo.yml; fix those files first: one of them may define the layer");
}

#[test]
fn the_more_it_does_to_units_the_more_an_apply_asks_for() {
    let database = [
        home(hero())
            .with(experiment("next"))
            .with(experiment("idle").set("status", "draft")),
        layer("cart").with(experiment("pay")),
    ];
    let state = state_of(&database);
    let asked = |then: &[LayerYaml]| review(then, &state).confirmation;
    let name = |name: &str| Confirmation::Type {
        name: name.to_owned(),
        reasons: Vec::new(),
        needs_reason: false,
    };
    let home_with =
        |hero: ExperimentYaml, next: ExperimentYaml| layer("home").with(hero).with(next);
    let next = || experiment("next");
    let over = |id| experiment(id).set("status", "completed");
    let paused = |id| experiment(id).set("status", "paused");

    let more = hero().set("traffic_percentage", 0.2).set("name", "Hero");
    assert_eq!(
        asked(&[home_with(more, next()).with(experiment("new"))]),
        Confirmation::OneKey
    );
    assert_eq!(
        asked(&[layer("new").with(experiment("new"))]),
        Confirmation::OneKey
    );
    assert_eq!(asked(&[home_with(over("hero"), next())]), name("hero"));
    assert_eq!(asked(&[home_with(paused("hero"), next())]), name("hero"));
    assert_eq!(asked(&[layer("home").with(over("idle"))]), name("idle"));
    let ended = hero().set("end_date", "2025-05-01");
    assert_eq!(asked(&[home_with(ended, next())]), name("hero"));
    assert_eq!(
        asked(&[home_with(over("hero"), paused("next"))]),
        name("home")
    );
    let other = layer("cart").with(paused("pay"));
    assert_eq!(
        asked(&[home_with(over("hero"), next()), other]),
        name("all")
    );
}

/// A review with a bit of everything.
fn example() -> (State, Review) {
    let grouped = hero()
        .set("splitter_type", "segment")
        .set("segment_allocations", "{vip: {b: 0.25, a: 0.75}}")
        .set("start_date", "2025-01-01");
    let state = state_of(&[layer("home")
        .set("total_slots", 100_000)
        .with(experiment("old"))
        .with(experiment("stays"))]);
    let then = layer("home")
        .set("total_slots", 100_000)
        .set("total_traffic_percentage", 0.9)
        .with(
            experiment("old")
                .set("traffic_percentage", 0.100_01)
                .set("name", "\"Größe \\u2028 \\\"1\\\"\""),
        )
        .with(grouped.set("traffic_percentage", 0.000_01));
    let review = review(&[then], &state);
    assert_eq!(errors(&review), [""; 0]);
    (state, review)
}

#[test]
fn a_change_is_written_as_the_contract_says() {
    let (_, review) = example();
    let lines = review
        .changes
        .iter()
        .map(|change| json!(change).to_string());
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    {"experiment_id":null,"from":1.0,"kind":"update_layer","layer_id":"home","to":0.9}
    {"experiment_id":"old","field":"name","from":"old","kind":"edit","layer_id":"home","to":"Größe   \"1\""}
    {"experiment_id":"old","from":0.1,"kind":"ramp_up","layer_id":"home","slots":{"active_after":10001,"active_before":10000,"reserved_after":0,"reserved_before":0},"to":0.10001}
    {"experiment":{"experiment_id":"hero","layer_id":"home","name":"hero","segment_allocations":{"vip":{"a":0.75,"b":0.25}},"splitter_type":"segment","start_date":"2025-01-01T00:00:00Z","status":"active","traffic_allocation":{"a":0.5,"b":0.5},"traffic_percentage":0.00001,"variants":["a","b"]},"experiment_id":"hero","kind":"create_experiment","layer_id":"home","slots":{"active_after":1,"active_before":0,"reserved_after":0,"reserved_before":0}}
    "#);
    let state = state_of(&[home(hero().set("reserved_percentage", 0.3))]);
    let won = hero()
        .set("reserved_percentage", 0.4)
        .set("status", "completed")
        .set("traffic_allocation", "{a: 1, b: 0}");
    let review = self::review(&[home(won), layer("cart")], &state);
    let lines = review
        .changes
        .iter()
        .map(|change| json!(change).to_string());
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    {"experiment_id":null,"hash_algorithm":"sha256","kind":"create_layer","layer_id":"cart","layer_salt":"salt of cart","total_slots":100,"total_traffic_percentage":1.0}
    {"experiment_id":"hero","from":0.3,"kind":"reserve","layer_id":"home","slots":{"active_after":10,"active_before":10,"reserved_after":20,"reserved_before":20},"to":0.4}
    {"allocation_before":{"a":0.5,"b":0.5},"experiment_id":"hero","from":"active","kind":"complete","layer_id":"home","slots":{"active_after":0,"active_before":10,"reserved_after":0,"reserved_before":20},"to":"completed","winner":"a"}
    "#);
}

#[test]
fn changes_read_back_as_they_were_written() {
    let (_, review) = example();
    for change in &review.changes {
        let written = serde_json::to_string(change).expect("JSON");
        let read: Change = serde_json::from_str(&written).expect("a change");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), written);
    }
}

#[test]
fn the_document_is_as_the_contract_says() {
    let state = state_of(&[home(hero())]);
    let smaller = hero().set("traffic_percentage", 0.05);
    let review = review(&[home(smaller)], &state);
    let mut document = json!(review.to_report());
    assert_eq!(document["plan_id"], json!(review.plan_id));
    assert_eq!(
        document["config_digest"],
        json!(review.config_digest.as_str())
    );
    for long in ["plan_id", "config_digest", "diff"] {
        document[long] = json!("…");
    }
    let document = serde_json::to_string_pretty(&document).expect("JSON");
    insta::assert_snapshot!(document, @r#"
    {
      "applicable": false,
      "base_layers": {},
      "base_revision": "1",
      "changes": [],
      "chosen_layers": null,
      "config_digest": "…",
      "diagnostics": [
        {
          "code": "ramp-down",
          "column": 25,
          "end_column": 29,
          "end_line": 10,
          "file": "home.yml",
          "help": "write `traffic_percentage: 0.1` or more; to stop it for a while, set `status: paused`; to continue with fewer units, set `status: completed` and create a new experiment",
          "layer_ids": [
            "home"
          ],
          "line": 10,
          "message": "`traffic_percentage` of experiment `hero` can't shrink from 0.1 to 0.05",
          "path": "experiments[0].traffic_percentage",
          "severity": "error"
        }
      ],
      "diff": "…",
      "format_version": 1,
      "impact": [],
      "notes": [],
      "plan_id": "…"
    }
    "#);
    let (_, review) = example();
    insta::assert_snapshot!(json!(review.notes), @r#"[{"code":"only-in-database","experiment_id":"stays","layer_id":"home","message":"`stays` (active, 10000 slots) is only in the database and stays on `home`"}]"#);
    insta::assert_snapshot!(json!(review.impact), @r#"[{"experiments":[{"experiment_id":"old","units_after":0.10001,"units_before":0.1,"units_joining":0.00001,"units_kept":0.1,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variants":[{"units_after":0.050005,"units_before":0.05,"units_joining":5e-6,"units_kept":0.05,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variant":"a"},{"units_after":0.050005,"units_before":0.05,"units_joining":5e-6,"units_kept":0.05,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variant":"b"}]},{"experiment_id":"stays","units_after":0.1,"units_before":0.1,"units_joining":0.0,"units_kept":0.1,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variants":[{"units_after":0.05,"units_before":0.05,"units_joining":0.0,"units_kept":0.05,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variant":"a"},{"units_after":0.05,"units_before":0.05,"units_joining":0.0,"units_kept":0.05,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variant":"b"}]},{"experiment_id":"hero","units_after":0.00001,"units_before":0.0,"units_joining":0.00001,"units_kept":0.0,"units_leaving":0.0,"units_switching_in":0.0,"units_switching_out":0.0,"variants":null}],"layer_id":"home","units_joining":0.00002,"units_kept":0.2,"units_leaving":0.0,"units_switching":0.0}]"#);
}

/// Saved plans and the journal depend on the id. With the document as `plan.json`, Python says the
/// same:
///
/// ```python
/// import hashlib, json
/// plan = json.load(open("plan.json"))
/// del plan["plan_id"]
/// text = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
/// print(hashlib.sha256(text.encode()).hexdigest())
/// ```
#[test]
fn the_plan_id_is_pinned() {
    let (state, review) = example();
    insta::assert_snapshot!(review.plan_id, @"68d3ce2e0b57c88fbd4bb294e3560d06a0c7cdd04427e01e7906d669cb362092");
    let document = serde_json::to_string_pretty(&review.to_report()).expect("JSON");
    let mut read: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(
        seal(read.clone()),
        review.plan_id,
        "whether written or read"
    );
    read["changes"][0]["to"] = json!(0.95);
    assert_ne!(seal(read), review.plan_id, "a plan that was tampered with");

    let (_, again) = example();
    assert_eq!(again.plan_id, review.plan_id, "the same plan");
    let other = State {
        revision: avos::domain::Revision::new("other"),
        ..state
    };
    assert_ne!(
        self::review(&[layer("home")], &other).plan_id,
        review.plan_id
    );
}
