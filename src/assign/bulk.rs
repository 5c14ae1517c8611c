//! Many units at once, side by side and on all cores.
//!
//! All units are hashed first, many at a time; then all threads write the answers into one list, in its
//! order. Each answer borrows from the assigner and from its unit, so only the two lists are allocated.

use jiff::Timestamp;
use rayon::prelude::*;

use super::assigner::{Split, answer};
use super::compiled::CompiledLayer;
use super::hash::{self, HashMessage};
use super::{AssignError, Assigner, Assignment, Groups};
use crate::domain::{LayerId, SlotIndex};

/// The fewest units that are worth another thread: some 60 µs of work.
const UNITS_PER_TASK: usize = 1024;

/// An answer for each unit, in their order. An error is that of its unit alone.
pub type Answers<'a> = Vec<Result<Assignment<'a>, AssignError>>;

impl Assigner {
    /// Returns what each unit gets in the layer, if all have the same groups: the answers of
    /// [`Assigner::assign`], in the order of the units, computed on all threads of rayon's pool.
    ///
    /// The outer error says that there is no such layer. A unit whose group is missing or unknown has an
    /// error in its place, and the others have their answers.
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
    /// let units = ["user_1", "user_2", "user_3"];
    /// let groups = Groups::default();
    /// let answers = assigner.assign_bulk(&"homepage_hero".into(), &units, &groups, at)?;
    /// for (unit, answer) in units.iter().zip(answers) {
    ///     assert_eq!(answer?.unit_id, *unit);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_bulk<'a, U: AsRef<str> + Sync>(
        &'a self,
        layer_id: &LayerId,
        units: &'a [U],
        groups: &Groups,
        at: Timestamp,
    ) -> Result<Answers<'a>, AssignError> {
        self.assign_each(layer_id, units, at, |unit| (unit.as_ref(), *groups))
    }

    /// Does the same for units that each have their own groups.
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
    /// let of = |segment| Groups { segment: Some(segment), ..Groups::default() };
    /// let units = [("user_1", of("free")), ("user_2", of("premium"))];
    /// let answers = assigner.assign_bulk_grouped(&"homepage_hero".into(), &units, at)?;
    /// assert_eq!(answers.len(), units.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_bulk_grouped<'a, U: AsRef<str> + Sync>(
        &'a self,
        layer_id: &LayerId,
        units: &'a [(U, Groups<'a>)],
        at: Timestamp,
    ) -> Result<Answers<'a>, AssignError> {
        self.assign_each(layer_id, units, at, |(unit, groups)| {
            (unit.as_ref(), *groups)
        })
    }

    fn assign_each<'a, 'g, T: Sync>(
        &'a self,
        layer_id: &LayerId,
        units: &'a [T],
        at: Timestamp,
        parts: impl Fn(&'a T) -> (&'a str, Groups<'g>) + Sync,
    ) -> Result<Answers<'a>, AssignError> {
        let layer = self.layer(layer_id)?;
        let experiments = layer.experiments.iter();
        let assigning: Vec<bool> = experiments.map(|it| it.is_assigning(at)).collect();
        let mut places = vec![Place::default(); units.len()];
        let answer = |(unit, place): (&'a T, &Place)| {
            let (unit_id, groups) = parts(unit);
            let mut assignment = answer(
                layer,
                unit_id,
                place.slot,
                &groups,
                at,
                |experiment, group| {
                    let is_hashed = layer.point_key(experiment, group).is_some();
                    if is_hashed { place.point } else { self.draw() }
                },
            )?;
            assignment.revision = self.revision();
            Ok(assignment)
        };
        // So few aren't worth starting the threads.
        if units.len() <= UNITS_PER_TASK {
            place(layer, &assigning, units, &parts, &mut places);
            return Ok(units.iter().zip(&places).map(answer).collect());
        }
        places
            .par_chunks_mut(UNITS_PER_TASK)
            .zip(units.par_chunks(UNITS_PER_TASK))
            .for_each(|(places, units)| place(layer, &assigning, units, &parts, places));
        let pairs = units.par_iter().zip(&places).with_min_len(UNITS_PER_TASK);
        Ok(pairs.map(answer).collect())
    }
}

/// Where a unit's hashes put it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    slot: SlotIndex,
    /// In the experiment on the slot, where that assigns and hashes.
    point: f64,
}

