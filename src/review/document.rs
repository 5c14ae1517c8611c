//! The review as JSON: what `avos plan --format json` prints.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Review;
use crate::FORMAT_VERSION;
use crate::config::ConfigDigest;
use crate::diagnostic::Diagnostic;
use crate::digest::to_hex;
use crate::domain::Revision;
use crate::plan::{Change, Impact, Note, PlanId};

/// A review in the shape of its JSON.
#[derive(Serialize)]
pub struct Document<'a> {
    format_version: u32,
    /// Left out while the seal is computed, since it covers the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_id: Option<&'a PlanId>,
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
            plan_id: Some(&review.plan_id),
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

    /// The id: SHA-256, in hexadecimal, over the compact JSON of everything but the id, with the
    /// keys of every object in order. Pinned by a test, since saved plans depend on it.
    pub(super) fn seal(mut self) -> PlanId {
        self.plan_id = None;
        let value = serde_json::to_value(&self)
            // Numbers, texts, lists and maps with text keys: JSON has them all.
            .expect("a document of plain values is JSON");
        PlanId(to_hex(Sha256::digest(value.to_string())))
    }
}
