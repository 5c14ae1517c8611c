//! The schema of a layer file against the rules: what it refuses, they refuse; and what it can't
//! see is listed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;

use avos::config::Checked;
use avos::domain::{DEFAULT_TOTAL_SLOTS, HashAlgorithm, LeftOutKeys, SplitterType, Status};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::yaml::seen;
use crate::config::checked;
use crate::config_codes::{cases, in_experiment, in_layer};

/// Codes that the schema sees never, or not in every file: one value against another, several
/// files, the clock. `docs/configuration.md` lists them.
pub(super) const UNSEEN: &[&str] = &[
    "unreadable",
    "limits",
    "empty-directory",
    "allocation-keys",
    "allocation-sum",
    "reserve-below-traffic",
    "date-order",
    "layer-mismatch",
    "duplicate-layer",
    "duplicate-experiment",
    "capacity",
    "fractional-slots",
    "shared-salt",
    "past-end-date",
    "idle-group-variant",
    "invisible-difference",
];

/// Puts lines where they belong in a file.
type Within = fn(&str) -> String;

/// Lines with a finding whose code the schema sees, but not here: in JSON 100.0 is a whole number, a
/// bare `yes` is text in YAML 1.2, a key is always text, `.nan` is a number of no size, and a pattern
/// knows no calendar.
const UNSEEN_LINES: &[(Within, &str)] = &[
    (in_layer, "total_slots: 100.0"),
    (in_layer, "total_slots: 1e2"),
    (in_layer, "total_traffic_percentage: .nan"),
    (in_experiment, "name: Yes"),
    (in_experiment, "name: 12:30"),
    (in_experiment, "name: 2026-03-01"),
    (in_experiment, "name: ="),
    (in_experiment, "name: <<"),
    (in_experiment, "name: \u{a0}N"),
    (in_experiment, "priority: 1.0"),
    (in_experiment, "traffic_percentage: .nan"),
    (in_experiment, "traffic_allocation: {a: 1.0, b: .nan}"),
    (in_experiment, "traffic_allocation: {a: 0.5, yes: 0.5}"),
    (in_experiment, "traffic_allocation: {a: 0.5, 1: 0.5}"),
    (
        in_experiment,
        "splitter_type: geo\ngeo_allocations: {NO: {a: 0.5, b: 0.5}}",
    ),
    (in_experiment, "start_date: 2025-02-29"),
];

/// The schema as its file has it.
pub(super) fn document() -> Value {
    let text = fs::read_to_string(root().join("configs/layer.schema.json")).expect("a schema");
    serde_json::from_str(&text).expect("JSON")
}

/// The schema, ready to check with.
pub(super) static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&document()).expect("a schema"));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The codes of errors and warnings.
pub(super) fn codes(checked: &Checked) -> BTreeSet<&'static str> {
    let findings = checked.findings.iter();
    findings
        .map(|finding| finding.diagnostic.rule.code)
        .collect()
}

/// Those lines as whole files.
fn unseen_texts() -> impl Iterator<Item = String> {
    UNSEEN_LINES.iter().map(|(within, lines)| within(lines))
}

/// Every layer file that the tests have, each with where it is from.
fn fixtures() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for directory in ["v1", "v2", "broken"] {
        let path = root().join("examples/configs").join(directory);
        for entry in fs::read_dir(path).expect("a directory") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a text");
            texts.push((path.display().to_string(), text));
        }
    }
    for name in ["sync_scenarios.json", "sync_scenarios_reserved.json"] {
        let path = root().join("tests/fixtures/reference").join(name);
        let text = fs::read_to_string(path).expect("a fixture");
        let stories: Value = serde_json::from_str(&text).expect("JSON");
        for story in stories.as_array().expect("stories") {
            for step in story["steps"].as_array().expect("steps") {
                let files = step["files"].as_object().expect("files").values();
                let from = format!("{name}, {}", step["ops"]);
                texts.extend(files.map(|text| (from.clone(), text.as_str().expect("text").into())));
            }
        }
    }
    texts.extend(cases().map(|(text, _)| (text.clone(), text)));
    texts.extend(unseen_texts().map(|text| (text.clone(), text)));
    texts
}