/// Places each of at most [`UNITS_PER_TASK`] units. `assigning` says which of the layer's experiments
/// assign.
fn place<'a, 'g, T>(
    layer: &CompiledLayer,
    assigning: &[bool],
    units: &'a [T],
    parts: &impl Fn(&'a T) -> (&'a str, Groups<'g>),
    places: &mut [Place],
) {
    // Separate from the places, which get the points while the slots are read.
    let mut slots = [SlotIndex::default(); UNITS_PER_TASK];
    let ids = units.iter().map(|unit| parts(unit).0);
    layer.slots(ids, |index, slot| slots[index] = slot);
    for (place, slot) in places.iter_mut().zip(slots) {
        place.slot = slot;
    }
    let messages = units.iter().zip(slots).enumerate();
    let messages = messages.filter_map(|(target, (unit, slot))| {
        let experiment = layer.active_on(slot).filter(|index| assigning[*index])?;
        let (unit_id, groups) = parts(unit);
        // A unit whose group is unknown gets its error as its answer.
        let split = Split::of(&layer.experiments[experiment], &groups).ok()?;
        let key = layer.point_key(experiment, split.group_index())?;
        Some(HashMessage {
            key,
            unit_id,
            target,
        })
    });
    hash::numbers(layer.layer.hash_algorithm, messages, |index, number| {
        places[index].point = hash::point_of(number);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::{Experiment, Revision};

    /// Enough for many tasks; the last one isn't full.
    const UNITS: usize = 20 * UNITS_PER_TASK + 7;

    fn assigner() -> Assigner {
        let grouped = Experiment {
            splitter: by_segment(),
            ..experiment("g")
        };
        let runs = [
            (0, 3, "x", Active),
            (4, 5, "x", Reserved),
            (6, 8, "g", Active),
        ];
        Assigner::new(&state(vec![experiment("x"), grouped], &runs))
            .with_revision(Revision::new("r"))
    }

    fn segment(segment: &str) -> Groups<'_> {
        Groups {
            segment: Some(segment),
            ..Groups::default()
        }
    }

    #[test]
    fn the_answers_are_those_of_single_questions_in_order() {
        let (assigner, layer, at) = (assigner(), LayerId::from("home"), Timestamp::UNIX_EPOCH);
        let units: Vec<String> = (0..UNITS).map(|number| format!("user_{number}")).collect();
        for groups in [Groups::default(), segment("paid"), segment("vip")] {
            let single = |unit| assigner.assign(&layer, unit, &groups, at);
            let expected: Vec<_> = units.iter().map(|unit| single(unit)).collect();
            let revisions = expected.iter().flatten().map(|answer| answer.revision);
            assert!(
                revisions
                    .into_iter()
                    .all(|it| it == Some(&Revision::new("r")))
            );
            let found = assigner.assign_bulk(&layer, &units, &groups, at);
            assert_eq!(found.expect("a known layer"), expected);
        }
    }

    #[test]
    fn units_may_have_groups_of_their_own() {
        let (assigner, layer, at) = (assigner(), LayerId::from("home"), Timestamp::UNIX_EPOCH);
        let groups = [segment("free"), segment("vip"), Groups::default()];
        let units: Vec<(String, Groups)> = (0..UNITS)
            .map(|number| (format!("user_{number}"), groups[number % 3]))
            .collect();
        let single = |(unit, groups)| assigner.assign(&layer, unit, groups, at);
        let expected: Vec<_> = units
            .iter()
            .map(|(unit, own)| single((unit, own)))
            .collect();
        assert!(expected.iter().any(Result::is_err));
        let found = assigner.assign_bulk_grouped(&layer, &units, at);
        assert_eq!(found.expect("a known layer"), expected);
    }

    #[test]
    fn no_units_give_no_answers_and_an_unknown_layer_none_at_all() {
        let (assigner, groups, at) = (assigner(), Groups::default(), Timestamp::UNIX_EPOCH);
        let none: [&str; 0] = [];
        let answers = assigner.assign_bulk(&"home".into(), &none, &groups, at);
        assert_eq!(answers, Ok(Vec::new()));
        let refused = assigner.assign_bulk(&"hone".into(), &["user_1"], &groups, at);
        assert!(matches!(refused, Err(AssignError::UnknownLayer { .. })));
    }
}
