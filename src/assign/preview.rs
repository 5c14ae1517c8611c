//! Many units at once, counted: how a layer's traffic would split.
//!
//! It serves `avos preview` and the console's simulated samples. What the counts mean is up to the
//! caller: a sample of invented units tests the hash, not traffic.

use std::fmt;

use jiff::Timestamp;

use super::assigner::Assigner;
use super::compiled::CompiledLayer;
use super::hash::{self, HashMessage};
use super::sample::UnitSample;
use super::tally::ExperimentTally;
use super::{AssignError, Groups};
use crate::domain::{
    Allocation, Experiment, ExperimentId, GroupName, LayerId, SlotIndex, SplitterType, VariantName,
};

/// How many units to count at a time: enough to fill every lane, and few enough to stop soon after a
/// run is canceled.
pub const UNITS_PER_BATCH: usize = 1024;

/// How units spread over a layer.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The number of units.
    pub total_units: u64,
    /// The number of units without a variant, because no experiment assigns on their slot.
    pub unassigned: u64,
    /// The number of units without a variant because the experiment on their slot doesn't have the
    /// given group.
    pub group_errors: u64,
    /// The experiments that assign, in order of creation, and their groups, in file order;
    /// including those without a unit.
    pub experiments: Vec<ArmCounts>,
}

impl Simulation {
    /// Returns the number of units that got a variant.
    #[must_use]
    pub fn assigned(&self) -> u64 {
        self.total_units - self.unassigned - self.group_errors
    }

    /// Returns the share of units that got a variant, from 0 to 1; 0 without units.
    #[must_use]
    pub fn assignment_rate(&self) -> f64 {
        if self.total_units == 0 {
            return 0.0;
        }
        self.assigned() as f64 / self.total_units as f64
    }
}

/// The number of units that each arm of an experiment got, for one group if it is grouped.
#[derive(Clone, Debug)]
pub struct ArmCounts {
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// How it splits. The counts of a `random` one are drawn each time: show them, but don't test
    /// them.
    pub splitter: SplitterType,
    /// The group, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The units of each variant, in the order of `allocation`.
    pub counts: Vec<(VariantName, u64)>,
    /// What the counts should follow.
    pub allocation: Allocation,
}

/// Counts a sample of this many units in a layer. `None` if `cancel` returned true meanwhile.
pub fn simulate(
    assigner: &Assigner,
    layer_id: &LayerId,
    sample_size: u64,
    groups: &Groups,
    at: Timestamp,
    cancel: &dyn Fn() -> bool,
) -> Result<Option<Simulation>, AssignError> {
    let mut counter = Counter::new(assigner, layer_id, groups, at)?;
    let mut sample = UnitSample::new(sample_size);
    loop {
        if cancel() {
            return Ok(None);
        }
        let units = sample.next_units(UNITS_PER_BATCH);
        if units.is_empty() {
            return Ok(Some(counter.finish()));
        }
        counter.count(units);
    }
}

/// Assigns units in a layer, some at a time, and counts them: any number in constant memory.
///
/// If `groups` gives a grouped experiment's group, only that one is counted. Without it, its units
/// are dealt to its groups in turn, so that each gets an even share and is counted separately.
pub struct Counter<'a> {
    assigner: &'a Assigner,
    layer: &'a CompiledLayer,
    /// By the experiment's index in the layer; `None` for those that don't assign.
    tallies: Vec<Option<ExperimentTally<'a>>>,
    total_units: u64,
    unassigned: u64,
    group_errors: u64,
}

impl fmt::Debug for Counter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter")
            .field("layer_id", &self.layer.layer.layer_id)
            .field("total_units", &self.total_units)
            .finish_non_exhaustive()
    }
}