#[test]
fn what_the_schema_refuses_the_rules_refuse_and_what_it_cannot_see_is_listed() {
    let mut unseen = BTreeSet::new();
    let (mut accepted, mut refused) = (0, 0);
    for (from, text) in fixtures() {
        let checked = checked(&[("a.yml", &text)]);
        let codes = codes(&checked);
        let is_refused = match seen(&text) {
            Ok(value) => !SCHEMA.is_valid(&value),
            // An editor says so without a schema.
            Err(_) => true,
        };
        if is_refused {
            refused += 1;
            assert!(checked.has_errors(), "a false alarm about {from}\n{text}");
            continue;
        }
        accepted += 1;
        let is_listed = unseen_texts().any(|listed| listed == text);
        let more: Vec<_> = codes.iter().filter(|code| !UNSEEN.contains(code)).collect();
        assert!(more.is_empty() || is_listed, "{from}: {more:?} goes unseen");
        unseen.extend(codes);
    }
    assert!(accepted > 300 && refused > 60, "{accepted}, {refused}");
    // Nothing is listed needlessly. Those that a file alone doesn't have are tested elsewhere.
    let several = ["unreadable", "limits", "empty-directory"];
    unseen.extend(several);
    unseen.extend(["duplicate-layer", "duplicate-experiment", "shared-salt"]);
    let needless: Vec<_> = UNSEEN
        .iter()
        .filter(|code| !unseen.contains(*code))
        .collect();
    assert_eq!(needless, [&""; 0]);
}

#[test]
fn each_unseen_line_is_wrong_and_unseen() {
    for text in unseen_texts() {
        assert!(checked(&[("a.yml", &text)]).has_errors(), "{text}");
        assert!(SCHEMA.is_valid(&seen(&text).expect("YAML")), "{text}");
    }
}

#[test]
fn the_reference_names_what_the_schema_cannot_see() {
    let page = fs::read_to_string(root().join("docs/configuration.md")).expect("a page");
    let (_, section) = page
        .split_once("\n### What the schema can't see\n")
        .expect("a section");
    let section = section.split("\n#").next().expect("a text");
    let named: BTreeSet<&str> = section
        .match_indices("](rules.md#")
        .filter_map(|(at, mark)| section[at + mark.len()..].split(')').next())
        .collect();
    assert_eq!(named, UNSEEN.iter().copied().collect());
}

/// The properties of the layer and of an experiment.
pub(super) fn properties(document: &Value) -> [&serde_json::Map<String, Value>; 2] {
    let of = |pointer| document.pointer(pointer).and_then(Value::as_object);
    ["/properties", "/$defs/experiment/properties"].map(|pointer| of(pointer).expect("properties"))
}

#[test]
fn every_key_is_described_with_examples_that_hold() {
    let document = document();
    jsonschema::meta::validate(&document).expect("a sound schema");
    let required = ["/required", "/$defs/experiment/required"];
    for (properties, required) in properties(&document).into_iter().zip(required) {
        let required = document.pointer(required).expect("required keys");
        let required = required.as_array().expect("a list");
        for (key, property) in properties {
            for word in ["title", "description"] {
                assert!(property[word].is_string(), "{key} has no {word}");
            }
            let examples = property["examples"].as_array().expect("examples");
            let is_required = required.contains(&json!(key));
            assert_eq!(property.get("default").is_none(), is_required, "{key}");
            let rooted = json!({"$defs": document["$defs"], "allOf": [property]});
            let schema = jsonschema::validator_for(&rooted).expect("a schema");
            for value in examples.iter().chain(property.get("default")) {
                assert!(schema.is_valid(value), "{key}: {value}");
            }
        }
    }
}

