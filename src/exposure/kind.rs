//! What kind of exposure a row is: its experiment, group, variant and status. A log has few kinds
//! and many rows, so each kind is looked at once and has a number from then on.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::value::{Value, Values};
use crate::assign::AssignmentStatus;
use crate::domain::{ExperimentId, GroupName, VariantName};

/// How many kinds there may be: they have 16 bits in the memory of units, where 0 stands for none.
pub(super) const MOST_KINDS: usize = (1 << 16) - 1;
/// How many bytes the texts of all kinds may have.
const MOST_BYTES: usize = 1 << 26;

/// Why a row isn't counted whose kind is one too many.
pub(super) const TOO_MANY: &str = "the log has more kinds of exposures than can be counted";

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
    numbers: HashMap<Vec<u8>, Result<u32, &'static str>, RandomState>,
    key: Vec<u8>,
    bytes: usize,
    /// How many have a number.
    len: u32,
    /// Those that nobody has asked for yet, in order of their numbers.
    fresh: Vec<Kind>,
}

impl Kinds {
    /// The number of the row's kind, or why it can't be counted.
    pub(super) fn number(&mut self, values: &Values) -> Result<u32, &'static str> {
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

/// What the values say, or what is wrong with them.
fn kind(values: &Values) -> Result<Kind, &'static str> {
    let experiment_id =
        owned(values.experiment, "its experiment_id is no text")?.map(ExperimentId::from);
    let status = owned(values.status, "its status is no text")?.ok_or("it has no status")?;
    if !AssignmentStatus::Assigned.is_written(&status) {
        return Ok(Kind::Status {
            experiment_id,
            status,
        });
    }
    let variant = owned(values.variant, "its variant is no text")?;
    Ok(Kind::Arm {
        experiment_id: experiment_id.ok_or("it is assigned without an experiment_id")?,
        group: owned(values.group, "its group_key is no text")?.map(GroupName::from),
        variant: variant.ok_or("it is assigned without a variant")?.into(),
    })
}

fn owned(value: Value, wrong: &'static str) -> Result<Option<String>, &'static str> {
    Ok(text(value, wrong)?.map(Cow::into_owned))
}

/// A text; a whole number is taken for its digits, which a column without a type makes of them.
pub(super) fn text<'r>(
    value: Value<'r>,
    wrong: &'static str,
) -> Result<Option<Cow<'r, str>>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::Integer(number) => Ok(Some(number.to_string().into())),
        Value::Text(text) => {
            let text = str::from_utf8(text).map_err(|_| wrong)?;
            Ok(Some(text.into()))
        }
        Value::Real(_) | Value::Time(_) => Err(wrong),
    }
}
