//! What looks like one text and is another: bare values, odd blanks, tabs, unresolved merges.

use proptest::prelude::*;

use crate::config::{checked, found};
use crate::config_codes::{self, in_layer};

fn findings(text: &str) -> Vec<String> {
    found(&checked(&[("a.yml", text)]))
}

/// The first finding, as `line:column-end code`, with its message and its help.
fn first(text: &str) -> String {
    let checked = checked(&[("a.yml", text)]);
    assert_eq!(checked.findings.len(), 1, "{text}\n{:#?}", found(&checked));
    let found = &checked.findings[0].diagnostic;
    let (place, code) = (&found.span, found.rule.code);
    format!(
        "{}:{}-{} {code}\n{}\n{}",
        place.line, place.column, place.end_column, found.message, found.help
    )
}

/// Bare values that `PyYAML`, ruamel.yaml or js-yaml takes for something else than text.
const BARE: &[&str] = &[
    "yes",
    "No",
    "ON",
    "off",
    "true",
    "FALSE",
    "~",
    "null",
    "Null",
    "0",
    "7",
    "-7",
    "+1",
    "00123",
    "08",
    "1_000",
    "1__0",
    "1_",
    "0x1F",
    "0X1f",
    "-0x_1",
    "0o17",
    "0b1",
    "0.5",
    ".5",
    "-.5",
    "+.5",
    "1.",
    "0.",
    "._1",
    "1e3",
    "1E5",
    "1.5e+3",
    ".5e3",
    ".inf",
    "-.Inf",
    "+.INF",
    ".nan",
    ".NaN",
    "1:30",
    "12:30:45",
    "-1:30",
    "1:30.5",
    "2026-03-01",
    "2026-03-01T09:30:00Z",
    "2026-03-01 09:30:00.5 +01:00",
    "2026-3-1T9:30:00",
    "=",
    "<<",
];

/// Bare values that all of them take for text.
const TEXTS: &[&str] = &[
    "y",
    "n",
    "v1",
    "1a",
    "1.2.3",
    "12:30pm",
    "1:2:3:x",
    "2026-03",
    "2026-03-01_a",
    "2026-03-01 launch",
    "_1",
    "0x",
    "0o8",
    "0b2",
    "1e",
    "inf",
    "nan",
    "yes please",
    "50%",
    "a=b",
    "<",
    "==",
    "Цена",
    "é",
];

/// An experiment that is right with these lines at its end, which is that of the file.
fn in_experiment(lines: &str) -> String {
    let text = config_codes::in_experiment(lines);
    let experiment = text.strip_suffix("total_slots: 100\n");
    experiment.expect("the layer's last line").to_owned()
}

#[test]
fn bare_values_that_some_reader_takes_for_something_else_are_quoted() {
    for bare in BARE {
        for text in [
            in_experiment(&format!("name: {bare}")),
            in_experiment(&format!("experiment_id: {bare}")),
            in_experiment(&format!(
                "variants: [a, b, {bare}]\ntraffic_allocation: {{a: 0.5, b: 0.5, '{bare}': 0}}"
            )),
            in_experiment(&format!(
                "splitter_type: geo\ngeo_allocations: {{{bare}: {{a: 0.5, b: 0.5}}}}"
            )),
            format!("layer_id: l\nlayer_salt: {bare}"),
            format!("layer_id: {bare}\nlayer_salt: s"),
            format!("layer_id: l\nlayer_salt: &salt {bare}"),
        ] {
            // A merge key among the groups is found as such, by another rule.
            if *bare == "<<" && text.contains("geo") {
                continue;
            }
            let found = findings(&text);
            assert!(
                found.len() == 1 && found[0].starts_with("type "),
                "{text}\n{found:?}"
            );
            let checked = checked(&[("a.yml", &text)]);
            let help = &checked.findings[0].diagnostic.help;
            assert_eq!(*help, format!("quote it: \"{bare}\""), "{text}");
        }
        for quoted in [
            format!("\"{bare}\""),
            format!("'{bare}'"),
            format!("!!str {bare}"),
            format!("!!str &x {bare}"),
        ] {
            let found = findings(&in_experiment(&format!("name: {quoted}")));
            assert_eq!(found, [""; 0], "{quoted}");
        }
    }
    for text in TEXTS {
        assert_eq!(
            findings(&in_experiment(&format!("name: {text}"))),
            [""; 0],
            "{text}"
        );
    }
}

