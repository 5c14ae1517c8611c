//! A state, compiled to answer which variant a unit gets.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::compiled::CompiledLayer;
use super::{AssignError, Assignment, AssignmentStatus, Groups, hash, split};
use crate::domain::{
    Allocation, Experiment, GroupName, LayerId, LayerState, Revision, SlotIndex, State,
};

/// The source of the `random` splitter's points: each call returns one, from 0 to below 1.
pub(super) type RandomSource = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Assigns units by one state. It is compiled once and never changes: share it between threads, and
/// make another one when the state changes.
///
/// ```
/// use avos::assign::{Assigner, Groups};
/// use avos::config;
/// use avos::domain::{HashAlgorithm, State};
/// use avos::plan::{Scope, plan_changes};
///
/// // From layer files; `avos::store::StateStore::snapshot` gives the state of a database.
/// let at = "2026-01-01T00:00:00Z".parse()?;
/// let files = config::check_sources(&config::read_sources("examples/configs/v1".as_ref())?, at);
/// let nothing = State::empty(HashAlgorithm::Sha256);
/// let planned = plan_changes(&files.desired, &nothing, &Scope::All, at);
/// let assigner = Assigner::new(&nothing.with_layers(planned.after));
///
/// let layer = "homepage_hero".into();
/// let assignment = assigner.assign(&layer, "user_1", &Groups::default(), at)?;
/// assert_eq!(assignment.slot_index.0, 9);
/// assert_eq!(assignment.variant, Some(&"blue".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Assigner {
    layers: BTreeMap<LayerId, CompiledLayer>,
    revision: Option<Revision>,
    random: RandomSource,
}

impl fmt::Debug for Assigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers: Vec<&LayerId> = self.layers.keys().collect();
        f.debug_struct("Assigner")
            .field("layers", &layers)
            .finish_non_exhaustive()
    }
}

impl Assigner {
    /// Compiles this state. Its `random` splitters draw from the thread's generator.
    #[must_use]
    pub fn new(state: &State) -> Self {
        Self::with_random(state, fastrand::f64)
    }

    /// Compiles this state. Its `random` splitters take their points, from 0 to below 1, from `random`.
    #[must_use]
    pub fn with_random(state: &State, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        let compiled =
            |(id, layer): (&LayerId, &Arc<LayerState>)| (id.clone(), CompiledLayer::new(layer));
        Self {
            layers: state.layers.iter().map(compiled).collect(),
            revision: None,
            random: Arc::new(random),
        }
    }

    /// Names this revision in every answer, so that exposure logs say which state answered. Give it the
    /// revision of the state that was compiled, if that is what a store returned: a state with other layers
    /// keeps the revision of the contents that were read.
    #[must_use]
    pub fn with_revision(mut self, revision: Revision) -> Self {
        self.revision = Some(revision);
        self
    }

