//! `avos pause`, `resume`, `ramp` and `complete`.

use std::fs;

use serde_json::json;

use super::support::{Place, Run, avos, example, keys, plan};

/// The place with its own copy of the examples as `layers`.
fn place() -> (Place, String) {
    let place = Place::empty();
    let layers = place.path().join("layers");
    fs::create_dir(&layers).expect("a directory");
    for entry in fs::read_dir(example("v2")).expect("a directory") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), layers.join(entry.file_name())).expect("a copy");
    }
    let layers = layers.display().to_string();
    (place, layers)
}

fn edit(layers: &str, words: &[&str]) -> Run {
    avos(&[words, &["--configs", layers]].concat())
}

fn text(layers: &str, file: &str) -> String {
    fs::read_to_string(format!("{layers}/{file}")).expect("a text")
}

#[test]
fn each_verb_edits_its_value_and_the_plan_shows_it() {
    let (place, layers) = place();
    for (words, file, old, new) in [
        (
            &["pause", "hero_layout_v1"][..],
            "homepage_hero.yml",
            "status: active\n    traffic_percentage: 0.3",
            "status: paused\n    traffic_percentage: 0.3",
        ),
        (
            &["ramp", "hero_layout_v1", "35%"],
            "homepage_hero.yml",
            "traffic_percentage: 0.3\n",
            "traffic_percentage: 0.35\n",
        ),
        (
            &["resume", "checkout_payment_v1"],
            "checkout_flow.yml",
            "status: paused",
            "status: active",
        ),
        (
            &["complete", "checkout_payment_v1"],
            "checkout_flow.yml",
            "status: active",
            "status: completed",
        ),
    ] {
        let before = text(&layers, file);
        let run = edit(&layers, &[words, &["--dry-run"]].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        assert!(
            run.out.ends_with("would be edited\nNothing was written.\n"),
            "{run:?}"
        );
        assert_eq!(text(&layers, file), before);
        let run = edit(&layers, words);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        assert_eq!(text(&layers, file), before.replacen(old, new, 1));
        let run = edit(&layers, words);
        assert_eq!(run.out, format!("{layers}/{file}: nothing to change\n"));
    }
    let planned = plan(&place, &layers, &["--format", "json"]).json();
    assert_eq!(planned["applicable"], json!(true));
}

#[test]
fn a_report_says_what_was_edited_or_why_nothing_was() {
    let (_place, layers) = place();
    let json = |words: &[&str]| edit(&layers, &[words, &["--format", "json"]].concat());
    let run = json(&["ramp", "hero_button_colors_v2", "0.9"]);
    assert_eq!(run.code, 1);
    let error = &run.json()["error"];
    assert_eq!(error["place"]["file"], json!("homepage_hero.yml"));
    assert_eq!(error["diagnostics"][0]["code"], json!("capacity"));
    let report = json(&["complete", "hero_layout_v1", "--winner", "layout_b"]).json();
    let all = [
        "changed",
        "diff",
        "edits",
        "error",
        "experiment_id",
        "file",
        "format_version",
        "written",
    ];
    assert_eq!(keys(&report), all);
    assert_eq!(report["edits"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        report["edits"][3],
        json!({"path": "experiments[1].status", "from": "active", "to": "completed", "line": 29})
    );
    let run = json(&["complete", "hero_layout_v1", "--winner", "layout_x"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["changed"], json!(false));
    assert!(
        run.err
            .contains("has no variant `layout_x`; it has `layout_a`, `layout_b`"),
        "{run:?}"
    );
}

#[test]
fn a_share_is_a_number_or_a_percentage() {
    let (_place, layers) = place();
    for (share, written) in [
        ("40%", "0.4"),
        ("0.4", "0.4"),
        ("12.5%", "0.125"),
        ("14.3%", "0.143"),
        ("1e-1", "0.1"),
    ] {
        let run = edit(&layers, &["ramp", "checkout_payment_v1", share]);
        assert_eq!(run.code, 0, "{run:?}");
        let written = format!("traffic_percentage: {written}\n");
        assert!(
            text(&layers, "checkout_flow.yml").ends_with(&written),
            "{share}"
        );
    }
    for share in ["140%", "-0.1", "nan", "%", "", "half"] {
        assert_eq!(
            edit(&layers, &["ramp", "checkout_payment_v1", share]).code,
            2,
            "{share}"
        );
    }
}
