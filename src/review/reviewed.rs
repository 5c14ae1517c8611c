//! What would be applied, what blocks it, and what it does to units.

use std::sync::Arc;

use jiff::Timestamp;

use super::aside::set_aside;
use super::plan_report::SealedParts;
use super::{Confirmation, Evidence, PlanReport, Renewal, WeighedEvidence};
use crate::FORMAT_VERSION;
use crate::config::{Checked, ConfigDigest, Finding, Sources};
use crate::diagnostic::Diagnostic;
use crate::domain::{DEFAULT_TOTAL_SLOTS, LayerId, Layers, Revision, State};
use crate::plan::{
    self, BaseLayers, Change, ChangedThing, Impact, LayerDiff, Note, OutsideNote, Plan, PlanId,
    PlanOutcome, Scope, Violation,
};

/// A plan with everything that a reviewer needs to judge it.
#[derive(Clone, Debug)]
pub struct Review {
    /// A digest over the rest of the review, without a clock.
    pub plan_id: PlanId,
    /// The revision of the database that was compared.
    pub base_revision: Revision,
    /// The number of the newest entry of its journal. So the same plan, made again after others were
    /// applied and taken back, has another id.
    pub base_journal: Option<i64>,
    /// The layers that would change, as they were in it.
    pub base_layers: BaseLayers,
    /// Whether that database had no layers.
    pub is_for_empty_database: bool,
    /// The digest of the files that were compared.
    pub config_digest: ConfigDigest,
    /// The layers that were planned.
    pub scope: Scope,
    /// Whether it may be applied: no error concerns a chosen layer.
    pub is_applicable: bool,
    /// The steps, in order.
    pub changes: Vec<Change>,
    /// Every finding: those of the files first, then breaches of the sync rules at their places.
    pub findings: Vec<Finding>,
    /// What a reviewer should know besides the changes.
    pub notes: Vec<Note>,
    /// What happens to units, per layer.
    pub impact: Vec<Impact>,
    /// Database against files, per layer that differs.
    pub diffs: Vec<Arc<LayerDiff>>,
    /// What an exposure log says about its ramp-ups and winners; `None` if no log was judged.
    pub evidence: Option<Vec<Evidence>>,
    /// The confirmation that an apply asks for, as far as no evidence is doubtful.
    pub confirmation: Confirmation,
    /// How it compares with the plan that it renews, if it does.
    pub renewal: Option<Renewal>,
}

impl Review {
    /// Reviews the chosen layers, and also returns them as they would be afterwards.
    #[must_use]
    pub fn new(
        sources: &Sources,
        checked: &Checked,
        state: &State,
        scope: &Scope,
        at: Timestamp,
    ) -> (Self, Layers) {
        Self::with_drift(sources, checked, state, &[], scope, at)
    }

    /// The same, opened by these notes on what other programs changed.
    #[must_use]
    pub fn with_drift(
        sources: &Sources,
        checked: &Checked,
        state: &State,
        drift: &[OutsideNote],
        scope: &Scope,
        at: Timestamp,
    ) -> (Self, Layers) {
        let mut outcome = plan::plan_changes(&checked.desired, state, scope, at);
        let drift = OutsideNote::told(drift, &checked.desired, state, scope);
        outcome.notes.splice(0..0, drift);
        Self::of_outcome(&sources.digest, checked, state, scope, outcome)
    }

    /// Reviews the outcome of planning the chosen layers.
    pub(super) fn of_outcome(
        config_digest: &ConfigDigest,
        checked: &Checked,
        state: &State,
        scope: &Scope,
        outcome: PlanOutcome,
    ) -> (Self, Layers) {
        let mut findings = checked.findings.clone();
        findings.extend(fractions_of_known_layers(checked, state, scope));
        findings.sort_by(|left, right| left.diagnostic.span.cmp(&right.diagnostic.span));
        set_aside(&mut findings, checked, state, scope);
        let violations = outcome.violations.into_iter();
        findings.extend(violations.map(|violation| located(checked, violation)));
        let mut review = Self {
            // Sealed below, when the rest is known.
            plan_id: PlanId(String::new()),
            base_revision: state.revision.clone(),
            base_journal: state.last_entry,
            base_layers: BaseLayers::of(&outcome.changes, state),
            is_for_empty_database: state.layers.is_empty(),
            config_digest: config_digest.clone(),
            scope: scope.clone(),
            is_applicable: !findings.iter().any(|finding| is_blocking(finding, scope)),
            confirmation: Confirmation::of(&outcome.changes, &outcome.impact, &outcome.notes, &[]),
            changes: outcome.changes,
            findings,
            notes: outcome.notes,
            impact: outcome.impact,
            diffs: outcome.diffs,
            renewal: None,
            evidence: None,
        };
        review.plan_id = review.seal();
        (review, outcome.after)
    }

    /// Seals this evidence into the review, which so becomes another plan.
    pub fn seal_evidence(&mut self, evidence: Vec<Evidence>) {
        self.evidence = Some(evidence);
        self.plan_id = self.seal();
    }

    /// Returns the confirmation that an apply asks for, given the evidence as it is weighed now.
    #[must_use]
    pub fn confirmation_on(&self, evidence: &[WeighedEvidence]) -> Confirmation {
        Confirmation::of(&self.changes, &self.impact, &self.notes, evidence)
    }