    /// Returns what the unit gets in the layer at this time. It allocates only for an error.
    pub fn assign<'a>(
        &'a self,
        layer_id: &LayerId,
        unit_id: &'a str,
        groups: &Groups,
        at: Timestamp,
    ) -> Result<Assignment<'a>, AssignError> {
        self.assign_in(self.layer(layer_id)?, unit_id, groups, at)
    }

    /// Returns what the unit gets in every layer, in order of the layers' ids. If a splitter lacks the
    /// unit's group, its layer has an error, and the others have their answers. It allocates only for
    /// errors.
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
    /// let answers = assigner.assign_all_layers("user_2", &Groups::default(), at);
    /// let lines: Vec<String> = answers
    ///     .map(|(layer_id, answer)| match answer {
    ///         Ok(assignment) => format!("{layer_id}: {:?}", assignment.variant),
    ///         Err(error) => format!("{layer_id}: {error}"),
    ///     })
    ///     .collect();
    /// assert_eq!(lines, [
    ///     "checkout_flow: None",
    ///     r#"homepage_hero: Some("layout_c")"#,
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assign_all_layers<'a>(
        &'a self,
        unit_id: &'a str,
        groups: &Groups<'a>,
        at: Timestamp,
    ) -> impl Iterator<Item = (&'a LayerId, Result<Assignment<'a>, AssignError>)> + use<'a> {
        let groups = *groups;
        self.layers
            .iter()
            .map(move |(id, layer)| (id, self.assign_in(layer, unit_id, &groups, at)))
    }

    /// Returns what the unit gets in a layer that was already found.
    pub(super) fn assign_in<'a>(
        &'a self,
        layer: &'a CompiledLayer,
        unit_id: &'a str,
        groups: &Groups,
        at: Timestamp,
    ) -> Result<Assignment<'a>, AssignError> {
        let slot = layer.slot(unit_id);
        let mut assignment = answer(layer, unit_id, slot, groups, at, |experiment, group| {
            self.point(layer, experiment, group, unit_id)
        })?;
        assignment.revision = self.revision();
        Ok(assignment)
    }

    /// Returns the revision of the state that answers, if it is known.
    pub(super) fn revision(&self) -> Option<&Revision> {
        self.revision.as_ref()
    }

    /// Returns the layer with this id.
    pub(super) fn layer(&self, id: &LayerId) -> Result<&CompiledLayer, AssignError> {
        let layer = self.layers.get(id);
        layer.ok_or_else(|| AssignError::unknown_layer(id, self.layers.keys()))
    }

    /// Returns the unit's point in the unit interval, by the experiment's splitter.
    fn point(
        &self,
        layer: &CompiledLayer,
        experiment: usize,
        group: Option<usize>,
        unit_id: &str,
    ) -> f64 {
        match layer.point_key(experiment, group) {
            Some(key) => hash::point_of(key.number(unit_id)),
            None => self.draw(),
        }
    }

    /// Draws a point for a `random` splitter.
    pub(super) fn draw(&self) -> f64 {
        (self.random)()
    }
}

/// Returns what a unit on this slot gets, without a revision. `point` takes the index of an experiment and,
/// if the unit has a group there, that of the group.
#[inline]
pub(super) fn answer<'a>(
    layer: &'a CompiledLayer,
    unit_id: &'a str,
    slot_index: SlotIndex,
    groups: &Groups,
    at: Timestamp,
    point: impl FnOnce(usize, Option<usize>) -> f64,
) -> Result<Assignment<'a>, AssignError> {
    let mut assignment = Assignment {
        unit_id,
        layer_id: &layer.layer.layer_id,
        slot_index,
        experiment_id: None,
        experiment_name: None,
        variant: None,
        status: AssignmentStatus::NotAssigned,
        group: None,
        revision: None,
    };
    let Some(index) = layer.active_on(slot_index) else {
        return Ok(assignment);
    };
    let experiment = &layer.experiments[index];
    assignment.experiment_id = Some(&experiment.experiment_id);
    assignment.experiment_name = Some(&experiment.name);
    if !experiment.is_assigning(at) {
        assignment.status = AssignmentStatus::ExperimentInactive;
        return Ok(assignment);
    }
    let split = Split::of(experiment, groups)?;
    let x = point(index, split.group_index());
    assignment.variant = Some(split::variant(split.allocation, x));
    assignment.status = AssignmentStatus::Assigned;
    assignment.group = split.group_name();
    Ok(assignment)
}

/// How an experiment splits the units of one group, or all units.
#[derive(Clone, Copy)]
pub(super) struct Split<'e> {
    /// The group, and its index among the splitter's.
    pub(super) group: Option<(usize, &'e GroupName)>,
    /// The allocation that applies.
    pub(super) allocation: &'e Allocation,
}

impl<'e> Split<'e> {
    /// Returns the split for units with these groups.
    #[inline]
    pub(super) fn of(experiment: &'e Experiment, groups: &Groups) -> Result<Self, AssignError> {
        let kind = experiment.splitter.kind();
        match kind.group_key() {
            Some(key) => Self::of_group(experiment, key, groups.of(kind)),
            None => Ok(Self {
                group: None,
                allocation: &experiment.traffic_allocation,
            }),
        }
    }

