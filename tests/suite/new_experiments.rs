//! New experiments in layer files: one that the checks accept, and no other byte.

use avos::config::edit::{
    EditError, ExperimentTemplate, FileEdit, Obstacle, free_experiment_id, plan_new_experiment,
};
use avos::config::{SourceFile, Sources, check_sources};
use avos::domain::Fraction;
use insta::assert_snapshot;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_yaml::Value;

use crate::edits::{parsed, render, sources, styles, values};

fn template(share: f64) -> ExperimentTemplate {
    ExperimentTemplate {
        experiment_id: "home_v1".into(),
        layer_id: "home".into(),
        traffic_percentage: Fraction::new(share).expect("a share"),
    }
}

fn create(text: &str) -> Result<FileEdit, EditError> {
    let now = Timestamp::UNIX_EPOCH;
    plan_new_experiment(&sources(text), "home.yml", &template(0.1), now)
}

/// What another parser reads, with the experiment behind the others.
fn with_new(text: &str) -> Value {
    let mut document = parsed(text);
    let new = "{experiment_id: home_v1, layer_id: home, name: New experiment, \
               variants: [control, treatment], \
               traffic_allocation: {control: 0.5, treatment: 0.5}, status: draft, \
               traffic_percentage: 0.1}";
    let new: Value = serde_yaml::from_str(new).expect("YAML");
    let list = document["experiments"].as_sequence().cloned();
    let mut list = list.unwrap_or_default();
    list.push(new);
    document["experiments"] = list.into();
    document
}

/// Checks what holds of every such edit.
fn check(before: &str, planned: &FileEdit) {
    let after = &*planned.after;
    assert_eq!(parsed(after), with_new(before), "{after}");
    let breaks = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let (carriage, all) = breaks(after);
    match breaks(before) {
        (0, _) => assert_eq!(carriage, 0, "{after:?}"),
        _ => assert_eq!(carriage, all, "{after:?}"),
    }
    assert_eq!(after.ends_with('\n'), before.ends_with('\n'), "{after:?}");
    assert_eq!(
        after.starts_with('\u{feff}'),
        before.starts_with('\u{feff}')
    );
    let [edit] = &planned.edits[..] else {
        panic!("{:?}", planned.edits);
    };
    let line = after.lines().nth(edit.line - 1).expect("a line");
    assert!(line.contains("home_v1"), "{line}");
    assert_eq!(planned.inverse().after, planned.before);
    // The checks find nothing new, not even a warning.
    let count = |text: &str| {
        check_sources(&sources(text), Timestamp::UNIX_EPOCH)
            .findings
            .len()
    };
    assert!(count(after) <= count(before), "{after}");
}

