//! Edits of layer files in place: the values that are meant, and no other byte.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use avos::config::edit::{
    EditError, ExperimentEdit, FileEdit, Obstacle, ReplaceError, plan_edit, replace_layer_file,
};
use avos::config::{SourceFile, Sources};
use avos::domain::Fraction;
use jiff::Timestamp;
use proptest::prelude::*;
use rustix::fs::{XattrFlags, getxattr, setxattr};
use serde_yaml::Value;

/// How a file is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub(crate) struct Style {
    is_crlf: bool,
    has_mark: bool,
    has_document_marks: bool,
    has_final_break: bool,
    has_comments: bool,
    is_flow: bool,
    is_flow_allocation: bool,
    has_anchor: bool,
    is_wide: bool,
    is_reversed: bool,
    indent: usize,
    gap: usize,
    quote: &'static str,
    experiments: usize,
    edited: usize,
}

pub(crate) fn styles() -> impl Strategy<Value = Style> {
    let flags = prop::array::uniform10(any::<bool>());
    let quotes = prop::sample::select(vec!["", "'", "\""]);
    (
        flags,
        0..4_usize,
        1..4_usize,
        quotes,
        1..5_usize,
        any::<prop::sample::Index>(),
    )
        .prop_map(|(flags, indent, gap, quote, experiments, edited)| Style {
            is_crlf: flags[0],
            has_mark: flags[1],
            has_document_marks: flags[2],
            has_final_break: flags[3],
            has_comments: flags[4],
            is_flow: flags[5],
            is_flow_allocation: flags[6],
            has_anchor: flags[7],
            is_wide: flags[8],
            is_reversed: flags[9],
            indent,
            gap,
            quote,
            experiments,
            edited: edited.index(experiments),
        })
}

/// The values of the edited experiment as they are written; those that are left out are `None`.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    status: Option<&'static str>,
    pub(crate) traffic: Option<String>,
    reserved: Option<String>,
    shares: [String; 2],
}

pub(crate) fn values() -> impl Strategy<Value = Written> {
    let numbers = || prop::sample::select(vec!["0.1", "0.10", ".1", "1.0e-1", "0.05"]);
    let reserves = prop::sample::select(vec!["0.12", "0.2", "2e-1"]);
    let status = prop::sample::select(vec!["active", "paused", "draft", "completed"]);
    let shares = prop::sample::select(vec![["0.5", "0.5"], ["0.30", "0.70"], ["1", "0"]]);
    (
        prop::option::of(status),
        prop::option::of(numbers()),
        prop::option::of(reserves),
        shares,
    )
        .prop_map(|(status, traffic, reserved, shares)| Written {
            status,
            traffic: traffic.map(str::to_owned),
            // Only with a written share, which it isn't below.
            reserved: reserved.filter(|_| traffic.is_some()).map(str::to_owned),
            shares: shares.map(str::to_owned),
        })
}

/// The keys of an experiment with their values as they are written, below the indentation `keys`.
fn pairs(style: &Style, index: usize, values: &Written, keys: &str) -> Vec<(&'static str, String)> {
    let name = if style.is_wide {
        "Größe 実験 🧪"
    } else {
        "A test"
    };
    let mut pairs = vec![
        ("experiment_id", format!("test_{index}")),
        ("layer_id", "home".to_owned()),
        ("name", format!("'{name}: status: active'")),
        ("variants", "[a, b]".to_owned()),
    ];
    let other = Written {
        status: Some("active"),
        traffic: Some("0.1".to_owned()),
        reserved: None,
        shares: ["0.5", "0.5"].map(str::to_owned),
    };
    let values = if index == style.edited {
        values
    } else {
        &other
    };
    let [a, b] = &values.shares;
    pairs.push((
        "traffic_allocation",
        if style.is_flow || style.is_flow_allocation {
            format!("{{a: {a}, b: {b}}}")
        } else {
            format!(
                "\n{keys}  a: {a}{}\n{keys}  b: {b}",
                comment(style, "share")
            )
        },
    ));
    if let Some(status) = values.status {
        let anchor = if style.has_anchor { "&it " } else { "" };
        let quote = style.quote;
        pairs.push(("status", format!("{anchor}{quote}{status}{quote}")));
    }
    pairs.extend(
        values
            .traffic
            .iter()
            .map(|it| ("traffic_percentage", it.clone())),
    );
    pairs.extend(
        values
            .reserved
            .iter()
            .map(|it| ("reserved_percentage", it.clone())),
    );
    pairs
}

