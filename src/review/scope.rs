//! From names on a command line to the layers and experiments that are meant.

use std::collections::BTreeSet;

use crate::config::Checked;
use crate::domain::{ExperimentId, LayerId, State};
use crate::near::{alike, did_you_mean};
use crate::plan::{ChangedThing, Scope};

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

/// Chooses the experiments with these ids; an id that is a layer's, and no experiment's, means the own
/// change of that layer. No id means everything. Each must be in the files or in the database.
pub fn choose_only(
    ids: &[ExperimentId],
    checked: &Checked,
    state: &State,
) -> Result<Scope, ScopeError> {
    if ids.is_empty() {
        return Ok(Scope::All);
    }
    let chosen = ids.iter().map(|id| stage(id, checked, state));
    // The same choice has the same plan id, however it is written.
    let chosen: BTreeSet<ChangedThing> = chosen.collect::<Result<_, _>>()?;
    Ok(Scope::Only(chosen.into_iter().collect()))
}

/// Makes the choice of an earlier plan again. What is neither in the files nor in the database any more is
/// left out: nothing can be done about it, and the rest of the choice stays.
pub fn choose_again(scope: &Scope, checked: &Checked, state: &State) -> Result<Scope, ScopeError> {
    let of_layer = |id: &LayerId| choose(std::slice::from_ref(id), checked, state);
    match scope {
        Scope::All => Ok(Scope::All),
        Scope::Layers(layers) => {
            let chosen = layers.iter().map(|id| of_layer(id).map(|_| id.clone()));
            Ok(Scope::Layers(known(chosen)?.into_iter().collect()))
        }
        Scope::Only(things) => {
            let chosen = things.iter().map(|thing| match &thing.experiment_id {
                Some(id) => stage(id, checked, state),
                None => of_layer(&thing.layer_id).map(|_| thing.clone()),
            });
            Ok(Scope::Only(known(chosen)?.into_iter().collect()))
        }
    }
}

/// Returns what is known, in order; an error only if something may be in a file that can't be read.
fn known<T: Ord>(
    chosen: impl Iterator<Item = Result<T, ScopeError>>,
) -> Result<BTreeSet<T>, ScopeError> {
    let is_gone = |error: &ScopeError| {
        matches!(
            error,
            ScopeError::Unknown { .. } | ScopeError::UnknownExperiment { .. }
        )
    };
    let known = chosen.filter(|it| !it.as_ref().is_err_and(is_gone));
    known.collect()
}

fn stage(id: &ExperimentId, checked: &Checked, state: &State) -> Result<ChangedThing, ScopeError> {
    let experiment_on = |layer_id| ChangedThing {
        layer_id,
        experiment_id: Some(id.clone()),
    };
    if let Some(layer_id) = checked.layers_with(id).next() {
        return Ok(experiment_on(layer_id));
    }
    let layer_id = LayerId::from(id.as_str());
    if checked.file_of(&layer_id).is_some() {
        return Ok(ChangedThing {
            layer_id,
            experiment_id: None,
        });
    }
    let hiding = checked.files_hiding_experiments();
    if !hiding.is_empty() {
        return Err(ScopeError::MaybeHidden {
            experiment: id.clone(),
            files: hiding.into_iter().map(str::to_owned).collect(),
        });
    }
    if let Some((layer, _)) = state.experiment(id) {
        return Ok(experiment_on(layer.layer.layer_id.clone()));
    }
    if state.layers.contains_key(&layer_id) {
        return Ok(ChangedThing {
            layer_id,
            experiment_id: None,
        });
    }
    Err(ScopeError::UnknownExperiment {
        experiment: id.clone(),
        near: near_experiments(id, checked, state),
    })
}

fn near_experiments(id: &ExperimentId, checked: &Checked, state: &State) -> Vec<ExperimentId> {
    let known = checked.experiment_ids();
    let running = state.layers.values().flat_map(|layer| &layer.experiments);
    let running = running.map(|experiment| experiment.experiment_id.clone());
    let known: BTreeSet<ExperimentId> = known.chain(running).collect();
    alike(id.as_str(), known.iter())
        .into_iter()
        .cloned()
        .collect()
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
    /// No experiment and no layer has this id.
    #[error("there is no experiment `{experiment}` in the files or in the database")]
    UnknownExperiment {
        /// The id as given.
        experiment: ExperimentId,
        /// Similar ids, the most similar first.
        near: Vec<ExperimentId>,
    },
    /// It isn't among the experiments that can be read, but some can't.
    #[error(
        "experiment `{experiment}` isn't in any file that can be read, and of these the experiments \
         can't be read: {}", files.join(", ")
    )]
    MaybeHidden {
        /// The id as given.
        experiment: ExperimentId,
        /// The files whose experiments can't be read.
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
            Self::UnknownExperiment { near, .. } if near.is_empty() => {
                "the files list the existing experiments, and so does `avos layers`".to_owned()
            }
            Self::UnknownExperiment { near, .. } => did_you_mean(near),
            Self::MaybeHidden { .. } => {
                "fix those files first: while a file isn't valid YAML, nothing in it can be used"
                    .to_owned()
            }
            Self::MaybeUnreadable { .. } => {
                "fix those files first: one of them may define the layer".to_owned()
            }
        }
    }
}
