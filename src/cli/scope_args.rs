//! The options that choose layers, or single experiments, of the layer files.

use crate::config::Checked;
use crate::domain::{ExperimentId, LayerId, State};
use crate::plan::Scope;
use crate::review::{ScopeError, choose, choose_only};

/// What of the layer files is planned; without an option, everything.
#[derive(Debug, clap::Args)]
pub(super) struct ScopeArgs {
    /// Only this layer; can be repeated
    #[arg(long = "layer", value_name = "ID")]
    layers: Vec<LayerId>,
    /// Only these experiments, whatever else the files change, or errors elsewhere in the files; the
    /// id of a layer means its own change; can be repeated
    #[arg(long, value_name = "EXPERIMENT", num_args = 1.., conflicts_with = "layers")]
    only: Vec<ExperimentId>,
}

impl ScopeArgs {
    /// Finds what is chosen.
    pub(super) fn scope(&self, checked: &Checked, state: &State) -> Result<Scope, ScopeError> {
        if self.only.is_empty() {
            choose(&self.layers, checked, state)
        } else {
            choose_only(&self.only, checked, state)
        }
    }
}
