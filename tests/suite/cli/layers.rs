//! `avos layers`.

use serde_json::{Value, json};

use super::support::{Place, avos, keys};

#[test]
fn layers_are_written_as_the_contract_says() {
    let place = Place::at("v2");
    let run = avos(&["layers", "--db", &place.db, "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let expected = json!({"format_version": 1, "at": null, "layers": [
        {"layer_id": "checkout_flow", "hash_algorithm": "sha256", "total_slots": 50,
            "total_traffic_percentage": 0.8, "used_slots": 25, "free_slots": 25,
            "reserved_slots": 0, "utilization_percentage": 50.0, "active_experiments": 0,
            "experiment_slot_counts": {"checkout_payment_v1": 25},
            "slots": [[0, 24, "checkout_payment_v1", "active"]], "holds": []},
        {"layer_id": "homepage_hero", "hash_algorithm": "sha256", "total_slots": 100,
            "total_traffic_percentage": 1.0, "used_slots": 80, "free_slots": 20,
            "reserved_slots": 0, "utilization_percentage": 80.0, "active_experiments": 2,
            "experiment_slot_counts": {"hero_button_colors_v2": 50, "hero_layout_v1": 30},
            "slots": [[0, 49, "hero_button_colors_v2", "active"],
                [60, 89, "hero_layout_v1", "active"]],
            "holds": []},
    ]});
    assert_eq!(run.json(), expected);
    let arguments = [
        "layers",
        "--db",
        &place.db,
        "--layer",
        "checkout_flow",
        "--format",
        "json",
    ];
    let one = avos(&arguments).json();
    assert_eq!(one["layers"], json!([expected["layers"][0]]));
}

#[test]
fn layers_read_well() {
    let place = Place::at("v2");
    let run = avos(&["layers", "--db", &place.db]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(run.out, @"
    checkout_flow  25 of 50 slots used, 50%, cap 80%, sha256
      A║║║║║║║║║║║║║║║║║║║║║║║║···············╎╎╎╎╎╎╎╎╎╎
         experiment           status  active  reserved  slots
      A  checkout_payment_v1  paused      25         0  0–24

    homepage_hero  80 of 100 slots used, 80%, sha256
      A██████████████████████████████████████········B███████████████████████·······
         experiment             status  active  reserved  slots
      A  hero_button_colors_v2  active      50         0  0–49
      B  hero_layout_v1         active      30         0  60–89
    ");
}

#[test]
fn reserved_slots_are_counted_as_used() {
    let place = Place::empty();
    let text = super::support::layer_file("web", "exp") + "    reserved_percentage: 0.7\n";
    place.apply(&place.configs(&[("web.yml", &text)]));
    let document = avos(&["layers", "--db", &place.db, "--format", "json"]).json();
    let layer = &document["layers"][0];
    let counts = ["used_slots", "free_slots", "reserved_slots"].map(|key| layer[key].as_i64());
    assert_eq!(counts, [Some(70), Some(30), Some(20)]);
    assert_eq!(layer["experiment_slot_counts"], json!({"exp": 70}));
    let runs = json!([[0, 49, "exp", "active"], [50, 69, "exp", "reserved"]]);
    assert_eq!(layer["slots"], runs);
    let text = avos(&["layers", "--db", &place.db]).out;
    assert!(
        text.contains("█╱╱") && text.contains("0–49, (50–69)"),
        "{text}"
    );
}

#[test]
fn databases_of_the_python_program_are_read_as_they_are() {
    for (name, total) in [
        ("python_2025.db", [50, 100, 200]),
        ("python_2026.db", [1000; 3]),
    ] {
        let place = Place::with_reference(name);
        let before = std::fs::read(&place.db).expect("a file");
        let run = avos(&["layers", "--db", &place.db, "--format", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        let document = run.json();
        let layers = document["layers"].as_array().expect("layers");
        let totals: Vec<Option<i64>> = layers.iter().map(|l| l["total_slots"].as_i64()).collect();
        assert_eq!(totals, total.map(Some));
        for layer in layers {
            assert_eq!(keys(layer).len(), 12);
            assert_eq!(layer["hash_algorithm"], "md5");
            let held = layer["experiment_slot_counts"].as_object().expect("counts");
            let held: i64 = held.values().filter_map(Value::as_i64).sum();
            assert_eq!(layer["used_slots"].as_i64(), Some(held));
        }
        assert_eq!(avos(&["layers", "--db", &place.db]).code, 0);
        assert!(std::fs::read(&place.db).expect("a file") == before);
    }
}

#[test]
fn an_unknown_layer_names_those_near_it() {
    let place = Place::at("v1");
    let run = avos(&["layers", "--db", &place.db, "--layer", "checkout_flaw"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @r#"
    error: there is no layer `checkout_flaw`; did you mean `checkout_flow`?
    help: `avos layers --db FILE` lists the layers
    "#);
}