/// A comment that looks like keys, where the style has any.
fn comment(style: &Style, text: &str) -> String {
    if style.has_comments {
        format!("  # {text}: status: active, 0.1")
    } else {
        String::new()
    }
}

/// Writes a file in this style.
pub(crate) fn render(style: &Style, values: &Written) -> String {
    let mut text = String::new();
    if style.has_document_marks {
        text += "---\n";
    }
    if style.has_comments {
        text += "# The layer.\n\n";
    }
    let _ = write!(
        text,
        "layer_id: home{}\nlayer_salt: salt\ntotal_slots: 100\n",
        comment(style, "id")
    );
    let _ = writeln!(text, "experiments:{}", comment(style, "all"));
    for index in 0..style.experiments {
        let item = " ".repeat(style.indent);
        let keys = format!("{item} {}", " ".repeat(style.gap));
        let mut pairs = pairs(style, index, values, &keys);
        if style.is_reversed {
            pairs.reverse();
        }
        if style.has_comments {
            let _ = write!(text, "\n{item}# Test {index}.\n");
        }
        let gap = " ".repeat(style.gap);
        if style.is_flow {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(key, it)| format!("{key}: {it}"))
                .collect();
            let _ = writeln!(
                text,
                "{item}-{gap}{{{}}}{}",
                pairs.join(", "),
                comment(style, "flow")
            );
        } else {
            for (index, (key, value)) in pairs.iter().enumerate() {
                let head = if index == 0 {
                    format!("{item}-{gap}")
                } else {
                    keys.clone()
                };
                let blank = if value.starts_with('\n') { "" } else { " " };
                let _ = writeln!(text, "{head}{key}:{blank}{value}{}", comment(style, key));
            }
        }
    }
    if style.has_document_marks {
        text += "...\n";
    }
    if !style.has_final_break {
        text.truncate(text.trim_end().len());
    }
    let text = if style.is_crlf {
        text.replace('\n', "\r\n")
    } else {
        text
    };
    if style.has_mark {
        format!("\u{feff}{text}")
    } else {
        text
    }
}

pub(crate) fn sources(text: &str) -> Sources {
    let file = SourceFile {
        name: "home.yml".to_owned(),
        content: Ok(text.into()),
    };
    Sources::new("configs", vec![file])
}

fn edit(text: &str, id: &str, edit: &ExperimentEdit) -> Result<FileEdit, EditError> {
    plan_edit(&sources(text), &id.into(), edit, Timestamp::UNIX_EPOCH)
}

fn share(value: f64) -> ExperimentEdit {
    ExperimentEdit::Ramp(Fraction::new(value).expect("a share"))
}

fn winner(variant: &str) -> ExperimentEdit {
    let winner = Some(variant.into());
    ExperimentEdit::Complete { winner }
}

/// What another parser reads, with the value of a key set as asked.
fn with(text: &str, edited: usize, key: &str, value: impl Into<Value>) -> Value {
    let mut document = parsed(text);
    document["experiments"][edited][key] = value.into();
    document
}

pub(crate) fn parsed(text: &str) -> Value {
    // That parser doesn't know a mark before carriage returns.
    serde_yaml::from_str(text.trim_start_matches('\u{feff}')).expect("YAML")
}

