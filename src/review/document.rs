//! The review as JSON: what `avos plan --format json` prints, and what a saved plan holds.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::findings;
use super::seal;
use crate::config::{ConfigDigest, Finding};
use crate::domain::{LayerId, Revision};
use crate::plan::{Change, Impact, Note, PlanId, Scope};

/// A review in the shape of its JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanReport {
    pub(super) format_version: u32,
    pub(super) plan_id: PlanId,
    pub(super) base_revision: Revision,
    pub(super) config_digest: ConfigDigest,
    /// The chosen layers; none where all were planned.
    pub(super) chosen_layers: Option<Vec<LayerId>>,
    pub(super) applicable: bool,
    pub(super) changes: Vec<Change>,
    #[serde(with = "findings")]
    pub(super) diagnostics: Vec<Finding>,
    pub(super) notes: Vec<Note>,
    pub(super) impact: Vec<Impact>,
    pub(super) diff: String,
}

impl PlanReport {
    /// The layers that were planned.
    pub(super) fn scope(&self) -> Scope {
        match &self.chosen_layers {
            None => Scope::All,
            Some(chosen) => Scope::Layers(chosen.clone()),
        }
    }

    /// The id that belongs to the rest of it.
    pub(super) fn seal(&self) -> PlanId {
        seal(self.value())
    }

    /// Whether it says this, no more and no less, however its numbers are spelled.
    pub(super) fn says(&self, value: &Value) -> bool {
        is_same(&self.value(), value)
    }

    fn value(&self) -> Value {
        serde_json::to_value(self)
            // Numbers, texts, lists and maps with text keys: JSON has them all.
            .expect("a document of plain values is JSON")
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Whole numbers are compared as such: not all of them are floats.
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || a.is_f64() != b.is_f64() && {
                    let (a, b) = (a.as_f64(), b.as_f64());
                    a.is_some() && a == b
                }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}
