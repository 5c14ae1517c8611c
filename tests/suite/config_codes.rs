//! Every config code: the smallest text that has it, and where it is found.

use std::collections::BTreeSet;

use avos::config::rules;

use crate::config::{checked, found};

/// Reads the case's text as the file `a.yml`, and says what is found.
fn findings(text: &str) -> Vec<String> {
    found(&checked(&[("a.yml", text)]))
}

/// A layer whose first four lines are right, then these lines of the layer.
pub(crate) fn in_layer(lines: &str) -> String {
    format!("layer_id: l\nlayer_salt: s\n{lines}")
}

/// An experiment that is right, in lines 4 to 8 (`variants` in 7, the allocation in 8), then these
/// lines from line 9 on. A key given there replaces the right one. The layer has 100 slots.
pub(crate) fn in_experiment(lines: &str) -> String {
    let mut right = vec![
        ("experiment_id", "experiment_id: e"),
        ("layer_id", "layer_id: l"),
        ("name", "name: N"),
        ("variants", "variants: [a, b]"),
        ("traffic_allocation", "traffic_allocation: {a: 0.5, b: 0.5}"),
    ];
    for (key, line) in &mut right {
        if lines
            .lines()
            .any(|given| given.starts_with(&format!("{key}:")))
        {
            *line = "";
        }
    }
    let mut text = in_layer("experiments:\n");
    for (index, line) in right
        .iter()
        .map(|(_, line)| *line)
        .chain(lines.lines())
        .enumerate()
    {
        let start = if index == 0 { "  - " } else { "    " };
        text = text + start + line + "\n";
    }
    text + "total_slots: 100\n"
}

/// The texts below a layer's id and salt, with what is found.
const LAYERS: &[(&str, &[&str])] = &[
    ("", &[]),
    ("total_slots: 0", &["total-slots 3:14-15 total_slots"]),
    ("total_slots: -5", &["total-slots 3:14-16 total_slots"]),
    ("total_slots: 1000001", &["total-slots 3:14-21 total_slots"]),
    (
        "total_slots: 99999999999999999999",
        &["total-slots 3:14-34 total_slots"],
    ),
    ("total_slots: 1000000", &[]),
    ("total_slots: 100.5", &["type 3:14-19 total_slots"]),
    ("total_slots: 1_000", &["type 3:14-19 total_slots"]),
    ("total_slots: 0100", &["type 3:14-18 total_slots"]),
    ("total_slots: '100'", &["type 3:14-19 total_slots"]),
    ("total_slots:", &["type 3:1-12 total_slots"]),
    (
        "total_traffic_percentage: 0",
        &["total-traffic 3:27-28 total_traffic_percentage"],
    ),
    (
        "total_traffic_percentage: 80",
        &["total-traffic 3:27-29 total_traffic_percentage"],
    ),
    (
        "total_traffic_percentage: .nan",
        &["total-traffic 3:27-31 total_traffic_percentage"],
    ),
    (
        "total_traffic_percentage: yes",
        &["type 3:27-30 total_traffic_percentage"],
    ),
    (
        "total_traffic_percentage: null",
        &["type 3:1-25 total_traffic_percentage"],
    ),
    (
        "hash_algorithm: MD5",
        &["hash-algorithm 3:17-20 hash_algorithm"],
    ),
    ("placement: Rested", &["placement 3:12-18 placement"]),
    ("placement: null", &["type 3:1-10 placement"]),
    ("placement: rested", &[]),
    ("placement: lowest", &[]),
    ("hash_algorithm: null", &[]),
    ("hash_algorithm: md5", &[]),
    ("experiments: []", &[]),
    ("experiments:", &["type 3:1-12 experiments"]),
    ("experiments: {}", &["type 3:1-12 experiments"]),
    ("experiments: [1]", &["type 3:15-16 experiments[0]"]),
    ("experiments:\n  - x", &["type 4:5-6 experiments[0]"]),
    (
        "experiments: [{}]",
        &[
            "missing-key 3:15-16 experiments[0].experiment_id",
            "missing-key 3:15-16 experiments[0].layer_id",
            "missing-key 3:15-16 experiments[0].name",
            "missing-key 3:15-16 experiments[0].variants",
            "missing-key 3:15-16 experiments[0].traffic_allocation",
        ],
    ),
    ("owner: me", &["unknown-key 3:1-6 owner"]),
    ("variants: [a]", &["unknown-key 3:1-9 variants"]),
    ("<<: {total_slots: 5}", &["unknown-key 3:1-3 <<"]),
    ("1: 2", &["type 3:1-2 1"]),
    (
        "total_slots: 5\ntotal_slots: 6",
        &["duplicate-key 4:1-12 total_slots"],
    ),
    ("a: [", &["yaml-syntax 3:4-4"]),
    ("a: b: c", &["yaml-syntax 3:5-5"]),
    ("a: *b", &["yaml-syntax 3:4-4"]),
    ("a: &b [*b]", &["yaml-syntax 3:8-8"]),
    ("---\nlayer_id: m\n", &["yaml-syntax 4:1-1"]),
];