    /// Returns the split for units with this group.
    fn of_group(
        experiment: &'e Experiment,
        key: &'static str,
        group: Option<&str>,
    ) -> Result<Self, AssignError> {
        let experiment_id = &experiment.experiment_id;
        let group = group.ok_or_else(|| AssignError::MissingGroup {
            experiment_id: experiment_id.clone(),
            key,
        })?;
        let mut splits = Self::of_groups(experiment);
        let is_its = |split: &Self| {
            let name = split.group_name();
            name.is_some_and(|name| name.as_str() == group)
        };
        splits
            .find(is_its)
            .ok_or_else(|| AssignError::UnknownGroup {
                experiment_id: experiment_id.clone(),
                key,
                group: group.to_owned(),
                known: Self::of_groups(experiment)
                    .filter_map(|split| split.group_name().cloned())
                    .collect(),
            })
    }

    /// Returns those of a grouped splitter's groups, in file order.
    pub(super) fn of_groups(experiment: &'e Experiment) -> impl Iterator<Item = Self> {
        let groups = experiment.splitter.groups().iter().enumerate();
        groups.map(|(index, (name, allocation))| Self {
            group: Some((index, name)),
            allocation,
        })
    }

    /// Returns the group's index among the splitter's.
    #[inline]
    pub(super) fn group_index(self) -> Option<usize> {
        self.group.map(|(index, _)| index)
    }

    /// Returns the group's name.
    #[inline]
    pub(super) fn group_name(self) -> Option<&'e GroupName> {
        self.group.map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::{Splitter, Status};

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn home() -> LayerId {
        LayerId::from("home")
    }

    /// Returns what `user_1` gets from an experiment on every slot.
    fn status_at(experiment: Experiment, at: &str) -> AssignmentStatus {
        let assigner = Assigner::new(&state(vec![experiment], &[(0, 9, "x", Active)]));
        let assignment = assigner.assign(&home(), "user_1", &Groups::default(), time(at));
        assignment.expect("no group needed").status
    }

    #[test]
    fn an_assigner_can_be_shared() {
        fn shared<T: Send + Sync>() {}
        shared::<Assigner>();
    }

    #[test]
    fn both_ends_of_the_dates_are_inclusive() {
        let dated = Experiment {
            start_date: Some(time("2025-03-01T00:00:00.000001Z")),
            end_date: Some(time("2025-03-31T23:59:59.999999Z")),
            ..experiment("x")
        };
        let expected = [
            ("2025-03-01T00:00:00Z", AssignmentStatus::ExperimentInactive),
            ("2025-03-01T00:00:00.000001Z", AssignmentStatus::Assigned),
            ("2025-03-31T23:59:59.999999Z", AssignmentStatus::Assigned),
            ("2025-04-01T00:00:00Z", AssignmentStatus::ExperimentInactive),
        ];
        for (at, status) in expected {
            assert_eq!(status_at(dated.clone(), at), status, "{at}");
        }
    }

    #[test]
    fn only_an_active_experiment_assigns() {
        for status in Status::ALL {
            let experiment = Experiment {
                status,
                ..experiment("x")
            };
            let expected = match status {
                Status::Active => AssignmentStatus::Assigned,
                Status::Draft | Status::Paused | Status::Completed => {
                    AssignmentStatus::ExperimentInactive
                }
            };
            assert_eq!(status_at(experiment, "2025-03-01T00:00:00Z"), expected);
        }
    }

