//! All that other programs computed, asked of the program that people run.

use std::collections::BTreeMap;
use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::support::{Place, Run, avos, avos_reading, reference};
use crate::stories::{Step, Story, stories};

fn fixture(name: &str, key: &str) -> Vec<Value> {
    let text = fs::read_to_string(reference(name)).expect("a fixture");
    let fixture: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = fixture[key].as_array().expect("a list").clone();
    assert!(!vectors.is_empty(), "{name} has no {key}");
    vectors
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect("a text")
}

fn texts<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let items = value[key].as_array().expect("a list").iter();
    items.map(|item| item.as_str().expect("a text")).collect()
}

/// What each of these units gets, as JSON. Ids can be anything, so they are given one by one.
fn assigned(place: &Place, layer: &str, units: &[&str], more: &[&str]) -> Vec<Value> {
    let units: Vec<String> = units.iter().map(|unit| format!("--unit={unit}")).collect();
    let mut arguments = vec![
        "assign", "--db", &place.db, "--layer", layer, "--format", "json",
    ];
    arguments.extend(units.iter().map(String::as_str));
    arguments.extend(more);
    let run = avos(&arguments);
    let line = |line: &str| serde_json::from_str(line).expect("JSON");
    run.out.lines().map(line).collect()
}

fn apply(place: &Place, configs: &str) -> Run {
    let arguments = [
        "apply",
        "--configs",
        configs,
        "--db",
        &place.db,
        "--yes",
        "--format",
        "json",
    ];
    avos(&arguments)
}

#[test]
fn slots_are_those_of_the_original() {
    let mut vectors = fixture("assignment_and_srm_vectors.json", "slots");
    // Writing a million rows takes a while, so the program does that once; the library, which
    // needs no rows, is tested with all of them.
    let mut is_first = true;
    vectors.retain(|vector| vector["total_slots"] != 1_000_000 || std::mem::take(&mut is_first));
    for vector in &vectors {
        let place = Place::empty();
        let salt = json!(format!("x{}", text(vector, "layer_salt")));
        let layer = json!({"layer_id": "layer", "layer_salt": salt, "hash_algorithm": "md5",
            "total_slots": vector["total_slots"]});
        // JSON is YAML too.
        let configs = place.configs(&[("layer.yml", &layer.to_string())]);
        assert_eq!(apply(&place, &configs).code, 0, "{vector}");
        // One salt is empty, which a file may not say, but the original could.
        Connection::open(&place.db)
            .and_then(|database| {
                database.execute("UPDATE layers SET layer_salt = substr(layer_salt, 2)", [])
            })
            .expect("an update");
        let lines = assigned(&place, "layer", &texts(vector, "units"), &[]);
        let slots: Vec<&Value> = lines.iter().map(|line| &line["slot_index"]).collect();
        let expected: Vec<&Value> = vector["slots"].as_array().expect("slots").iter().collect();
        assert_eq!(slots, expected, "{vector}");
    }
}

#[test]
fn variants_are_those_of_the_original() {
    for vector in fixture("assignment_and_srm_vectors.json", "variants") {
        let (kind, group) = (text(&vector, "splitter_type"), vector["group"].as_str());
        let key = match kind {
            "stratified" => "stratum",
            other => other,
        };
        let mut experiment = json!({
            "experiment_id": vector["experiment_id"], "layer_id": "layer", "name": "one",
            "variants": vector["variants"], "traffic_allocation": vector["allocation"],
            "status": "active", "splitter_type": kind,
        });
        if let Some(group) = group {
            experiment[format!("{key}_allocations")] = json!({group: vector["allocation"]});
        }
        let layer = json!({"layer_id": "layer", "layer_salt": "salt", "hash_algorithm": "md5",
            "experiments": [experiment]});
        let place = Place::empty();
        // JSON is YAML too.
        let configs = place.configs(&[("layer.yml", &layer.to_string())]);
        assert_eq!(apply(&place, &configs).code, 0, "{vector}");
        let flag = format!("--{key}");
        let groups: Vec<&str> = group.iter().flat_map(|group| [&flag, *group]).collect();
        let lines = assigned(&place, "layer", &texts(&vector, "units"), &groups);
        let variants: Vec<&str> = lines.iter().map(|line| text(line, "variant")).collect();
        assert_eq!(variants, texts(&vector, "assigned"), "{vector}");
    }
}

