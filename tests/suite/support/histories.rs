//! Histories: layers that are edited step by step, each step planned and, where it may be, applied.

use avos::domain::{
    Allocation, Arm, Desired, DesiredLayer, Experiment, Fraction, HashAlgorithm, Hold, LeftOutKeys,
    Placement, Splitter, State, Status,
};
use avos::plan::{Change, PlanOutcome, Scope, plan_changes, replay_changes};
use avos::review::{plan_hold, plan_release};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::sync::Arc;

use super::reviewing::{nothing, now};

/// What somebody does to one of two layers, or to one of its experiments.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// A new experiment with this traffic, this reserve beyond it, status and splitter.
    Add(f64, f64, Status, Splitter),
    /// More traffic, or less; the reserve is raised where it must be.
    Traffic(f64),
    /// More reserve, or less, down to the traffic.
    Reserve(f64),
    /// Another status.
    Status(Status),
    /// Completed, with everything for the first variant.
    Win,
    /// Dates this many days before or after now.
    Dates(Option<i64>, Option<i64>),
    /// Another name and priority.
    Describe(i64),
    /// Out of the file.
    Drop,
    /// The layer's `total_traffic_percentage`.
    Total(f64),
    /// Another salt, which is never allowed.
    Salt,
    /// Other shares, which are never allowed.
    Shares,
    /// Held in the database until this many days after now, before or after the next plan.
    Hold(Option<i64>),
    /// No longer held in the database.
    Release,
}

/// An edit of a layer's experiment, both by number.
pub(crate) type Edited = (usize, usize, Edit);

/// The slots of the two layers, and what is edited between two plans, step by step.
#[derive(Clone, Debug)]
pub(crate) struct History {
    slots: [u32; 2],
    steps: Vec<Vec<Edited>>,
}

/// A step of a history, planned.
pub(crate) struct Step {
    /// What somebody held and released since the last step.
    pub(crate) held: Vec<Change>,
    /// The state that was planned for.
    pub(crate) before: State,
    /// What was wanted.
    pub(crate) desired: Desired,
    /// The plan.
    pub(crate) outcome: PlanOutcome,
}

impl Step {
    /// Whether it may be applied.
    pub(crate) fn is_allowed(&self) -> bool {
        self.outcome.violations.is_empty()
    }

    /// The state after applying it, as the planner says.
    pub(crate) fn foreseen(&self) -> State {
        self.before.with_layers(self.outcome.after.clone())
    }

    /// The state after applying it, by its changes alone.
    pub(crate) fn applied(&self) -> State {
        let mut state = self.before.clone();
        if self.is_allowed() {
            replay_changes(&mut state.layers, &self.outcome.changes)
                .expect("changes for this state");
        }
        state
    }
}

fn share(most: f64) -> impl Strategy<Value = f64> {
    // Whole hundredths as people write them, and what rounds.
    prop_oneof![
        (0.0..most).prop_map(|share| (share * 100.0).round() / 100.0),
        0.0..most,
    ]
}

/// A status, completed with this weight beside active's 6.
fn status(completed: u32) -> impl Strategy<Value = Status> {
    use Status::{Active, Completed, Draft, Paused};
    prop_oneof![6 => Just(Active), 1 => Just(Draft), 1 => Just(Paused), completed => Just(Completed)]
}

fn splitter() -> impl Strategy<Value = Splitter> {
    let by_segment = Splitter::Segment(vec![("vip".into(), shares(0.25))]);
    prop_oneof![4 => Just(Splitter::Hash), 1 => Just(Splitter::Random), 1 => Just(by_segment)]
}

fn added() -> impl Strategy<Value = Edit> {
    let parts = (share(0.3), share(0.2), status(1), splitter());
    parts.prop_map(|(traffic, more, status, splitter)| Edit::Add(traffic, more, status, splitter))
}

fn edit() -> impl Strategy<Value = Edit> {
    let days = || proptest::option::of(-20_i64..20);
    prop_oneof![
        4 => added(),
        4 => share(0.3).prop_map(Edit::Traffic),
        1 => share(0.3).prop_map(|share| Edit::Traffic(-share)),
        2 => share(0.3).prop_map(Edit::Reserve),
        1 => share(0.3).prop_map(|share| Edit::Reserve(-share)),
        4 => status(4).prop_map(Edit::Status),
        2 => Just(Edit::Win),
        2 => (days(), days()).prop_map(|(start, end)| Edit::Dates(start, end)),
        1 => (-3_i64..3).prop_map(Edit::Describe),
        2 => Just(Edit::Drop),
        1 => share(1.0).prop_map(|share| Edit::Total(share.max(0.2))),
        1 => Just(Edit::Salt),
        1 => Just(Edit::Shares),
        3 => proptest::option::of(-2_i64..2).prop_map(Edit::Hold),
        2 => Just(Edit::Release),
    ]
}

/// Histories of a few steps with a few edits each.
pub(crate) fn histories() -> impl Strategy<Value = History> {
    let slots = || prop_oneof![Just(1_u32), Just(7), Just(100), 2_u32..300];
    let first = prop::collection::vec((0..2_usize, Just(0_usize), added()), 2..6);
    let edits = prop::collection::vec((0..2_usize, 0..6_usize, edit()), 1..4);
    (slots(), slots(), first, prop::collection::vec(edits, 1..8)).prop_map(
        |(one, two, first, mut steps)| {
            steps.insert(0, first);
            History {
                slots: [one, two],
                steps,
            }
        },
    )
}