/// A key with its default means what it means where it is left out.
#[test]
fn defaults_are_what_the_rules_take() {
    let document = document();
    let desired = |text: &str| {
        let checked = checked(&[("a.yml", text)]);
        assert!(!checked.has_errors(), "{text}\n{:?}", codes(&checked));
        let mut desired = checked.desired;
        for layer in desired.layers.iter_mut().map(Arc::make_mut) {
            layer.left_out = LeftOutKeys::default();
            // As for a layer that no database has.
            layer.total_slots.get_or_insert(DEFAULT_TOTAL_SLOTS);
        }
        format!("{desired:?}")
    };
    let layer = "layer_id: l\nlayer_salt: s\n";
    let experiment = "experiments:\n  - experiment_id: e\n    layer_id: l\n    name: N\n    \
                      variants: [a]\n    traffic_allocation: {a: 1}\n";
    let [of_layer, of_experiment] = properties(&document);
    for (keys, before, indent) in [
        (of_layer, layer.to_owned(), ""),
        (of_experiment, format!("{layer}{experiment}"), "    "),
    ] {
        for (key, property) in keys {
            let Some(default) = property.get("default") else {
                continue;
            };
            let with = format!("{before}{indent}{key}: {default}\n");
            assert_eq!(desired(&with), desired(&before), "{key}: {default}");
        }
    }
}

#[test]
fn choices_and_keys_are_those_of_the_program_and_the_reference() {
    let document = document();
    let [of_layer, of_experiment] = properties(&document);
    let choices = |property: &Value| -> Vec<String> {
        let choices = property["oneOf"].as_array().expect("choices").iter();
        choices
            .filter_map(|choice| Some(choice["const"].as_str()?.to_owned()))
            .collect()
    };
    let hashes = choices(&of_layer["hash_algorithm"]);
    assert_eq!(hashes, HashAlgorithm::ALL.map(HashAlgorithm::as_str));
    let statuses = choices(&of_experiment["status"]);
    assert_eq!(statuses, Status::ALL.map(Status::as_str));
    let splitters = choices(&of_experiment["splitter_type"]);
    assert_eq!(splitters, SplitterType::ALL.map(SplitterType::as_str));

    let page = fs::read_to_string(root().join("docs/configuration.md")).expect("a page");
    for (heading, properties) in [
        ("\n## Keys of a layer\n", of_layer),
        ("\n## Keys of an experiment\n", of_experiment),
    ] {
        let (_, section) = page.split_once(heading).expect("a section");
        let section = section.split("\n#").next().expect("a text");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
        let named: BTreeSet<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        let known: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(named, known);
    }
}

proptest! {
    /// Texts near a date: the schema refuses none that is one.
    #[test]
    fn no_date_is_refused(
        text in "[0-9]{4}-(0[1-9]|1[0-3])-(0[1-9]|[12][0-9]|3[01])([Tt ]([01][0-9]|2[0-4])(:?[0-6]\
                 [0-9](:?[0-6][0-9]([.,][0-9]{0,10})?)?)?( ?([Zz]|[+-][0-2][0-9](:?[0-9]{2}(:?[0-9]\
                 {2})?)?))?)?"
    ) {
        let text = in_experiment(&format!("start_date: '{text}'"));
        if !checked(&[("a.yml", &text)]).has_errors() {
            prop_assert!(SCHEMA.is_valid(&seen(&text).expect("YAML")), "{}", text);
        }
    }

    /// What is text, and what of it is blank, the schema sees exactly.
    #[test]
    fn texts_are_refused_alike(text in "[\u{0}\t \u{85}\u{a0}\u{2003}\u{3000}\u{feff}\u{200b}a🦀]{0,4}") {
        let mut file = "layer_id: l\nlayer_salt: \"".to_owned();
        for letter in text.chars() {
            file += &format!("\\U{:08x}", u32::from(letter));
        }
        file += "\"\n";
        let is_valid = SCHEMA.is_valid(&seen(&file).expect("YAML"));
        prop_assert_eq!(is_valid, !checked(&[("a.yml", &file)]).has_errors(), "{}", file);
    }
}
