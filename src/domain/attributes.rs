//! The attributes of an experiment in one table: keys in the order in which docs list them, defaults in
//! words, and how two experiments differ.
//!
//! Layer files take their known keys from here, the planner and the lifecycle rules the differences. In
//! the database, an attribute's column has its key as a name. Knows no files and no changes.

use jiff::Timestamp;

use super::{Experiment, SplitterType};

/// One attribute of an experiment.
pub(crate) struct Attribute {
    /// Its key in layer files and reports.
    pub(crate) key: &'static str,
    /// An example, for an attribute that a file must have.
    pub(crate) example: Option<&'static str>,
    /// Whether two experiments have the same value, fractions within their tolerance. An attribute
    /// that depends on another counts as the same if that one differs.
    pub(crate) is_same: IsSame,
    /// Its value in words, for an attribute with a default.
    pub(crate) words: Option<DescribeAttribute>,
}

type IsSame = fn(&Experiment, &Experiment) -> bool;
type DescribeAttribute = fn(&Experiment) -> String;

const fn required(key: &'static str, example: &'static str, is_same: IsSame) -> Attribute {
    Attribute {
        key,
        example: Some(example),
        is_same,
        words: None,
    }
}

const fn optional(
    key: &'static str,
    is_same: IsSame,
    words: Option<DescribeAttribute>,
) -> Attribute {
    Attribute {
        key,
        example: None,
        is_same,
        words,
    }
}

/// Every attribute, in the order in which docs list them.
pub(crate) static ATTRIBUTES: [Attribute; 15] = [
    required("experiment_id", "checkout_v2", |has, wants| {
        has.experiment_id == wants.experiment_id
    }),
    // An experiment's layer is the one that lists it.
    required("layer_id", "checkout", |_, _| true),
    required("name", "Checkout v2", |has, wants| has.name == wants.name),
    required("variants", "[control, treatment]", has_same_variants),
    required(
        "traffic_allocation",
        "{control: 0.5, treatment: 0.5}",
        |has, wants| {
            !has_same_variants(has, wants)
                || has.traffic_allocation.is_same(&wants.traffic_allocation)
        },
    ),
    optional(
        "status",
        |has, wants| has.status == wants.status,
        Some(|experiment| experiment.status.to_string()),
    ),
    optional(
        "start_date",
        |has, wants| has.start_date == wants.start_date,
        Some(|experiment| date(experiment.start_date)),
    ),
    optional(
        "end_date",
        |has, wants| has.end_date == wants.end_date,
        Some(|experiment| date(experiment.end_date)),
    ),
    optional(
        "segment_allocations",
        |has, wants| has_same_groups(SplitterType::Segment, has, wants),
        None,
    ),
    optional(
        "geo_allocations",
        |has, wants| has_same_groups(SplitterType::Geo, has, wants),
        None,
    ),
    optional(
        "stratum_allocations",
        |has, wants| has_same_groups(SplitterType::Stratified, has, wants),
        None,
    ),
    optional(
        "splitter_type",
        |has, wants| has.splitter.kind() == wants.splitter.kind(),
        Some(|experiment| experiment.splitter.kind().to_string()),
    ),
    optional(
        "traffic_percentage",
        |has, wants| has.traffic_percentage.is_same(wants.traffic_percentage),
        Some(|experiment| experiment.traffic_percentage.to_string()),
    ),
    optional(
        "reserved_percentage",
        |has, wants| has.reserved_percentage.is_same(wants.reserved_percentage),
        Some(|experiment| experiment.reserved_percentage.to_string()),
    ),
    optional(
        "priority",
        |has, wants| has.priority == wants.priority,
        Some(|experiment| experiment.priority.to_string()),
    ),
];

/// The attributes in which two experiments differ.
pub(crate) fn differing_attributes(
    has: &Experiment,
    wants: &Experiment,
) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES
        .iter()
        .filter(move |attribute| !(attribute.is_same)(has, wants))
}

fn has_same_variants(has: &Experiment, wants: &Experiment) -> bool {
    wants
        .traffic_allocation
        .has_variants_of(&has.traffic_allocation)
}

fn has_same_groups(kind: SplitterType, has: &Experiment, wants: &Experiment) -> bool {
    [has, wants].map(|one| one.splitter.kind()) != [kind; 2]
        || !has_same_variants(has, wants)
        || wants.splitter.is_same(&has.splitter)
}

fn date(date: Option<Timestamp>) -> String {
    date.map_or_else(|| "none".to_owned(), |date| date.to_string())
}