/// `avos srm` of counts and weights.
fn srm(observed: &Value, expected: &Value) -> (i32, Value) {
    let list = |numbers: &Value| {
        let numbers = numbers.as_array().expect("numbers").iter();
        numbers
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    let observed = list(observed);
    let mut arguments = vec!["srm", "--format", "json", "--observed", &observed];
    let weights = (!expected.is_null()).then(|| list(expected));
    arguments.extend(weights.iter().flat_map(|weights| ["--expected", weights]));
    let run = avos(&arguments);
    (run.code, run.json())
}

fn assert_near(found: &Value, expected: &Value, tolerance: f64) {
    let (is, should) = (
        found.as_f64().expect("a number"),
        expected.as_f64().expect("a number"),
    );
    assert!(
        (is - should).abs() <= tolerance * should.abs().max(1e-300),
        "{is} is not {should}"
    );
}

#[test]
fn sample_ratios_are_tested_as_others_test_them() {
    for vector in fixture("assignment_and_srm_vectors.json", "srm") {
        let (code, found) = srm(&vector["observed"], &vector["expected"]);
        assert_near(&found["chi2_stat"], &vector["chi2"], 1e-9);
        assert_near(&found["p_value"], &vector["p_value"], 1e-9);
        assert_eq!(found["degrees_of_freedom"], vector["df"]);
        assert_eq!(found["severity"], vector["severity"]);
        assert_eq!(found["reject_null"], vector["reject_at_0.05"]);
        assert_eq!(code == 1, vector["reject_at_0.05"] == true);
    }
    let sequential = "srm_sequential_vectors.json";
    for vector in fixture(sequential, "exact_multinomial") {
        let (_, found) = srm(&vector["observed"], &vector["expected"]);
        let expected = found["expected_counts"].as_array().expect("counts");
        if expected.iter().all(|count| count.as_f64() >= Some(5.0)) {
            assert!(found["exact_p_value"].is_null(), "it isn't needed: {found}");
            continue;
        }
        assert_near(&found["exact_p_value"], &vector["exact_p_value"], 1e-12);
    }
    for vector in fixture(sequential, "sequential") {
        for step in vector["steps"].as_array().expect("steps") {
            let (_, found) = srm(&step["cumulative"], &vector["expected"]);
            let (is, should) = (&found["sequential"]["ln_bayes_factor"], &step["ln_mixture"]);
            let error = is.as_f64().expect("a number") - should.as_f64().expect("a number");
            assert!(error.abs() < 1e-8, "{is} is not {should}");
        }
    }
}

/// A story through the program: each step's directory is applied, and what the original had
/// afterwards is asked for.
fn retell(story: &Story, database: &str) {
    let place = Place::with_reference(database);
    Connection::open(&place.db)
        .and_then(|database| {
            database.execute_batch(
                "DELETE FROM layer_slots; DELETE FROM experiments; DELETE FROM layers;",
            )
        })
        .expect("the rows go");
    for (number, step) in story.steps.iter().enumerate() {
        let at = format!("story {} step {number}", story.seed);
        let configs = place.path().join(format!("step_{number}"));
        fs::create_dir(&configs).expect("a directory");
        for (name, text) in &step.files {
            fs::write(configs.join(name), text).expect("a file");
        }
        let before = fs::read(&place.db).expect("a database");
        let run = apply(&place, &configs.display().to_string());
        assert_eq!(run.code == 0, step.accepted, "{at}: {run:?}");
        if step.accepted {
            assert_slots(&place, step, &at);
            assert_assignments(&place, step, &at);
        } else {
            assert_eq!(run.json()["applied"], 0, "{at}");
            assert!(fs::read(&place.db).expect("a database") == before, "{at}");
        }
    }
}

fn assert_slots(place: &Place, step: &Step, at: &str) {
    let document = avos(&["layers", "--db", &place.db, "--format", "json"]).json();
    let layers = document["layers"].as_array().expect("layers").iter();
    let runs: BTreeMap<String, Value> = layers
        .map(|layer| (text(layer, "layer_id").to_owned(), layer["slots"].clone()))
        .collect();
    let expected: BTreeMap<String, Value> = step
        .slots
        .iter()
        .map(|(layer, runs)| {
            let run = |run: &Value| {
                let mut run = run.as_array().expect("a run").clone();
                // The earlier version knew no other use.
                if run.len() == 3 {
                    run.push(json!("active"));
                }
                Value::from(run)
            };
            (layer.clone(), runs.iter().map(run).collect())
        })
        .collect();
    assert_eq!(runs, expected, "{at}");
}

fn assert_assignments(place: &Place, step: &Step, at: &str) {
    let mut layers: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for line in &step.assignments {
        layers.entry(text(line, "layer_id")).or_default().push(line);
    }
    for (layer, expected) in layers {
        let units: Vec<&str> = expected.iter().map(|line| text(line, "unit_id")).collect();
        let arguments = [
            "assign",
            "--db",
            &place.db,
            "--layer",
            layer,
            "--units",
            "-",
            "--at",
            "2026-11-22T12:00:00Z",
            "--format",
            "json",
        ];
        let run = avos_reading(&arguments, units.join("\n").as_bytes());
        let found: Vec<Value> = run
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(found.len(), expected.len(), "{at}: {run:?}");
        for (found, expected) in found.iter().zip(expected) {
            // The units come without groups, which a grouped splitter of either program refuses.
            let keys: &[&str] = match text(expected, "status") {
                "error" => &["unit_id", "status"],
                _ => &[
                    "unit_id",
                    "layer_id",
                    "slot_index",
                    "status",
                    "experiment_id",
                    "variant",
                ],
            };
            for key in keys {
                assert_eq!(found[key], expected[key], "{at}: {key} of {expected}");
            }
        }
    }
}

#[test]
fn the_stories_of_the_original_end_alike() {
    for story in stories("sync_scenarios.json") {
        retell(&story, "python_2025.db");
    }
}

#[test]
fn the_stories_with_a_reserve_end_alike() {
    for story in stories("sync_scenarios_reserved.json") {
        retell(&story, "python_2026.db");
    }
}
