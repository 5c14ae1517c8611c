//! Layers as layer files: a plan of them is empty, whatever their texts, numbers and dates.

use std::collections::BTreeSet;
use std::sync::Arc;

use avos::config::check_sources;
use avos::domain::{
    Allocation, Arm, Experiment, Fraction, HashAlgorithm, Layer, LayerState, Revision, SlotMap,
    Splitter, SplitterType, State, Status,
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::cases::with_cases;
use crate::support::exporting::{amiss, exported};
use crate::support::reviewing::now;

/// Texts that some reader of YAML takes for something else, or that it can't hold plainly.
const ODD: &[&str] = &[
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "n",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "012",
    "0o17",
    "0x1F",
    "0b1",
    "1_000",
    "1e3",
    "1.",
    ".5",
    "-.5",
    "+1",
    "-0",
    ".inf",
    "-.Inf",
    "+.INF",
    ".nan",
    ".NaN",
    "1:30",
    "12:30:45",
    "-1:30",
    "1:30.5",
    "0o8",
    "0x_1",
    "1_",
    "._1",
    "+.5",
    "1.5e+3",
    ".5e-3",
    "2026-3-1T9:30:00+01:00",
    "2026-03-01 09:30",
    "2026-03-01 09:30:00",
    "a:\u{a0}b",
    "-\u{a0}a",
    "a\u{3000}",
    "\u{2060}a",
    "2025-03-01",
    "2025-03-01T09:00:00Z",
    "1e400",
    "-1e999",
    "1,000",
    "00",
    "99999999999999999999",
    "0.0",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\n\nb",
    "a\n b",
    " a\nb",
    "a\r\nb",
    "a\rb",
    "a\tb",
    "\ta",
    "- a",
    "-",
    "---",
    "...",
    "--- a",
    "a: b",
    "a:",
    ":",
    ": a",
    "? a",
    "?",
    "a #b",
    "#a",
    "!a",
    "&a",
    "*a",
    "@a",
    "`a",
    "%a",
    "|",
    ">",
    "|-\n  a",
    "{a",
    "[a",
    "a, b",
    "}",
    "]",
    ",",
    "'",
    "\"",
    "'a'",
    "\"a\"",
    "it's",
    "\\",
    "\\n",
    "a\\",
    "\u{1b}[31m",
    "\u{7f}",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}a",
    "a\u{feff}",
    "\u{200b}",
    "\u{202e}a",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "中文",
    "😀",
    "e\u{301}",
    "\u{a0}a",
    "a\u{a0}",
    "<<",
    "=",
    "a\n\t b",
    "a \nb",
    "a\n ",
    "\u{1}",
    "\u{9f}",
    "\u{e000}",
    "\u{10ffff}",
    "layer_id",
    "../a",
    "experiments:\n- x",
    "a/b",
    "~a~",
    ".a",
    "A",
    "a",
];

/// A text that the rules let be one: not blank and without NUL.
fn text() -> impl Strategy<Value = String> {
    let odd = || prop::sample::select(ODD);
    let piece = prop::sample::select(&["x", "x y ", "é", "\u{1b}", "a\n", "'", "x: ", "\\"][..]);
    let long = (piece, 100_usize..2000).prop_map(|(piece, times)| piece.repeat(times));
    let text = prop_oneof![
        6 => odd().prop_map(str::to_owned),
        2 => prop::collection::vec(odd(), 2..4).prop_map(|parts| parts.concat()),
        2 => prop::collection::vec(any::<char>(), 1..6).prop_map(String::from_iter),
        1 => long,
    ];
    text.prop_map(|text| {
        let text = text.replace('\0', "0");
        if text.trim().is_empty() {
            text + "x"
        } else {
            text
        }
    })
}

fn fraction(value: f64) -> Fraction {
    Fraction::new(value).expect("a share")
}

fn share(most: f64) -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(0.1 + 0.2),
        Just(1.0 / 3.0),
        Just(1e-7),
        0.0..1.0_f64
    ]
    .prop_map(move |share| share.min(most))
}

/// Shares of two variants, the first one's given.
fn allocation(variants: &[String; 2], first: f64) -> Allocation {
    let arm = |variant: &String, share| Arm {
        variant: variant.as_str().into(),
        fraction: fraction(share),
    };
    let arms = vec![arm(&variants[0], first), arm(&variants[1], 1.0 - first)];
    Allocation::new(arms).expect("an allocation")
}

fn dates() -> impl Strategy<Value = [Option<Timestamp>; 2]> {
    let end = "9999-12-30T22:00:00Z".parse::<Timestamp>().expect("a date");
    let begin = "0001-01-02T00:00:00Z".parse::<Timestamp>().expect("a date");
    let micros = begin.as_microsecond()..end.as_microsecond() - 1;
    let date = |micros| Timestamp::from_microsecond(micros).expect("a date");
    (
        micros,
        proptest::option::of(1_i64..1_000_000),
        any::<bool>(),
    )
        .prop_map(move |(start, length, has_start)| {
            let last = length.map(|length| date((start + length).min(end.as_microsecond())));
            [has_start.then(|| date(start)), last]
        })
}

