//! Helps are followed: what a finding proposes has no error.

use std::collections::BTreeSet;

use avos::config::rules;
use avos::diagnostic::Diagnostic;
use proptest::prelude::*;

use crate::config::{checked, found};
use crate::config_codes::{in_experiment, in_layer};

fn errors(text: &str) -> Vec<Diagnostic> {
    let findings = checked(&[("a.yml", text)]).findings.into_iter();
    findings
        .map(|finding| finding.diagnostic)
        .filter(Diagnostic::is_error)
        .collect()
}

/// Puts lines where they belong in a file.
type Within = fn(&str) -> String;

fn whole(lines: &str) -> String {
    lines.to_owned()
}

/// Wrong lines, what the help of a finding there says, and the lines when it was followed.
const FOLLOWED: &[(Within, &str, &str, &str)] = &[
    (in_layer, "name: a: b", "quote a value that holds `: `", ""),
    (
        whole,
        "layer_id: l\nlayer_salt: s\n---\n",
        "remove the `---`",
        "layer_id: l\nlayer_salt: s\n",
    ),
    (
        whole,
        "layer_id: l\nlayer_salt: s\n---\nlayer_id: m\nlayer_salt: t\n",
        "move what follows to a file of its own",
        "layer_id: l\nlayer_salt: s\n",
    ),
    // type
    (
        in_experiment,
        "name: 0123456789012345678901234567890123456789012345678901234567890123456789",
        "quote it: \"0123456789012345678901234567890123456789012345678901234567890123456789\"",
        "name: \"0123456789012345678901234567890123456789012345678901234567890123456789\"",
    ),
    (in_experiment, "name: ~", "quote it: \"~\"", "name: \"~\""),
    (
        in_experiment,
        "name:",
        "such as `name: Checkout v2`",
        "name: Checkout v2",
    ),
    (in_experiment, "layer_id:", "write l", "layer_id: l"),
    (in_experiment, "layer_id: 7", "write l", "layer_id: l"),
    (in_experiment, "layer_id: no", "write l", "layer_id: l"),
    (in_experiment, "status:", "leave the key out", ""),
    (
        in_experiment,
        "status: no",
        "write one of draft, active",
        "status: draft",
    ),
    (
        in_experiment,
        "status: 5",
        "write one of draft, active",
        "status: active",
    ),
    (
        in_experiment,
        "splitter_type: 5",
        "write one of hash",
        "splitter_type: hash",
    ),
    (
        in_layer,
        "hash_algorithm: 256",
        "write one of sha256, md5",
        "hash_algorithm: sha256",
    ),
    (
        in_experiment,
        "start_date: 20261214",
        "write 2026-12-14",
        "start_date: 2026-12-14",
    ),
    (
        in_experiment,
        "start_date: 2026",
        "write it like 2025-03-01,",
        "start_date: 2025-03-01",
    ),
    (
        in_experiment,
        "end_date: [1]",
        "2025-03-01T09:00:00Z",
        "end_date: 2025-03-01T09:00:00Z",
    ),
    (
        in_experiment,
        "traffic_percentage: '0.3'",
        "remove the quotes: 0.3",
        "traffic_percentage: 0.3",
    ),
    (
        in_experiment,
        "traffic_percentage: '30'",
        "such as 0.5",
        "traffic_percentage: 0.5",
    ),
    (
        in_experiment,
        "traffic_percentage: 'inf'",
        "such as 0.5",
        "traffic_percentage: 0.5",
    ),
    (
        in_experiment,
        "traffic_percentage: 150%",
        "such as 0.5",
        "traffic_percentage: 0.5",
    ),
    (
        in_experiment,
        "traffic_percentage: 0.5%",
        "the fraction: 0.005",
        "traffic_percentage: 0.005",
    ),
    (
        in_experiment,
        "traffic_percentage: 0_.5",
        "write 0.5",
        "traffic_percentage: 0.5",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: , b: 1}",
        "such as 0.5",
        "traffic_allocation: {a: 0, b: 1}",
    ),
    (
        in_layer,
        "total_slots: 50%",
        "such as 100",
        "total_slots: 100",
    ),
    (
        in_layer,
        "total_slots: 1_000",
        "write 1000",
        "total_slots: 1000",
    ),
    (
        in_layer,
        "total_slots: 1e3",
        "write 1000",
        "total_slots: 1000",
    ),
    (
        in_layer,
        "total_slots: 100.0",
        "write 100",
        "total_slots: 100",
    ),
    (
        in_layer,
        "total_slots: '0.5'",
        "such as 100",
        "total_slots: 100",
    ),
    (
        in_layer,
        "total_slots: '0'",
        "such as 100",
        "total_slots: 100",
    ),
    (
        in_layer,
        "total_slots: '2000000'",
        "such as 100",
        "total_slots: 100",
    ),
    (
        in_experiment,
        "variants: a, b",
        "or `[a, b]`",
        "variants: [a, b]",
    ),
    (
        in_experiment,
        "variants:\n  - a\n  -\ntraffic_allocation: {a: 1}",
        "or remove it",
        "variants: [a]\ntraffic_allocation: {a: 1}",
    ),
    (
        in_layer,
        "experiments: {}",
        "begin each item with `- `",
        "experiments: []",
    ),
    (in_layer, "experiments:", "leave the key out", ""),
    // keys
    (
        whole,
        "layer_id: l",
        "such as `layer_salt: checkout_2026`",
        "layer_id: l\nlayer_salt: checkout_2026",
    ),
    (
        whole,
        "layer_salt: l",
        "such as `layer_id: checkout`",
        "layer_salt: l\nlayer_id: checkout",
    ),
    (
        whole,
        "layer_id: no 1\nlayer_salt: s\nexperiments: [{experiment_id: e, name: N, variants: [\"1\"], traffic_allocation: {\"1\": 1}}]",
        "such as `layer_id: \"no 1\"`",
        "layer_id: no 1\nlayer_salt: s\nexperiments: [{layer_id: \"no 1\", experiment_id: e, name: N, variants: [\"1\"], traffic_allocation: {\"1\": 1}}]",
    ),
    (
        whole,
        "layer_id: l\nlayer_salt: s\nexperiments: [{layer_id: l, experiment_id: e, name: N, variants: [x, \"1\", z]}]",
        "such as `traffic_allocation: {x: 0.333334, \"1\": 0.333333, z: 0.333333}`",
        "layer_id: l\nlayer_salt: s\nexperiments: [{layer_id: l, experiment_id: e, name: N, variants: [x, \"1\", z], traffic_allocation: {x: 0.333334, \"1\": 0.333333, z: 0.333333}}]",
    ),
    (
        in_experiment,
        "traffic_percentge: 0.3",
        "did you mean `traffic_percentage`?",
        "traffic_percentage: 0.3",
    ),
    (
        in_experiment,
        "traffic_percentage: 0.5\ntraffic_percentge: 0.3",
        "remove it: `traffic_percentage` is given",
        "traffic_percentage: 0.5",
    ),
    (
        in_experiment,
        "total_slot: 5",
        "which belongs to the layer",
        "",
    ),
    (in_experiment, "total_slots: 5", "or remove it", ""),
    (
        in_experiment,
        "slots: [1]",
        "use `traffic_percentage`",
        "traffic_percentage: 0.3",
    ),
    (
        in_experiment,
        "slots: [1]\ntraffic_percentage: 0.5",
        "remove it: `traffic_percentage` is given",
        "traffic_percentage: 0.5",
    ),
    (
        in_layer,
        "total_slots: 5\ntotal_slots: 6",
        "remove one of the two",
        "total_slots: 5",
    ),
    // allocations
    (
        in_experiment,
        "variants: []",
        "such as `[control, treatment]`",
        "variants: [control, treatment]\ntraffic_allocation: {control: 0.5, treatment: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 1.0}",
        "add a share for `b`: 0.0",
        "traffic_allocation: {a: 1.0, b: 0.0}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.3}",
        "write {a: 0.3, b: 0.7}",
        "traffic_allocation: {a: 0.3, b: 0.7}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 30}",
        "write {a: 0.3, b: 0.7}",
        "traffic_allocation: {a: 0.3, b: 0.7}",
    ),
    (
        in_experiment,
        "traffic_allocation: {}",
        "write {a: 0.5, b: 0.5}",
        "traffic_allocation: {a: 0.5, b: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, bb: 0.5}",
        "did you mean `b`?",
        "traffic_allocation: {a: 0.5, b: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.25, control: 0.25}",
        "write {a: 0.666667, b: 0.333333}",
        "traffic_allocation: {a: 0.666667, b: 0.333333}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.25, control: 0.25}",
        "add it to `variants`",
        "variants: [a, b, control]\ntraffic_allocation: {a: 0.5, b: 0.25, control: 0.25}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.5, control: 0.25}",
        "remove it",
        "traffic_allocation: {a: 0.5, b: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.5, control: 0.0}",
        "add it to `variants`",
        "variants: [a, b, control]\ntraffic_allocation: {a: 0.5, b: 0.5, control: 0.0}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 1.2, b: -0.3}",
        "write {a: 0.8, b: 0.2}",
        "traffic_allocation: {a: 0.8, b: 0.2}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: .inf, b: .nan}",
        "write {a: 0.5, b: 0.5}",
        "traffic_allocation: {a: 0.5, b: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.4}",
        "add 0.1",
        "traffic_allocation: {a: 0.5, b: 0.5}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.5, b: 0.4}",
        "write {a: 0.555556, b: 0.444444}",
        "traffic_allocation: {a: 0.555556, b: 0.444444}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 0.6, b: 0.5000019}",
        "subtract 0.1000019",
        "traffic_allocation: {a: 0.6, b: 0.4}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 60, b: 40}",
        "not percentages: write {a: 0.6, b: 0.4}",
        "traffic_allocation: {a: 0.6, b: 0.4}",
    ),
    (
        in_experiment,
        "traffic_allocation: {a: 1, b: 3}",
        "not weights: write {a: 0.25, b: 0.75}",
        "traffic_allocation: {a: 0.25, b: 0.75}",
    ),
    // splitters
    (
        in_experiment,
        "splitter_type: country",
        "write `hash` or `random`",
        "splitter_type: random",
    ),
    (
        in_experiment,
        "splitter_type: country\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
        "write `geo`",
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "splitter_type: gep",
        "It needs `geo_allocations` as well",
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "splitter_type: hahs",
        "did you mean `hash`?",
        "splitter_type: hash",
    ),
    (
        in_experiment,
        "splitter_type: geo",
        "or use `hash`",
        "splitter_type: hash",
    ),
    (
        in_experiment,
        "splitter_type: geo\ngeo_allocations: {}",
        "or use `hash`",
        "splitter_type: hash\ngeo_allocations: {}",
    ),
    (
        in_experiment,
        "geo_allocations: {US: {a: 0.5, b: 0.5}}",
        "set `splitter_type: geo`",
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "geo_allocations: {US: {a: 0.5, b: 0.5}}",
        "or remove `geo_allocations`",
        "",
    ),
    (
        in_experiment,
        "splitter_type: segment\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
        "set `splitter_type: geo`",
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}\nsegment_allocations: {x: {a: 0.5, b: 0.5}}",
        "remove `segment_allocations`",
        "splitter_type: geo\ngeo_allocations: {US: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "geo_allocations: {US: {a: 0.5, b: 0.5}}\nsegment_allocations: {x: {a: 0.5, b: 0.5}}",
        "keep the groups of one splitter",
        "splitter_type: segment\nsegment_allocations: {x: {a: 0.5, b: 0.5}}",
    ),
    (
        in_experiment,
        "status: actve",
        "did you mean `active`?",
        "status: active",
    ),
    (
        in_layer,
        "hash_algorithm: crc32",
        "write one of sha256, md5",
        "hash_algorithm: md5",
    ),
    (
        in_layer,
        "placement: random",
        "write one of lowest, rested",
        "placement: rested",
    ),
    // percentages
    (
        in_experiment,
        "traffic_percentage: 30",
        "write a fraction: 0.3",
        "traffic_percentage: 0.3",
    ),
    (
        in_experiment,
        "traffic_percentage: 1.0000000001",
        "write 1.0",
        "traffic_percentage: 1.0",
    ),
    (
        in_experiment,
        "traffic_percentage: 40\nreserved_percentage: 0.3",
        "such as 0.3",
        "traffic_percentage: 0.3\nreserved_percentage: 0.3",
    ),
    (
        in_experiment,
        "traffic_percentage: -1\nreserved_percentage: 0.3",
        "such as 0.3",
        "traffic_percentage: 0.3\nreserved_percentage: 0.3",
    ),
    (
        in_experiment,
        "reserved_percentage: 30",
        "write 1.0",
        "reserved_percentage: 1.0",
    ),
    (
        in_experiment,
        "traffic_percentage: 0.5\nreserved_percentage: 30",
        "from 0.5 to 1.0, such as 1.0",
        "traffic_percentage: 0.5\nreserved_percentage: 1.0",
    ),
    (
        in_experiment,
        "traffic_percentage: 0.5\nreserved_percentage: 60",
        "write a fraction: 0.6",
        "traffic_percentage: 0.5\nreserved_percentage: 0.6",
    ),
    (
        in_experiment,
        "traffic_percentage: 0.1234567891\nreserved_percentage: 0.1",
        "at least 0.1234567891",
        "traffic_percentage: 0.1234567891\nreserved_percentage: 0.1234567891",
    ),
    (
        in_layer,
        "total_slots: 0",
        "such as 100",
        "total_slots: 100",
    ),
    (
        in_layer,
        "total_traffic_percentage: 0",
        "such as 1.0",
        "total_traffic_percentage: 1.0",
    ),
    (
        in_layer,
        "total_traffic_percentage: 80",
        "write a fraction: 0.8",
        "total_traffic_percentage: 0.8",
    ),
    (
        in_layer,
        "total_traffic_percentage: 1.001",
        "write 1.0",
        "total_traffic_percentage: 1.0",
    ),
    // dates
    (
        in_experiment,
        "start_date: '20261214'",
        "write 2026-12-14",
        "start_date: 2026-12-14",
    ),
    (
        in_experiment,
        "start_date: 2026-3-1",
        "write 2026-03-01",
        "start_date: 2026-03-01",
    ),
    (
        in_experiment,
        "start_date: 2026/3/1",
        "write 2026-03-01",
        "start_date: 2026-03-01",
    ),
    (
        in_experiment,
        "start_date: 20260301T0930",
        "write 2026-03-01T0930",
        "start_date: 2026-03-01T0930",
    ),
    (
        in_experiment,
        "start_date: 2026-03-01 09:30 UTC",
        "write 2026-03-01 09:30Z",
        "start_date: 2026-03-01 09:30Z",
    ),
    (
        in_experiment,
        "start_date: 2026-03-01T09:30+01:00[Europe/Berlin]",
        "write 2026-03-01T09:30+01:00",
        "start_date: 2026-03-01T09:30+01:00",
    ),
    (
        in_experiment,
        "start_date: 2026-02-30",
        "2025-03-01",
        "start_date: 2025-03-01",
    ),
    (
        in_experiment,
        "start_date: 2026-03-01T09:30+19:00",
        "from -18:00 to +18:00",
        "start_date: 2026-03-01T09:30+18:00",
    ),
    (
        in_experiment,
        "start_date: 2026-03-01\nend_date: 2026-02-01",
        "leave one of the two out",
        "start_date: 2026-03-01",
    ),
    (in_experiment, "layer_id: other", "write l", "layer_id: l"),
];

