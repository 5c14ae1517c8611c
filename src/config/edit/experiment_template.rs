//! A new experiment as text: what a person then makes theirs.
//!
//! It holds slots and assigns nobody, because it is a draft.

use super::super::plain::{double_quoted, scalar};
use super::super::sources::Sources;
use crate::domain::{ExperimentId, Fraction, LayerId};

/// What a new experiment begins with: two variants with equal shares, and no dates.
#[derive(Clone, Debug)]
pub struct ExperimentTemplate {
    /// Its id, which no other experiment has.
    pub experiment_id: ExperimentId,
    /// Its layer.
    pub layer_id: LayerId,
    /// The share of the layer that it holds.
    pub traffic_percentage: Fraction,
}

/// How keys and texts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Only what needs it is in quotes.
    Plain,
    /// Everything is, for a file that is JSON as well.
    Json,
}

impl Quoting {
    fn text(self, text: &str) -> String {
        match self {
            Self::Plain => scalar(text),
            Self::Json => double_quoted(text),
        }
    }

    /// Returns the key with its colon and a blank.
    pub(super) fn key(self, key: &str) -> String {
        format!("{}: ", self.text(key))
    }
}

impl ExperimentTemplate {
    /// Returns the keys, with a colon and a blank, and the values.
    pub(super) fn pairs(&self, quoting: Quoting) -> Vec<(String, String)> {
        let text = |text: &str| quoting.text(text);
        let share = |variant: &str| format!("{}0.5", quoting.key(variant));
        let pairs = [
            ("experiment_id", text(self.experiment_id.as_str())),
            ("layer_id", text(self.layer_id.as_str())),
            ("name", text("New experiment")),
            (
                "variants",
                format!("[{}, {}]", text("control"), text("treatment")),
            ),
            (
                "traffic_allocation",
                format!("{{{}, {}}}", share("control"), share("treatment")),
            ),
            ("status", text("draft")),
            (
                "traffic_percentage",
                self.traffic_percentage.value().to_string(),
            ),
        ];
        let pairs = pairs.into_iter();
        pairs
            .map(|(key, value)| (quoting.key(key), value))
            .collect()
    }

    /// Returns the experiment as a flow mapping.
    pub(super) fn flow(&self, quoting: Quoting) -> String {
        let pairs = self.pairs(quoting).into_iter();
        let pairs: Vec<String> = pairs.map(|(key, value)| key + &value).collect();
        format!("{{{}}}", pairs.join(", "))
    }
}

/// Returns an id for a new experiment of this layer: the first of `home_v1`, `home_v2` and so on that is
/// neither known nor anywhere in the files.
pub fn free_experiment_id(
    sources: &Sources,
    layer_id: &LayerId,
    is_known: impl Fn(&ExperimentId) -> bool,
) -> ExperimentId {
    let contents = || {
        sources
            .files
            .iter()
            .filter_map(|file| file.content.as_ref().ok())
    };
    let is_free = |id: &ExperimentId| {
        !is_known(id) && !contents().any(|content| content.contains(id.as_str()))
    };
    let mut number = 1_u64;
    loop {
        let id = ExperimentId::from(format!("{layer_id}_v{number}"));
        if is_free(&id) {
            return id;
        }
        number += 1;
    }
}
