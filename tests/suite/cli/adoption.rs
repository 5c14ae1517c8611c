//! Databases that the original made: looked at without a trace, and carried on so that the original
//! could go on with them.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::support::{Place, avos, avos_reading, example, reference};

const DATABASES: [&str; 2] = ["python_2025", "python_2026"];

/// What the original reads: its tables with its own columns.
fn tables(database: &str) -> Vec<(&'static str, Vec<String>)> {
    let original = Connection::open(reference(&format!("{database}.db"))).expect("a database");
    ["layers", "experiments", "layer_slots"]
        .into_iter()
        .map(|table| {
            let rows = original
                .prepare(&format!("SELECT * FROM {table}"))
                .expect("a table");
            let columns = rows.column_names().map(str::to_owned);
            (table, columns.collect())
        })
        .collect()
}

/// The raw values of a table's own columns, by the row's key.
fn rows(path: &str, table: &str, columns: &[String]) -> BTreeMap<String, Vec<Sql>> {
    let database = Connection::open(path).expect("a database");
    let list = columns.join(", ");
    let mut select = database
        .prepare(&format!("SELECT {list} FROM {table}"))
        .expect("the columns");
    let rows = select.query_map([], |row| {
        (0..columns.len())
            .map(|index| row.get(index))
            .collect::<Result<Vec<Sql>, _>>()
    });
    let rows = rows.expect("rows").map(|row| row.expect("a row"));
    // A slot's key has two columns, the others' one.
    let key = |row: &[Sql]| match table {
        "layer_slots" => format!("{:?} {:?}", row[0], row[1]),
        _ => format!("{:?}", row[0]),
    };
    rows.map(|row| (key(&row), row)).collect()
}

/// What each unit of the reference gets, by layer and unit; those whose groups are given.
fn answers(place: &Place, database: &str) -> BTreeMap<String, (Value, Value, Value)> {
    let path = reference(&format!("{database}_assignments.json"));
    let asked: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(path).expect("a fixture")).expect("JSON");
    let mut answers = BTreeMap::new();
    let mut runs: BTreeMap<[String; 3], Vec<String>> = BTreeMap::new();
    for line in &asked {
        let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        runs.entry(["layer_id", "segment", "geo"].map(text))
            .or_default()
            .push(text("unit_id"));
    }
    for ([layer, segment, geo], units) in runs {
        let mut arguments = vec![
            "assign", "--db", &place.db, "--layer", &layer, "--units", "-", "--format", "json",
        ];
        for (flag, group) in [("--segment", &segment), ("--geo", &geo)] {
            if !group.is_empty() {
                arguments.extend([flag, group]);
            }
        }
        let run = avos_reading(&arguments, units.join("\n").as_bytes());
        for line in run.out.lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let key = format!("{layer} {segment} {geo} {}", line["unit_id"]);
            let value = ["status", "experiment_id", "variant"].map(|key| line[key].clone());
            let [status, experiment, variant] = value;
            answers.insert(key, (status, experiment, variant));
        }
    }
    assert_eq!(answers.len(), asked.len(), "one answer each");
    answers
}

