//! Explanations against what other programs computed, and their commands in real shells.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use avos::assign::{Assigner, Choice, Decision, Explanation, Groups, Point};
use avos::domain::{
    Allocation, Arm, Experiment, Fraction, GroupName, HashAlgorithm, Layer, LayerState, Splitter,
    State, Status,
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::vectors::{REFERENCE, vectors};

/// A layer on all of whose slots an experiment is active; `group` makes it a grouped one.
struct Question<'a> {
    algorithm: HashAlgorithm,
    salt: &'a str,
    total_slots: u32,
    experiment: &'a str,
    group: Option<&'a str>,
    allocation: Allocation,
}

impl Question<'_> {
    fn assigner(&self) -> Assigner {
        let mut layer = LayerState::empty(Layer {
            layer_id: "layer".into(),
            layer_salt: self.salt.to_owned(),
            total_slots: self.total_slots,
            total_traffic_percentage: Fraction::ONE,
            hash_algorithm: self.algorithm,
        });
        let experiment = Experiment {
            experiment_id: self.experiment.into(),
            name: String::new(),
            traffic_allocation: self.allocation.clone(),
            splitter: match self.group {
                None => Splitter::Hash,
                Some(group) => {
                    Splitter::Geo(vec![(GroupName::from(group), self.allocation.clone())])
                }
            },
            traffic_percentage: Fraction::ONE,
            reserved_percentage: Fraction::ONE,
            status: Status::Active,
            start_date: None,
            end_date: None,
            priority: 0,
        };
        let id = &experiment.experiment_id;
        let slots = &mut layer.slots;
        slots.reserve(id, self.total_slots).expect("free slots");
        slots.activate(id, self.total_slots).expect("reserved ones");
        layer.experiments.push(experiment);
        let layers = [("layer".into(), Arc::new(layer))].into();
        Assigner::new(&State::empty(self.algorithm).with_layers(layers))
    }

    /// The explanation for a unit, which must say what the assigner answers.
    fn explained(&self, unit: &str) -> Explanation {
        let assigner = self.assigner();
        let (layer, at) = ("layer".into(), Timestamp::UNIX_EPOCH);
        let groups = Groups {
            geo: self.group,
            ..Groups::default()
        };
        let explanation = assigner.explain(&layer, unit, &groups, at);
        let explanation = explanation.expect("the layer");
        let answer = assigner.assign(&layer, unit, &groups, at);
        assert_eq!(explanation.assignment(), answer.as_ref().copied());
        explanation
    }
}

fn choice(explanation: &Explanation) -> &Choice {
    match &explanation.decision {
        Decision::Assigned(choice) => choice,
        other => panic!("{other:?}"),
    }
}

fn allocation(arms: &[(&str, f64)]) -> Allocation {
    let arms = arms.iter().map(|&(variant, fraction)| Arm {
        variant: variant.into(),
        fraction: Fraction::new(fraction).expect("a fraction"),
    });
    Allocation::new(arms.collect()).expect("an allocation")
}

#[test]
fn slots_are_those_of_the_vectors() {
    #[derive(Deserialize)]
    struct Vector {
        layer_salt: String,
        total_slots: u32,
        units: Vec<String>,
        slots: Vec<u32>,
    }
    let files = [
        (HashAlgorithm::Md5, REFERENCE),
        (HashAlgorithm::Sha256, "sha256_vectors.json"),
    ];
    for (algorithm, file) in files {
        for vector in vectors::<Vector>(file, "slots") {
            let question = Question {
                algorithm,
                salt: &vector.layer_salt,
                total_slots: vector.total_slots,
                experiment: "experiment",
                group: None,
                allocation: allocation(&[("a", 1.0)]),
            };
            for (unit, slot) in vector.units.iter().zip(&vector.slots) {
                let explanation = question.explained(unit);
                let number = explanation.slot_hash.number();
                assert_eq!(explanation.slot_index.0, *slot, "{unit}");
                assert_eq!(number % u128::from(vector.total_slots), u128::from(*slot));
            }
        }
    }
}