fn splitter() -> impl Strategy<Value = (SplitterType, Vec<(String, f64)>)> {
    let groups = prop::collection::btree_map(text(), share(1.0), 1..4);
    (prop::sample::select(&SplitterType::ALL[..]), groups)
        .prop_map(|(kind, groups)| (kind, groups.into_iter().collect()))
}

fn experiment() -> impl Strategy<Value = Experiment> {
    let variants = [text(), text()].prop_filter("two names", |[one, other]| one != other);
    let texts = (text(), text(), variants);
    let shares = (
        prop_oneof![Just(0.0), Just(1.0), share(1.0)],
        share(0.15),
        share(0.15),
    );
    let status = prop::sample::select(&Status::ALL[..]);
    (texts, shares, status, splitter(), dates(), any::<i64>()).prop_map(
        |(
            (id, name, variants),
            (first, traffic, more),
            status,
            (kind, groups),
            dates,
            priority,
        )| {
            let groups = groups
                .iter()
                .map(|(group, share)| (group.as_str().into(), allocation(&variants, *share)));
            Experiment {
                experiment_id: id.into(),
                name,
                traffic_allocation: allocation(&variants, first),
                splitter: Splitter::new(kind, groups.collect()),
                traffic_percentage: fraction(traffic),
                reserved_percentage: fraction(traffic + more),
                status,
                start_date: dates[0],
                end_date: dates[1],
                priority,
            }
        },
    )
}

fn layer() -> impl Strategy<Value = LayerState> {
    let experiments = prop::collection::vec(experiment(), 0..4);
    let hash = prop::sample::select(&HashAlgorithm::ALL[..]);
    (text(), text(), 1_u32..2000, hash, experiments).prop_map(
        |(id, salt, total_slots, hash_algorithm, experiments)| LayerState {
            layer: Layer {
                layer_id: id.into(),
                layer_salt: salt,
                total_slots,
                total_traffic_percentage: Fraction::ONE,
                hash_algorithm,
            },
            experiments,
            // Which slots they hold is the database's business, whatever the percentages say.
            slots: SlotMap::free(total_slots),
            holds: [].into(),
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    prop::collection::vec(layer(), 1..4).prop_map(|layers| {
        let mut ids = BTreeSet::new();
        let layers = layers.into_iter().map(|mut layer| {
            layer
                .experiments
                .retain(|it| ids.insert(it.experiment_id.clone()));
            (layer.layer.layer_id.clone(), Arc::new(layer))
        });
        State {
            revision: Revision::new("0"),
            default_hash_algorithm: HashAlgorithm::Md5,
            layers: layers.collect(),
            last_entry: None,
            slot_histories: [].into(),
        }
    })
}

proptest! {
    #![proptest_config(with_cases(96))]

    #[test]
    fn a_plan_of_exported_layers_is_empty(state in state()) {
        prop_assert_eq!(amiss(&state), [""; 0]);
    }
}

#[test]
fn every_odd_text_reads_back() {
    for odd in ODD
        .iter()
        .copied()
        .chain([&*"x".repeat(4096), &*"é: ".repeat(1500)])
    {
        let variants = [odd.to_owned(), "other".to_owned()];
        let experiment = Experiment {
            experiment_id: odd.into(),
            name: odd.to_owned(),
            traffic_allocation: allocation(&variants, 0.1 + 0.2),
            splitter: Splitter::Geo(vec![(odd.into(), allocation(&variants, 1.0))]),
            traffic_percentage: Fraction::ONE,
            reserved_percentage: Fraction::ONE,
            status: Status::Completed,
            start_date: None,
            end_date: None,
            priority: i64::MIN,
        };
        let layer = LayerState {
            layer: Layer {
                layer_id: odd.into(),
                layer_salt: odd.to_owned(),
                total_slots: 1,
                total_traffic_percentage: fraction(1e-7),
                hash_algorithm: HashAlgorithm::Sha256,
            },
            experiments: vec![experiment],
            slots: SlotMap::free(1),
            holds: [].into(),
        };
        let state = State {
            revision: Revision::new("0"),
            default_hash_algorithm: HashAlgorithm::Md5,
            layers: [(odd.into(), Arc::new(layer))].into(),
            last_entry: None,
            slot_histories: [].into(),
        };
        assert_eq!(amiss(&state), [""; 0], "{odd:?}");
        let checked = check_sources(&exported(&state), now());
        assert_eq!(checked.desired.layers[0].layer_id.as_str(), odd);
    }
}
