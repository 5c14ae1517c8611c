//! What a layer file must be: one rule a code, each beside its check.
//!
//! A rule is a [`Rule`] with its page in the catalogue. Checks turn what
//! is written into what is checked, and report what can't be. They know no files and no database.
//!
//! | file | rules about |
//! |---|---|
//! | `files` | files that hold no tree |
//! | `yaml_syntax` | why a text isn't YAML: markers of a merge, tabs and odd blanks |
//! | `keys` | which keys there are |
//! | `types` | values of another type than wanted |
//! | `choices` | one of a few words |
//! | `allocation` | variants and their shares |
//! | `proposal` | allocations that sum to 1, for helps |
//! | `splitter` | splitters and their groups |
//! | `percentages` | an experiment's shares of its layer |
//! | `sizes` | a layer's size |
//! | `capacity` | what a layer holds together |
//! | `dates` | when an experiment assigns |
//! | `identity` | ids |
//! | `lookalikes` | names that look the same |
//! | `warnings` | what is allowed, but probably not meant |

pub mod allocation;
pub mod capacity;
pub mod choices;
pub mod dates;
pub mod files;
pub mod identity;
pub mod keys;
pub mod lookalikes;
pub mod percentages;
pub(super) mod proposal;
pub mod sizes;
pub mod splitter;
pub mod types;
pub mod warnings;
pub mod yaml_syntax;

use crate::diagnostic::Rule;

/// Every rule of this module, in the order of the catalogue.
pub static ALL: &[&Rule] = &[
    &files::UNREADABLE,
    &files::LIMITS,
    &files::EMPTY_DIRECTORY,
    &yaml_syntax::YAML_SYNTAX,
    &types::TYPE,
    &keys::MISSING_KEY,
    &keys::UNKNOWN_KEY,
    &keys::DUPLICATE_KEY,
    &allocation::VARIANTS,
    &allocation::ALLOCATION_KEYS,
    &allocation::ALLOCATION_VALUE,
    &allocation::ALLOCATION_SUM,
    &choices::SPLITTER_TYPE,
    &splitter::SPLITTER_MISMATCH,
    &choices::STATUS,
    &percentages::PERCENTAGE_RANGE,
    &percentages::RESERVE_BELOW_TRAFFIC,
    &dates::DATE,
    &dates::DATE_ORDER,
    &sizes::TOTAL_SLOTS,
    &sizes::TOTAL_TRAFFIC,
    &choices::HASH_ALGORITHM,
    &keys::SLOTS_UNSUPPORTED,
    &identity::LAYER_MISMATCH,
    &identity::DUPLICATE_LAYER,
    &identity::DUPLICATE_EXPERIMENT,
    &capacity::CAPACITY,
    &warnings::FRACTIONAL_SLOTS,
    &warnings::SHARED_SALT,
    &warnings::PAST_END_DATE,
    &warnings::IDLE_GROUP_VARIANT,
    &lookalikes::INVISIBLE_DIFFERENCE,
];