fn listing(place: &Place) -> Vec<(String, Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(place.path()).expect("a directory");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let time = fs::metadata(&path)
                .and_then(|found| found.modified())
                .expect("a time");
            (
                path.display().to_string(),
                fs::read(&path).expect("a file"),
                time,
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn who_only_looks_leaves_no_trace() {
    for database in DATABASES {
        let place = Place::with_reference(&format!("{database}.db"));
        let before = listing(&place);
        let (db, configs) = (&place.db[..], &example("v2")[..]);
        let out = place.path().join("out").display().to_string();
        let empty = place.path().join("none").display().to_string();
        let looks: [&[&str]; 13] = [
            &["layers", "--db", db],
            &["history", "--db", db],
            &["history", "--db", db, "--id", "1"],
            &["assign", "--db", db, "--layer", "pricing", "--unit", "a"],
            &[
                "preview",
                "--db",
                db,
                "--layer",
                "homepage_hero",
                "--sample",
                "50",
            ],
            &[
                "preview",
                "--db",
                db,
                "--configs",
                configs,
                "--layer",
                "homepage_hero",
                "--sample",
                "50",
            ],
            &["plan", "--configs", configs, "--db", db],
            &[
                "plan",
                "--configs",
                configs,
                "--db",
                db,
                "--format",
                "markdown",
            ],
            // Nothing is asked, so nothing is applied.
            &["apply", "--configs", configs, "--db", db],
            &["apply", "--configs", &empty, "--db", db, "--yes"],
            &["export", "--db", db, "--out", &out],
            &["doctor", "--db", db],
            &["validate", "--configs", configs],
        ];
        for look in looks {
            avos(look);
            assert!(listing(&place) == before, "{database}: {look:?}");
        }
    }
}

/// The exported files with more traffic for what runs, and an experiment more.
fn edited(place: &Place) -> String {
    let configs = place.path().join("configs").display().to_string();
    let run = avos(&["export", "--db", &place.db, "--out", &configs]);
    assert_eq!(run.code, 0, "{run:?}");
    let path = format!("{configs}/homepage_hero.yml");
    let text = fs::read_to_string(&path).expect("a file");
    let ramped = text.replacen("traffic_percentage: 0.3", "traffic_percentage: 0.35", 1);
    assert_ne!(ramped, text);
    let more = "- {experiment_id: late, layer_id: homepage_hero, name: Später ✓, variants: [a, b],\n   \
        traffic_allocation: {a: 0.25, b: 0.75}, status: active, start_date: 2026-01-02T03:04:05.6Z,\n   \
        traffic_percentage: 0.1}\n";
    fs::write(&path, ramped + more).expect("a file");
    configs
}

#[test]
fn what_was_there_stays_as_the_original_reads_it() {
    for database in DATABASES {
        let place = Place::with_reference(&format!("{database}.db"));
        let tables = tables(database);
        let read = |place: &Place| -> Vec<BTreeMap<String, Vec<Sql>>> {
            tables
                .iter()
                .map(|(table, columns)| rows(&place.db, table, columns))
                .collect()
        };
        let (before, had) = (read(&place), answers(&place, database));
        let configs = edited(&place);
        let run = place.apply(&configs);
        assert!(
            run.out.ends_with("Applied 2 changes (journal 1)\n"),
            "{run:?}"
        );

        let after = read(&place);
        for ((table, columns), (before, after)) in tables.iter().zip(before.iter().zip(&after)) {
            // Each column keeps the types that it had, in the new rows too.
            for (index, column) in columns.iter().enumerate() {
                let types = |rows: &BTreeMap<String, Vec<Sql>>| {
                    let types = rows.values().map(|row| row[index].data_type().to_string());
                    types.collect::<std::collections::BTreeSet<_>>()
                };
                let mut allowed = types(before);
                if column == "start_date" {
                    // None of the original's experiments has one.
                    allowed.insert("Text".to_owned());
                }
                assert!(
                    types(after).is_subset(&allowed),
                    "{database} {table}.{column}"
                );
            }
            for (key, row) in before {
                let is_concerned = match *table {
                    "experiments" => key.contains("hero_layout_v1"),
                    "layer_slots" => key.contains("homepage_hero"),
                    _ => false,
                };
                assert!(
                    is_concerned || after[key] == *row,
                    "{database} {table} {key}"
                );
            }
        }
        let [layers, experiments, slots] = &after[..] else {
            panic!("three tables");
        };
        assert_eq!(layers.len(), before[0].len());
        assert_eq!(slots.len(), before[2].len(), "free slots keep their rows");
        let columns = &tables[1].1;
        let late = &experiments["Text(\"late\")"];
        let value = |name: &str| {
            let index = columns
                .iter()
                .position(|column| column == name)
                .expect(name);
            late[index].clone()
        };
        for (name, text) in [
            ("name", "Später ✓"),
            ("variants", "[\"a\", \"b\"]"),
            ("traffic_allocation", "{\"a\": 0.25, \"b\": 0.75}"),
            ("start_date", "2026-01-02 03:04:05.600000"),
            ("splitter_type", "hash"),
            ("status", "ACTIVE"),
        ] {
            assert_eq!(value(name), Sql::Text(text.to_owned()), "{database} {name}");
        }
        assert_eq!(value("end_date"), Sql::Null);
        assert_eq!(value("priority"), Sql::Integer(0));
        assert_eq!(value("traffic_percentage"), Sql::Real(0.1));
        let Sql::Text(created) = value("created_at") else {
            panic!("a timestamp");
        };
        assert_eq!(
            created.len(),
            "2026-01-02 03:04:05.600000".len(),
            "{created}"
        );

        // Whoever had a variant has it still.
        let has = answers(&place, database);
        for (unit, given) in had {
            if given.0 == "assigned" {
                assert_eq!(has[&unit], given, "{database} {unit}");
            }
        }
        let layers = avos(&["layers", "--db", &place.db, "--format", "json"]).json();
        for layer in layers["layers"].as_array().expect("layers") {
            assert_eq!(layer["hash_algorithm"], "md5");
        }
    }
}
