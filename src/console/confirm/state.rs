//! The dialog's state: an apply that waits for its confirmation.

use std::sync::Arc;

use super::{ApplyWhy, DialogFocus, name};
use crate::console::model::FileVersions;
use crate::review::{Confirmation, Review, WeighedEvidence};

/// An apply that waits for its confirmation.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What would be applied; exactly this or nothing.
    pub review: Arc<Review>,
    /// The evidence for its ramp-ups and winners, as doubtful as it ever was while this was open.
    pub evidence: Vec<WeighedEvidence>,
    /// What it asks for.
    pub confirmation: Confirmation,
    /// The files as they were when it was opened.
    pub files: FileVersions,
    /// What has been typed so far, if a name is required.
    pub typed: String,
    /// Whether a wrong name was entered.
    pub is_wrong: bool,
    /// The names with which the one to type could be confused.
    pub(super) alike: Vec<String>,
    /// What has the keys; at first Cancel, or the name that is to be typed.
    pub focus: DialogFocus,
    /// Why it is applied, as far as that was typed.
    pub why: ApplyWhy,
    /// Whether it was to be applied without the reason that it needs.
    pub is_reason_missed: bool,
    /// How many lines of the changes are scrolled out above.
    pub offset: usize,
    /// Why this can't be applied anymore: what changed since it was opened.
    pub stale: Option<Stale>,
}

/// What changed under an open dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// One sentence, such as `homepage_hero.yml changed`.
    pub what: String,
}

impl Confirm {
    /// Asks for the confirmation of what this review shows.
    #[must_use]
    pub fn new(review: Arc<Review>, files: FileVersions, evidence: Vec<WeighedEvidence>) -> Self {
        Self {
            confirmation: review.confirmation_on(&evidence),
            evidence,
            alike: name::alike(&review),
            review,
            files,
            typed: String::new(),
            is_wrong: false,
            focus: DialogFocus::default(),
            why: ApplyWhy::default(),
            is_reason_missed: false,
            offset: 0,
            stale: None,
        }
    }

    /// Returns whether a name must be typed, rather than a single key pressed.
    #[must_use]
    pub fn asks_for_a_name(&self) -> bool {
        self.stale.is_none() && matches!(self.confirmation, Confirmation::Type { .. })
    }

    /// Takes over newer evidence. What was doubted stays so, and what the dialog asks for never becomes
    /// less; only a log that wasn't read yet may turn out to be fine.
    pub(in crate::console) fn tighten(&mut self, evidence: Vec<WeighedEvidence>) {
        let is_new = |newer: &WeighedEvidence| match self.known(newer) {
            None => !newer.doubts.is_empty(),
            Some(known) if !known.is_read() => newer.is_read(),
            Some(known) => known.doubts.is_empty() && !newer.doubts.is_empty(),
        };
        if !evidence.iter().any(is_new) {
            return;
        }
        let stricter = evidence.into_iter().map(|newer| {
            let known = self.known(&newer);
            let known = known.filter(|known| known.is_read() && !known.doubts.is_empty());
            known
                .filter(|_| newer.doubts.is_empty())
                .cloned()
                .unwrap_or(newer)
        });
        self.evidence = stricter.collect();
        self.confirmation = self.review.confirmation_on(&self.evidence);
        if self.focus == DialogFocus::Apply {
            self.focus = DialogFocus::Answer;
        }
    }

    fn known(&self, newer: &WeighedEvidence) -> Option<&WeighedEvidence> {
        let mut known = self.evidence.iter();
        known.find(|known| known.evidence.experiment_id == newer.evidence.experiment_id)
    }

    /// Returns whether a reason must be typed, and isn't.
    #[must_use]
    pub fn lacks_reason(&self) -> bool {
        self.confirmation.needs_reason() && self.why.reason.trim().is_empty()
    }
}
