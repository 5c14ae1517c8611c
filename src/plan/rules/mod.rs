//! The sync rules: what a plan may not do to what the database holds.
//!
//! Each rule is a `static` with its page of the rule catalogue, beside its check and its test.

mod allocation;
mod capacity;
mod growth;
mod identity;
mod lifecycle;
mod violation;

use crate::diagnostic::Rule;

#[cfg(feature = "console")]
pub(crate) use growth::{RAMP_DOWN, RESERVE_DOWN};
#[cfg(feature = "console")]
pub(crate) use lifecycle::COMPLETED_FINAL;
pub(crate) use violation::DEFECT;
pub use violation::Violation;

pub(super) use allocation::check as check_allocation;
pub(super) use capacity::{check as check_capacity, is_of_capacity, report_no_slots_left};
pub(super) use growth::check as check_growth;
pub(super) use identity::{check_experiment, check_layer, stands_elsewhere};
pub(super) use lifecycle::check_completed;

/// Every sync rule, in the order of the catalogue.
pub const ALL: &[&Rule] = &[
    &identity::IMMUTABLE_SALT,
    &identity::IMMUTABLE_SLOTS,
    &identity::IMMUTABLE_HASH,
    &identity::IMMUTABLE_LAYER,
    &identity::IMMUTABLE_VARIANTS,
    &identity::IMMUTABLE_SPLITTER,
    &allocation::IMMUTABLE_ALLOCATION,
    &allocation::WINNER_NEEDS_COMPLETED,
    &lifecycle::COMPLETED_FINAL,
    &growth::RAMP_DOWN,
    &growth::RESERVE_DOWN,
    &capacity::CAPACITY,
];
