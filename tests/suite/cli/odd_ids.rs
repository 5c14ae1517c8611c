//! Ids that no terminal should see raw, and that no table should break over.

use avos::diagnostic::visible;
use serde_json::Value;

use super::support::{Place, avos};

/// A layer and an experiment with these ids.
fn configs(place: &Place, layer: &str, experiment: &str) -> String {
    let json = |text: &str| serde_json::to_string(text).expect("JSON");
    let (layer, experiment) = (json(layer), json(experiment));
    // JSON texts are YAML texts.
    place.configs(&[(
        "odd.yml",
        &super::support::layer_file("LAYER", "EXPERIMENT")
            .replace("salt_of_LAYER", "salt")
            .replace("LAYER", &layer)
            .replace("EXPERIMENT", &experiment),
    )])
}

#[test]
fn every_verb_shows_odd_ids_safely_and_writes_them_as_they_are() {
    let long = "x".repeat(4096);
    let names = [
        "\u{1b}[31mred\u{7}",
        "a\tb c",
        "中文 ✓ e\u{301}",
        "\u{202e}evil",
        &long,
        "-",
    ];
    for name in names {
        let place = Place::empty();
        let configs = configs(&place, name, name);
        let layer = format!("--layer={name}");
        let plan = ["plan", "--configs", &configs, "--db", &place.db];
        let documents = [
            avos(&[&plan[..], &["--format", "json"]].concat()),
            place.apply(&configs),
            avos(&["layers", "--db", &place.db, "--format", "json"]),
        ];
        let [planned, applied, layers] = &documents;
        assert_eq!(
            (planned.code, applied.code, layers.code),
            (0, 0, 0),
            "{documents:?}"
        );
        assert_eq!(planned.json()["changes"][1]["experiment_id"], name);
        assert_eq!(layers.json()["layers"][0]["slots"][0][2], name);
        let unit = format!("--unit={name}");
        let assign = ["assign", "--db", &place.db, &layer, &unit];
        let assigned = avos(&[&assign[..], &["--format", "json"]].concat());
        let line: Value = assigned.json();
        assert_eq!([&line["unit_id"], &line["layer_id"]], [name, name]);
        let preview = ["preview", "--db", &place.db, &layer, "--sample", "9"];
        let previewed = avos(&[&preview[..], &["--format", "json"]].concat()).json();
        let arm = format!("{name}:a");
        assert!(previewed["assignment_distribution"][&arm].is_u64());
        assert!(previewed["srm_results"][name].is_object());
        for run in [
            avos(&assign),
            avos(&preview),
            avos(&["layers", "--db", &place.db]),
            avos(&["history", "--db", &place.db]),
            avos(&["history", "--db", &place.db, "--id", "1"]),
            avos(&[&plan[..], &[&layer]].concat()),
            avos(&["layers", "--db", &place.db, &format!("{layer}?")]),
        ] {
            let text = run.out + &run.err;
            let is_raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(is_raw), "{text:?}");
        }
        // Without a terminal nothing is cut.
        for run in [avos(&assign), avos(&preview)] {
            assert!(run.out.contains(&*visible(name)), "{}", run.out);
        }
    }
}
