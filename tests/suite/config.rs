//! Checking configs directories: files together, what survives an error, odd texts.

use std::fs;

use avos::config::{
    Checked, FileProblem, ReadError, SourceFile, Sources, check_sources, read_sources,
};
use avos::diagnostic::{Help, Subject};
use jiff::Timestamp;
use proptest::prelude::*;

/// The time at which the tests check.
pub(crate) fn now() -> Timestamp {
    "2025-06-01T12:00:00Z".parse().expect("a timestamp")
}

/// Sources of these texts.
pub(crate) fn sources(files: &[(&str, &str)]) -> Sources {
    let file = |(name, text): &(&str, &str)| SourceFile {
        name: (*name).to_owned(),
        content: Ok((*text).into()),
    };
    Sources::new("configs", files.iter().map(file).collect())
}

/// What checking these texts gives.
pub(crate) fn checked(files: &[(&str, &str)]) -> Checked {
    check_sources(&sources(files), now())
}

/// Each finding as `code file:line:column-end_column path`; the file `a.yml` isn't said.
pub(crate) fn found(checked: &Checked) -> Vec<String> {
    let findings = checked.findings.iter().map(|finding| &finding.diagnostic);
    findings
        .map(|found| {
            let place = &found.span;
            let file = match &*place.file {
                "a.yml" => "",
                file => &format!("{file}:"),
            };
            let (code, path) = (found.rule.code, &found.path);
            let (line, start, end) = (place.line, place.column, place.end_column);
            format!("{code} {file}{line}:{start}-{end} {path}")
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// A layer with one experiment.
fn layer(layer_id: &str, experiment_id: &str) -> String {
    format!(
        "layer_id: {layer_id}\nlayer_salt: salt of {layer_id}\nexperiments:\n  - experiment_id: \
         {experiment_id}\n    layer_id: {layer_id}\n    name: Test\n    variants: [a, b]\n    \
         traffic_allocation: {{a: 0.5, b: 0.5}}\n    traffic_percentage: 0.5\n"
    )
}

fn ids(checked: &Checked) -> Vec<&str> {
    let layers = checked.desired.layers.iter();
    layers.map(|layer| layer.layer_id.as_str()).collect()
}

#[test]
fn a_valid_layer_has_its_values_and_defaults() {
    let text = "\
layer_id: home
layer_salt: pepper
experiments:
  - experiment_id: hero
    layer_id: home
    name: Hero
    variants: [blue, green]
    traffic_allocation: {green: 0.25, blue: 0.75}
    start_date: 2025-01-01
    end_date: null
";
    let checked = checked(&[("a.yml", text)]);
    assert_eq!(found(&checked), [""; 0]);
    let layer = checked.desired.layer(&"home".into()).expect("a layer");
    assert_eq!(
        (layer.layer_salt.as_str(), layer.total_slots),
        ("pepper", None)
    );
    assert_eq!(layer.hash_algorithm, None);
    let experiment = &layer.experiments[0];
    let arms = experiment.traffic_allocation.arms();
    let order: Vec<&str> = arms.iter().map(|arm| arm.variant.as_str()).collect();
    assert_eq!(
        order,
        ["blue", "green"],
        "the order is that of the variants"
    );
    assert!((experiment.reserved_percentage.value() - 1.0).abs() < 1e-12);
    assert_eq!(experiment.status.as_str(), "draft");
    let start = experiment.start_date.expect("a date");
    assert_eq!(start.to_string(), "2025-01-01T00:00:00Z");
    assert!(checked.desired.is_complete);
}

#[test]
fn a_broken_file_leaves_the_others_usable() {
    let (a, c) = (layer("a", "one"), layer("c", "three"));
    let broken = layer("b", "two").replace("0.5, b", "0.4, b");
    let checked = checked(&[
        ("a.yml", &a),
        ("b.yml", &broken),
        ("c.yml", &c),
        ("d.yml", "a: [1"),
    ]);
    assert_eq!(ids(&checked), ["a", "c"]);
    assert!(checked.desired.in_error.contains("b"));
    assert!(!checked.desired.is_complete);
    assert_eq!(checked.unreadable_files().collect::<Vec<_>>(), ["d.yml"]);
    assert_eq!(
        found(&checked),
        [
            "allocation-sum b.yml:8:5-23 experiments[0].traffic_allocation",
            "yaml-syntax d.yml:1:4-4"
        ]
    );
    let layers: Vec<_> = checked.findings.iter().map(|found| &found.layers).collect();
    assert_eq!(layers, [&vec!["b".into()], &vec![]]);
    let counts = checked.counts;
    assert_eq!((counts.files, counts.layers, counts.experiments), (4, 3, 3));
    assert_eq!((checked.error_count(), checked.warning_count()), (2, 0));
}

#[test]
fn what_stands_twice_concerns_both_layers() {
    let files = [
        ("a.yml", layer("a", "same")),
        ("b.yml", layer("b", "same")),
        ("c.yml", layer("c", "other")),
        ("d.yml", layer("c", "other")),
        (
            "e.yml",
            layer("e", "alone").replace("salt of e", "salt of a"),
        ),
    ];
    let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let first = checked(&files);
    assert_eq!(
        found(&first),
        [
            "duplicate-experiment b.yml:4:20-24 experiments[0].experiment_id",
            "duplicate-layer d.yml:1:11-12 layer_id",
            "shared-salt e.yml:2:13-22 layer_salt",
        ]
    );
    assert_eq!(ids(&first), ["e"]);
    let in_error: Vec<&str> = first.desired.in_error.iter().map(AsRef::as_ref).collect();
    assert_eq!(in_error, ["a", "b", "c"]);
    let message = &first.findings[0].diagnostic.message;
    assert_eq!(
        message,
        "experiment `same` is already defined in a.yml, line 4"
    );

    // The order in which the files come changes nothing.
    files.reverse();
    let mut reversed = sources(&files);
    reversed.files.reverse();
    assert_eq!(found(&check_sources(&reversed, now())), found(&first));
}

#[test]
fn a_salt_may_be_an_experiment_id() {
    let text = layer("a", "hero").replace("salt of a", "hero");
    for algorithm in ["md5", "sha256"] {
        let text = format!("hash_algorithm: {algorithm}\n{text}");
        assert_eq!(found(&checked(&[("a.yml", &text)])), [""; 0]);
    }
}

#[test]
fn a_salt_is_shared_where_slots_are_correlated() {
    let shared = |first: &str, second: &str| {
        let text = |id: &str, lines: &str| format!("layer_id: {id}\nlayer_salt: s\n{lines}");
        let checked = checked(&[("a.yml", &text("a", first)), ("b.yml", &text("b", second))]);
        let codes = found(&checked).into_iter();
        codes
            .filter(|found| found.starts_with("shared-salt"))
            .count()
    };
    assert_eq!(shared("", ""), 1);
    assert_eq!(shared("total_slots: 100", "total_slots: 100"), 1);
    assert_eq!(shared("total_slots: 100", "total_slots: 150"), 1);
    assert_eq!(
        shared("", "total_slots: 101"),
        1,
        "it may exist with other slots"
    );
    assert_eq!(shared("total_slots: 100", "total_slots: 101"), 0);
    assert_eq!(shared("total_slots: 1", "total_slots: 100"), 0);
    let (sha256, md5) = ("hash_algorithm: sha256", "hash_algorithm: md5");
    assert_eq!(shared(sha256, md5), 0);
    assert_eq!([shared(md5, md5), shared(sha256, "")], [1, 1]);

    // The first of a salt may be another than the one that is correlated.
    let text =
        |id: &str, slots: u32| format!("layer_id: {id}\nlayer_salt: s\ntotal_slots: {slots}");
    let files = [
        ("a.yml", text("a", 99)),
        ("b.yml", text("b", 100)),
        ("c.yml", text("c", 50)),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    assert_eq!(
        found(&checked(&files)),
        ["shared-salt c.yml:2:13-14 layer_salt"]
    );
}

#[test]
fn names_that_look_the_same_are_found() {
    let experiment = |id: &str| layer("a", "one").replace("one", id);
    let variants = |names: &str, shares: &str| {
        layer("a", "one")
            .replace("[a, b]", names)
            .replace("a: 0.5, b: 0.5", shares)
    };
    let text = variants(r#"["a", "a\u200b"]"#, r#"a: 0.5, "a\u200b": 0.5"#);
    let checked_text = checked(&[("a.yml", &text)]);
    assert_eq!(
        found(&checked_text),
        ["invisible-difference 7:21-30 experiments[0].variants[1]"]
    );
    let message = &checked_text.findings[0].diagnostic.message;
    assert_eq!(
        message,
        r"variant `a\u{200b}` looks the same as `a` (a.yml, line 7)"
    );
    for other in ["a ", " a", r"a\u00ad", r"\ufeffa", r"a\ufe0f", r"a\u00a0"] {
        let text = variants(
            &format!(r#"["a", "{other}"]"#),
            &format!(r#"a: 0.5, "{other}": 0.5"#),
        );
        let codes = found(&checked(&[("a.yml", &text)]));
        assert!(
            codes[0].starts_with("invisible-difference 7:"),
            "{other} {codes:?}"
        );
    }
    let text = variants(
        "[caf\u{e9}, cafe\u{301}, A, a]",
        "caf\u{e9}: 0.5, cafe\u{301}: 0.5, A: 0, a: 0",
    );
    assert_eq!(
        found(&checked(&[("a.yml", &text)])),
        ["invisible-difference 7:22-27 experiments[0].variants[1]"]
    );

    let groups = experiment("one").replace(
        "traffic_percentage",
        "splitter_type: geo\n    geo_allocations: {US: {a: 0.5, b: 0.5}, 'US ': {a: 0.5, b: 0.5}}\n    \
         traffic_percentage",
    );
    assert_eq!(
        found(&checked(&[("a.yml", &groups)])),
        ["invisible-difference 10:45-50 experiments[0].geo_allocations.US"]
    );

    let other = layer("b", "two").replace("two", r#""one\u200d""#);
    let checked_files = checked(&[("a.yml", &experiment("one")), ("b.yml", &other)]);
    assert_eq!(
        found(&checked_files),
        ["invisible-difference b.yml:4:20-31 experiments[0].experiment_id"]
    );
    let layers = &checked_files.findings[0].layers;
    assert_eq!(*layers, ["a".into(), "b".into()]);
    let layers = [
        ("a.yml", "layer_id: home\nlayer_salt: s"),
        ("b.yml", "layer_id: 'home '\nlayer_salt: t"),
    ];
    assert_eq!(
        found(&checked(&layers)),
        ["invisible-difference b.yml:1:11-18 layer_id"]
    );
    assert!(!checked(&layers).has_errors());
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let text = format!("\u{feff}{}", layer("a", "one").replace('\n', "\r\n"));
    assert_eq!(found(&checked(&[("a.yml", &text)])), [""; 0]);
    let broken = text.replace("name: Test", "name: \"É\"\r\n    status: aktiv # ü");
    assert_eq!(
        found(&checked(&[("a.yml", &broken)])),
        ["status 7:13-18 experiments[0].status"]
    );
    let first = "\u{feff}layer_ide: a\r\nlayer_salt: b\r\n";
    assert_eq!(
        found(&checked(&[("a.yml", first)])),
        ["unknown-key 1:1-10 layer_ide"]
    );
}

#[test]
fn spans_have_the_bytes_of_their_values() {
    let text = "layer_id: \u{426}\u{435}\u{43d}\u{430}\nlayer_salt: \"\u{4e2d} \u{1f600}\"\nexperiments:\n- \
                experiment_id: h\u{e9}ro\n  layer_id: \u{426}\u{435}\u{43d}\u{430}\n  name: \u{1f600}\n  \
                variants: [\u{e9}, b]\n  traffic_allocation: {\u{e9}: 0.5, b: 0.5}\n  \
                traffic_percentage: 0.5\n";
    let windows = text.replace('\n', "\r\n");
    for text in [
        text,
        &windows,
        &format!("\u{feff}{text}"),
        &format!("\u{feff}{windows}"),
    ] {
        let checked = checked(&[("a.yml", text)]);
        assert!(!checked.has_errors(), "{:#?}", found(&checked));
        let value = |experiment: Option<&str>, key| {
            let (span, _) = checked.locate(&Subject {
                layer_id: "\u{426}\u{435}\u{43d}\u{430}".into(),
                experiment_id: experiment.map(Into::into),
                key,
            });
            &text[span.bytes().expect("bytes")]
        };
        let hero = Some("h\u{e9}ro");
        let values = [
            value(None, None),
            value(None, Some("layer_salt")),
            value(hero, None),
            value(hero, Some("name")),
            value(hero, Some("variants")),
            value(hero, Some("traffic_percentage")),
        ];
        assert_eq!(
            values,
            [
                "\u{426}\u{435}\u{43d}\u{430}",
                "\"\u{4e2d} \u{1f600}\"",
                "h\u{e9}ro",
                "\u{1f600}",
                "variants",
                "0.5"
            ]
        );
    }
}

#[test]
fn values_are_found_by_what_they_belong_to() {
    let broken = layer("b", "two").replace("0.5, b", "0.4, b");
    let checked = checked(&[("a.yml", &layer("a", "one")), ("b.yml", &broken)]);
    let locate = |layer: &str, experiment: Option<&str>, key| {
        let (place, path) = checked.locate(&Subject {
            layer_id: layer.into(),
            experiment_id: experiment.map(Into::into),
            key,
        });
        format!("{}:{}:{} {path}", place.file, place.line, place.column)
    };
    let one = Some("one");
    for (located, place) in [
        (locate("a", None, None), "a.yml:1:11 "),
        (
            locate("a", None, Some("layer_salt")),
            "a.yml:2:13 layer_salt",
        ),
        (
            locate("a", None, Some("total_slots")),
            "a.yml:1:11 total_slots",
        ),
        (locate("a", one, None), "a.yml:4:20 experiments[0]"),
        (
            locate("a", one, Some("traffic_percentage")),
            "a.yml:9:25 experiments[0].traffic_percentage",
        ),
        (
            locate("a", one, Some("traffic_allocation")),
            "a.yml:8:5 experiments[0].traffic_allocation",
        ),
        (
            locate("a", one, Some("status")),
            "a.yml:4:20 experiments[0].status",
        ),
        // In a layer with errors, moved to another layer, and in no file.
        (
            locate("b", Some("two"), Some("name")),
            "b.yml:6:11 experiments[0].name",
        ),
        (
            locate("b", one, Some("layer_id")),
            "a.yml:5:15 experiments[0].layer_id",
        ),
        (locate("a", Some("gone"), Some("name")), "a.yml:1:11 "),
        (locate("gone", Some("gone"), None), ".:1:1 "),
        (locate("gone", None, Some("layer_salt")), ".:1:1 "),
    ] {
        assert_eq!(located, place);
    }
    assert_eq!(checked.file_of(&"b".into()), Some("b.yml"));
    assert_eq!(checked.file_of(&"gone".into()), None);
}

#[test]
fn only_so_many_errors_of_a_file_are_shown() {
    let unknown: Vec<String> = (0..250).map(|n| format!("unknown_{n:03}: 1")).collect();
    let unknown = unknown.join("\n");
    let text = format!("layer_id: a\nlayer_salt: b\n{unknown}");
    let found = found(&checked(&[("a.yml", &text)]));
    assert_eq!(found.len(), 201);
    assert_eq!(found[200], "limits 202:1-12");
}

#[test]
fn an_empty_directory_is_an_error() {
    let checked = checked(&[]);
    assert_eq!(found(&checked), ["empty-directory .:1:1-1"]);
    assert!(checked.desired.is_complete && checked.has_errors());
}

#[test]
fn a_directory_is_read_file_by_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).expect("a file");
    write("b.yml", layer("b", "two").as_bytes());
    write("a.yaml", layer("a", "one").as_bytes());
    write("latin1.yml", b"layer_id: caf\xe9\n");
    write("huge.yml", &vec![b'#'; 1024 * 1024 + 1]);
    write(".hidden.yml", b"[");
    write("b.yml~", b"[");
    write("notes.md", b"[");
    fs::create_dir(dir.path().join("folder.yml")).expect("a folder");
    let sources = read_sources(dir.path()).expect("a directory");
    let names: Vec<&str> = sources.files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["a.yaml", "b.yml", "huge.yml", "latin1.yml"]);
    assert_eq!(sources.files[2].content, Err(FileProblem::TooLarge));
    let checked = check_sources(&sources, now());
    assert_eq!(
        found(&checked),
        ["limits huge.yml:1:1-1", "unreadable latin1.yml:1:14-15"]
    );
    assert_eq!(ids(&checked), ["a", "b"]);

    // The same contents have the same digest, others another.
    assert_eq!(
        read_sources(dir.path()).expect("a directory").digest,
        sources.digest
    );
    write("b.yml", layer("b", "three").as_bytes());
    assert_ne!(
        read_sources(dir.path()).expect("a directory").digest,
        sources.digest
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_dangling_ones_are_reported() {
    let dir = tempfile::tempdir().expect("a directory");
    let target = dir.path().join("target.txt");
    fs::write(&target, layer("a", "one")).expect("a file");
    std::os::unix::fs::symlink(&target, dir.path().join("a.yml")).expect("a link");
    std::os::unix::fs::symlink("nowhere", dir.path().join("b.yml")).expect("a link");
    let checked = check_sources(&read_sources(dir.path()).expect("a directory"), now());
    assert_eq!(found(&checked), ["unreadable b.yml:1:1-1"]);
    assert_eq!(ids(&checked), ["a"]);
}

#[test]
fn a_directory_that_is_none_is_an_error_with_help() {
    let dir = tempfile::tempdir().expect("a directory");
    let missing = read_sources(&dir.path().join("missing"));
    assert!(matches!(missing, Err(ReadError::Missing { .. })));
    let file = dir.path().join("file");
    fs::write(&file, "").expect("a file");
    let error = read_sources(&file).expect_err("not a directory");
    assert!(matches!(error, ReadError::NotADirectory { .. }), "{error}");
    assert!(error.help().is_some());
}

/// Pieces that make texts which come near to layer files.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "layer_id: a\n",
        "layer_salt: b\n",
        "experiments:\n",
        "  - ",
        "experiment_id: x\n",
        "    ",
        "variants: [a, b]\n",
        "traffic_allocation: {a: 0.5, b: .inf}\n",
        "status: ",
        "active\n",
        "geo_allocations:\n",
        "US: {a: 1}\n",
        "\r\n",
        "\u{feff}",
        "*a ",
        "&a ",
        "? ",
        ": ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "é",
        "\u{2028}",
        "\t",
        "#",
        "---\n",
        "total_slots: 1e400\n",
        "~\n",
        "<<: ",
        "!!str ",
        "!x ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\\",
        "\r",
        "\0",
        "%",
        "@",
        "0x1\n",
    ]);
    let like = prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![3 => like, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked_and_findings_lie_within_it(text in yaml_like()) {
        let checked = checked(&[("a.yml", &text), ("b.yml", "layer_id: z\nlayer_salt: y\n")]);
        prop_assert!(checked.desired.layer(&"z".into()).is_some());
        prop_assert_eq!(checked.has_errors(), checked.desired.layers.len() < 2, "{:?}", text);
        // Only the first is a byte order mark.
        let content = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let lines: Vec<&str> = content.split('\n').collect();
        for finding in &checked.findings {
            let place = &finding.diagnostic.span;
            if &*place.file != "a.yml" {
                continue;
            }
            let start = (place.line, place.column);
            let end = (place.end_line, place.end_column);
            prop_assert!((1, 1) <= start && start <= end, "{place:?} of {text:?}");
            let length = lines.get(place.end_line - 1).map(|line| line.chars().count());
            let last = length.map(|length| length + 1);
            prop_assert!(Some(place.end_column) <= last, "{place:?} of {text:?}");
            // Bytes and columns mean the same.
            let bytes = place.bytes().expect("a span of a file that was read");
            let offset = |(line, column): (usize, usize)| {
                let before: usize = lines[..line - 1].iter().map(|line| line.len() + 1).sum();
                let characters = lines[line - 1].chars().take(column - 1);
                before + characters.map(char::len_utf8).sum::<usize>()
            };
            let mark = text.len() - content.len();
            let is_start = start == end && start == (1, 1);
            let expected = mark + offset(start)..mark + offset(end);
            prop_assert!(bytes == expected || is_start, "{place:?} of {text:?}");
        }
    }
}