    #[test]
    fn an_assignment_is_written_as_the_contract_says() {
        let paused = Experiment {
            status: Status::Paused,
            ..experiment("p")
        };
        let runs = [
            (2, 5, "x", Active),
            (6, 7, "x", Reserved),
            (8, 9, "p", Active),
        ];
        let assigner = Assigner::new(&state(vec![experiment("x"), paused], &runs));
        let line = |unit| {
            let at = time("2025-03-01T00:00:00Z");
            let assignment = assigner.assign(&home(), unit, &Groups::default(), at);
            serde_json::to_string(&assignment.expect("no group needed")).expect("JSON")
        };
        insta::assert_snapshot!(line("user_0"), @r#"{"unit_id":"user_0","layer_id":"home","slot_index":5,"experiment_id":"x","experiment_name":"Experiment x","variant":"a","status":"assigned"}"#);
        insta::assert_snapshot!(line("user_1"), @r#"{"unit_id":"user_1","layer_id":"home","slot_index":7,"experiment_id":null,"experiment_name":null,"variant":null,"status":"not_assigned"}"#);
        insta::assert_snapshot!(line("user_2"), @r#"{"unit_id":"user_2","layer_id":"home","slot_index":6,"experiment_id":null,"experiment_name":null,"variant":null,"status":"not_assigned"}"#);
        insta::assert_snapshot!(line("user_3"), @r#"{"unit_id":"user_3","layer_id":"home","slot_index":8,"experiment_id":"p","experiment_name":"Experiment p","variant":null,"status":"experiment_inactive"}"#);
    }

    #[test]
    fn a_grouped_splitter_goes_by_the_group_of_its_kind() {
        let grouped = Experiment {
            splitter: by_segment(),
            ..experiment("x")
        };
        let assigner = Assigner::new(&state(vec![grouped], &[(0, 9, "x", Active)]));
        let variant = |groups: Groups| {
            let assignment = assigner.assign(&home(), "user_1", &groups, Timestamp::UNIX_EPOCH)?;
            let group = assignment.group.expect("a grouped splitter").to_string();
            Ok((assignment.variant.expect("assigned").to_string(), group))
        };
        let segment = |segment| Groups {
            segment: Some(segment),
            ..Groups::default()
        };
        assert_eq!(variant(segment("free")), Ok(("a".into(), "free".into())));
        assert_eq!(variant(segment("paid")), Ok(("b".into(), "paid".into())));
        let message = |answer: Result<_, AssignError>| answer.unwrap_err().to_string();
        let geo = Groups {
            geo: Some("free"),
            ..Groups::default()
        };
        insta::assert_snapshot!(message(variant(geo)), @"experiment `x` splits by segment, but the unit has no segment");
        insta::assert_snapshot!(message(variant(segment("vip"))), @"experiment `x` has no segment `vip`; it has `free`, `paid`");
    }

    #[test]
    fn a_random_splitter_draws_from_the_source_given() {
        let random = Experiment {
            splitter: Splitter::Random,
            ..experiment("x")
        };
        let state = state(vec![random], &[(0, 9, "x", Active)]);
        let variant = |x| {
            let assigner = Assigner::with_random(&state, move || x);
            let at = Timestamp::UNIX_EPOCH;
            let assignment = assigner.assign(&home(), "user_1", &Groups::default(), at);
            assignment
                .expect("no group needed")
                .variant
                .map(ToString::to_string)
        };
        assert_eq!(variant(0.499), Some("a".into()));
        assert_eq!(variant(0.5), Some("b".into()));
    }

    #[test]
    fn all_layers_answer_in_order_and_an_error_stops_none_of_them() {
        let mut states = state(vec![experiment("x")], &[(0, 9, "x", Active)]);
        let mut add = |id: &str, experiment: Experiment| {
            let mut layer = state(vec![experiment], &[(0, 9, "x", Active)]);
            let mut layer = layer.layers.remove("home").expect("the layer");
            Arc::make_mut(&mut layer).layer.layer_id = id.into();
            states.layers.insert(id.into(), layer);
        };
        let grouped = Experiment {
            splitter: by_segment(),
            ..experiment("x")
        };
        add("checkout", grouped);
        add("search", experiment("x"));
        let assigner = Assigner::new(&states);
        let groups = Groups::default();
        let at = Timestamp::UNIX_EPOCH;
        let answers: Vec<_> = assigner.assign_all_layers("user_1", &groups, at).collect();
        let shown = answers.iter().map(|(id, answer)| {
            let expected = assigner.assign(id, "user_1", &groups, at);
            assert_eq!(*answer, expected);
            let answer = answer.as_ref().map(|assignment| assignment.status.as_str());
            format!("{id}: {}", answer.unwrap_or("error"))
        });
        let shown: Vec<String> = shown.collect();
        let expected = ["checkout: error", "home: assigned", "search: assigned"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_unknown_layer_names_those_near_it() {
        let assigner = Assigner::new(&state(Vec::new(), &[]));
        let asked = |id: &str| {
            let at = Timestamp::UNIX_EPOCH;
            let refused = assigner.assign(&id.into(), "user_1", &Groups::default(), at);
            refused.unwrap_err().to_string()
        };
        assert_eq!(
            asked("hone"),
            "there is no layer `hone`; did you mean `home`?"
        );
        assert_eq!(asked("checkout"), "there is no layer `checkout`");
    }
}
