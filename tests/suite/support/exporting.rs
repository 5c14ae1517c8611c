//! A state as the layer files that an export writes.

use avos::config::{Sources, layer_file_names, layer_file_text};
use avos::domain::State;
use avos::plan::Scope;

use super::reviewing::{changes, errors, review_files, sources};

/// The layer files of a state.
pub(crate) fn exported(state: &State) -> Sources {
    let names = layer_file_names(state.layers.keys().map(AsRef::as_ref));
    sources(
        names
            .into_iter()
            .zip(state.layers.values().map(|layer| layer_file_text(layer))),
    )
}

/// What stands against the files of a state, or would change by them: nothing, unless the state
/// breaks a rule.
pub(crate) fn amiss(state: &State) -> Vec<String> {
    if state.layers.is_empty() {
        return Vec::new();
    }
    let review = review_files(&exported(state), state, &Scope::All);
    let mut amiss = errors(&review);
    amiss.extend(changes(&review));
    if !review.diff_text().is_empty() {
        amiss.push(review.diff_text());
    }
    amiss
}
