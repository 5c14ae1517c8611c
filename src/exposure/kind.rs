//! What kind of exposure a row is: its experiment, group, variant and status. A log has few kinds
//! and many rows, so each kind is looked at once and has a number from then on.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::fault::Fault;
use super::value::{Column, Value, Values, any_text, text};
use crate::assign::AssignmentStatus;
use crate::domain::{ExperimentId, GroupName, VariantName};

/// How many kinds there may be: they have 16 bits in the memory of units, where 0 stands for none.
pub(super) const MOST_KINDS: usize = (1 << 16) - 1;
/// How many bytes the texts of all kinds may have.
const MOST_BYTES: usize = 1 << 26;

/// Why a row isn't counted whose kind is one too many.
pub(super) const TOO_MANY: Fault = Fault::TooManyKinds;

/// A kind of exposure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A unit got a variant.
    Arm {
        experiment_id: ExperimentId,
        group: Option<GroupName>,
        variant: VariantName,
    },
    /// A unit got none.
    Status {
        experiment_id: Option<ExperimentId>,
        status: String,
    },
}

impl Kind {
    /// An arm's variant.
    pub(super) fn variant(&self) -> Option<&VariantName> {
        match self {
            Self::Arm { variant, .. } => Some(variant),
            Self::Status { .. } => None,
        }
    }
}

/// The kinds that one reader met, by the bytes of their values.
#[derive(Default)]
pub(super) struct Kinds {
    /// What is wrong with those that can't be counted.
    numbers: HashMap<Vec<u8>, Result<u32, Fault>, RandomState>,
    key: Vec<u8>,
    bytes: usize,
    /// How many have a number.
    len: u32,
    /// Those that nobody has asked for yet, in order of their numbers.
    fresh: Vec<Kind>,
}

impl Kinds {
    /// The number of the row's kind, or why it can't be counted.
    pub(super) fn number(&mut self, values: &Values) -> Result<u32, Fault> {
        self.key.clear();
        for value in [
            values.experiment,
            values.variant,
            values.status,
            values.group,
        ] {
            // Type and length keep neighbours apart.
            let (tag, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Integer(number) => (1, &number.to_le_bytes()),
                Value::Real(number) => (2, &number.to_le_bytes()),
                Value::Text(text) => (3, text),
                Value::Time(micros) => (4, &micros.to_le_bytes()),
            };
            let start = bytes.len() << 3 | usize::from(tag);
            self.key.extend_from_slice(&start.to_le_bytes());
            self.key.extend_from_slice(bytes);
        }
        if let Some(known) = self.numbers.get(&self.key) {
            return *known;
        }
        let bytes = self.bytes + self.key.len();
        if self.numbers.len() >= MOST_KINDS || bytes > MOST_BYTES {
            return Err(TOO_MANY);
        }
        self.bytes = bytes;
        let number = kind(values).map(|kind| {
            self.fresh.push(kind);
            self.len += 1;
            self.len - 1
        });
        self.numbers.insert(self.key.clone(), number);
        number
    }

    /// The kinds that are new since the last call.
    pub(super) fn take_fresh(&mut self) -> Vec<Kind> {
        std::mem::take(&mut self.fresh)
    }
}

/// What a row says of its kind.
pub(super) struct Said<'r> {
    pub(super) experiment: Option<Cow<'r, str>>,
    pub(super) group: Option<Cow<'r, str>>,
    pub(super) variant: Option<Cow<'r, str>>,
    pub(super) status: Cow<'r, str>,
    is_assigned: bool,
}

/// What the values say, or what is wrong with them.
pub(super) fn said<'r>(values: &Values<'r>) -> Result<Said<'r>, Fault> {
    let column = |column: Column| {
        let text = text(values.of(column));
        text.map_err(|_| Fault::NotText(column))
    };
    let status = column(Column::Status)?.ok_or(Fault::Missing(Column::Status))?;
    let known = AssignmentStatus::ALL
        .into_iter()
        .find(|known| known.is_written(&status));
    let is_assigned = known.ok_or(Fault::UnknownStatus)? == AssignmentStatus::Assigned;
    let experiment = column(Column::Experiment)?;
    let variant = column(Column::Variant)?;
    if is_assigned && experiment.is_none() {
        return Err(Fault::NoExperiment);
    }
    if is_assigned && variant.is_none() {
        return Err(Fault::NoVariant);
    }
    Ok(Said {
        experiment,
        group: any_text(values.group),
        variant,
        status,
        is_assigned,
    })
}

fn kind(values: &Values) -> Result<Kind, Fault> {
    let said = said(values)?;
    let experiment_id = said
        .experiment
        .map(|id| ExperimentId::from(id.into_owned()));
    match (experiment_id, said.variant) {
        (Some(experiment_id), Some(variant)) if said.is_assigned => Ok(Kind::Arm {
            experiment_id,
            group: said.group.map(|group| GroupName::from(group.into_owned())),
            variant: variant.into_owned().into(),
        }),
        (experiment_id, _) => Ok(Kind::Status {
            experiment_id,
            status: said.status.into_owned(),
        }),
    }
}
