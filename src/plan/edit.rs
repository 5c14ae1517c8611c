//! Edits: changes of an experiment's descriptive values, which move no slots and no units.
//!
//! Each editable attribute has one variant here; planner, replay and reports go through its methods.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::Experiment;

/// A change of a descriptive value; `field` in reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Edit {
    /// What people call the experiment.
    Name(ValueChange<String>),
    /// When it starts to assign.
    StartDate(ValueChange<Option<Timestamp>>),
    /// When it stops assigning.
    EndDate(ValueChange<Option<Timestamp>>),
    /// Its priority.
    Priority(ValueChange<i64>),
}

/// A value before and after a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ValueChange<T> {
    /// Before.
    pub from: T,
    /// Afterwards.
    pub to: T,
}

/// The side of a change whose values are taken.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Before,
    After,
}

impl Side {
    pub(super) fn of<'v, T: ?Sized>(self, from: &'v T, to: &'v T) -> &'v T {
        match self {
            Self::Before => from,
            Self::After => to,
        }
    }
}

impl<T: Clone + PartialEq> ValueChange<T> {
    fn between(from: &T, to: &T) -> Option<Self> {
        (from != to).then(|| Self {
            from: from.clone(),
            to: to.clone(),
        })
    }

    fn set(&self, value: &mut T, side: Side) {
        value.clone_from(side.of(&self.from, &self.to));
    }
}

impl Edit {
    /// Returns the edits that take one experiment to the other.
    pub(super) fn between(has: &Experiment, wants: &Experiment) -> impl Iterator<Item = Self> {
        [
            ValueChange::between(&has.name, &wants.name).map(Self::Name),
            ValueChange::between(&has.start_date, &wants.start_date).map(Self::StartDate),
            ValueChange::between(&has.end_date, &wants.end_date).map(Self::EndDate),
            ValueChange::between(&has.priority, &wants.priority).map(Self::Priority),
        ]
        .into_iter()
        .flatten()
    }

    /// Sets the experiment to the value of one side.
    pub(super) fn set(&self, experiment: &mut Experiment, side: Side) {
        match self {
            Self::Name(change) => change.set(&mut experiment.name, side),
            Self::StartDate(change) => change.set(&mut experiment.start_date, side),
            Self::EndDate(change) => change.set(&mut experiment.end_date, side),
            Self::Priority(change) => change.set(&mut experiment.priority, side),
        }
    }

    /// Returns what it does, as an instruction.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Name(_) => "edit name",
            Self::StartDate(_) => "edit start",
            Self::EndDate(_) => "edit end",
            Self::Priority(_) => "edit priority",
        }
    }
}