#[test]
fn what_a_help_says_is_accepted() {
    let mut wrong = Vec::new();
    let mut codes = BTreeSet::new();
    for (within, before, help, after) in FOLLOWED {
        let found = errors(&within(before));
        let says = found.iter().any(|found| found.help.contains(help));
        let left = errors(&within(after));
        if !says || !left.is_empty() {
            let helps: Vec<&str> = found.iter().map(|found| found.help.as_str()).collect();
            wrong.push(format!(
                "{before}\n  says {helps:#?}\n  not  {help}\n  left {left:?}"
            ));
        }
        codes.extend(found.iter().map(|found| found.rule.code));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Those that are about files and several values have helps that no text can follow.
    let others = [
        "unreadable",
        "limits",
        "empty-directory",
        "duplicate-layer",
        "duplicate-experiment",
        "capacity",
    ];
    codes.extend(others);
    let all = rules::ALL
        .iter()
        .filter(|rule| rule.severity == avos::diagnostic::Severity::Error);
    assert_eq!(codes, all.map(|rule| rule.code).collect());
}

/// Names of variants, some of which have to be quoted.
const NAMES: [&str; 8] = [
    "a",
    "b c",
    "1",
    "no",
    "12:30",
    "Цена",
    "x\u{200b}y",
    "\"q\\",
];

/// Shares of the first names, as they are written, in an allocation and in one of a group.
fn allocations(shares: &[String]) -> [String; 2] {
    let quoted = NAMES.map(|name| serde_json::to_string(name).expect("a text"));
    let names = quoted[..shares.len()].join(", ");
    let pairs = quoted.iter().zip(shares);
    let pairs: Vec<String> = pairs
        .map(|(name, share)| format!("{name}: {share}"))
        .collect();
    let given = format!("{{{}}}", pairs.join(", "));
    let others: Vec<String> = quoted[1..shares.len()]
        .iter()
        .map(|name| format!(", {name}: 0"))
        .collect();
    let first = format!("{{{}: 1{}}}", quoted[0], others.concat());
    [
        in_experiment(&format!("variants: [{names}]\ntraffic_allocation: {given}")),
        in_experiment(&format!(
            "variants: [{names}]\ntraffic_allocation: {first}\nsplitter_type: geo\n\
             geo_allocations:\n  US: {given}\n  DE: {first}"
        )),
    ]
}

/// The allocation that a help proposes.
fn proposed(help: &str) -> &str {
    let (_, rest) = help.split_once("write {").expect("an allocation");
    &rest[..rest.rfind('}').expect("its end")]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// A sum within a millionth of 1 passes, digit by digit, and none that lies farther off.
    #[test]
    fn a_written_sum_is_taken_as_it_is_written(
        places in 6_usize..=12,
        cuts in prop::collection::vec(0_i64..=1_000_000_000_000, 1..7),
        is_below in any::<bool>(),
        beyond in -2_i64..=2,
    ) {
        let whole = 10_i64.pow(u32::try_from(places).expect("few"));
        let off = whole / 1_000_000 + beyond;
        let sum = if is_below { whole - off } else { whole + off };
        let mut ends: Vec<i64> = cuts.iter().map(|cut| cut / (1_000_000_000_000 / whole)).collect();
        ends.sort_unstable();
        ends.push(sum);
        let mut start = 0;
        let shares: Vec<String> = ends.iter().map(|end| {
            let share = end - std::mem::replace(&mut start, *end);
            format!("{}.{:0places$}", share / whole, share % whole)
        }).collect();
        for text in allocations(&shares) {
            let is_wrong = errors(&text).iter().any(|found| found.rule.code == "allocation-sum");
            prop_assert_eq!(is_wrong, beyond > 0, "{}", text);
        }
    }

    /// Whatever doesn't sum to 1: the shares that the help proposes do, as they are written.
    #[test]
    fn proposed_shares_are_accepted(
        shares in prop_oneof![
            prop::collection::vec((0_u32..=1000).prop_map(|weight| weight.to_string()), 1..8),
            prop::collection::vec((0_u32..=1000).prop_map(|share| format!("0.{share:03}")), 1..8),
            prop::collection::vec((0_u32..=9999).prop_map(|share| format!("{}.{:02}", share / 100, share % 100)), 1..8),
            prop::collection::vec((-9_i32..=300).prop_map(|power| format!("1.5e{power}")), 1..8),
            (1_usize..8).prop_map(|many| vec!["0.33".to_owned(); many]),
        ]
    ) {
        let quoted = NAMES.map(|name| serde_json::to_string(name).expect("a text"));
        let given: Vec<String> = quoted.iter().zip(&shares).map(|(name, share)| format!("{name}: {share}")).collect();
        let given = format!("{{{}}}", given.join(", "));
        for text in allocations(&shares) {
            let found = errors(&text);
            let Some(found) = found.iter().find(|found| found.rule.code == "allocation-sum") else {
                prop_assert!(found.is_empty(), "{}", text);
                continue;
            };
            let followed = text.replace(&given, &format!("{{{}}}", proposed(&found.help)));
            prop_assert!(errors(&followed).is_empty(), "{}\n{}", found.help, followed);
            let parts = proposed(&found.help).split(", ").map(|pair| {
                let (_, share) = pair.rsplit_once(": ").expect("a pair");
                let (one, decimals) = share.split_once('.').unwrap_or((share, ""));
                format!("{one}{decimals:0<12}").parse::<u64>().expect("digits")
            });
            prop_assert_eq!(parts.sum::<u64>(), 1_000_000_000_000, "{}", found.help);
        }
    }
}

#[test]
fn a_whole_number_of_slots_goes_with_the_other_percentage() {
    let helps = |lines: &str| -> Vec<String> {
        let findings = checked(&[("a.yml", &in_experiment(lines))]).findings;
        assert!(
            findings
                .iter()
                .all(|finding| !finding.diagnostic.is_error()),
            "{lines}"
        );
        findings
            .into_iter()
            .map(|finding| finding.diagnostic.help)
            .collect()
    };
    let both = |traffic: &str, reserve: &str| {
        helps(&format!(
            "traffic_percentage: {traffic}\nreserved_percentage: {reserve}"
        ))
    };
    assert_eq!(helps("traffic_percentage: 0.125"), ["write 0.12 or 0.13"]);
    assert_eq!(helps("traffic_percentage: 0.005"), ["write 0.01"]);
    assert_eq!(both("0.125", "0.126"), ["write 0.12", "write 0.13"]);
    assert_eq!(both("0.12", "0.13"), [""; 0]);
    assert_eq!(both("0.125", "0.125"), ["write 0.12"]);
    assert_eq!(both("0.12", "0.125"), ["write 0.12 or 0.13"]);
    assert_eq!(both("0.005", "0.005"), ["write 0.01 for both percentages"]);
}

#[test]
fn capacity_is_reached_when_its_help_is_followed() {
    let layer = |total: &str, second: &str| {
        let experiment = |id: &str, share: &str| {
            format!(
                "  - {{experiment_id: {id}, layer_id: l, name: N, variants: [a], \
                 traffic_allocation: {{a: 1}}, traffic_percentage: {share}}}\n"
            )
        };
        in_layer(&format!(
            "total_traffic_percentage: {total}\nexperiments:\n{}{}",
            experiment("one", "0.5"),
            experiment("two", second)
        ))
    };
    let found = &errors(&layer("0.8", "0.3000000011"))[0];
    assert!(found.message.contains("0.8000000011"), "{}", found.message);
    let help = "lower the percentages by 0.0000000011 together, or complete experiments that \
                reserve as much; or raise `total_traffic_percentage` to 0.8000000011";
    assert_eq!(found.help, help);
    for followed in [layer("0.8", "0.3"), layer("0.8000000011", "0.3000000011")] {
        assert!(errors(&followed).is_empty(), "{followed}");
    }
    // A billionth too much is within the bound.
    assert_eq!(found_codes(&layer("0.8", "0.300000001")), [""; 0]);
    let over = &errors(&layer("0.8", "0.7"))[0];
    assert!(!over.help.contains("raise"), "{}", over.help);
}

fn found_codes(text: &str) -> Vec<String> {
    found(&checked(&[("a.yml", text)]))
        .into_iter()
        .filter(|found| !found.starts_with("fractional-slots"))
        .collect()
}
