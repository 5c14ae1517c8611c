//! A layer file as written: values of the right types, each with its span, not yet checked.
//!
//! Values of the wrong type were reported when these were made. They are [`Field::Faulty`], so that no
//! rule reports them again.

use crate::diagnostic::{CompactSpan, Span};
use crate::domain::SplitterType;

/// A value with its span and path.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub(super) value: T,
    pub(super) span: Span,
    pub(super) path: String,
}

/// The value of a key in a file.
#[derive(Clone, Debug)]
pub(super) enum Field<T> {
    /// Nothing: the key is left out.
    Absent,
    /// A value that was already reported.
    Faulty,
    /// A value of the right type.
    Given(Written<T>),
}

impl<T> Field<T> {
    pub(super) fn given(&self) -> Option<&Written<T>> {
        match self {
            Self::Given(written) => Some(written),
            Self::Absent | Self::Faulty => None,
        }
    }

    pub(super) fn is_faulty(&self) -> bool {
        matches!(self, Self::Faulty)
    }

    /// Returns the value, or `default` if the key is left out; `None` if it is faulty.
    pub(super) fn value_or(self, default: T) -> Option<T> {
        match self {
            Self::Absent => Some(default),
            Self::Faulty => None,
            Self::Given(written) => Some(written.value),
        }
    }

    /// Returns the value as another type; it is faulty if `change` returns `None`.
    pub(super) fn and_then<U>(self, change: impl FnOnce(&Written<T>) -> Option<U>) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Faulty => Field::Faulty,
            Self::Given(written) => match change(&written) {
                None => Field::Faulty,
                Some(value) => Field::Given(Written {
                    value,
                    span: written.span,
                    path: written.path,
                }),
            },
        }
    }
}

/// What is kept of a layer's file once it is checked: what other files are compared with, and the
/// span of each key.
#[derive(Debug)]
pub(super) struct IndexedLayer {
    pub(super) span: Span,
    pub(super) layer_id: Field<String>,
    pub(super) layer_salt: Field<String>,
    pub(super) total_slots: Field<WholeNumber>,
    pub(super) hash_algorithm: Field<String>,
    pub(super) keys: KeySpans,
    /// Boxed, because a `Vec` would keep the much larger room of the written ones.
    pub(super) experiments: Box<[IndexedExperiment]>,
}

/// What is kept of an experiment.
#[derive(Debug)]
pub(super) struct IndexedExperiment {
    pub(super) span: Span,
    pub(super) path: String,
    pub(super) experiment_id: Field<String>,
    pub(super) keys: KeySpans,
}

/// The span of each key, valid or not.
pub(super) type KeySpans = Box<[(&'static str, CompactSpan)]>;

fn compact(keys: &[(&'static str, Span)]) -> KeySpans {
    keys.iter().map(|(key, span)| (*key, span.into())).collect()
}

impl From<WrittenLayer> for IndexedLayer {
    fn from(written: WrittenLayer) -> Self {
        let experiments = written.experiments.into_iter();
        Self {
            span: written.span,
            layer_id: written.layer_id,
            layer_salt: written.layer_salt,
            total_slots: written.total_slots,
            hash_algorithm: written.hash_algorithm,
            keys: compact(&written.keys),
            experiments: experiments.map(IndexedExperiment::from).collect(),
        }
    }
}

impl From<WrittenExperiment> for IndexedExperiment {
    fn from(written: WrittenExperiment) -> Self {
        Self {
            span: written.span,
            path: written.path,
            experiment_id: written.experiment_id,
            keys: compact(&written.keys),
        }
    }
}

/// A layer as its file has it.
#[derive(Debug)]
pub(super) struct WrittenLayer {
    /// The span of its id, or the file's start.
    pub(super) span: Span,
    pub(super) layer_id: Field<String>,
    pub(super) layer_salt: Field<String>,
    pub(super) total_slots: Field<WholeNumber>,
    pub(super) total_traffic_percentage: Field<f64>,
    pub(super) hash_algorithm: Field<String>,
    pub(super) placement: Field<String>,
    pub(super) experiments: Vec<WrittenExperiment>,
    /// The span of each key, valid or not.
    pub(super) keys: Vec<(&'static str, Span)>,
    /// The keys that are left out.
    pub(super) left_out: Vec<&'static str>,
}

/// A whole number, or one too large to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WholeNumber {
    Small(i64),
    Huge(f64),
}

/// An experiment as its file has it.
#[derive(Debug)]
pub(super) struct WrittenExperiment {
    /// The span of its id, or of its first key.
    pub(super) span: Span,
    /// Such as `experiments[0]`.
    pub(super) path: String,
    pub(super) experiment_id: Field<String>,
    pub(super) layer_id: Field<String>,
    pub(super) name: Field<String>,
    pub(super) variants: Field<Vec<Written<String>>>,
    pub(super) traffic_allocation: Field<WrittenShares>,
    pub(super) status: Field<String>,
    pub(super) start_date: Field<String>,
    pub(super) end_date: Field<String>,
    /// Under each kind of grouped splitter, its group allocations.
    pub(super) groups: [(SplitterType, Field<Vec<Written<WrittenGroup>>>); 3],
    pub(super) splitter_type: Field<String>,
    pub(super) traffic_percentage: Field<f64>,
    pub(super) reserved_percentage: Field<f64>,
    pub(super) priority: Field<i64>,
    /// The span of each key, valid or not.
    pub(super) keys: Vec<(&'static str, Span)>,
    /// The keys that are left out.
    pub(super) left_out: Vec<&'static str>,
}

impl WrittenExperiment {
    /// Returns the kinds of splitters with groups. An empty mapping counts as left out.
    pub(super) fn kinds_with_groups(&self) -> impl Iterator<Item = SplitterType> {
        let is_given = |field: &Field<Vec<Written<WrittenGroup>>>| {
            field.given().is_some_and(|groups| !groups.value.is_empty())
        };
        let given = self.groups.iter().filter(move |(_, field)| is_given(field));
        given.map(|(kind, _)| *kind)
    }
}

/// A group with its allocation.
#[derive(Clone, Debug)]
pub(super) struct WrittenGroup {
    pub(super) name: Written<String>,
    pub(super) shares: WrittenShares,
}

/// An allocation: variants with their fractions, in file order.
#[derive(Clone, Debug)]
pub(super) struct WrittenShares {
    pub(super) shares: Vec<WrittenShare>,
    /// Whether nothing in it is wrong.
    pub(super) is_sound: bool,
}

/// One variant with its fraction.
#[derive(Clone, Debug)]
pub(super) struct WrittenShare {
    /// The variant, with the span of the key.
    pub(super) variant: Written<String>,
    /// The fraction, with the span of the value.
    pub(super) fraction: Written<f64>,
}