/// The text without the one line, or the one pair of a flow mapping, that holds the new key.
fn without_key(after: &str, style: &Style, key: &str, value: &str) -> String {
    let pair = format!("{key}: {value}");
    let line_break = if style.is_crlf { "\r\n" } else { "\n" };
    let found = after.match_indices(&pair).map(|(at, _)| at);
    let whole = |at: &usize| {
        let before = after[..*at].trim_end_matches(' ');
        before.ends_with(line_break) || before.ends_with(',')
    };
    // Later experiments may have the same pair, and the style's own values come first.
    let id = after
        .find(&format!("test_{}", style.edited))
        .expect("the experiment");
    let start = if style.is_reversed { 0 } else { id };
    let at = found
        .filter(whole)
        .find(|at| *at > start)
        .expect("the pair");
    let head = after[..at].trim_end_matches(' ');
    let head = head
        .strip_suffix(line_break)
        .or(head.strip_suffix(','))
        .expect("a separator");
    format!("{head}{}", &after[at + pair.len()..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A value that is written gets another one in the same notation, and nothing else changes.
    #[test]
    fn a_written_value_is_replaced_alone(style in styles(), mut values in values()) {
        values.status = values.status.or(Some("draft"));
        values.traffic = values.traffic.or(Some("0.1".to_owned()));
        let before = render(&style, &values);
        let id = format!("test_{}", style.edited);
        for (edits, status) in [(ExperimentEdit::Pause, "paused"), (ExperimentEdit::Resume, "active")] {
            let planned = edit(&before, &id, &edits).expect("an edit");
            let expected = Written { status: Some(status), ..values.clone() };
            prop_assert_eq!(&*planned.after, render(&style, &expected));
            prop_assert_eq!(parsed(&planned.after), with(&before, style.edited, "status", status));
            prop_assert_eq!(planned.is_change(), values.status != Some(status));
        }
        let planned = edit(&before, &id, &share(0.15)).expect("an edit");
        let reserved = values.reserved.as_ref().map(|reserved| {
            let is_below = reserved.parse::<f64>().expect("a number") < 0.15;
            if is_below { "0.15".to_owned() } else { reserved.clone() }
        });
        let expected = Written { traffic: Some("0.15".to_owned()), reserved, ..values.clone() };
        prop_assert_eq!(&*planned.after, render(&style, &expected));
    }

    /// A key that is left out gets a line, or a pair, of its own.
    #[test]
    fn a_missing_key_is_inserted(style in styles(), mut values in values(), is_status in any::<bool>()) {
        let style = Style { is_reversed: false, ..style };
        let (edits, key, value) = if is_status {
            values.status = None;
            (ExperimentEdit::Pause, "status", Value::from("paused"))
        } else {
            (values.traffic, values.reserved) = (None, None);
            (share(0.15), "traffic_percentage", Value::from(0.15))
        };
        let before = render(&style, &values);
        let planned = edit(&before, &format!("test_{}", style.edited), &edits).expect("an edit");
        prop_assert_eq!(parsed(&planned.after), with(&before, style.edited, key, value.clone()));
        let written = value.as_str().map_or_else(|| "0.15".to_owned(), str::to_owned);
        prop_assert_eq!(without_key(&planned.after, &style, key, &written), &*before);
        prop_assert_eq!(planned.edits.len(), 1);
        let line = planned.after.lines().nth(planned.edits[0].line - 1).expect("a line");
        prop_assert!(line.contains(&format!("{key}: {written}")), "{line}");
    }

    /// With a winner, all shares and the status are set, wherever the keys are.
    #[test]
    fn a_winner_gets_everything(style in styles(), values in values()) {
        let before = render(&style, &values);
        let planned = edit(&before, &format!("test_{}", style.edited), &winner("b")).expect("an edit");
        let mut expected = with(&before, style.edited, "status", "completed");
        let shares = &mut expected["experiments"][style.edited]["traffic_allocation"];
        shares["a"] = Value::from(0.0);
        shares["b"] = Value::from(1.0);
        let read = parsed(&planned.after);
        #[expect(clippy::cast_possible_truncation, reason = "it is 0 or 1")]
        let number = |value: &Value| value.as_f64().expect("a share") as i64;
        let read_shares = &read["experiments"][style.edited]["traffic_allocation"];
        prop_assert_eq!((number(&read_shares["a"]), number(&read_shares["b"])), (0, 1));
        expected["experiments"][style.edited]["traffic_allocation"] = read_shares.clone();
        prop_assert_eq!(read, expected);
        // There is nothing left to do, and the way back leads to the same bytes.
        let again = edit(&planned.after, &format!("test_{}", style.edited), &winner("b"));
        prop_assert!(!again.expect("an edit").is_change());
        prop_assert_eq!(planned.inverse().after, planned.before);
    }
}

const FILE: &str = "\
layer_id: home
layer_salt: salt
total_slots: 100
experiments:
  - experiment_id: one
    layer_id: home
    name: One
    variants: [a, b]
    traffic_allocation: {a: 0.5, b: 0.5}
    status: active
    traffic_percentage: 0.5
  - experiment_id: two
    layer_id: home
    name: Two
    variants: [a, b]
    traffic_allocation: {a: 0.5, b: 0.5}
    traffic_percentage: 0.25
";

/// What stands in the way of an edit of experiment `one`, and where.
fn obstacle(text: &str, edits: &ExperimentEdit) -> (Obstacle, String) {
    match edit(text, "one", edits) {
        Err(EditError::Unsafe { place, obstacle }) => (obstacle, format!("{place} {}", place.path)),
        other => panic!("{other:?} of:\n{text}"),
    }
}

#[test]
fn a_value_that_cant_be_edited_alone_is_refused_with_its_place() {
    let (pause, path) = (ExperimentEdit::Pause, "home.yml:10:5 experiments[0].status");
    let with = |status: &str| FILE.replacen("status: active", status, 1);
    for (text, expected) in [
        // The alias would give the other experiment's value another meaning.
        (
            with("status: &s active").replace("Two\n", "Two\n    status: *s\n"),
            Obstacle::Entangled,
        ),
        (
            with("status: active\n    status: active"),
            Obstacle::DuplicateKey,
        ),
        (with("status: [active]"), Obstacle::NotScalar),
        (with("status: \"act\\\n      ive\""), Obstacle::SeveralLines),
    ] {
        assert_eq!(
            obstacle(&text, &pause),
            (expected, path.to_owned()),
            "{text}"
        );
    }
    let alias = FILE
        .replace("layer_salt: salt", "layer_salt: &s active")
        .replacen("status: active", "status: *s", 1);
    assert_eq!(obstacle(&alias, &pause), (Obstacle::Alias, path.to_owned()));
    let defaults = "total_slots: 100\ndefaults: &d {status: active}";
    let merged = with("<<: *d").replace("total_slots: 100", defaults);
    let expected = (
        Obstacle::Merge,
        "home.yml:6:5 experiments[0].status".to_owned(),
    );
    assert_eq!(obstacle(&merged, &pause), expected);
    let absent = FILE.replacen("    traffic_allocation: {a: 0.5, b: 0.5}\n", "", 1);
    let expected = "home.yml:5:5 experiments[0].traffic_allocation".to_owned();
    assert_eq!(
        obstacle(&absent, &winner("a")),
        (Obstacle::Absent, expected)
    );
}

#[test]
fn values_of_every_notation_are_replaced() {
    for (old, new) in [
        ("status: !!str active", "status: !!str paused"),
        ("status: &unused active", "status: &unused paused"),
        ("status: >-\n      active", "status: >-\n      paused"),
        ("status: |-\n      active", "status: |-\n      paused"),
        ("status:\n      active", "status:\n      paused"),
        ("? status\n    : active", "? status\n    : paused"),
        ("'status' : active\t# tab", "'status' : paused\t# tab"),
        ("status: \"act\\u0069ve\"", "status: \"paused\""),
        ("status: running # unknown", "status: paused # unknown"),
    ] {
        let text = FILE.replacen("status: active", old, 1);
        let planned = edit(&text, "one", &ExperimentEdit::Pause).expect("an edit");
        assert_eq!(&*planned.after, FILE.replacen("status: active", new, 1));
    }
}

#[test]
fn a_key_without_a_value_gets_one() {
    for (empty, filled) in [
        ("status:", "status: paused"),
        ("status:  # later", "status: paused  # later"),
        ("status: ~", "status: paused"),
        ("status: null", "status: paused"),
        ("\"status\":", "\"status\": \"paused\""),
    ] {
        let text = FILE.replacen("status: active", empty, 1);
        let planned = edit(&text, "one", &ExperimentEdit::Pause).expect("an edit");
        assert_eq!(&*planned.after, FILE.replacen("status: active", filled, 1));
    }
}

#[test]
fn errors_elsewhere_are_no_obstacle_but_new_ones_are() {
    let typo = FILE.replace("name: Two", "nmae: Two");
    let planned = edit(&typo, "one", &ExperimentEdit::Pause).expect("an edit");
    assert_eq!(&*planned.after, typo.replacen("active", "paused", 1));
    // A ramp beyond the layer.
    let Err(EditError::Breaks { broken }) = edit(FILE, "one", &share(0.8)) else {
        panic!("it fits");
    };
    assert_eq!(broken[0].rule.code, "capacity");
    assert!(edit(FILE, "one", &share(0.75)).is_ok());
}

#[test]
fn an_experiment_must_be_there_once() {
    let Err(EditError::Unknown { near, .. }) = edit(FILE, "onne", &ExperimentEdit::Pause) else {
        panic!("there is none");
    };
    assert_eq!(near, ["one".into()]);
    let twice = FILE.replace("experiment_id: two", "experiment_id: one");
    let Err(EditError::Several { places, .. }) = edit(&twice, "one", &ExperimentEdit::Pause) else {
        panic!("there are two");
    };
    assert_eq!(places, ["home.yml:5:5", "home.yml:12:5"]);
    let Err(EditError::Unknown { unreadable, .. }) = edit("a: [", "one", &ExperimentEdit::Pause)
    else {
        panic!("it can't be read");
    };
    assert_eq!(unreadable, ["home.yml"]);
    let Err(EditError::UnknownVariant { known, .. }) = edit(FILE, "one", &winner("c")) else {
        panic!("there is none");
    };
    assert_eq!(known, ["a", "b"]);
}

/// A directory with the file, and an edit of it.
fn edited() -> (tempfile::TempDir, FileEdit) {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("home.yml"), FILE).expect("a file");
    let planned = edit(FILE, "one", &ExperimentEdit::Pause).expect("an edit");
    (directory, planned)
}

#[test]
fn mode_and_link_stay_and_nothing_else_is_left() {
    let (directory, planned) = edited();
    let home = directory.path();
    fs::rename(home.join("home.yml"), home.join("real.txt")).expect("a move");
    symlink("real.txt", home.join("home.yml")).expect("a link");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(home.join("real.txt"), mode).expect("a mode");
    let (real, flags) = (home.join("real.txt"), XattrFlags::empty());
    // Not every file system has attributes.
    let has_note = setxattr(&real, "user.note", b"a note", flags).is_ok();
    replace_layer_file(home, &planned).expect("written");
    let mut note = [0; 16];
    let noted = getxattr(&real, "user.note", &mut note[..]);
    assert_eq!(noted.is_ok_and(|size| note[..size] == *b"a note"), has_note);
    assert!(home.join("home.yml").is_symlink());
    let metadata = fs::metadata(home.join("real.txt")).expect("a file");
    assert_eq!(metadata.mode() & 0o777, 0o640);
    assert_eq!(
        fs::read(home.join("real.txt")).expect("a text"),
        planned.after.as_bytes()
    );
    assert_eq!(fs::read_dir(home).expect("a directory").count(), 2);
    // The way back.
    replace_layer_file(home, &planned.inverse()).expect("written");
    assert_eq!(
        fs::read(home.join("home.yml")).expect("a text"),
        FILE.as_bytes()
    );
}

#[test]
fn a_file_that_changed_or_has_two_names_stays() {
    let (directory, planned) = edited();
    let file = directory.path().join("home.yml");
    fs::hard_link(&file, directory.path().join("copy.yml")).expect("a link");
    let refused = replace_layer_file(directory.path(), &planned);
    assert!(
        matches!(refused, Err(ReplaceError::HardLink { .. })),
        "{refused:?}"
    );
    fs::remove_file(directory.path().join("copy.yml")).expect("gone");
    fs::write(&file, "# saved by somebody\n").expect("a file");
    let refused = replace_layer_file(directory.path(), &planned);
    assert!(
        matches!(refused, Err(ReplaceError::Changed { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fs::read_to_string(&file).expect("a text"),
        "# saved by somebody\n"
    );
    fs::remove_file(&file).expect("gone");
    let refused = replace_layer_file(directory.path(), &planned);
    assert!(
        matches!(refused, Err(ReplaceError::Io { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fs::read_dir(directory.path()).expect("a directory").count(),
        0
    );
}

#[test]
fn what_is_there_twice_or_too_large_is_refused() {
    let twice = |text: String| match edit(&text, "one", &ExperimentEdit::Pause) {
        Err(EditError::Unsafe { place, obstacle }) => (obstacle, place.path),
        other => panic!("{other:?}"),
    };
    let id = FILE.replacen("    name: One", "    experiment_id: one\n    name: One", 1);
    let expected = (
        Obstacle::DuplicateKey,
        "experiments[0].experiment_id".to_owned(),
    );
    assert_eq!(twice(id), expected);
    let list = format!("{FILE}experiments: []\n");
    let expected = (Obstacle::DuplicateKey, "experiments".to_owned());
    assert_eq!(twice(list), expected);
    // An id in another spelling, in another file.
    let file = |name: &str, text: String| SourceFile {
        name: name.to_owned(),
        content: Ok(text.into()),
    };
    let escaped = FILE.replace("experiment_id: one", "experiment_id: \"\\x6fne\"");
    let files = vec![file("a.yml", FILE.to_owned()), file("b.yml", escaped)];
    let sources = Sources::new("configs", files);
    let refused = plan_edit(
        &sources,
        &"one".into(),
        &ExperimentEdit::Pause,
        Timestamp::UNIX_EPOCH,
    );
    assert!(
        matches!(refused, Err(EditError::Several { .. })),
        "{refused:?}"
    );

    let limit = usize::try_from(avos::config::limits::FILE_BYTES).expect("a size");
    let full = format!("{FILE}#{}", "x".repeat(limit - FILE.len() - 1));
    assert!(edit(&full, "one", &ExperimentEdit::Pause).is_ok());
    let refused = edit(&full, "one", &share(0.55));
    assert!(
        matches!(refused, Err(EditError::TooLarge { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_is_json_stays_json() {
    let json = r#"{"layer_id":"home","layer_salt":"s","total_slots":100,"experiments":[{"experiment_id":"one",
"layer_id":"home","name":"One","variants":["a","b"],"traffic_allocation":{"a":0.5,"b":0.5},"status":null,
"traffic_percentage":0.5}]}"#;
    for text in [json.to_owned(), json.replace("\"status\":null,", "")] {
        let planned = edit(&text, "one", &ExperimentEdit::Pause).expect("an edit");
        let read: serde_json::Value = serde_json::from_str(&planned.after).expect("JSON");
        assert_eq!(
            read["experiments"][0]["status"], "paused",
            "{}",
            planned.after
        );
        let ramped = edit(&text, "one", &share(0.000_000_1)).expect("an edit");
        assert!(
            ramped.after.contains("\"traffic_percentage\":0.0000001}"),
            "{}",
            ramped.after
        );
    }
}
