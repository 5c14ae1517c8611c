//! Every document that a verb prints, against its schema in `docs/schemas/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::support::{Place, avos, example, reference};
use crate::schemas::verbs::schema;

/// Commands of one history, in order, each with `--format json` besides. In braces stand the
/// directories and databases of [`places`]; every line printed is a document.
const COMMANDS: &[&str] = &[
    "validate --configs {v2}",
    "validate --configs {broken}",
    "validate --configs {missing}",
    "validate --configs {empty}",
    "validate --configs {odd}",
    "plan --configs {empty} --db {db}",
    "plan --configs {broken} --db {db}",
    "plan --configs {broken} --db {db} --layer keys",
    "plan --configs {v1} --db {db}",
    "plan --configs {v1} --db {db} --layer checkout_flow --detailed-exitcode",
    "apply --configs {v1} --db {db}",
    "apply --configs {broken} --db {db} --yes",
    "apply --configs {v1} --db {db} --layer checkout_flow --yes",
    "apply --configs {v1} --db {db} --yes",
    "apply --configs {v1} --db {db} --yes",
    "plan --configs {v2} --db {db}",
    "apply --configs {v2} --db {db} --yes",
    "plan --configs {v1} --db {db}",
    "apply --configs {v1} --db {db} --yes",
    "apply --configs {before} --db {db} --yes",
    "plan --configs {after} --db {db}",
    "plan --configs {after} --db {db} --out {renewable}",
    "plan --configs {breach} --db {db}",
    "apply --configs {breach} --db {db} --yes",
    "apply --configs {after} --db {db} --yes",
    "plan --configs {after} --db {db}",
    "apply --configs {odd} --db {db} --yes",
    "pause keep --configs {edited}",
    "resume keep --configs {edited}",
    "ramp keep 0.02 --configs {edited} --dry-run",
    "complete keep --winner a --configs {edited}",
    "complete wins --winner c --configs {edited}",
    "ramp ramp 1 --configs {edited}",
    "pause none --configs {edited}",
    "resume twice --configs {edited}",
    "hold checkout_payment_v1 --db {db} --reason why",
    "hold checkout_payment_v1 --db {db} --reason again",
    "plan --configs {v1} --db {db}",
    "release checkout_payment_v1 --db {db} --reason over",
    "release checkout_payment_v1 --db {db}",
    "history --undo 1 --configs {v1} --db {db} --dry-run",
    "history --undo 2 --configs {v1} --db {db}",
    "hold checkout_payment_v1 --db {db} --reason night --until 2099-01-01",
    "layers --db {db}",
    "layers --db {db} --layer checkout_flow",
    "layers --db {db} --at-journal 1",
    "layers --db {db} --state-at 2000-01-01",
    "layers --db {blank}",
    "layers --db {python_2025}",
    "layers --db {python_2026}",
    "plan --configs {v1} --db {python_2025}",
    "plan --configs {v1} --db {python_2026}",
    "assign --db {db} --layer homepage_hero --unit u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12",
    "assign --db {db} --layer many --unit u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12 --geo DE",
    "assign --db {db} --layer many --unit u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12 --geo FR",
    "assign --db {db} --layer many --unit u1 u2 u3 u4 u5 u6 u7 u8 u9 u10 u11 u12",
    "assign --db {python_2026} --layer pricing --unit user_0 user_7 user_14 --segment premium",
    "assign --db {db} --layer many --geo \u{202e}🦀 --unit \u{1b}[31m",
    "assign --db {db} --layer checkout_flow --at-journal 1 --unit u1 u2 u3",
    "preview --db {db} --layer homepage_hero --sample 1000",
    "preview --db {db} --configs {before} --layer many --sample 1000 --geo DE",
    "preview --db {db} --layer many --sample 1000",
    "preview --db {db} --configs {breach} --layer many --sample 10",
    "preview --db {python_2026} --layer pricing --sample 3000 --alpha 0.01",
    "preview --db {db} --layer many --sample 0",
    "srm --observed 5000,5200",
    "srm --observed 5000,9200 --expected 1,1",
    "srm --observed 3,1",
    "srm --observed 50,50,1 --expected 1,1,0",
    "srm --observed 0,0",
    "srm --observed 7",
    "srm --observed 4503599627370496,4503599627370496,0 --expected 1,1,1e-99",
    "srm --db {db} --log {log}",
    "srm --db {db} --log {log} --experiment comes",
    "srm --db {db} --log {nothing_logged}",
    "srm --db {blank} --log {log}",
    "replay --db {db} --log {rows}",
    "assign --db {db} --layer homepage_hero --log {rows} --unit u1 u2 u3 u4 u5 u6 --at 2025-03-01",
    "assign --db {db} --layer homepage_hero --log {rows} --unit u1 u2 u3 u4 u5 u6",
    "replay --db {db} --log {rows}",
    "replay --db {db} --log {rows} --since 2100-01-01",
    "history --db {blank}",
    "history --db {python_2025}",
    "history --db {db}",
    "history --db {drifted}",
    "plan --configs {v1} --db {drifted}",
    "history --db {db} --id 1",
    "plan --configs {v1} --db {python_2025} --out {plan} --layer checkout_flow",
    "plan --renew {plan} --configs {v2} --db {python_2025}",
    "plan --renew {renewable} --configs {v1} --db {python_2025}",
    "apply --plan {plan} --db {python_2026} --yes",
    "apply --plan {plan} --db {python_2025} --yes",
    "apply --plan {plan} --db {python_2025} --yes",
    "export --db {db} --out {exported}",
    "export --db {db} --at-journal 1 --out {exported_then}",
    "export --db {python_2025} --out {exported_2025}",
    "export --db {python_2026} --out {exported_2026}",
    "copy --from {db} --to {copied}",
    "doctor",
    "doctor --configs {broken} --db {db}",
    "doctor --configs {missing} --db {missing} --settings {missing}",
];