/// The texts of files as a whole.
const FILES: &[(&str, &[&str])] = &[
    ("", &["type 1:1-1"]),
    ("# nothing\n", &["type 1:1-1"]),
    ("text", &["type 1:1-1"]),
    ("- a\n", &["type 1:1-1"]),
    ("layer_id: a", &["missing-key 1:11-12 layer_salt"]),
    ("layer_salt: a", &["missing-key 1:1-11 layer_id"]),
    (
        "layer_id: ''\nlayer_salt: ' '",
        &[
            "missing-key 1:11-13 layer_id",
            "missing-key 2:13-16 layer_salt",
        ],
    ),
    (
        "layer_id: 7\nlayer_salt: no",
        &["type 1:11-12 layer_id", "type 2:13-15 layer_salt"],
    ),
    (
        "layer_id: a\nlayer_salt: \"x\\0\"",
        &["type 2:13-18 layer_salt"],
    ),
    (
        "layer_ids: a\nlayer-salt: b",
        &[
            "unknown-key 1:1-10 layer_ids",
            "unknown-key 2:1-11 layer-salt",
        ],
    ),
];

/// Lines of an experiment, with what is found; line 9 is the first of them.
const EXPERIMENTS: &[(&str, &[&str])] = &[
    ("", &[]),
    (
        "experiment_id: ''",
        &["missing-key 9:20-22 experiments[0].experiment_id"],
    ),
    ("name: 5", &["type 9:11-12 experiments[0].name"]),
    ("name: true", &["type 9:11-15 experiments[0].name"]),
    ("name: Yes", &["type 9:11-14 experiments[0].name"]),
    ("name: 'Yes'", &[]),
    ("name:", &["type 9:5-9 experiments[0].name"]),
    ("nam: N", &["unknown-key 9:5-8 experiments[0].nam"]),
    (
        "layer_id: other",
        &["layer-mismatch 9:15-20 experiments[0].layer_id"],
    ),
    ("variants: []", &["variants 9:5-13 experiments[0].variants"]),
    (
        "variants: [a, a]",
        &["variants 9:19-20 experiments[0].variants[1]"],
    ),
    (
        "variants: [a, b, '']",
        &["variants 9:22-24 experiments[0].variants[2]"],
    ),
    ("variants: a, b", &["type 9:15-19 experiments[0].variants"]),
    (
        "variants: [a, 1]",
        &["type 9:19-20 experiments[0].variants[1]"],
    ),
    (
        "traffic_allocation: {a: 0.5, b: 0.4}",
        &["allocation-sum 9:5-23 experiments[0].traffic_allocation"],
    ),
    ("traffic_allocation: {a: 0.5, b: 0.5000005}", &[]),
    ("traffic_allocation: {a: 1.0000005, b: 0}", &[]),
    (
        "traffic_allocation: {a: 60, b: 40}",
        &["allocation-sum 9:5-23 experiments[0].traffic_allocation"],
    ),
    (
        "traffic_allocation: {a: 1.2, b: -0.2}",
        &["allocation-value 9:37-41 experiments[0].traffic_allocation.b"],
    ),
    (
        "traffic_allocation: {a: .inf, b: .nan}",
        &[
            "allocation-value 9:29-33 experiments[0].traffic_allocation.a",
            "allocation-value 9:38-42 experiments[0].traffic_allocation.b",
        ],
    ),
    (
        "traffic_allocation: {a: '0.5', b: 0.5}",
        &["type 9:29-34 experiments[0].traffic_allocation.a"],
    ),
    (
        "traffic_allocation: {a: 1.0}",
        &["allocation-keys 9:5-23 experiments[0].traffic_allocation"],
    ),
    (
        "traffic_allocation: {a: 0.5, c: 0.5}",
        &["allocation-keys 9:34-35 experiments[0].traffic_allocation.c"],
    ),
    (
        "traffic_allocation: {a: 0.5, b: 0.25, control: 0.25}",
        &["allocation-keys 9:43-50 experiments[0].traffic_allocation.control"],
    ),
    (
        "traffic_allocation: {a: 0.5, a: 0.5}",
        &["duplicate-key 9:34-35 experiments[0].traffic_allocation.a"],
    ),
    (
        "traffic_allocation: {a: 0.5, yes: 0.5}",
        &["type 9:34-37 experiments[0].traffic_allocation.yes"],
    ),
    ("status: actve", &["status 9:13-18 experiments[0].status"]),
    ("status: Active", &["status 9:13-19 experiments[0].status"]),
    ("status: null", &["type 9:5-11 experiments[0].status"]),
    (
        "splitter_type: country",
        &["splitter-type 9:20-27 experiments[0].splitter_type"],
    ),
    (
        "splitter_type: geo",
        &["splitter-mismatch 9:20-23 experiments[0].splitter_type"],
    ),
    (
        "splitter_type: geo\ngeo_allocations: {}",
        &["splitter-mismatch 10:5-20 experiments[0].geo_allocations"],
    ),
    ("geo_allocations: {}", &[]),
    ("geo_allocations: null", &[]),
    (
        "geo_allocations: {US: {a: 0.5, b: 0.5}}",
        &["splitter-mismatch 9:5-20 experiments[0].geo_allocations"],
    ),
    (
        "splitter_type: geo\nsegment_allocations: {x: {a: 0.5, b: 0.5}}",
        &["splitter-mismatch 10:5-24 experiments[0].segment_allocations"],
    ),
    (
        "splitter_type: geo\ngeo_allocations:\n  US: {a: 0.5, b: 0.4}\n  DE: {a: 1}\n  FR: {a: 2, b: -1}",
        &[
            "allocation-sum 11:7-9 experiments[0].geo_allocations.US",
            "allocation-keys 12:7-9 experiments[0].geo_allocations.DE",
            "allocation-value 13:21-23 experiments[0].geo_allocations.FR.b",
        ],
    ),
    (
        "splitter_type: geo\ngeo_allocations: {NO: {a: 0.5, b: 0.5}}",
        &["type 10:23-25 experiments[0].geo_allocations.NO"],
    ),
    (
        "splitter_type: geo\ngeo_allocations: {US: {a: 1, b: 0}}",
        &["idle-group-variant 10:37-38 experiments[0].geo_allocations.US.b"],
    ),
    (
        "splitter_type: geo\nstatus: completed\ngeo_allocations: {US: {a: 1, b: 0}}",
        &[],
    ),
    (
        "splitter_type: geo\ngeo_allocation: {US: {a: 0.5, b: 0.5}}",
        &["unknown-key 10:5-19 experiments[0].geo_allocation"],
    ),
    (
        "traffic_percentage: 30",
        &["percentage-range 9:25-27 experiments[0].traffic_percentage"],
    ),
    (
        "traffic_percentage: 30%",
        &["type 9:25-28 experiments[0].traffic_percentage"],
    ),
    (
        "traffic_percentage: '0.3'",
        &["type 9:25-30 experiments[0].traffic_percentage"],
    ),
    (
        "reserved_percentage: -0.1",
        &["percentage-range 9:26-30 experiments[0].reserved_percentage"],
    ),
    ("reserved_percentage: null", &[]),
    (
        "reserved_percentage: 0.5",
        &["reserve-below-traffic 9:26-29 experiments[0].reserved_percentage"],
    ),
    (
        "traffic_percentage: 0.125\nreserved_percentage: 0.125",
        &["fractional-slots 9:25-30 experiments[0].traffic_percentage"],
    ),
    (
        "traffic_percentage: 0.07\nreserved_percentage: 0.125",
        &["fractional-slots 10:26-31 experiments[0].reserved_percentage"],
    ),
    ("traffic_percentage: 0.125\nstatus: completed", &[]),
    (
        "traffic_percentge: 0.3",
        &["unknown-key 9:5-22 experiments[0].traffic_percentge"],
    ),
    (
        "total_slots: 100",
        &["unknown-key 9:5-16 experiments[0].total_slots"],
    ),
    (
        "slots: [1, 2]",
        &["slots-unsupported 9:5-10 experiments[0].slots"],
    ),
    ("priority: 1.5", &["type 9:15-18 experiments[0].priority"]),
    (
        "priority: 9999999999999999999",
        &["type 9:15-34 experiments[0].priority"],
    ),
    ("priority: -3", &[]),
    (
        "start_date: 2025-02-30",
        &["date 9:17-27 experiments[0].start_date"],
    ),
    ("start_date: null\nend_date: ~", &[]),
    (
        "start_date: 20250101",
        &["type 9:17-25 experiments[0].start_date"],
    ),
    (
        "start_date: 2025-03-01\nend_date: 2025-02-01T00:00:00Z",
        &["date-order 10:15-35 experiments[0].end_date"],
    ),
    (
        "start_date: 2025-03-01\nend_date: 2025-03-01",
        &["date-order 10:15-25 experiments[0].end_date"],
    ),
    (
        "end_date: 2025-05-31\nstatus: active",
        &["past-end-date 9:15-25 experiments[0].end_date"],
    ),
    ("end_date: 2025-05-31\nstatus: paused", &[]),
    ("end_date: 2025-06-02\nstatus: active", &[]),
    (
        "variants: [a, 'a ']\ntraffic_allocation: {a: 0.5, 'a ': 0.5}",
        &["invisible-difference 9:19-23 experiments[0].variants[1]"],
    ),
    ("name: 12:30", &["type 9:11-16 experiments[0].name"]),
    ("name: 2026-03-01", &["type 9:11-21 experiments[0].name"]),
    ("name: =", &["type 9:11-12 experiments[0].name"]),
    ("name: <<", &["type 9:11-13 experiments[0].name"]),
    (
        "traffic_allocation: {a: 0.5, b: 0.5, <<: 0}",
        &["allocation-keys 9:42-44 experiments[0].traffic_allocation.<<"],
    ),
    ("status: on", &["status 9:13-15 experiments[0].status"]),
    (
        "start_date: 2025-03-01T09:00:00+18:01",
        &["date 9:17-42 experiments[0].start_date"],
    ),
    ("start_date: 2025-03-01T09:00:00-18:00", &[]),
];

