//! The review as JSON: what `avos plan --format json` prints.

use serde::Serialize;

use super::{Review, seal};
use crate::FORMAT_VERSION;
use crate::config::ConfigDigest;
use crate::diagnostic::Diagnostic;
use crate::domain::Revision;
use crate::plan::{Change, Impact, Note, PlanId};

/// A review in the shape of its JSON.
#[derive(Serialize)]
pub struct Document<'a> {
    format_version: u32,
    plan_id: &'a PlanId,
    base_revision: &'a Revision,
    config_digest: &'a ConfigDigest,
    applicable: bool,
    changes: &'a [Change],
    diagnostics: Vec<&'a Diagnostic>,
    notes: &'a [Note],
    impact: &'a [Impact],
    diff: String,
}

impl<'a> Document<'a> {
    /// The document of a review.
    #[must_use]
    pub fn new(review: &'a Review) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            plan_id: &review.plan_id,
            base_revision: &review.base_revision,
            config_digest: &review.config_digest,
            applicable: review.is_applicable,
            changes: &review.changes,
            diagnostics: review.diagnostics().collect(),
            notes: &review.notes,
            impact: &review.impact,
            diff: review.diff_text(),
        }
    }

    /// The id that belongs to the rest of it.
    pub(super) fn seal(&self) -> PlanId {
        let value = serde_json::to_value(self)
            // Numbers, texts, lists and maps with text keys: JSON has them all.
            .expect("a document of plain values is JSON");
        seal(value)
    }
}