/// Keys that a document may do without.
const OPTIONAL: &[&str] = &[
    "reserved_percentage",
    "start_date",
    "end_date",
    "segment_allocations",
    "geo_allocations",
    "stratum_allocations",
    "priority",
    "allocation_before",
    "replaces",
    "taken",
    "renewal",
    "base_journal",
    "applied_as",
    "renewal_of",
];

/// Keys whose value is a map with any keys.
const MAPS: &[&str] = &[
    "base_layers",
    "traffic_allocation",
    "allocation_before",
    "geo_allocations",
    "experiment_slot_counts",
    "assignment_distribution",
    "srm_results",
];

/// Experiments of the layer `many`, by their ids: what else they say than [`many`] does.
const BEFORE: &[(&str, &str)] = &[
    (
        "ramp",
        "traffic_allocation: {a: 1, b: 0}, status: active, traffic_percentage: 0.1, \
         reserved_percentage: 0.2",
    ),
    ("keep", "traffic_percentage: 0.1"),
    ("ends", "status: active, traffic_percentage: 0.2"),
    ("wins", "status: paused, traffic_percentage: 0.05"),
    (
        "groups",
        "status: active, traffic_percentage: 0.1, splitter_type: geo, geo_allocations: {DE: {a: \
         0.9, b: 0.1}}, priority: 7, start_date: 2025-01-01, end_date: \
         2099-12-31T23:59:59.123456Z",
    ),
    ("leaves", "traffic_percentage: 0.01"),
];

/// A log with a row that can't be read, and one of a layer that never was.
const LOG: &str = "
CREATE TABLE user_assignments (
    unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
    experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP
);
INSERT INTO user_assignments VALUES
    (NULL, 'many', 1, NULL, NULL, NULL, 'not_assigned', '2100-01-01 00:00:00'),
    ('u1', 'none', 1, 'x', 'X', 'a', 'assigned', '2100-01-01 00:00:00');";

/// The same with every kind of change and of note.
const AFTER: &[(&str, &str)] = &[
    (
        "ramp",
        "traffic_allocation: {a: 1, b: 0}, status: active, traffic_percentage: 0.15, \
         reserved_percentage: 0.25",
    ),
    (
        "keep",
        "traffic_percentage: 0.1, reserved_percentage: 0.15, status: paused",
    ),
    ("ends", "status: completed, traffic_percentage: 0.2"),
    (
        "wins",
        "status: completed, traffic_allocation: {a: 1, b: 0}, traffic_percentage: 0.05",
    ),
    (
        "groups",
        "name: Groups, status: active, traffic_percentage: 0.1, splitter_type: geo, \
         geo_allocations: {DE: {a: 0.9, b: 0.1}}, priority: 8, end_date: 2099-12-31",
    ),
    ("comes", "status: active, traffic_percentage: 0.2"),
    ("unseen", "status: completed"),
];