/// Every text above as a whole file, with what is found in it.
pub(crate) fn cases() -> impl Iterator<Item = (String, &'static [&'static str])> {
    let layers = LAYERS
        .iter()
        .map(|(lines, found)| (in_layer(lines), *found));
    let experiments = EXPERIMENTS
        .iter()
        .map(|(lines, found)| (in_experiment(lines), *found));
    let files = FILES
        .iter()
        .map(|(text, found)| ((*text).to_owned(), *found));
    layers.chain(experiments).chain(files)
}

#[test]
fn each_text_has_its_findings_and_no_others() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (text, expected) in cases() {
        let found = findings(&text);
        if found != expected {
            wrong.push(format!(
                "{text}\n  found    {found:?}\n  expected {expected:?}\n"
            ));
        }
        seen.extend(
            found
                .into_iter()
                .filter_map(|line| Some(line.split_once(' ')?.0.to_owned())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Those that need several files, special ones or large ones are tested by themselves.
    seen.extend(
        [
            "unreadable",
            "limits",
            "empty-directory",
            "duplicate-layer",
            "duplicate-experiment",
        ]
        .into_iter()
        .chain(["shared-salt", "capacity"])
        .map(str::to_owned),
    );
    let all: BTreeSet<String> = rules::ALL.iter().map(|rule| rule.code.to_owned()).collect();
    assert_eq!(seen, all);
}

#[test]
fn capacity_counts_what_holds_slots() {
    let layer = |lines: &[&str]| {
        let experiment = |(n, line): (usize, &&str)| {
            format!(
                "  - {{experiment_id: e{n}, layer_id: l, name: N, variants: [a], \
                 traffic_allocation: {{a: 1}}, {line}}}\n"
            )
        };
        let experiments: String = lines.iter().enumerate().map(experiment).collect();
        in_layer(&format!(
            "total_traffic_percentage: 0.8\nexperiments:\n{experiments}"
        ))
    };
    let over = ["capacity 3:27-30 total_traffic_percentage"];
    let findings = |lines: &[&str]| findings(&layer(lines));
    assert_eq!(
        findings(&["traffic_percentage: 0.5", "traffic_percentage: 0.4"]),
        over
    );
    assert_eq!(
        findings(&[
            "traffic_percentage: 0.1, reserved_percentage: 0.5",
            "traffic_percentage: 0.4"
        ]),
        over
    );
    let completed = "traffic_percentage: 0.5, status: completed";
    assert_eq!(findings(&[completed, "traffic_percentage: 0.4"]), [""; 0]);
    // 0.1 + 0.7 is a little above 0.8 as a binary fraction.
    assert_eq!(
        findings(&["traffic_percentage: 0.1", "traffic_percentage: 0.7"]),
        [""; 0]
    );
    // A status that nobody can read might be `completed`.
    let unclear = "traffic_percentage: 0.5, status: complete";
    assert_eq!(
        findings(&[unclear, "traffic_percentage: 0.4"]),
        ["status 5:123-131 experiments[0].status"]
    );
    // What isn't finished may still get a smaller share than the default.
    let unfinished = format!(
        "{}  - {{experiment_id: next, layer_id: l}}\n",
        layer(&["traffic_percentage: 0.5"])
    );
    let missing = super::config_codes::findings(&unfinished);
    assert!(
        missing.iter().all(|it| it.starts_with("missing-key")),
        "{missing:?}"
    );
    let greedy = unfinished.replace("layer_id: l}", "layer_id: l, traffic_percentage: 0.4}");
    assert_eq!(super::config_codes::findings(&greedy)[0], over[0]);
    // Without the key, at the layer's id.
    let text = layer(&["traffic_percentage: 1.0", "traffic_percentage: 0.5"]);
    let text = text.replace("total_traffic_percentage: 0.8\n", "");
    assert_eq!(
        super::config_codes::findings(&text),
        ["capacity 1:11-12 total_traffic_percentage"]
    );
}

#[test]
fn limits_are_found_where_they_are_passed() {
    let deep = format!("a: {}1{}\n", "[".repeat(40), "]".repeat(40));
    let many = format!("a: [{}]\n", "1, ".repeat(100_001));
    let aliases = format!("a: &x 1\nb: [{}]\n", "*x, ".repeat(101));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    for (text, line) in [(deep.as_str(), 1), (&many, 1), (&aliases, 2), (bomb, 5)] {
        let found = findings(text);
        assert!(
            found[0].starts_with(&format!("limits {line}:")),
            "{found:?}"
        );
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn a_file_full_of_errors_costs_no_more_than_its_size() {
    let names =
        |start: &str| -> Vec<String> { (0..10_000).map(|n| format!("{start}{n}")).collect() };
    let shares: Vec<String> = names("share")
        .iter()
        .map(|name| format!("{name}: 0"))
        .collect();
    let groups: Vec<String> = names("group")
        .iter()
        .map(|name| format!("{name}: {{}}"))
        .collect();
    let text = in_experiment(&format!(
        "variants: [{}]\ntraffic_allocation: {{{}}}\nsplitter_type: geo\ngeo_allocations: {{{}}}",
        names("variant").join(", "),
        shares.join(", "),
        groups.join(", ")
    ));
    // Comparing every name with every other would take minutes.
    let found = findings(&text);
    assert_eq!(found.len(), 201);
    assert!(
        found
            .iter()
            .any(|found| found.starts_with("allocation-keys"))
    );
}

#[test]
fn an_alias_is_found_where_it_is_used() {
    let text = in_experiment(
        "traffic_percentage: &share 0.5\nreserved_percentage: *share\n\
                              priority: *share",
    );
    assert_eq!(findings(&text), ["type 11:15-21 experiments[0].priority"]);
}

#[test]
fn messages_name_the_values_and_helps_say_what_to_write() {
    let say = |text: &str| {
        let checked = checked(&[("a.yml", text)]);
        let found = &checked.findings[0].diagnostic;
        format!("{}\n{}", found.message, found.help)
    };
    let all = [
        say(&in_experiment("traffic_allocation: {a: 0.3, b: 0.6}")),
        say(&in_experiment("traffic_allocation: {a: 0.5, bb: 0.5}")),
        say(&in_experiment("traffic_percentge: 0.3")),
        say(&in_experiment("total_slots: 3")),
        say(&in_experiment("traffic_percentage: 30")),
        say(&in_experiment("traffic_percentage: 30%")),
        say(&in_experiment("traffic_percentage: 0.125")),
        say(&in_experiment("variants: [a, 1]")),
        say(&in_experiment("name: no")),
        say(&in_experiment("status: Activ")),
        say(&in_experiment("name: a: b")),
        say(&in_layer("total_slots: '100'")),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    `experiments[0].traffic_allocation` doesn't sum to 1: 0.3 + 0.6 = 0.9
    add 0.1 in all, or keep the proportions: write {a: 0.333333, b: 0.666667}

    `bb` is not among the variants
    did you mean `b`?

    unknown key `traffic_percentge` in experiment
    did you mean `traffic_percentage`?

    key `total_slots` belongs in the layer, not in the experiment
    move it to the layer, above `experiments`, or remove it

    `traffic_percentage` is 30, not from 0 to 1
    write a fraction: 0.3 if 30% is meant

    `experiments[0].traffic_percentage`: expected a number, found the text `30%`
    write the fraction: 0.3

    `traffic_percentage` 0.125 of 100 slots is 12.5 slots, which becomes 13
    write 0.12 or 0.13

    `experiments[0].variants[1]`: expected text, found the number 1
    quote it: "1"

    `experiments[0].name`: expected text, found a bare `no`, which many programs read as a boolean
    quote it: "no"

    unknown `status` `Activ`
    did you mean `active`? It is one of draft, active, paused, completed

    this is not valid YAML: mapping values are not allowed in this context
    quote a value that holds `: `, or correct the indentation of this line

    `total_slots`: expected a whole number, found the text `100`
    remove the quotes: 100
    "#);
}
