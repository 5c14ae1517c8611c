//! How much of a layer is held, and how, in words.

use super::{Holding, SlotBar, rounded_percent};

/// How slots are held, in the order of the words.
const HOLDINGS: [(Holding, &str); 4] = [
    (Holding::Active, "active"),
    (Holding::Paused, "paused"),
    (Holding::Draft, "draft"),
    (Holding::Reserved, "reserved"),
];

/// Says how much of a layer is held, and how: `80% held: 65% active, 10% draft, 5% reserved`.
pub(crate) fn held_words(bar: &SlotBar) -> String {
    let parts: Vec<(f64, &str)> = HOLDINGS
        .into_iter()
        .map(|(holding, word)| (bar.share_held(holding), word))
        .filter(|(share, _)| *share > 0.0)
        .collect();
    let held = parts.iter().map(|(share, _)| share).sum();
    let held = format!("{} held", rounded_percent(held, 1));
    match parts.as_slice() {
        [] => "nothing held".to_owned(),
        [(_, word)] => format!("{held}, all {word}"),
        parts => {
            let parts = parts.iter();
            let parts: Vec<String> = parts
                .map(|(share, word)| format!("{} {word}", rounded_percent(*share, 1)))
                .collect();
            format!("{held}: {}", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::{Experiment, Fraction, HashAlgorithm, Layer, LayerState, Status};

    fn said(experiments: &[(&str, Status, u32, u32)]) -> String {
        let mut state = LayerState::empty(Layer {
            layer_id: "web".into(),
            layer_salt: "salt".into(),
            total_slots: 200,
            total_traffic_percentage: Fraction::new(1.0).expect("a share"),
            hash_algorithm: HashAlgorithm::Sha256,
        });
        for &(id, status, held, active) in experiments {
            let built = Experiment::builder(id).arm("a", 1.0).status(status).build();
            let experiment = built.expect("an experiment");
            let id = &experiment.experiment_id;
            state.slots.reserve(id, held).expect("free slots");
            state.slots.activate(id, active).expect("reserved slots");
            state.experiments.push(experiment);
        }
        held_words(&SlotBar::new(&state, &HashMap::new()))
    }

    #[test]
    fn each_way_of_holding_has_its_share() {
        assert_eq!(said(&[]), "nothing held");
        assert_eq!(said(&[("a", Status::Draft, 60, 60)]), "30% held, all draft");
        let all = [
            ("a", Status::Paused, 21, 21),
            ("b", Status::Active, 60, 40),
            ("c", Status::Draft, 2, 2),
            ("d", Status::Completed, 0, 0),
        ];
        assert_eq!(
            said(&all),
            "41.5% held: 20% active, 10.5% paused, 1% draft, 10% reserved"
        );
    }
}