impl<'a> Counter<'a> {
    /// Creates a counter without counts.
    pub fn new(
        assigner: &'a Assigner,
        layer_id: &LayerId,
        groups: &Groups,
        at: Timestamp,
    ) -> Result<Self, AssignError> {
        let layer = assigner.layer(layer_id)?;
        let experiments = layer.experiments.iter();
        let tally = |experiment: &'a Experiment| {
            let assigns = experiment.is_assigning(at);
            assigns.then(|| ExperimentTally::new(experiment, groups))
        };
        Ok(Self {
            assigner,
            layer,
            tallies: experiments.map(tally).collect(),
            total_units: 0,
            unassigned: 0,
            group_errors: 0,
        })
    }

    /// Counts more units, including repeated ones; fastest in batches of [`UNITS_PER_BATCH`].
    pub fn count(&mut self, units: &[impl AsRef<str>]) {
        let ids = || units.iter().map(AsRef::as_ref);
        let mut slots = vec![SlotIndex::default(); units.len()];
        self.layer.slots(ids(), |index, slot| slots[index] = slot);
        self.total_units += units.len() as u64;
        let Self {
            assigner,
            layer,
            tallies,
            unassigned,
            group_errors,
            ..
        } = self;
        let mut hashed = Vec::with_capacity(units.len());
        for (unit_id, slot) in ids().zip(slots) {
            let holder = layer.active_on(slot);
            let Some((experiment, tally)) =
                holder.and_then(|index| Some((index, tallies[index].as_mut()?)))
            else {
                *unassigned += 1;
                continue;
            };
            let Some(part) = tally.next_part() else {
                *group_errors += 1;
                continue;
            };
            match layer.point_key(experiment, tally.parts[part].split.group_index()) {
                None => tally.parts[part].add(assigner.draw()),
                Some(key) => hashed.push(HashMessage {
                    key,
                    unit_id,
                    target: (experiment, part),
                }),
            }
        }
        let algorithm = layer.layer.hash_algorithm;
        hash::numbers(
            algorithm,
            hashed.into_iter(),
            |(experiment, part), number| {
                if let Some(tally) = &mut tallies[experiment] {
                    tally.parts[part].add(hash::point_of(number));
                }
            },
        );
    }

    /// Returns the counts.
    #[must_use]
    pub fn finish(self) -> Simulation {
        let tallies = self.tallies.into_iter().flatten();
        Simulation {
            total_units: self.total_units,
            unassigned: self.unassigned,
            group_errors: self.group_errors,
            experiments: tallies.flat_map(ExperimentTally::finish).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::{SlotUse, Splitter, Status};

    fn simulated(
        experiments: Vec<Experiment>,
        runs: &[(u32, u32, &str, SlotUse)],
        sample_size: u64,
        groups: &Groups,
    ) -> Simulation {
        let assigner = Assigner::with_random(&state(experiments, runs), || 0.0);
        let at = Timestamp::UNIX_EPOCH;
        let layer = "home".into();
        simulate(&assigner, &layer, sample_size, groups, at, &|| false)
            .expect("a known layer")
            .expect("nobody cancels")
    }

    /// `experiment[group]: variant=count …`, an entry a line.
    fn written(simulation: &Simulation) -> String {
        let lines = simulation.experiments.iter().map(|entry| {
            let group = entry.group.as_ref().map(|group| format!("[{group}]"));
            let counts = entry
                .counts
                .iter()
                .map(|(name, count)| format!(" {name}={count}"));
            let counts: String = counts.collect();
            let id = &entry.experiment_id;
            format!("{id}{}:{counts}\n", group.unwrap_or_default())
        });
        lines.collect()
    }

    fn grouped(id: &str) -> Experiment {
        Experiment {
            splitter: by_segment(),
            ..experiment(id)
        }
    }

    #[test]
    fn counts_are_what_single_assignments_say() {
        let runs = [(0, 3, "x", Active), (4, 5, "x", Reserved)];
        let state = state(vec![experiment("x")], &runs);
        let assigner = Assigner::new(&state);
        let (layer, groups, at) = ("home".into(), Groups::default(), Timestamp::UNIX_EPOCH);
        let mut expected = [0, 0, 0];
        for number in 0..5000 {
            let unit = format!("user_{number}");
            let assignment = assigner
                .assign(&layer, &unit, &groups, at)
                .expect("an answer");
            match assignment.variant.map(VariantName::as_str) {
                Some("a") => expected[0] += 1,
                Some(_) => expected[1] += 1,
                None => expected[2] += 1,
            }
        }
        let simulation = simulate(&assigner, &layer, 5000, &groups, at, &|| false);
        let simulation = simulation.expect("a known layer").expect("nobody cancels");
        let counts = &simulation.experiments[0].counts;
        let found = [counts[0].1, counts[1].1, simulation.unassigned];
        assert_eq!(found, expected);
        assert_eq!(simulation.total_units, 5000);
    }

    #[test]
    fn an_experiment_that_does_not_assign_is_left_out_and_one_without_units_is_not() {
        let paused = Experiment {
            status: Status::Paused,
            ..experiment("p")
        };
        let experiments = vec![paused, experiment("x"), grouped("g")];
        let runs = [(0, 9, "p", Active)];
        let simulation = simulated(experiments, &runs, 50, &Groups::default());
        let expected = "x: a=0 b=0\ng[free]: a=0 b=0\ng[paid]: a=0 b=0\n";
        assert_eq!(written(&simulation), expected);
        assert_eq!((simulation.total_units, simulation.unassigned), (50, 50));
    }

    #[test]
    fn units_are_dealt_evenly_to_the_groups_of_each_experiment() {
        let runs = [(0, 9, "g", Active)];
        let simulation = simulated(vec![grouped("g")], &runs, 1001, &Groups::default());
        let expected = "g[free]: a=501 b=0\ng[paid]: a=0 b=500\n";
        assert_eq!(written(&simulation), expected);
    }

    #[test]
    fn a_given_group_is_the_only_one_and_an_unknown_one_is_counted_as_an_error() {
        let simulation = |segment| {
            let groups = Groups {
                segment: Some(segment),
                ..Groups::default()
            };
            let runs = [(0, 9, "g", Active)];
            simulated(vec![grouped("g")], &runs, 2, &groups)
        };
        assert_eq!(written(&simulation("paid")), "g[paid]: a=0 b=2\n");
        let unknown = simulation("vip");
        assert_eq!(written(&unknown), "");
        let refused = (
            unknown.group_errors,
            unknown.unassigned,
            unknown.total_units,
        );
        assert_eq!(refused, (2, 0, 2));
    }

    #[test]
    fn random_splitters_are_counted_and_marked() {
        let random = Experiment {
            splitter: Splitter::Random,
            ..experiment("r")
        };
        let runs = [(0, 9, "r", Active)];
        let simulation = simulated(vec![random], &runs, 7, &Groups::default());
        assert_eq!(written(&simulation), "r: a=7 b=0\n");
        assert_eq!(simulation.experiments[0].splitter, SplitterType::Random);
    }

    #[test]
    fn a_run_ends_soon_after_it_is_canceled() {
        let assigner = Assigner::new(&state(Vec::new(), &[]));
        let looks = Cell::new(0);
        let cancel = || {
            looks.set(looks.get() + 1);
            looks.get() == 3
        };
        let at = Timestamp::UNIX_EPOCH;
        let run = simulate(
            &assigner,
            &"home".into(),
            u64::MAX,
            &Groups::default(),
            at,
            &cancel,
        );
        assert!(run.expect("a known layer").is_none());
        assert_eq!(looks.get(), 3);
    }
}