/// Whether a text is another one with something inserted.
fn is_inserted(before: &str, after: &str) -> bool {
    let mut pairs = before.bytes().zip(after.bytes());
    let same = pairs
        .by_ref()
        .take_while(|(one, other)| one == other)
        .count();
    after.len() > before.len() && after.as_bytes().ends_with(&before.as_bytes()[same..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Behind the last one of a list, whatever its style.
    #[test]
    fn it_comes_last_and_no_other_byte_changes(style in styles(), mut values in values()) {
        // Left out, it would be everything.
        values.traffic = values.traffic.or(Some("0.1".to_owned()));
        let before = render(&style, &values);
        let planned = create(&before).expect("an edit");
        check(&before, &planned);
        prop_assert!(is_inserted(&before, &planned.after), "{}", planned.after);
        // A second one, too.
        let again = ExperimentTemplate { experiment_id: "home_v2".into(), ..template(0.05) };
        let again = plan_new_experiment(&sources(&planned.after), "home.yml", &again, Timestamp::UNIX_EPOCH);
        prop_assert!(is_inserted(&planned.after, &again.expect("an edit").after));
    }

    /// Where there is no list yet, or an empty one.
    #[test]
    fn it_is_the_first_where_there_is_none(
        list in prop::sample::select(EMPTY),
        order in 0..3_usize,
        flags in prop::array::uniform4(any::<bool>()),
    ) {
        let mut pairs = vec!["layer_id: home  # the page".to_owned(), "layer_salt: salt".to_owned()];
        pairs.insert(order.min(pairs.len()), list.to_owned());
        let [is_crlf, has_mark, has_final_break, has_document_marks] = flags;
        let mut before = pairs.iter().filter(|pair| !pair.is_empty()).fold(String::new(), |text, pair| text + pair + "\n");
        if has_document_marks {
            before = format!("---\n# Ours.\n{before}...\n");
        }
        if !has_final_break {
            before.truncate(before.trim_end().len());
        }
        if is_crlf {
            before = before.replace('\n', "\r\n");
        }
        if has_mark {
            before.insert(0, '\u{feff}');
        }
        let planned = create(&before).expect("an edit");
        check(&before, &planned);
        for comment in ["# the page", "# none", "# Ours."] {
            prop_assert_eq!(planned.after.contains(comment), before.contains(comment), "{}", planned.after);
        }
    }
}

/// What a list without experiments is written like.
const EMPTY: &[&str] = &[
    "",
    "experiments: []",
    "experiments:   [ ]  # none yet",
    "experiments:",
    "experiments:  # none yet",
    "experiments: ~",
    "experiments: null  # none yet",
    "experiments: &list []",
    "experiments: !!seq []",
    "experiments:\n  []",
    "experiments:\n  # none yet",
    "experiments: [  # none yet\n  ]",
    "\"experiments\": []",
    "'experiments': []",
    "? experiments\n: []",
];

#[test]
fn it_looks_like_its_file() {
    let item = "  - experiment_id: one\n    layer_id: home\n    name: One\n    variants: [a, b]\n    \
                traffic_allocation: {a: 0.5, b: 0.5}\n    traffic_percentage: 0.25";
    let head = "layer_id: home\nlayer_salt: salt\n";
    let two = item.replace("one", "two");
    let text = format!(
        "{head}experiments:\n{item}\n\n{two}  # a quarter\n    # reserved_percentage: 0.3\n\n# The end.\n"
    );
    let after = create(&text).expect("an edit").after;
    assert_snapshot!(&after[text.find("# a quarter").expect("it is there")..], @r#"
    # a quarter
        # reserved_percentage: 0.3

      - experiment_id: home_v1
        layer_id: home
        name: "New experiment"
        variants: [control, treatment]
        traffic_allocation: {control: 0.5, treatment: 0.5}
        status: draft
        traffic_percentage: 0.1

    # The end.
    "#);
    let after = create(&format!("{head}experiments: []  # none yet"))
        .expect("an edit")
        .after;
    assert_snapshot!(after, @r#"
    layer_id: home
    layer_salt: salt
    experiments:  # none yet
      - experiment_id: home_v1
        layer_id: home
        name: "New experiment"
        variants: [control, treatment]
        traffic_allocation: {control: 0.5, treatment: 0.5}
        status: draft
        traffic_percentage: 0.1
    "#);
    let after = create("{layer_id: home, layer_salt: salt}\n")
        .expect("an edit")
        .after;
    assert_snapshot!(after, @r#"{layer_id: home, layer_salt: salt, experiments: [{experiment_id: home_v1, layer_id: home, name: "New experiment", variants: [control, treatment], traffic_allocation: {control: 0.5, treatment: 0.5}, status: draft, traffic_percentage: 0.1}]}"#);
    let after = create(
        "layer_id: home\nlayer_salt: salt\nexperiments: [\n  {experiment_id: one, layer_id: home, \
         name: One, variants: [a, b], traffic_allocation: {a: 0.5, b: 0.5}, traffic_percentage: 0.25},  # ours\n]\n",
    );
    assert_snapshot!(after.expect("an edit").after, @r#"
    layer_id: home
    layer_salt: salt
    experiments: [
      {experiment_id: one, layer_id: home, name: One, variants: [a, b], traffic_allocation: {a: 0.5, b: 0.5}, traffic_percentage: 0.25},  # ours
      {experiment_id: home_v1, layer_id: home, name: "New experiment", variants: [control, treatment], traffic_allocation: {control: 0.5, treatment: 0.5}, status: draft, traffic_percentage: 0.1},
    ]
    "#);
}

#[test]
fn a_file_that_is_json_stays_json() {
    let one = serde_json::json!({
        "experiment_id": "one", "layer_id": "home", "name": "One", "variants": ["a", "b"],
        "traffic_allocation": {"a": 0.5, "b": 0.5}, "traffic_percentage": 0.5,
    });
    let layer = |list: Option<serde_json::Value>| {
        let mut layer = serde_json::json!({"layer_id": "home", "layer_salt": "s"});
        if let Some(list) = list {
            layer["experiments"] = list;
        }
        layer
    };
    for list in [
        None,
        Some(serde_json::json!(null)),
        Some(serde_json::json!([])),
        Some(serde_json::json!([one])),
    ] {
        let layer = layer(list);
        for text in [
            layer.to_string(),
            serde_json::to_string_pretty(&layer).expect("JSON"),
        ] {
            let after = create(&text).expect("an edit").after;
            let read: serde_json::Value = serde_json::from_str(&after).expect("JSON");
            let list = read["experiments"].as_array().expect("a list");
            let new = list.last().expect("an experiment");
            assert_eq!(new["experiment_id"], "home_v1", "{after}");
            assert_eq!(new["traffic_percentage"], 0.1, "{after}");
        }
    }
}

#[test]
fn what_cannot_be_edited_alone_is_refused_with_its_place() {
    let head = "layer_id: home\nlayer_salt: salt\n";
    for (rest, expected) in [
        ("experiments: 5\n", Obstacle::Entangled),
        ("experiments: {one: 1}\n", Obstacle::Entangled),
        ("experiments: []\nexperiments: []\n", Obstacle::DuplicateKey),
        ("<<: {total_slots: 100}\n", Obstacle::Merge),
        ("x: &x []\nexperiments: *x\n", Obstacle::Alias),
        // What the alias stands for would change, too.
        ("experiments: &x []\ny: *x\n", Obstacle::Entangled),
    ] {
        match create(&format!("{head}{rest}")) {
            Err(EditError::Unsafe { place, obstacle }) => {
                assert_eq!(
                    (place.path.as_str(), obstacle),
                    ("experiments", expected),
                    "{rest}"
                );
            }
            other => panic!("{other:?} of {rest}"),
        }
    }
    assert!(matches!(create("a: ["), Err(EditError::Unreadable { .. })));
    let full = format!("{head}total_traffic_percentage: 0.05\n");
    let Err(EditError::Breaks { broken }) = create(&full) else {
        panic!("it doesn't fit");
    };
    assert_eq!(broken[0].rule.code, "capacity");
}

#[test]
fn its_id_is_free() {
    let file = |text: &str| SourceFile {
        name: "home.yml".to_owned(),
        content: Ok(text.into()),
    };
    let files = vec![file("# home_v1 was ours\n"), file("experiment_id: home_v3")];
    let sources = Sources::new("configs", files);
    let id = free_experiment_id(&sources, &"home".into(), |id| id.as_str() == "home_v2");
    assert_eq!(id.as_str(), "home_v4");
}