#[test]
fn points_are_those_of_the_vectors() {
    #[derive(Deserialize)]
    struct Vector {
        experiment_id: String,
        group: Option<String>,
        units: Vec<String>,
        points: Vec<f64>,
    }
    for vector in vectors::<Vector>("sha256_vectors.json", "points") {
        let question = Question {
            algorithm: HashAlgorithm::Sha256,
            salt: "salt",
            total_slots: 10,
            experiment: &vector.experiment_id,
            group: vector.group.as_deref(),
            allocation: allocation(&[("a", 0.5), ("b", 0.5)]),
        };
        for (unit, point) in vector.units.iter().zip(&vector.points) {
            let explanation = question.explained(unit);
            assert_eq!(
                choice(&explanation).point.value().to_bits(),
                point.to_bits()
            );
        }
    }
}

#[test]
fn variants_are_those_of_the_original() {
    #[derive(Deserialize)]
    struct Vector {
        experiment_id: String,
        group: Option<String>,
        variants: Vec<String>,
        allocation: std::collections::HashMap<String, f64>,
        units: Vec<String>,
        assigned: Vec<String>,
    }
    for vector in vectors::<Vector>(REFERENCE, "variants") {
        let arms = vector.variants.iter();
        let arms: Vec<_> = arms
            .map(|name| (name.as_str(), vector.allocation[name]))
            .collect();
        let question = Question {
            algorithm: HashAlgorithm::Md5,
            salt: "salt",
            total_slots: 10,
            experiment: &vector.experiment_id,
            group: vector.group.as_deref(),
            allocation: allocation(&arms),
        };
        for (unit, variant) in vector.units.iter().zip(&vector.assigned) {
            let explanation = question.explained(unit);
            assert_eq!(choice(&explanation).variant.as_str(), variant, "{unit}");
        }
    }
}

fn is_there(program: &str) -> bool {
    let asked = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .stdout(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// What the script prints in this shell.
fn printed(shell: &str, script: &str) -> String {
    let mut child = Command::new(shell)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut input = child.stdin.take().expect("piped");
    let script = script.to_owned();
    // In a thread: the shell may print before it has read everything.
    let writer = std::thread::spawn(move || input.write_all(script.as_bytes()));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("no panic").expect("written");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_commands_print_what_the_explanation_says() {
    let long = "ü%".repeat(2048);
    let odd = [
        "user_1",
        "",
        " ",
        "-n",
        "--",
        "%s%d%%",
        "it's",
        "a\\nb",
        "\\",
        "\"$HOME\" `id` !!",
        "\u{0}7",
        "line\nbreak\r\t",
        "\u{1b}[31m",
        "用户 🙂",
        "\u{202e}x",
        "#~*?[a]{b,c}",
        &long,
    ];
    let mut script = String::new();
    let mut expected = String::new();
    for algorithm in HashAlgorithm::ALL {
        for (index, unit) in odd.iter().enumerate() {
            // The others stand for odd salts, ids and groups.
            let other = |step: usize| odd[(index + step) % odd.len()];
            let question = Question {
                algorithm,
                salt: other(1),
                total_slots: [1, 7, 100, 1_000_000][index % 4],
                experiment: other(2),
                group: (index % 2 == 0).then(|| other(3)),
                allocation: allocation(&[("a", 0.5), ("b", 0.5)]),
            };
            let explanation = question.explained(unit);
            assert!(matches!(choice(&explanation).point, Point::Hashed(_)));
            let text = explanation.to_string();
            let lines: Vec<&str> = text.lines().collect();
            let before = script.len();
            for pair in lines.windows(2) {
                let Some(command) = pair[0].strip_prefix("$ ") else {
                    continue;
                };
                let tool = command.rsplit("| ").next().expect("a tool");
                if is_there(tool) {
                    script.push_str(&format!("{command}\n"));
                    expected.push_str(&format!("{}\n", pair[1]));
                }
            }
            assert!(script.len() > before, "no command for {unit:?}");
        }
    }
    for shell in ["sh", "bash", "dash", "zsh", "ksh", "fish"] {
        if is_there(shell) {
            assert!(printed(shell, &script) == expected, "in {shell}:\n{script}");
        }
    }
}
