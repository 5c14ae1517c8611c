//! The example configs, and the reference's accepted ones.

use std::collections::BTreeSet;
use std::path::Path;

use avos::config::{Checked, check_sources, read_sources, rules};
use avos::diagnostic::Severity;
use serde_json::Value;

use crate::config::{checked, found, now};

fn example(name: &str) -> Checked {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/configs")
        .join(name);
    check_sources(&read_sources(&dir).expect("an example"), now())
}

#[test]
fn the_walk_through_has_no_findings() {
    for version in ["v1", "v2"] {
        let checked = example(version);
        assert_eq!(found(&checked), [""; 0], "{version}");
        assert_eq!((checked.counts.files, checked.counts.layers), (2, 2));
    }
}

#[test]
fn the_broken_examples_show_every_rule_that_a_file_can_break() {
    let found: BTreeSet<&str> = example("broken")
        .findings
        .iter()
        .map(|finding| finding.diagnostic.rule.code)
        .collect();
    let all: BTreeSet<&str> = rules::ALL
        .iter()
        .map(|rule| rule.code)
        .filter(|code| !["unreadable", "empty-directory"].contains(code))
        .collect();
    assert_eq!(found, all);
}

/// Each line of the examples that names a code has that finding, and no other line has any.
#[test]
fn the_broken_examples_say_what_is_wrong_where() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs/broken");
    let sources = read_sources(&dir).expect("an example");
    let mut said = BTreeSet::new();
    for file in &sources.files {
        let text = file.content.as_deref().expect("a text");
        for (index, line) in text.lines().enumerate() {
            let comment = line.split_once(" # ").map(|(_, comment)| comment);
            let code = comment.and_then(|comment| comment.split(':').next());
            let rule = rules::ALL.iter().find(|rule| Some(rule.code) == code);
            said.extend(rule.map(|rule| (file.name.clone(), index + 1, rule.code)));
        }
    }
    let found: BTreeSet<_> = check_sources(&sources, now())
        .findings
        .iter()
        .map(|finding| &finding.diagnostic)
        // These two are about what isn't there, and about the file as a whole.
        .filter(|found| !["missing-key", "limits"].contains(&found.rule.code))
        .map(|found| {
            (
                found.span.file.to_string(),
                found.span.line,
                found.rule.code,
            )
        })
        .collect();
    assert_eq!(found, said);
}

#[test]
fn the_catalogue_has_every_code_once_and_no_gaps() {
    let mut codes: Vec<&str> = rules::ALL.iter().map(|rule| rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), rules::ALL.len());
    for rule in rules::ALL {
        let texts = [rule.what, rule.why, rule.example, rule.fix];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.code);
    }
    let is_warning = |rule: &&&avos::diagnostic::Rule| rule.severity == Severity::Warning;
    assert_eq!(rules::ALL.iter().filter(is_warning).count(), 5);
}

#[test]
fn what_the_reference_accepts_has_no_error() {
    let mut steps = 0;
    for name in ["sync_scenarios.json", "sync_scenarios_reserved.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/reference")
            .join(name);
        let text = std::fs::read_to_string(path).expect("a fixture");
        let stories: Value = serde_json::from_str(&text).expect("JSON");
        for story in stories.as_array().expect("stories") {
            for step in story["steps"].as_array().expect("steps") {
                if step["accepted"] != Value::Bool(true) {
                    continue;
                }
                let files: Vec<(&str, &str)> = step["files"]
                    .as_object()
                    .expect("files")
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str().expect("a text")))
                    .collect();
                let checked = checked(&files);
                let at = format!("{name}, story {}, {}", story["seed"], step["ops"]);
                assert!(!checked.has_errors(), "{at}: {:#?}", found(&checked));
                assert_eq!(checked.desired.layers.len(), files.len(), "{at}");
                steps += 1;
            }
        }
    }
    assert!(steps > 100, "{steps}");
}
