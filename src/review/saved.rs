//! A saved plan: it is read back as it was made or not at all, and opened on a database to be
//! reviewed again and, if nothing has changed, to be applied.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::recheck::{JournalFacts, Refusal, recheck};
use super::{Confirmation, Evidence, PlanReport, Renewal, Review, needing_evidence, seal};
use crate::FORMAT_VERSION;
use crate::domain::{Layers, State};
use crate::plan::{BaseLayers, LayerDiff, PlanId, Scope};

/// A plan from a file: of a known format, and unaltered since it was made.
#[derive(Clone, Debug)]
pub struct SavedPlan {
    document: PlanReport,
}

/// A saved plan opened on a database.
#[derive(Clone, Debug)]
pub struct Reopened {
    /// What was reviewed when it was made.
    pub review: Review,
    /// The changed layers as they will be, or why it can't be applied to this database, at this
    /// time.
    pub outcome: Result<Layers, Refusal>,
}

impl SavedPlan {
    /// Reads a plan's document, with any spacing and order of keys, and numbers in any spelling: a
    /// program that rewrites JSON may turn `1.0` into `1`.
    pub fn read(text: &str) -> Result<Self, SavedPlanError> {
        let value: Value = serde_json::from_str(text).map_err(SavedPlanError::NotJson)?;
        let (Some(version), Some(plan_id)) = (value.get("format_version"), value.get("plan_id"))
        else {
            return Err(SavedPlanError::NotAPlan);
        };
        if *version != FORMAT_VERSION {
            return Err(SavedPlanError::Version(version.to_string()));
        }
        let says = plan_id.as_str().map(|id| PlanId(id.to_owned()));
        let is_as_written = says == Some(seal(value.clone()));
        // From the text, since a value has lost the order of the variants.
        let document: PlanReport = serde_json::from_str(text).map_err(|error| {
            if is_as_written {
                SavedPlanError::Shape(error)
            } else {
                SavedPlanError::Altered
            }
        })?;
        if is_as_written || says == Some(document.seal()) && document.says(&value) {
            return Ok(Self { document });
        }
        Err(SavedPlanError::Altered)
    }

    /// Returns the id, a digest of everything that it says.
    #[must_use]
    pub fn plan_id(&self) -> &PlanId {
        &self.document.plan_id
    }

    /// Returns the layers that it planned.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.document.scope()
    }

    /// Returns the evidence that was sealed into it; `None` if no log was judged.
    #[must_use]
    pub fn evidence(&self) -> Option<&[Evidence]> {
        self.document.evidence.as_deref()
    }

    /// Returns whether it has evidence, but not for everything that needs some: only what never had a unit
    /// may lack it.
    #[must_use]
    pub fn lacks_evidence(&self) -> bool {
        let needing = needing_evidence(&self.document.changes).len();
        let sealed = self.evidence();
        sealed.is_some_and(|evidence| evidence.len() < needing)
    }

    /// Returns whether it was made for another database, as far as this state of one tells: its journal never
    /// got as far as the plan knows, or it has none of the layers that the plan changes.
    #[must_use]
    pub fn is_for_another_database(&self, state: &State) -> bool {
        let base = self.document.base_layers.as_ref();
        self.document.base_journal > state.last_entry
            || base.is_some_and(|base| base.are_all_gone_from(state))
    }

    /// Returns all that it says.
    pub(super) fn document(&self) -> &PlanReport {
        &self.document
    }

    /// Opens it on a database, given its state and what its journal tells. `at` is the time at which the
    /// impact counts assigned units.
    #[must_use]
    pub fn reopen(&self, state: &State, journal: &JournalFacts, at: Timestamp) -> Reopened {
        let rechecked = recheck(&self.document, state, journal, at);
        let PlanReport {
            plan_id,
            base_revision,
            base_journal,
            base_layers,
            config_digest,
            changes,
            diagnostics,
            notes,
            impact,
            diff,
            renewal,
            renewal_of,
            evidence,
            ..
        } = self.document.clone();
        let (diffs, outcome) = match rechecked {
            Ok(rechecked) => (rechecked.diffs, Ok(rechecked.after)),
            Err(refusal) => {
                let diffs = LayerDiff::parse(&diff).into_iter().map(Arc::new);
                (diffs.collect(), Err(refusal))
            }
        };
        let review = Review {
            plan_id,
            base_revision,
            base_journal,
            // An earlier version's plan is as good as those of its layers that the state has now.
            base_layers: base_layers.unwrap_or_else(|| BaseLayers::of(&changes, state)),
            is_for_empty_database: state.layers.is_empty(),
            config_digest,
            scope: self.document.scope(),
            is_applicable: outcome.is_ok(),
            confirmation: Confirmation::of(&changes, &impact, &notes, &[]),
            changes,
            findings: diagnostics,
            notes,
            impact,
            diffs,
            renewal: renewal
                .zip(renewal_of)
                .map(|(verdict, difference)| Renewal {
                    verdict,
                    difference,
                }),
            evidence,
        };
        Reopened { review, outcome }
    }
}

/// Why a file isn't a plan that can be trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// It isn't JSON.
    #[error("it isn't a saved plan: {0}")]
    NotJson(serde_json::Error),
    /// It is some other JSON.
    #[error("it isn't a saved plan: it has no `format_version` and `plan_id`")]
    NotAPlan,
    /// Another version of the program wrote it.
    #[error("its format_version is {0}, but this version of AVOS reads {FORMAT_VERSION}")]
    Version(String),
    /// Its contents don't match its id.
    #[error("it was altered after it was made: its plan_id doesn't match its contents")]
    Altered,
    /// Its id is right, but its contents aren't those of a plan.
    #[error("it can't be understood: {0}")]
    Shape(serde_json::Error),
}

impl SavedPlanError {
    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotJson(_) | Self::NotAPlan => {
                "give a file that `avos plan --out FILE` wrote, or that holds what `avos plan \
                 --format json` printed"
            }
            Self::Version(_) | Self::Shape(_) => {
                "use the version of AVOS that made it, or make a new plan with this one"
            }
            Self::Altered => "make a new plan: a saved one must not be edited",
        }
    }
}
