//! Layer files that nobody wrote: right ones, changed at random.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Map;

use super::layer::{SCHEMA, UNSEEN, codes, document, properties};
use super::yaml::seen;
use crate::config::checked;

/// Files without a finding, which together have every key.
const RIGHT: &[&str] = &[
    "\
layer_id: l
layer_salt: salt
total_slots: 1000
total_traffic_percentage: 0.8
hash_algorithm: sha256
experiments:
  - experiment_id: e
    layer_id: l
    name: An experiment
    variants: [a, \"1\"]
    traffic_allocation: {a: 0.5, \"1\": 0.5}
    status: draft
    start_date: 2025-03-01
    end_date: 2025-03-31T23:59:59+01:00
    splitter_type: geo
    geo_allocations: {US: {a: 0.9, \"1\": 0.1}}
    traffic_percentage: 0.1
    reserved_percentage: 0.5
    priority: 3
  - experiment_id: f
    layer_id: l
    name: Another one
    variants: [on top]
    traffic_allocation:
      on top: 1
    splitter_type: segment
    segment_allocations:
      premium:
        on top: 1
    traffic_percentage: 0.2
",
    "\
layer_id: l
layer_salt: salt
hash_algorithm: md5
experiments:
  - experiment_id: e
    layer_id: l
    name: An experiment
    variants:
      - a
      - b
    traffic_allocation:
      a: 1.0
      b: 0
    splitter_type: stratified
    stratum_allocations: {heavy: {a: 0, b: 1}}
    status: completed
    start_date: ~
",
];

/// Values that are right for some keys and wrong for others.
const VALUES: &[&str] = &[
    "",
    "~",
    "null",
    "true",
    "yes",
    "0",
    "1",
    "-1",
    "0.5",
    "1.0",
    "1e2",
    "1.000001",
    "1.0000011",
    "100",
    "0x10",
    "0o17",
    "1_000",
    "017",
    "+5",
    ".5",
    "1.",
    ".inf",
    "-.inf",
    "1e400",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999",
    "'0.5'",
    "''",
    "' '",
    "\"\\0\"",
    "text",
    "l",
    "e",
    "'no'",
    "🦀",
    "30%",
    "active",
    "Active",
    "completed",
    "hash",
    "random",
    "geo",
    "segment",
    "sha256",
    "MD5",
    "2025-03-01",
    "2025-02-30",
    "2025-04-31",
    "2025-03-01 09:30",
    "20250301",
    "03/01/2025",
    "[]",
    "[a]",
    "[a, b]",
    "[a, a]",
    "[a, '']",
    "[1]",
    "[{}]",
    "{}",
    "{a: 1}",
    "{a: 0.5, b: 0.5}",
    "{a: -1, b: 2}",
    "{a: text}",
    "{1: 1}",
    "{'': 1}",
    "{US: {a: 1}}",
    "{US: {}}",
    "{US: ~}",
    "{'': {a: 0.5, b: 0.5}}",
    "&x 1",
    "*x",
    "!!str 1",
    "!!int 1",
    "a: b",
    "[",
    "|",
    "# nothing",
];

/// Keys that no layer file may have.
const OTHER_KEYS: [&str; 6] = ["slots", "owner", "<<", "1", "a", "''"];

/// The keys of layers and experiments, and others.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let document = document();
    let known = properties(&document).into_iter().flat_map(Map::keys);
    let all = known.map(String::as_str).chain(OTHER_KEYS);
    all.map(str::to_owned).collect()
});

/// One change; a line is chosen by any number.
#[derive(Clone, Debug)]
enum Change {
    Value(usize, &'static str),
    Key(usize, &'static str),
    Remove(usize),
    Repeat(usize),
    Insert(usize, char),
}

fn change() -> impl Strategy<Value = Change> {
    let line = 0..40_usize;
    let letter = select(vec![
        '"', '\'', ':', '#', '[', '}', '-', '\t', '\r', ' ', '0', 'é',
    ]);
    let keys: Vec<&str> = KEYS.iter().map(String::as_str).collect();
    prop_oneof![
        6 => (line.clone(), select(VALUES)).prop_map(|(line, value)| Change::Value(line, value)),
        2 => (line.clone(), select(keys)).prop_map(|(line, key)| Change::Key(line, key)),
        2 => line.clone().prop_map(Change::Remove),
        1 => line.prop_map(Change::Repeat),
        1 => (0..800_usize, letter).prop_map(|(at, letter)| Change::Insert(at, letter)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let count = lines.len().max(1);
    // A value is what stands after the first colon, a key what stands before, from its first letter.
    let parts = |line: &str| {
        let start = line.find(|c: char| c.is_alphabetic()).unwrap_or(0);
        let colon = line.find(':').filter(|colon| *colon >= start)?;
        Some((
            line[..start].to_owned(),
            line[start..colon].to_owned(),
            line[colon + 1..].to_owned(),
        ))
    };
    match *change {
        Change::Value(line, value) => {
            if let Some(line) = lines.get_mut(line % count)
                && let Some((start, key, _)) = parts(line)
            {
                *line = format!("{start}{key}: {value}");
            }
        }
        Change::Key(line, key) => {
            if let Some(line) = lines.get_mut(line % count)
                && let Some((start, _, value)) = parts(line)
            {
                *line = format!("{start}{key}:{value}");
            }
        }
        Change::Remove(line) => drop(lines.drain((line % count).min(lines.len())..).next()),
        Change::Repeat(line) => lines.extend(lines.get(line % count).cloned()),
        Change::Insert(at, letter) => {
            let mut letters: Vec<char> = text.chars().collect();
            letters.insert(at.min(letters.len()), letter);
            return letters.into_iter().collect();
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_files_to_change_are_right() {
    for text in RIGHT {
        let checked = checked(&[("a.yml", text)]);
        assert_eq!(codes(&checked).len(), 0, "{:?}", codes(&checked));
        assert!(SCHEMA.is_valid(&seen(text).expect("YAML")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn schema_and_rules_agree(text in select(RIGHT), changes in vec(change(), 1..4)) {
        let text = changes.iter().fold(text.to_owned(), |text, change| changed(&text, change));
        let checked = checked(&[("a.yml", &text)]);
        let codes = codes(&checked);
        let Ok(value) = seen(&text) else {
            // What an editor can't read it has no need of a schema for.
            return Ok(());
        };
        if SCHEMA.is_valid(&value) {
            // `type` and `date` it sees but for the lines that are listed.
            let is_seen = |code: &&&str| !UNSEEN.contains(code) && !["type", "date"].contains(code);
            let missed: Vec<_> = codes.iter().filter(is_seen).collect();
            prop_assert!(missed.is_empty(), "{missed:?} goes unseen in\n{text}");
        } else {
            prop_assert!(checked.has_errors(), "a false alarm about\n{text}");
        }
    }
}
