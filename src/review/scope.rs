//! From names on a command line to the layers that are meant.

use std::collections::BTreeSet;

use crate::config::Checked;
use crate::domain::{LayerId, State};
use crate::near::{alike, did_you_mean};
use crate::plan::Scope;

/// Chooses the layers with these names; no name means all. Each must be in the files or in the
/// database.
pub fn choose(names: &[LayerId], checked: &Checked, state: &State) -> Result<Scope, ScopeError> {
    if names.is_empty() {
        return Ok(Scope::All);
    }
    for name in names {
        let is_in_files =
            checked.desired.layer(name).is_some() || checked.desired.in_error.contains(name);
        if is_in_files {
            continue;
        }
        let unreadable: Vec<String> = checked.unreadable_files().map(str::to_owned).collect();
        if !unreadable.is_empty() {
            return Err(ScopeError::MaybeUnreadable {
                layer: name.clone(),
                files: unreadable,
            });
        }
        if !state.layers.contains_key(name) {
            return Err(ScopeError::Unknown {
                layer: name.clone(),
                near: near(name, checked, state),
            });
        }
    }
    // The same choice has the same plan id, however it is written.
    let chosen: BTreeSet<&LayerId> = names.iter().collect();
    Ok(Scope::Layers(chosen.into_iter().cloned().collect()))
}

fn near(name: &LayerId, checked: &Checked, state: &State) -> Vec<LayerId> {
    let files = checked.desired.layers.iter().map(|layer| &layer.layer_id);
    let known = files
        .chain(&checked.desired.in_error)
        .chain(state.layers.keys());
    alike(name.as_str(), known).into_iter().cloned().collect()
}

/// Why a chosen layer can't be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// It is neither in the files nor in the database.
    #[error("there is no layer `{layer}` in the files or in the database")]
    Unknown {
        /// The name as given.
        layer: LayerId,
        /// Similar names, the most similar first.
        near: Vec<LayerId>,
    },
    /// It isn't in any readable file, but some files can't be read.
    #[error("layer `{layer}` isn't in any file that can be read, and these can't be read: {}", files.join(", "))]
    MaybeUnreadable {
        /// The name as given.
        layer: LayerId,
        /// The files that can't be read.
        files: Vec<String>,
    },
}

impl ScopeError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { near, .. } if near.is_empty() => {
                "`avos layers` and the files list the existing layers".to_owned()
            }
            Self::Unknown { near, .. } => did_you_mean(near),
            Self::MaybeUnreadable { .. } => {
                "fix those files first: one of them may define the layer".to_owned()
            }
        }
    }
}
