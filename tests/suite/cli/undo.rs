//! `avos history --undo`: from an entry of the journal to edits of layer files.

use std::fs;

use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, plan};

over_named_stores! {
    every_kind_of_value_goes_back_and_no_other_byte
    a_key_that_says_what_none_says_is_removed
    what_goes_back_is_written_as_it_would_be
    a_key_of_a_flow_mapping_is_removed_with_its_comma
    any_keys_that_came_or_went_together_go_back_together
    what_never_goes_back_is_listed_and_nothing_is_written
    a_value_that_was_changed_again_is_left_alone
    what_is_not_soundly_in_the_files_is_missing
    what_the_edited_files_would_break_is_said_before
    what_only_a_person_can_edit_is_said_with_its_place
    a_hold_is_undone_by_a_release_and_then_in_the_file
    an_entry_and_a_directory_are_needed
}

const FILE: &str = "\
# The home page.
layer_id: home
layer_salt: salt
total_slots: 100
total_traffic_percentage: 0.9   # for now
experiments:
  - experiment_id: button
    layer_id: home
    name: 'Button'  # what people call it
    variants: [a, b]
    traffic_allocation: {a: 0.5, b: 0.5}
    status: active
    start_date: \"2025-01-01T00:00:00Z\"
    traffic_percentage: 0.2
    priority: 5
  - experiment_id: banner
    layer_id: home
    name: Banner
    variants: [a, b]
    traffic_allocation: {a: 0.5, b: 0.5}
    status: paused
    traffic_percentage: 0.2
";

struct Undoing {
    place: Place,
    layers: String,
}

impl Undoing {
    /// A database to which nothing was applied.
    fn empty(kind: StoreKind) -> Self {
        let place = kind.empty();
        let layers = place.path().join("layers");
        fs::create_dir(&layers).expect("a directory");
        Self {
            layers: layers.display().to_string(),
            place,
        }
    }

    /// A database to which `FILE` was applied as journal 1.
    fn new(kind: StoreKind) -> Self {
        let undoing = Self::empty(kind);
        undoing.apply(FILE);
        undoing
    }

    fn write(&self, text: &str) {
        fs::write(format!("{}/home.yml", self.layers), text).expect("a file");
    }

    fn text(&self) -> String {
        fs::read_to_string(format!("{}/home.yml", self.layers)).expect("a file")
    }

    fn apply(&self, text: &str) {
        self.write(text);
        let run = self.place.apply(&self.layers);
        assert_eq!(run.code, 0, "{run:?}");
    }

    fn undo(&self, id: i64, more: &[&str]) -> Run {
        let id = id.to_string();
        let words = ["history", "--db", &self.place.db, "--undo", &id];
        avos(&[&words[..], &["--configs", &self.layers], more].concat())
    }