    pub(super) fn seal(&self) -> PlanId {
        SealedParts {
            base_revision: &self.base_revision,
            base_journal: self.base_journal,
            base_layers: Some(&self.base_layers),
            config_digest: &self.config_digest,
            chosen_layers: self.scope.layers().as_deref(),
            applicable: self.is_applicable,
            changes: &self.changes,
            diagnostics: &self.findings,
            notes: &self.notes,
            only: self.only(),
            impact: &self.impact,
            diff: &self.diff_text(),
            renewal: self.renewal.as_ref().map(|it| (it.verdict, &it.difference)),
            evidence: self.evidence.as_deref(),
        }
        .seal(FORMAT_VERSION)
    }

    /// Returns what was chosen of its layers, if these weren't planned as a whole.
    fn only(&self) -> Option<&[ChangedThing]> {
        match &self.scope {
            Scope::All | Scope::Layers(_) => None,
            Scope::Only(chosen) => Some(chosen),
        }
    }

    /// Returns whether a finding concerns what was chosen.
    #[must_use]
    pub fn is_concerned_by(&self, finding: &Finding) -> bool {
        is_about(finding, &self.scope)
    }

    /// Returns the review in the shape of its JSON.
    #[must_use]
    pub fn to_report(&self) -> PlanReport {
        PlanReport {
            format_version: FORMAT_VERSION,
            plan_id: self.plan_id.clone(),
            base_revision: self.base_revision.clone(),
            base_journal: self.base_journal,
            base_layers: Some(self.base_layers.clone()),
            config_digest: self.config_digest.clone(),
            chosen_layers: self.scope.layers(),
            applicable: self.is_applicable,
            changes: self.changes.clone(),
            diagnostics: self.findings.clone(),
            notes: self.notes.clone(),
            only: self.only().map(<[_]>::to_vec),
            impact: self.impact.clone(),
            diff: self.diff_text(),
            renewal: self.renewal.as_ref().map(|renewal| renewal.verdict),
            renewal_of: self
                .renewal
                .as_ref()
                .map(|renewal| renewal.difference.clone()),
            evidence: self.evidence.clone(),
        }
    }

    /// Returns the plan, ready to be applied; `None` if an error blocks it.
    #[must_use]
    pub fn plan(&self) -> Option<Plan> {
        self.is_applicable.then(|| Plan {
            plan_id: self.plan_id.clone(),
            base_layers: self.base_layers.clone(),
            is_for_empty_database: self.is_for_empty_database,
            changes: self.changes.clone(),
            diff: self.diff_text(),
        })
    }

    /// Returns the layers that aren't in this state as they were when this was reviewed.
    #[must_use]
    pub fn stale_layers(&self, state: &State) -> Vec<LayerId> {
        self.base_layers
            .stale_in(&self.changes, self.is_for_empty_database, state)
    }

    /// Returns the findings without the layers that they concern.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().map(|finding| &finding.diagnostic)
    }

    /// Returns the errors that block an apply of the chosen layers.
    pub fn blocking_errors(&self) -> impl Iterator<Item = &Finding> {
        self.blocking_errors_of(&self.scope)
    }

    /// Returns the errors that block an apply of these layers, which are among the chosen ones.
    pub fn blocking_errors_of(&self, scope: &Scope) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(move |finding| is_blocking(finding, scope))
    }

    /// Returns the unified text diff of all layers.
    #[must_use]
    pub fn diff_text(&self) -> String {
        self.diffs
            .iter()
            .map(|diff| diff.unified.as_str())
            .collect()
    }
}

/// The shares that aren't whole slots, of chosen layers whose files don't say how many there are: the
/// database knows, and where it doesn't the layer is new.
fn fractions_of_known_layers<'a>(
    checked: &'a Checked,
    state: &'a State,
    scope: &'a Scope,
) -> impl Iterator<Item = Finding> + 'a {
    let layers = checked.desired.layers.iter();
    let unsaid =
        layers.filter(|layer| layer.total_slots.is_none() && scope.contains(&layer.layer_id));
    unsaid.flat_map(|layer| {
        let known = state.layer(&layer.layer_id);
        let total = known.map_or(DEFAULT_TOTAL_SLOTS, |known| known.layer.total_slots);
        checked.fractional_slots(layer, total)
    })
}

/// Attaches to a violation the place of its value.
fn located(checked: &Checked, violation: Violation) -> Finding {
    let (span, path) = checked.locate(&violation.subject);
    Finding {
        layers: vec![violation.subject.layer_id],
        is_aside: false,
        diagnostic: Diagnostic {
            rule: violation.rule,
            message: violation.message,
            help: violation.help,
            span,
            path,
        },
    }
}

/// Returns whether a finding is about what was chosen.
fn is_about(finding: &Finding, scope: &Scope) -> bool {
    scope.concerns(&finding.layers) && !finding.is_aside
}

/// Returns whether the finding blocks an apply of the chosen layers. Somebody else's broken file
/// must not block the layers that were chosen.
pub(super) fn is_blocking(finding: &Finding, scope: &Scope) -> bool {
    is_about(finding, scope) && finding.diagnostic.is_error()
}
