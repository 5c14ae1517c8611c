//! The steps from a unit to its variant, as data, and the assigner's walk that keeps them.

use jiff::Timestamp;

use super::command;
use crate::assign::assigner::Split;
use crate::assign::hash::{self, Recipe};
use crate::assign::{ArmSpan, AssignError, Assigner, Assignment, AssignmentStatus, Groups, split};
use crate::digest::to_hex;
use crate::domain::{
    Experiment, GroupName, HashAlgorithm, Inactivity, Layer, LayerId, SlotIndex, SlotRun, SlotUse,
    Splitter, VariantName,
};

/// Why a unit gets what it gets in a layer. It owns all that it says, so it can be kept and sent to
/// another thread. Its `Display` is text of several lines, safe for a terminal, in which each
/// line that begins with `$` is a command, with what it prints in the line below.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The unit.
    pub unit_id: String,
    /// The time of the answer.
    pub at: Timestamp,
    /// The layer, with its salt, its slots and its hash.
    pub layer: Layer,
    /// The hash that finds the slot.
    pub slot_hash: HashStep,
    /// The unit's slot: the hash's number modulo the layer's slots.
    pub slot_index: SlotIndex,
    /// The run of slots that this one belongs to; `None` where the slot is free.
    pub holder: Option<SlotRun>,
    /// The experiment that holds the slot, if it is on the layer.
    pub experiment: Option<Experiment>,
    /// What follows from it.
    pub decision: Decision,
}

/// What follows from the slot, the experiment that holds it, and the unit's groups.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Decision {
    /// No experiment is active on the slot.
    NotAssigned,
    /// The experiment doesn't assign at this time.
    Inactive(Inactivity),
    /// The unit's group is missing or unknown.
    Refused(AssignError),
    /// The splitter chooses.
    Assigned(Choice),
}

/// How the splitter chooses.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The group whose allocation applies, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The unit's point.
    pub point: Point,
    /// Where each variant lies, in order.
    pub arms: Vec<ArmSpan>,
    /// The variant in whose range the point lies.
    pub variant: VariantName,
}

/// The unit's point of the unit interval.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Point {
    /// The hash's number divided by 2^128.
    Hashed(HashStep),
    /// Drawn by the `random` splitter, for this explanation alone: each call draws again.
    Drawn(f64),
}

impl Point {
    /// The point, from 0 to 1.
    #[must_use]
    pub fn value(&self) -> f64 {
        match self {
            Self::Hashed(step) => step.point(),
            Self::Drawn(x) => *x,
        }
    }
}

impl Explanation {
    /// Returns the answer that is explained, as `assign` returns it, but without a revision.
    pub fn assignment(&self) -> Result<Assignment<'_>, &AssignError> {
        let is_active = |run: &&SlotRun| run.usage == SlotUse::Active;
        let holder = self.holder.as_ref().filter(is_active);
        let experiment = self.experiment.as_ref().filter(|_| holder.is_some());
        let (status, choice) = match &self.decision {
            Decision::NotAssigned => (AssignmentStatus::NotAssigned, None),
            Decision::Inactive(_) => (AssignmentStatus::ExperimentInactive, None),
            Decision::Refused(error) => return Err(error),
            Decision::Assigned(choice) => (AssignmentStatus::Assigned, Some(choice)),
        };
        Ok(Assignment {
            unit_id: &self.unit_id,
            layer_id: &self.layer.layer_id,
            slot_index: self.slot_index,
            experiment_id: experiment.map(|experiment| &experiment.experiment_id),
            experiment_name: experiment.map(|experiment| experiment.name.as_str()),
            variant: choice.map(|choice| &choice.variant),
            status,
            group: choice.and_then(|choice| choice.group.as_ref()),
            revision: None,
        })
    }
}

/// A hash that a person can repeat: see [`HashStep::command`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashStep {
    algorithm: HashAlgorithm,
    input: Vec<u8>,
    digest: Vec<u8>,
}

impl HashStep {
    /// The hash of the joined parts.
    pub(super) fn new(algorithm: HashAlgorithm, parts: &[&str]) -> Self {
        Self {
            algorithm,
            input: parts.concat().into_bytes(),
            digest: hash::digest(algorithm, parts),
        }
    }

    /// The bytes that are hashed.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// Returns the whole digest in lower-case hexadecimal digits, as `sha256sum` and `md5sum` print it.
    #[must_use]
    pub fn hex(&self) -> String {
        to_hex(&self.digest)
    }

    /// Returns the number that decides: the first 16 bytes, the most significant one first.
    #[must_use]
    pub fn number(&self) -> u128 {
        let first = self.digest.iter().take(16);
        first.fold(0, |number, byte| number << 8 | u128::from(*byte))
    }

    /// Returns the command that prints [`HashStep::hex`], for any shell.
    #[must_use]
    pub fn command(&self) -> String {
        command::hash(self.algorithm, &self.input)
    }

    /// Returns the command that prints the number modulo `total_slots`, which is the slot.
    #[must_use]
    pub fn slot_command(&self, total_slots: u32) -> String {
        command::remainder(self.number(), total_slots)
    }

    /// Returns the command that prints the number divided by 2^128, which is the point.
    #[must_use]
    pub fn point_command(&self) -> String {
        command::quotient(self.number())
    }

    /// Returns what that command prints: the digits after the point, cut off after 20 places.
    pub(super) fn point_digits(&self) -> String {
        const LOW: u128 = u64::MAX as u128;
        let mut rest = self.number();
        let mut places = String::from(".");
        for _ in 0..20 {
            // Ten times the rest, in two halves, since it has up to 132 bits.
            let low = (rest & LOW) * 10;
            let high = (rest >> 64) * 10 + (low >> 64);
            places.push_str(&(high >> 64).to_string());
            rest = high << 64 | (low & LOW);
        }
        places
    }

    /// Returns the slot, for the hash of a slot.
    pub(super) fn slot(&self, total_slots: u32) -> SlotIndex {
        hash::Slots::new(total_slots).slot(self.number())
    }

    /// Returns the point, for the hash of a point.
    pub(super) fn point(&self) -> f64 {
        hash::point_of(self.number())
    }
}

impl Assigner {
    /// Explains what the unit gets in the layer at this time: every step, with the command that repeats
    /// it. [`Explanation::assignment`] is the answer of [`Assigner::assign`]. A group that is missing or
    /// unknown is part of the explanation; only an unknown layer is an error here.
    ///
    /// ```
    /// use avos::assign::Groups;
    ///
    /// # let at = "2026-01-01T00:00:00Z".parse()?;
    /// # let files = avos::config::read_sources("examples/configs/v1".as_ref())?;
    /// # let desired = avos::config::check_sources(&files, at).desired;
    /// # let nothing = avos::domain::State::empty(avos::domain::HashAlgorithm::Sha256);
    /// # let planned = avos::plan::plan_changes(&desired, &nothing, &Default::default(), at);
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
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::Status;

    /// Returns a splitter of every kind; the groups are those of `by_segment`.
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
            // Slot 8 is free; slot 9 is held by an experiment that isn't on the layer.
            let runs = [(0, 5, "x", Active), (6, 7, "x", Reserved), (9, 9, "gone", Active)];
            let mut state = state(vec![experiment], &runs);
            for layer in state.layers.values_mut().map(Arc::make_mut) {
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
