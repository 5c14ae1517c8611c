//! The assigner's walk to an answer, kept step by step.

use jiff::Timestamp;

use super::{Choice, Decision, Explanation, HashStep, Point};
use crate::assign::assigner::Split;
use crate::assign::hash::Recipe;
use crate::assign::{AssignError, Assigner, Groups, split};
use crate::domain::{Experiment, GroupName, HashAlgorithm, LayerId, SlotUse, Splitter};

impl Assigner {
    /// Why the unit gets what it gets in the layer at this time: every step with the command that
    /// does it again. [`Explanation::assignment`] is what [`Assigner::assign`] answers. A group that
    /// is missing or unknown is part of the explanation; only an unknown layer is an error here.
    ///
    /// ```
    /// use avos::assign::Groups;
    ///
    /// # let at = "2026-01-01T00:00:00Z".parse()?;
    /// # let files = avos::config::read_sources("examples/configs/v1".as_ref())?;
    /// # let desired = avos::config::check_sources(&files, at).desired;
    /// # let nothing = avos::domain::State::empty(avos::domain::HashAlgorithm::Sha256);
    /// # let planned = avos::plan::plan(&desired, &nothing, &Default::default(), at);
    /// # let assigner = avos::assign::Assigner::new(&nothing.with_layers(planned.after));
    /// let layer = "homepage_hero".into();
    /// let explanation = assigner.explain(&layer, "user_1", &Groups::default(), at)?;
    /// assert_eq!(
    ///     explanation.slot_hash.command(),
    ///     r"printf 's\000homepage_salt_2025\000user_1' | sha256sum"
    /// );
    /// assert_eq!(explanation.slot_hash.number() % 100, 9);
    /// assert_eq!(
    ///     explanation.assignment(),
    ///     Ok(assigner.assign(&layer, "user_1", &Groups::default(), at)?)
    /// );
    /// println!("{explanation}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(
        &self,
        layer_id: &LayerId,
        unit_id: &str,
        groups: &Groups,
        at: Timestamp,
    ) -> Result<Explanation, AssignError> {
        let compiled = self.layer(layer_id)?;
        let layer = &compiled.layer;
        let recipe = Recipe::slot(layer.hash_algorithm, &layer.layer_salt);
        let slot_hash = HashStep::new(layer.hash_algorithm, &recipe.parts(unit_id));
        let slot_index = slot_hash.slot(layer.total_slots);
        let holder = compiled.slots.run_at(slot_index);
        let experiment = holder.and_then(|run| {
            let mut experiments = compiled.experiments.iter();
            experiments.find(|experiment| experiment.experiment_id == run.experiment_id)
        });
        let active = experiment.filter(|_| holder.is_some_and(|run| run.usage == SlotUse::Active));
        let decision = match active {
            None => Decision::NotAssigned,
            Some(experiment) => self.decide(layer.hash_algorithm, experiment, unit_id, groups, at),
        };
        Ok(Explanation {
            unit_id: unit_id.to_owned(),
            at,
            layer: layer.clone(),
            slot_hash,
            slot_index,
            holder: holder.cloned(),
            experiment: experiment.cloned(),
            decision,
        })
    }

    fn decide(
        &self,
        algorithm: HashAlgorithm,
        experiment: &Experiment,
        unit_id: &str,
        groups: &Groups,
        at: Timestamp,
    ) -> Decision {
        if let Some(inactivity) = experiment.inactivity(at) {
            return Decision::Inactive(inactivity);
        }
        let split = match Split::of(experiment, groups) {
            Ok(split) => split,
            Err(error) => return Decision::Refused(error),
        };
        let (group, allocation) = (split.group_name(), split.allocation);
        let point = match experiment.splitter {
            Splitter::Random => Point::Drawn(self.draw()),
            Splitter::Hash | Splitter::Segment(_) | Splitter::Geo(_) | Splitter::Stratified(_) => {
                let id = experiment.experiment_id.as_str();
                let recipe = Recipe::point(algorithm, id, group.map(GroupName::as_str));
                Point::Hashed(HashStep::new(algorithm, &recipe.parts(unit_id)))
            }
        };
        Decision::Assigned(Choice {
            group: group.cloned(),
            arms: split::spans(allocation),
            variant: split::variant(allocation, point.value()).clone(),
            point,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::Status;

    /// A splitter of every kind; the groups are those of `by_segment`.
    fn splitters() -> Vec<Splitter> {
        let groups = || by_segment().groups().to_vec();
        vec![
            Splitter::Hash,
            Splitter::Random,
            Splitter::Segment(groups()),
            Splitter::Geo(groups()),
            Splitter::Stratified(groups()),
        ]
    }

    fn date() -> impl Strategy<Value = Option<Timestamp>> {
        let time = |second| Timestamp::from_second(second).expect("near the epoch");
        let times = vec![None, Some(time(-1)), Some(time(0)), Some(time(1))];
        proptest::sample::select(times)
    }

    fn any_experiment() -> impl Strategy<Value = Experiment> {
        let splitter = proptest::sample::select(splitters());
        let status = proptest::sample::select(&Status::ALL[..]);
        (splitter, status, date(), date()).prop_map(|(splitter, status, start_date, end_date)| {
            Experiment {
                splitter,
                status,
                start_date,
                end_date,
                ..experiment("x")
            }
        })
    }

    fn group() -> impl Strategy<Value = Option<&'static str>> {
        proptest::sample::select(vec![None, Some("free"), Some("paid"), Some("vip")])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn an_explanation_says_what_assign_answers(
            experiment in any_experiment(),
            algorithm in proptest::sample::select(&HashAlgorithm::ALL[..]),
            salt: String,
            unit: String,
            (segment, geo, stratum) in (group(), group(), group()),
            x in 0.0..=1.0,
        ) {
            // Slot 8 is free; on slot 9 is an experiment that doesn't stand on the layer.
            let runs = [(0, 5, "x", Active), (6, 7, "x", Reserved), (9, 9, "gone", Active)];
            let mut state = state(vec![experiment], &runs);
            for layer in state.layers.values_mut() {
                layer.layer.hash_algorithm = algorithm;
                layer.layer.layer_salt.clone_from(&salt);
            }
            let assigner = Assigner::with_random(&state, move || x);
            let (layer, at) = (LayerId::from("home"), Timestamp::UNIX_EPOCH);
            let groups = Groups { segment, geo, stratum };
            let explanation = assigner.explain(&layer, &unit, &groups, at).expect("the layer");
            let answer = assigner.assign(&layer, &unit, &groups, at);
            prop_assert_eq!(explanation.assignment(), answer.as_ref().copied());
            if let Decision::Assigned(choice) = &explanation.decision {
                let (x, last) = (choice.point.value(), choice.arms.len() - 1);
                let span = choice.arms.iter().enumerate().find(|(index, arm)| {
                    arm.from <= x && (x < arm.to || *index == last)
                });
                prop_assert_eq!(&span.expect("some span").1.variant, &choice.variant);
            }
        }
    }

    #[test]
    fn an_unknown_layer_is_an_error() {
        let assigner = Assigner::new(&state(Vec::new(), &[]));
        let at = Timestamp::UNIX_EPOCH;
        let refused = assigner.explain(&"hone".into(), "user_1", &Groups::default(), at);
        assert!(matches!(refused, Err(AssignError::UnknownLayer { .. })));
    }
}