impl History {
    /// Plans every step, and applies those that may be. What is refused is taken back in the files.
    pub(crate) fn planned(&self) -> Vec<Step> {
        let mut state = nothing();
        let mut files = Desired {
            layers: [empty("one", self.slots[0]), empty("two", self.slots[1])]
                .map(Arc::new)
                .into(),
            is_complete: true,
            ..Desired::default()
        };
        let mut steps = Vec::new();
        let mut count = 0;
        for edits in &self.steps {
            let mut desired = files.clone();
            let mut held = Vec::new();
            for (layer, experiment, edit) in edits {
                count += 1;
                let layer = Arc::make_mut(&mut desired.layers[*layer]);
                if let Some(change) = hold(&state, layer, *experiment, edit, count) {
                    replay_changes(&mut state.layers, std::slice::from_ref(&change))
                        .expect("a change for this state");
                    held.push(change);
                }
                change(layer, *experiment, edit, count);
            }
            let step = Step {
                held,
                outcome: plan_changes(&desired, &state, &Scope::All, now()),
                before: state,
                desired,
            };
            state = step.applied();
            if step.is_allowed() {
                files = step.desired.clone();
            }
            steps.push(step);
        }
        steps
    }

    /// What is written, one write after the other: holds, releases, and the plans that may be applied.
    pub(crate) fn written(&self) -> Vec<Vec<Change>> {
        let steps = self.planned().into_iter().flat_map(|step| {
            let is_allowed = step.is_allowed();
            let held = step.held.into_iter().map(|change| vec![change]);
            held.chain(is_allowed.then_some(step.outcome.changes))
        });
        steps.filter(|changes| !changes.is_empty()).collect()
    }
}

/// Holds or releases an experiment of the files that the database has.
fn hold(
    state: &State,
    layer: &DesiredLayer,
    index: usize,
    edit: &Edit,
    number: u32,
) -> Option<Change> {
    let experiments = &layer.experiments;
    let index = index % experiments.len().max(1);
    let id = &experiments.get(index)?.experiment_id;
    let plan = match edit {
        Edit::Hold(days) => {
            let reason = format!("reason {number}");
            plan_hold(state, id, Hold::new(now(), day(*days), reason, "ada@host"))
        }
        Edit::Release => plan_release(state, id),
        _ => return None,
    };
    // What is unknown or completed isn't held.
    plan.ok()??.changes.pop()
}

fn fraction(value: f64) -> Fraction {
    Fraction::new(value.clamp(0.0, 1.0)).expect("a share")
}

fn shares(first: f64) -> Allocation {
    let arm = |name: &str, share| Arm {
        variant: name.into(),
        fraction: fraction(share),
    };
    Allocation::new(vec![arm("a", first), arm("b", 1.0 - first)]).expect("an allocation")
}

fn empty(id: &str, total_slots: u32) -> DesiredLayer {
    DesiredLayer {
        layer_id: id.into(),
        layer_salt: format!("salt of {id}"),
        total_slots: Some(total_slots),
        total_traffic_percentage: Fraction::ONE,
        hash_algorithm: (id == "two").then_some(HashAlgorithm::Md5),
        placement: if id == "two" {
            Placement::Rested
        } else {
            Placement::Lowest
        },
        experiments: Vec::new(),
        left_out: LeftOutKeys::default(),
    }
}

fn day(days: Option<i64>) -> Option<Timestamp> {
    days.map(|days| now() + SignedDuration::from_hours(24 * days))
}

/// `number` makes new ids and names.
fn change(layer: &mut DesiredLayer, index: usize, edit: &Edit, number: u32) {
    match edit {
        Edit::Add(traffic, more, status, splitter) => layer.experiments.push(Experiment {
            experiment_id: format!("e{number}").into(),
            name: format!("Experiment {number}"),
            traffic_allocation: shares(0.5),
            splitter: splitter.clone(),
            traffic_percentage: fraction(*traffic),
            reserved_percentage: fraction(traffic + more),
            status: *status,
            start_date: None,
            end_date: None,
            priority: 0,
        }),
        Edit::Total(share) => layer.total_traffic_percentage = fraction(*share),
        Edit::Salt => layer.layer_salt = format!("salt {number}"),
        edit if !layer.experiments.is_empty() => {
            let index = index % layer.experiments.len();
            if matches!(edit, Edit::Drop) {
                layer.experiments.remove(index);
            } else {
                change_experiment(&mut layer.experiments[index], edit, number);
            }
        }
        _ => {}
    }
}

fn change_experiment(experiment: &mut Experiment, edit: &Edit, number: u32) {
    let (traffic, reserved) = (
        experiment.traffic_percentage.value(),
        experiment.reserved_percentage.value(),
    );
    match edit {
        Edit::Traffic(more) => {
            experiment.traffic_percentage = fraction(traffic + more);
            experiment.reserved_percentage = fraction(reserved.max(traffic + more));
        }
        Edit::Reserve(more) => {
            experiment.reserved_percentage = fraction(traffic.max(reserved + more));
        }
        Edit::Status(status) => experiment.status = *status,
        Edit::Win => {
            experiment.status = Status::Completed;
            experiment.traffic_allocation = shares(1.0);
        }
        Edit::Dates(start, end) => {
            experiment.start_date = day(start.map(|days| days - 25));
            experiment.end_date = day(*end);
        }
        Edit::Describe(priority) => {
            experiment.name = format!("Renamed {number}");
            experiment.priority = *priority;
        }
        Edit::Shares => experiment.traffic_allocation = shares(0.3),
        Edit::Add(..)
        | Edit::Drop
        | Edit::Total(_)
        | Edit::Salt
        | Edit::Hold(_)
        | Edit::Release => {}
    }
}
