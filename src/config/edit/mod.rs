//! Edits layer files in place: changes the requested values, and no other byte.
//!
//! An edit is planned on the text ([`plan_edit`]): the places of the values come from the tree that the
//! checks read, the new text differs from the old one there alone, and it must read back as the old values
//! with the new ones set. A value that can't be changed alone (of an alias, or written in several lines)
//! is refused with its place, and so is an edit that would break a rule. [`replace_layer_file`] then
//! writes the text, if the file is still as it was.
//!
//! | file | defines |
//! |---|---|
//! | `experiment_edit` | [`ExperimentEdit`], what is to be done; [`plan_edit`] |
//! | `values_edit` | [`ValuesEdit`], values of several layers and experiments at once; [`plan_values`] |
//! | `experiment_template` | [`ExperimentTemplate`], what a new experiment begins with |
//! | `new_experiment` | [`plan_new_experiment`] puts one into a layer file |
//! | `found_mapping` | a layer or an experiment in its file, and how its values are set |
//! | `check_edited` | whether the file would break a rule |
//! | `splice` | where a value is written, or where its key is to be inserted |
//! | `file_edit` | [`FileEdit`], the planned edit of one file; [`EditError`], why there is none |
//! | `replace_file` | writes it, with the feature `console` |

mod check_edited;
mod experiment_edit;
mod experiment_template;
mod file_edit;
mod found_mapping;
mod new_experiment;
#[cfg(feature = "console")]
mod replace_file;
mod splice;
mod values_edit;

pub use experiment_edit::{ExperimentEdit, plan_edit};
pub use experiment_template::{ExperimentTemplate, free_experiment_id};
pub use file_edit::{EditError, EditPlace, FileEdit, Obstacle, ScalarValue, ValueEdit};
pub use new_experiment::plan_new_experiment;
#[cfg(feature = "console")]
pub use replace_file::{ReplaceError, replace_layer_file, replace_layer_files};
pub use values_edit::{ValuesEdit, plan_values};