const LOG_TABLE: &str = "
CREATE TABLE user_assignments (
    unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status,
    assignment_timestamp, group_key
)";

/// Rows of which whatever can be said of a log can be said.
const LOGGED: &str = "
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 199),
rows(experiment, variant, grp) AS (
    VALUES ('comes', 'a', NULL), ('ramp', 'a', NULL), ('ramp', 'b', NULL),
           ('groups', 'a', 'DE'), ('groups', 'c', 'DE'), ('groups', 'b', 'FR'),
           ('groups', 'b', NULL), ('keep', 'a', NULL), ('ends', 'b', NULL),
           ('wins', 'b', NULL), ('nobody', 'a', NULL)
)
INSERT INTO user_assignments
SELECT n, 'many', 0, experiment, 'A name', variant, 'assigned',
       datetime('2030-05-04', (n * 10) || ' seconds'), grp
FROM number, rows;
INSERT INTO user_assignments (unit_id, status) VALUES ('no time', 'assigned');
";

/// What the sync rules refuse after [`BEFORE`].
const BREACH: &[(&str, &str)] = &[("ramp", "status: active, traffic_percentage: 0.05")];

/// The file of the layer `many`.
fn many(salt: &str, cap: f64, experiments: &[(&str, &str)]) -> String {
    let mut text = format!(
        "layer_id: many\nlayer_salt: {salt}\ntotal_traffic_percentage: {cap}\nexperiments:\n"
    );
    for (id, keys) in experiments {
        let mut line = format!("experiment_id: {id}, layer_id: many, variants: [a, b], {keys}");
        for (key, value) in [
            ("name", "A name"),
            ("traffic_allocation", "{a: 0.5, b: 0.5}"),
        ] {
            if !keys.contains(&format!("{key}:")) {
                line += &format!(", {key}: {value}");
            }
        }
        text += &format!("  - {{{line}}}\n");
    }
    text
}

/// The directories and databases of the commands.
fn places(place: &Place) -> BTreeMap<&'static str, String> {
    let path = |name: &str| place.path().join(name).display().to_string();
    let odd = json!({"layer_id": "\u{1b}[31m\u{202e}🦀", "layer_salt": "x".repeat(4096)});
    for (name, text) in [
        ("before", many("salt", 0.8, BEFORE)),
        ("after", many("salt", 0.9, AFTER)),
        ("breach", many("another", 0.8, BREACH)),
        ("odd", odd.to_string()),
        (
            "edited",
            format!(
                "{}  - {{experiment_id: twice, status: a, status: b}}\n",
                many("salt", 0.8, BEFORE)
            ),
        ),
    ] {
        fs::create_dir(path(name)).expect("a directory");
        fs::write(place.path().join(name).join("a.yml"), text).expect("a file");
    }
    fs::create_dir(path("empty")).expect("a directory");
    for name in ["python_2025", "python_2026"] {
        fs::copy(reference(&format!("{name}.db")), path(name)).expect("a copy");
    }
    for (name, rows) in [("log", LOGGED), ("nothing_logged", "")] {
        let log = rusqlite::Connection::open(path(name)).expect("a log");
        let filled = log
            .execute_batch(LOG_TABLE)
            .and_then(|()| log.execute_batch(rows));
        filled.expect("valid SQL");
    }
    // A database that another program changed after an apply.
    let drifted = [
        "apply",
        "--configs",
        &example("v1"),
        "--db",
        &path("drifted"),
        "--yes",
    ];
    assert_eq!(avos(&drifted).code, 0);
    let changed = Connection::open(path("drifted")).expect("a database");
    let changed = changed.execute("UPDATE experiments SET status = 'PAUSED'", []);
    changed.expect("valid SQL");
    // A database that SQLite made, and nobody wrote to.
    fs::write(path("blank"), "").expect("a file");
    let log = Connection::open(place.path().join("rows")).expect("a database");
    log.execute_batch(LOG).expect("valid SQL");
    let mut places = BTreeMap::from([("db", place.db.clone())]);
    for name in ["v1", "v2", "broken"] {
        places.insert(name, example(name));
    }
    for name in [
        "before",
        "after",
        "breach",
        "odd",
        "edited",
        "empty",
        "drifted",
        "missing",
        "rows",
        "blank",
        "log",
        "nothing_logged",
        "python_2025",
        "python_2026",
        "plan",
        "renewable",
        "exported",
        "exported_then",
        "exported_2025",
        "exported_2026",
        "copied",
    ] {
        places.insert(name, path(name));
    }
    places
}

