//! What a layer file must be: each rule beside its check.
//!
//! A [`Rule`] is a code with its page in the catalogue. A check takes values as written and returns them
//! as checked, or reports why it can't. It knows no files and no database.
//!
//! | file | rules about |
//! |---|---|
//! | `files` | files without a tree, and why a text isn't YAML |
//! | `keys` | which keys there are |
//! | `types` | values of the wrong type |
//! | `choices` | one of a few words |
//! | `allocation` | variants and their shares, among all units and in each group |
//! | `proposal` | allocations that sum to 1, for helps |
//! | `shares` | the size of a layer, and the shares of it that its experiments take |
//! | `dates` | when an experiment assigns |
//! | `identity` | ids, and names that look the same |
//! | `warnings` | what is allowed, but probably not meant |

pub mod allocation;
pub mod choices;
pub mod dates;
pub mod files;
pub mod identity;
pub mod keys;
pub(super) mod proposal;
pub mod shares;
pub mod types;
pub mod warnings;

use crate::diagnostic::Rule;

/// Every rule of this module, in the order of the catalogue.
pub static ALL: &[&Rule] = &[
    &files::UNREADABLE,
    &files::LIMITS,
    &files::EMPTY_DIRECTORY,
    &files::YAML_SYNTAX,
    &types::TYPE,
    &keys::MISSING_KEY,
    &keys::UNKNOWN_KEY,
    &keys::DUPLICATE_KEY,
    &allocation::VARIANTS,
    &allocation::ALLOCATION_KEYS,
    &allocation::ALLOCATION_VALUE,
    &allocation::ALLOCATION_SUM,
    &choices::SPLITTER_TYPE,
    &allocation::SPLITTER_MISMATCH,
    &choices::STATUS,
    &shares::PERCENTAGE_RANGE,
    &shares::RESERVE_BELOW_TRAFFIC,
    &dates::DATE,
    &dates::DATE_ORDER,
    &shares::TOTAL_SLOTS,
    &shares::TOTAL_TRAFFIC,
    &choices::HASH_ALGORITHM,
    &choices::PLACEMENT,
    &keys::SLOTS_UNSUPPORTED,
    &identity::LAYER_MISMATCH,
    &identity::DUPLICATE_LAYER,
    &identity::DUPLICATE_EXPERIMENT,
    &shares::CAPACITY,
    &warnings::FRACTIONAL_SLOTS,
    &warnings::SHARED_SALT,
    &warnings::PAST_END_DATE,
    &warnings::IDLE_GROUP_VARIANT,
    &identity::INVISIBLE_DIFFERENCE,
];