    fn codes(&self, id: i64) -> Vec<String> {
        let before = self.text();
        let run = self.undo(id, &["--format", "json"]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(self.text(), before, "nothing is written");
        let document = run.json();
        assert_eq!(document["changed"], json!(false));
        assert_eq!(document["files"], json!([]));
        let found = document["diagnostics"].as_array().expect("findings").iter();
        found
            .map(|one| one["code"].as_str().expect("a code").to_owned())
            .collect()
    }

    fn hold(&self, words: &[&str]) {
        let run = avos(&[words, &["--db", &self.place.db]].concat());
        assert_eq!(run.code, 0, "{run:?}");
    }
}

fn every_kind_of_value_goes_back_and_no_other_byte(kind: StoreKind) {
    let changed = [
        ("'Button'", "'Big button'"),
        ("status: active", "status: paused"),
        ("\"2025-01-01T00:00:00Z\"", "\"2025-02-03T00:00:00Z\""),
        ("priority: 5", "priority: 7"),
        (
            "total_traffic_percentage: 0.9",
            "total_traffic_percentage: 0.8",
        ),
    ];
    let all = changed.iter().fold(FILE.to_owned(), |text, (old, new)| {
        text.replacen(old, new, 1)
    });
    let each = changed.map(|(old, new)| FILE.replacen(old, new, 1));
    for text in each.iter().chain([&all]) {
        assert_ne!(text, FILE);
        let undoing = Undoing::new(kind);
        undoing.apply(text);
        let dry = undoing.undo(2, &["--dry-run"]);
        assert_eq!((dry.code, dry.err.as_str()), (0, ""), "{dry:?}");
        assert!(dry.out.ends_with("Nothing was written.\n"), "{dry:?}");
        assert_eq!(undoing.text(), *text);

        let run = undoing.undo(2, &["--format", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(undoing.text(), FILE);
        assert_eq!(run.json()["written"], json!(true));
        // The database goes back with the next apply.
        let planned = plan(&undoing.place, &undoing.layers, &["--format", "json"]).json();
        assert_eq!(planned["applicable"], json!(true));
        undoing.apply(FILE);
        let again = undoing.undo(2, &[]);
        assert_eq!(
            again.out,
            "journal 2: nothing to undo: the files already say what they said before it\n"
        );
        assert_eq!(again.code, 0);
        // The undo is an apply like any other, and can be undone.
        assert_eq!(undoing.undo(3, &[]).code, 0);
        assert_eq!(undoing.text(), *text);
    }
}

fn a_key_that_says_what_none_says_is_removed(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let dated = FILE.replacen(
        "    priority: 5",
        "    priority: 5\n    end_date: '2099-01-01'",
        1,
    );
    undoing.apply(&dated);
    let run = undoing.undo(2, &["--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(undoing.text(), FILE);
    let edit = &run.json()["files"][0]["edits"][0];
    assert_eq!(edit["path"], json!("experiments[0].end_date"));
    assert_eq!(edit["to"], Value::Null);
    let planned = plan(&undoing.place, &undoing.layers, &["--format", "json"]).json();
    assert_eq!(planned["changes"][0]["to"], Value::Null);
}

/// The keys of the notes on keys that a file leaves out.
fn left_out(plan: &Value) -> Vec<Value> {
    let notes = plan["notes"].as_array().expect("notes").iter();
    let left_out = notes.filter(|note| note["code"] == "key-left-out");
    left_out.map(|note| note["key"].clone()).collect()
}

/// A file of one experiment, whose last lines are these.
fn file_of(rest: &str) -> String {
    let until = FILE
        .find("  - experiment_id: banner")
        .expect("the second one");
    let file = FILE[..until].replacen("    start_date: \"2025-01-01T00:00:00Z\"\n", "", 1);
    file.replacen("    priority: 5\n", rest, 1)
}

fn what_goes_back_is_written_as_it_would_be(kind: StoreKind) {
    for (before, after, undone) in [
        // A date is bare, and has a time of day only where it has one, or where the file said it.
        (
            "start_date: 2025-01-01",
            "start_date: 2025-02-03",
            "start_date: 2025-01-01",
        ),
        (
            "start_date: '2025-01-01'",
            "start_date: 2025-02-03",
            "start_date: 2025-01-01",
        ),
        (
            "start_date: 2025-01-01",
            "start_date: '2025-02-03'",
            "start_date: '2025-01-01'",
        ),
        (
            "start_date: 2025-01-01 12:30:00Z",
            "start_date: 2025-02-03",
            "start_date: 2025-01-01T12:30:00Z",
        ),
        (
            "start_date: 2025-01-01",
            "start_date: 2025-02-03T04:05:06Z",
            "start_date: 2025-01-01T00:00:00Z",
        ),
        (
            "start_date: 2025-01-01",
            "start_date: null",
            "start_date: 2025-01-01",
        ),
        ("start_date: 2025-01-01", "", "start_date: 2025-01-01"),
        ("", "priority: 3", ""),
        ("priority: 3", "", "priority: 3"),
        // The comment stays, so there must be a value.
        (
            "",
            "start_date: 2025-01-01  # the sale",
            "start_date: null  # the sale",
        ),
        ("", "priority: 3  # first", "priority: 0  # first"),
    ] {
        let undoing = Undoing::new(kind);
        let line = |text: &str| match text {
            "" => String::new(),
            text => format!("    {text}\n"),
        };
        let [before, after, undone] = [before, after, undone].map(|it| file_of(&line(it)));
        undoing.apply(&before);
        undoing.apply(&after);
        let run = undoing.undo(3, &[]);
        assert_eq!(run.code, 0, "{run:?}");
        let said = |text: &str| -> Vec<String> {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        // A key that is put in has its place by the order of the docs.
        assert_eq!(said(&undoing.text()), said(&undone), "{after}");
        let planned = plan(&undoing.place, &undoing.layers, &["--format", "json"]).json();
        assert_eq!(
            planned["changes"].as_array().map(Vec::len),
            Some(1),
            "{after}"
        );
        // What was taken out changes by its default, and the plan says so, until it is applied.
        let is_taken_out = undone == file_of("");
        let field = planned["changes"][0]["field"].clone();
        let expected = if is_taken_out {
            vec![field]
        } else {
            Vec::new()
        };
        assert_eq!(left_out(&planned), expected, "{after}");
        undoing.apply(&undoing.text());
        let planned = plan(&undoing.place, &undoing.layers, &["--format", "json"]).json();
        assert_eq!(planned["changes"], json!([]), "{after}");
        assert!(left_out(&planned).is_empty(), "{after}");
    }
}

fn a_key_of_a_flow_mapping_is_removed_with_its_comma(kind: StoreKind) {
    let file = |more: &str| {
        format!(
            "{{layer_id: home, layer_salt: s, experiments: [{{experiment_id: button, layer_id: home, \
             name: B, variants: [a, b], traffic_allocation: {{a: 0.5, b: 0.5}}, status: active, \
             traffic_percentage: 0.2{more}}}]}}\n"
        )
    };
    let undoing = Undoing::empty(kind);
    undoing.apply(&file(""));
    undoing.apply(&file(", priority: 3, end_date: 2099-01-01"));
    let run = undoing.undo(2, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(undoing.text(), file(""));
}

fn any_keys_that_came_or_went_together_go_back_together(kind: StoreKind) {
    let optional = [
        "priority: 5",
        "start_date: 2026-01-01",
        "end_date: 2099-01-01",
    ];
    let chosen = |set: usize| {
        let keys = optional.iter().enumerate();
        keys.filter(move |(index, _)| set >> index & 1 == 1)
            .map(|(_, key)| *key)
    };
    let block = |set: usize| {
        file_of(
            &chosen(set)
                .map(|key| format!("    {key}\n"))
                .collect::<Vec<_>>()
                .concat(),
        )
    };
    let flow = |set: usize| {
        let keys = chosen(set).map(|key| format!("{key}, "));
        let keys = keys.collect::<Vec<_>>().concat();
        format!(
            "{{layer_id: home, layer_salt: s, experiments: [{{experiment_id: button, layer_id: home, \
             {keys}name: B, variants: [a, b], traffic_allocation: {{a: 0.5, b: 0.5}}, status: active, \
             traffic_percentage: 0.2}}]}}\n"
        )
    };
    let styles: [&dyn Fn(usize) -> String; 2] = [&block, &flow];
    let all = (1 << optional.len()) - 1;
    for file in styles {
        for set in 1..=all {
            for (before, after) in [(set, 0), (0, set), (set, all ^ set)] {
                let undoing = Undoing::empty(kind);
                undoing.apply(&file(before));
                // Another value beside them.
                undoing.apply(&file(after).replacen("status: active", "status: paused", 1));
                let run = undoing.undo(2, &[]);
                assert_eq!(run.code, 0, "{before} {after} {run:?}");
                let read =
                    |text: &str| -> serde_yaml::Value { serde_yaml::from_str(text).expect("YAML") };
                let undone = undoing.text();
                assert_eq!(read(&undone), read(&file(before)), "{after}: {undone}");
            }
        }
    }
}

fn what_never_goes_back_is_listed_and_nothing_is_written(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let created = ["undo-created"; 3];
    assert_eq!(undoing.codes(1), created, "a layer and two experiments");
    let ramped = FILE.replacen("traffic_percentage: 0.2", "traffic_percentage: 0.3", 1);
    undoing.apply(&ramped);
    assert_eq!(undoing.codes(2), ["ramp-down"]);
    let reserved = ramped.replacen(
        "traffic_percentage: 0.3",
        "traffic_percentage: 0.3\n    reserved_percentage: 0.4",
        1,
    );
    undoing.apply(&reserved);
    assert_eq!(undoing.codes(3), ["reserve-down"]);
    // The pause alone could be undone, but an entry is undone whole.
    let mixed = reserved
        .replacen("status: paused", "status: completed", 1)
        .replacen("status: active", "status: paused", 1);
    undoing.apply(&mixed);
    assert_eq!(undoing.codes(4), ["completed-final"]);
    let human = undoing.undo(4, &[]);
    assert!(
        human.out.contains(
            "error[completed-final]: experiment `banner` was completed, and stays completed"
        ),
        "{human:?}"
    );
    assert!(
        human
            .out
            .ends_with("journal 4 can't be undone: 1 obstacle\nNothing was written.\n"),
        "{human:?}"
    );
}

fn a_value_that_was_changed_again_is_left_alone(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let named = FILE.replacen("'Button'", "'Big button'", 1);
    undoing.apply(&named);
    // In the file alone, and by a later entry.
    let newer = FILE.replacen("'Button'", "'Huge button'", 1);
    undoing.write(&newer);
    assert_eq!(undoing.codes(2), ["undo-changed-since"]);
    undoing.apply(&newer);
    assert_eq!(undoing.codes(2), ["undo-changed-since"]);
    // One after the other, the newest first.
    assert_eq!(undoing.undo(3, &[]).code, 0);
    assert_eq!(undoing.text(), named);
    assert_eq!(undoing.undo(2, &[]).code, 0);
    assert_eq!(undoing.text(), FILE);
}

fn what_is_not_soundly_in_the_files_is_missing(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let paused = FILE.replacen("status: active", "status: paused", 1);
    undoing.apply(&paused);
    undoing.write(&paused.replacen("total_slots: 100", "total_slots: none", 1));
    assert_eq!(undoing.codes(2), ["undo-missing"]);
    let banner = paused
        .find("  - experiment_id: banner")
        .expect("it is there");
    undoing.write(&paused[..banner]);
    assert_eq!(
        undoing.undo(2, &[]).code,
        0,
        "the other one isn't concerned"
    );
}

fn what_the_edited_files_would_break_is_said_before(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let roomy = FILE.replacen(
        "total_traffic_percentage: 0.9",
        "total_traffic_percentage: 1.0",
        1,
    );
    undoing.apply(&roomy);
    let full = roomy.replacen(
        "    traffic_percentage: 0.2",
        "    traffic_percentage: 0.8",
        1,
    );
    undoing.apply(&full);
    assert_eq!(undoing.codes(2), ["capacity"]);
    let human = undoing.undo(2, &[]);
    assert!(human.out.contains("error[capacity]: "), "{human:?}");
    assert!(
        human
            .out
            .ends_with("journal 2 can't be undone: 1 obstacle\nNothing was written.\n"),
        "{human:?}"
    );
}

fn what_only_a_person_can_edit_is_said_with_its_place(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let shared = FILE.replacen("layer_salt: salt", "layer_salt: &it salt", 1);
    undoing.apply(&shared.replacen("'Button'", "salt", 1));
    undoing.write(&shared.replacen("'Button'", "*it", 1));
    assert_eq!(undoing.codes(2), ["undo-by-hand"]);
    let document = undoing.undo(2, &["--format", "json"]).json();
    let found = &document["diagnostics"][0];
    assert_eq!(found["path"], json!("experiments[0].name"));
    assert_eq!(found["line"], json!(9), "{found}");
}

fn a_hold_is_undone_by_a_release_and_then_in_the_file(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    undoing.hold(&["hold", "button", "--reason", "night"]);
    assert_eq!(undoing.codes(2), ["undo-hold"]);
    undoing.write(&FILE.replacen("status: active", "status: paused", 1));
    undoing.hold(&["release", "button"]);
    assert_eq!(undoing.undo(2, &[]).code, 0);
    assert_eq!(undoing.text(), FILE);
    assert_eq!(undoing.codes(3), ["undo-hold"], "it isn't held anymore");
    undoing.hold(&["hold", "button", "--reason", "again"]);
    assert_eq!(undoing.undo(3, &[]).code, 0, "it is held again");
}

fn an_entry_and_a_directory_are_needed(kind: StoreKind) {
    let undoing = Undoing::new(kind);
    let unknown = undoing.undo(9, &[]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains('9'), "{unknown:?}");
    let db = undoing.place.db.as_str();
    for words in [
        &["--undo", "1"][..],
        &["--configs", "layers"],
        &["--dry-run"],
        &["--undo", "1", "--id", "1", "--configs", "layers"],
    ] {
        let run = avos(&[&["history", "--db", db][..], words].concat());
        assert_eq!(run.code, 2, "{words:?} {run:?}");
    }
    // The entry that ended an experiment and began another.
    let place = kind.at("v1");
    assert_eq!(place.apply(&example("v2")).code, 0);
    let run = avos(&[
        "history",
        "--db",
        &place.db,
        "--undo",
        "2",
        "--configs",
        &example("v2"),
    ]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("2 obstacles"), "{run:?}");
}