/// Each document that the commands print, with the verb and the command.
fn documents() -> Vec<(&'static str, &'static str, Value)> {
    let place = Place::empty();
    let places = places(&place);
    let mut documents = Vec::new();
    for command in COMMANDS {
        let word = |word: &str| match word.strip_prefix('{') {
            Some(name) => places[name.trim_end_matches('}')].clone(),
            None => word.to_owned(),
        };
        let words: Vec<String> = command.split(' ').map(word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = avos(&[&words[..], &["--format", "json"]].concat());
        assert!(!run.out.is_empty(), "{command}: {run:?}");
        for line in run.out.lines() {
            let document = serde_json::from_str(line).expect("JSON");
            let verb = match command.split(' ').next().expect("a verb") {
                "pause" | "resume" | "ramp" | "complete" => "edit",
                "release" => "hold",
                "history" if command.contains("--undo") => "undo",
                verb => verb,
            };
            documents.push((verb, *command, document));
        }
    }
    documents
}

#[test]
fn every_document_is_as_its_schema_says() {
    let documents = documents();
    let verbs: BTreeSet<&str> = documents.iter().map(|(verb, ..)| *verb).collect();
    let schemas: BTreeMap<&str, Validator> =
        verbs.iter().map(|verb| (*verb, schema(verb))).collect();
    for (verb, command, document) in &documents {
        if let Err(error) = schemas[verb].validate(document) {
            panic!("{command}: {} {error}\n{document}", error.instance_path());
        }
    }
    // What the schemas list was there to be checked.
    let mut seen = BTreeSet::new();
    for (.., document) in &documents {
        words(document, &mut seen);
    }
    for word in [
        "create_layer update_layer create_experiment ramp_up reserve set_status complete hold release edit",
        "name start_date end_date priority",
        "only-in-database completed-unseen inherits-slots key-left-out held changed-outside outside",
        "assigned not_assigned experiment_inactive error",
        "active reserved enumerated monte_carlo",
        "zero-fraction inactive-exposures completed-exposures unknown-variant",
        "unknown-group unknown-experiment conflicting-units clock-ahead",
        "no-group no-units",
    ]
    .into_iter()
    .flat_map(|words| words.split(' '))
    {
        assert!(seen.contains(word), "{word}");
    }
}

#[test]
fn the_schema_of_a_layer_file_is_printed_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/layer.schema.json");
    let run = avos(&["schema", "--color", "always"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, fs::read_to_string(path).expect("a schema"));
}

/// All texts in a document.
fn words<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => drop(found.insert(text)),
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        Value::Object(map) => map.values().for_each(|value| words(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A schema says of every value what it is, and of every key that it is there.
#[test]
fn no_value_is_left_unsaid() {
    let mut loose = BTreeSet::new();
    let mut known = BTreeMap::new();
    for (verb, command, document) in documents() {
        let schema = known.entry(verb).or_insert_with(|| schema(verb));
        let mut paths = Vec::new();
        pointers(&document, "", &mut paths);
        for path in paths {
            let mut other = document.clone();
            *other.pointer_mut(&path).expect("a value") = json!({"other": [[]]});
            if schema.is_valid(&other) {
                loose.insert(format!("{command}: {path} may be anything"));
            }
            let (parent, key) = path.rsplit_once('/').expect("a path");
            let is_free =
                OPTIONAL.contains(&key) || parent.split('/').any(|key| MAPS.contains(&key));
            let mut other = document.clone();
            if let Some(Value::Object(parent)) = other.pointer_mut(parent)
                && !is_free
            {
                parent.remove(key).expect("a key");
                if schema.is_valid(&other) {
                    loose.insert(format!("{command}: {path} may be missing"));
                }
            }
        }
    }
    assert!(loose.is_empty(), "{loose:#?}");
}

/// The paths of all values in a document: of a list, the first three.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let path = format!("{path}/{key}");
        pointers(value, &path, found);
        found.push(path);
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(3) {
                below(&index.to_string(), item);
            }
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
        _ => {}
    }
}