#[test]
fn messages_name_what_a_bare_value_is_read_as() {
    let say = |bare: &str| first(&in_experiment(&format!("name: {bare}")));
    insta::assert_snapshot!(["on", "12:30:45", "2026-03-01", "00123", "="].map(say).join("\n\n"), @r##"
    9:11-13 type
    `experiments[0].name`: expected text, found a bare `on`, which many programs read as a boolean
    quote it: "on"

    9:11-19 type
    `experiments[0].name`: expected text, found a bare `12:30:45`, which many programs read as a number in base 60
    quote it: "12:30:45"

    9:11-21 type
    `experiments[0].name`: expected text, found a bare `2026-03-01`, which many programs read as a date
    quote it: "2026-03-01"

    9:11-16 type
    `experiments[0].name`: expected text, found a bare `00123`, which many programs read as a number
    quote it: "00123"

    9:11-12 type
    `experiments[0].name`: expected text, found a bare `=`, which many programs read as a default value
    quote it: "="
    "##);
}

#[test]
fn dates_stay_bare() {
    let dates = "start_date: 2025-03-01\nend_date: 2025-03-01 09:30:00+01:00";
    assert_eq!(findings(&in_experiment(dates)), [""; 0]);
}

#[test]
fn tabs_and_odd_blanks_are_found_where_they_stand() {
    let experiment = in_experiment("");
    let with = |line: &str| format!("{experiment}{line}\n");
    let shown = [
        with("\tstatus: draft"),
        with("  \tstatus: draft"),
        in_layer("experiments:\n\t- experiment_id: e"),
        with("\u{a0}\u{a0}\u{a0}\u{a0}status: draft"),
        with("    status\u{a0}: draft"),
        with("    status:\u{a0}draft"),
        with("    status:\u{a0}draft\n    priority: 1"),
        with("    status: \u{2003}draft"),
        with("    traffic_percentage: 0.5\u{3000}"),
        with("    start_date: 2025-01-01\u{202f}"),
        in_layer("experiments:\n  -\u{a0}experiment_id: e\n    layer_id: l"),
        in_experiment("variants:\n  -\u{a0}a\n  -\u{a0}b"),
        in_experiment("name: \u{200b}N"),
        in_layer("\u{feff}total_slots: 5"),
        "layer_id:\u{a0}l".to_owned(),
    ]
    .map(|text| first(&text));
    insta::assert_snapshot!(shown.join("\n\n"), @"
    9:1-2 yaml-syntax
    found a tab, but YAML is indented with spaces
    replace the tab with as many spaces as the lines around it have

    9:3-4 yaml-syntax
    found a tab, but YAML is indented with spaces
    replace the tab with as many spaces as the lines around it have

    4:1-2 yaml-syntax
    found a tab, but YAML is indented with spaces
    replace the tab with as many spaces as the lines around it have

    9:1-2 type
    found a no-break space (U+00A0), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    9:11-12 type
    found a no-break space (U+00A0), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    9:12-13 yaml-syntax
    found a no-break space (U+00A0), which YAML treats as text
    replace it with a space, or remove it

    9:12-13 yaml-syntax
    found a no-break space (U+00A0), which YAML treats as text
    replace it with a space, or remove it

    9:13-14 type
    found an unusual space (U+2003), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    9:28-29 type
    found an ideographic space (U+3000), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    9:27-28 type
    found a narrow no-break space (U+202F), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    4:4-5 yaml-syntax
    found a no-break space (U+00A0), which YAML treats as text
    replace it with a space, or remove it

    10:8-9 type
    found a no-break space (U+00A0), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed

    9:11-12 type
    found a zero-width space (U+200B), which YAML treats as part of the text
    replace it with a space, or quote the text if it is meant

    3:1-2 yaml-syntax
    found a byte order mark (U+FEFF), which YAML treats as text
    replace it with a space, or remove it

    1:10-11 type
    found a no-break space (U+00A0), which YAML treats as part of the text
    remove it, or replace it with a space where one is needed
    ");
}

#[test]
fn odd_blanks_within_and_in_quotes_are_text() {
    for text in [
        "Prix\u{a0}5",
        "a\u{3000}b",
        "\"\u{a0}N\"",
        "'N\u{200b}'",
        "\"Prix\u{a0}: 5\"",
        "\"a:\u{a0}b\"",
    ] {
        assert_eq!(
            findings(&in_experiment(&format!("name: {text}"))),
            [""; 0],
            "{text}"
        );
    }
    // Tabs where YAML has nothing against them.
    let text = "layer_id:\tl\t\nlayer_salt: s # a\tb\n\t\n\t# c\n";
    assert_eq!(findings(text), [""; 0]);
    // An innocent one isn't blamed for a mistake elsewhere.
    let text = in_experiment("name: \"Prix :\u{a0}5\"\nstatus: [");
    assert!(first(&text).contains("not valid YAML"), "{}", first(&text));
}

#[test]
fn a_conflict_of_a_merge_is_found_at_its_mark() {
    let experiment = in_experiment("");
    let sides = "<<<<<<< HEAD\n    status: active\n=======\n    status: draft\n>>>>>>> topic: x\n";
    let conflict = format!("{experiment}{sides}");
    insta::assert_snapshot!(first(&conflict), @"
    9:1-8 yaml-syntax
    `<<<<<<<` marks an unresolved merge conflict
    keep the lines that are right, and remove the others and the lines with `<<<<<<<`, `=======` and `>>>>>>>`
    ");
    let place = |text: &str| findings(text);
    for (text, places) in [
        (format!("{sides}{experiment}"), vec!["yaml-syntax 1:1-8"]),
        (conflict.replace('\n', "\r\n"), vec!["yaml-syntax 9:1-8"]),
        (
            format!(
                "{experiment}<<<<<<< a\n||||||| b\n=======\n>>>>>>> c\n    priority: 1\n{sides}"
            ),
            vec!["yaml-syntax 9:1-8", "yaml-syntax 14:1-8"],
        ),
        // What a half-done resolution leaves.
        (
            format!("{experiment}=======\n    status: draft\n"),
            vec!["yaml-syntax 9:1-8"],
        ),
        (
            format!("{experiment}>>>>>>> topic\n"),
            vec!["yaml-syntax 9:1-8"],
        ),
        (
            format!("\u{feff}<<<<<<< HEAD\n{experiment}"),
            vec!["yaml-syntax 1:1-8"],
        ),
        // Within brackets it would be a text over several lines.
        (
            in_experiment("variants: [a,\n<<<<<<< HEAD\n  b]").replace("    <<<<", "<<<<"),
            vec!["yaml-syntax 10:1-8"],
        ),
        (format!("{experiment}# =======\n"), vec![]),
    ] {
        assert_eq!(place(&text), places, "{text}");
    }
}

proptest! {
    /// One odd character anywhere in a file: no finding is without a place in its lines, and one at
    /// the edge of a word that keeps the file from being right is what the finding points at.
    #[test]
    fn an_odd_character_before_a_value_is_pointed_at(
        odd in prop::sample::select(vec!['\u{a0}', '\u{2003}', '\u{202f}', '\u{3000}', '\u{200b}', '\u{feff}']),
        line in 0_usize..8,
        is_after_colon in any::<bool>(),
    ) {
        let right = in_experiment("");
        let mut lines: Vec<String> = right.lines().map(str::to_owned).collect();
        let colon = lines[line].find(": ").or_else(|| lines[line].find(':')).expect("a key");
        let at = if is_after_colon { colon + 1 } else { lines[line].len() - lines[line].trim_start().len() };
        // Instead of the blank, or as one more character before the key.
        let end = if is_after_colon && lines[line].len() > at { at + 1 } else { at };
        lines[line].replace_range(at..end, &odd.to_string());
        // A mark of the byte order may stand at the begin of a file.
        prop_assume!(!(odd == '\u{feff}' && line == 0 && at == 0));
        let text = lines.join("\n") + "\n";
        let checked = checked(&[("a.yml", &text)]);
        let first = checked.findings.first().expect("a finding");
        let place = &first.diagnostic.span;
        prop_assert_eq!((place.line, place.column), (line + 1, at + 1), "{}\n{:?}", text, found(&checked));
        let number = format!("(U+{:04X})", u32::from(odd));
        prop_assert!(first.diagnostic.message.contains(&number), "{}", first.diagnostic.message);
    }
}
