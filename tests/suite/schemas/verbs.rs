//! The schemas of the verbs' JSON, in `docs/schemas/`: reading them, and what they list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use avos::replay::Reason;
use avos::traffic::{AnomalyKind, Untested};
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// The schemas refer to each other relatively: any base will do, and nothing is fetched from it.
const BASE: &str = "avos:///schemas/";

/// Each schema's file name and contents.
fn files() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let entries = fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let file = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).expect("a schema");
        let name = path.file_name().expect("a name").to_string_lossy();
        let value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        (name.into_owned(), value)
    };
    paths.map(file).collect()
}

/// The schema of this name, like `plan`.
pub(crate) fn schema(name: &str) -> Validator {
    let files = files().into_iter();
    let files = files.map(|(name, schema)| (format!("{BASE}{name}"), schema));
    let registry = Registry::new().extend(files).expect("sound schemas");
    let registry = registry.prepare().expect("schemas that are all there");
    jsonschema::options()
        .with_registry(&registry)
        .build(&json!({ "$ref": format!("{BASE}{name}.schema.json") }))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_schemas_are_sound() {
    for (name, schema) in files() {
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(schema["title"].is_string(), "{name}");
    }
}

#[test]
fn every_code_of_a_finding_is_listed() {
    let files = files();
    let common = files.iter().find(|(name, _)| name == "common.schema.json");
    let (_, common) = common.expect("what they share");
    let listed = common["$defs"]["code"]["enum"].as_array().expect("a list");
    let listed: BTreeSet<&str> = listed.iter().filter_map(Value::as_str).collect();
    let rules = avos::config::rules::ALL.iter().copied();
    let rules = rules.chain(avos::plan::rules::ALL.iter().copied());
    let rules = rules.chain(avos::undo::undo_rules::ALL.iter().copied());
    assert_eq!(listed, rules.map(|rule| rule.code).collect());
}

/// The codes that a schema lists under this pointer.
fn listed(schema: &str, pointer: &str) -> Value {
    let mut files = files().into_iter();
    let found = files.find(|(name, _)| name.strip_suffix(".schema.json") == Some(schema));
    let (_, schema) = found.expect("its schema");
    schema.pointer(pointer).expect("a list").clone()
}

/// The first column of a table of `docs/exposures.md`, which begins with this line.
fn table(head: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exposures.md");
    let page = fs::read_to_string(page).expect("a page");
    let rows = page.lines().skip_while(|line| *line != head).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let codes = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    codes.map(str::to_owned).collect()
}

fn set<'a>(codes: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    codes.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_reason_of_a_mismatch_is_listed() {
    let reasons = json!(Reason::ALL);
    assert_eq!(listed("replay", "/$defs/reason/enum"), reasons);
    let items = listed("replay", "/properties/reasons");
    let all = json!(Reason::ALL.len());
    assert_eq!((&items["minItems"], &items["maxItems"]), (&all, &all));
    let documented = table("| reason | the row | look at |");
    assert_eq!(documented, set(Reason::ALL.map(Reason::code)));
}

#[test]
fn every_anomaly_is_listed() {
    let codes = AnomalyKind::ALL.map(AnomalyKind::code);
    let schema = listed("srm", "/$defs/anomaly/properties/code/enum");
    assert_eq!(schema, json!(codes));
    assert_eq!(table("| code | what happened |"), set(codes));
}

#[test]
fn every_way_to_go_untested_is_listed() {
    let codes = Untested::ALL.map(Untested::code);
    let schema = listed("srm", "/$defs/untested/properties/reason/enum");
    assert_eq!(schema, json!(codes));
    assert_eq!(table("| not tested | |"), set(codes));
}

/// The reference says of each verb which schema is its.
#[test]
fn the_reference_links_every_schema() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let page = fs::read_to_string(page).expect("a page");
    for (name, _) in files() {
        assert!(page.contains(&format!("](schemas/{name})")), "{name}");
    }
}
