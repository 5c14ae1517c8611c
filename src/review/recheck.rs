//! Whether a saved plan still does what was reviewed.
//!
//! Its id catches slips, not intent: anybody who edits a plan can seal it again. So nothing that a
//! plan says about the database is trusted. Its changes are replayed on it, and the resulting layers
//! are checked like layer files and planned again. The plan is refused unless:
//!
//! - that gives the same changes, diff, impact and notes on inherited slots;
//! - it has a note on each thing in the layers it changes that another program changed;
//! - its evidence, if a log was judged, covers all that needs some.
//!
//! What it says about its files, warnings and other notes, about the plan that it renews, and what the log
//! said can't be checked without them. Nor can the order of its experiments, which is that of a file: sealed
//! again in another order, it is a plan for files in that order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::reviewed::is_blocking;
use super::{Evidence, EvidenceVerdict, PlanReport, Review, needing_evidence};
use crate::config::{self, SourceFile, Sources};
use crate::domain::{Experiment, ExperimentId, LayerId, LayerState, Layers, State};
use crate::plan::{
    Change, Impact, LayerDiff, Note, NoteCode, OutsideNote, ReplayError, Scope, UnitMoves,
    name_layers, replay_changes,
};

/// What only the journal of the database can tell about a saved plan.
#[derive(Clone, Debug, Default)]
pub struct JournalFacts {
    /// The number of the entry that applied it, if one did.
    pub applied_as: Option<i64>,
    /// What other programs changed and no entry has set since.
    pub drift: Vec<OutsideNote>,
    /// The experiments that can't have had a unit yet, so that nothing is known of their splits. Needed only
    /// if [`SavedPlan::lacks_evidence`](super::SavedPlan::lacks_evidence).
    pub never_active: BTreeSet<ExperimentId>,
}

/// The effect of a plan that may be applied.
pub(super) struct Rechecked {
    /// The changed layers as they will be.
    pub(super) after: Layers,
    /// Database against the layers as they will be.
    pub(super) diffs: Vec<Arc<LayerDiff>>,
}

/// Why a saved plan can't be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It had errors from the beginning.
    #[error("the plan couldn't be applied when it was made: it has an error")]
    HadErrors,
    /// An entry of the journal applied it. A plan is one approval, so it isn't applied once more, even if
    /// its layers are again as they were.
    #[error("this plan was applied already, as journal {journal_id}")]
    Applied {
        /// The number of the entry.
        journal_id: i64,
    },
    /// Its layers aren't in the database as they were.
    #[error(
        "the database changed since the plan was made: {}",
        name_layers(layers)
    )]
    Stale {
        /// The layers that aren't as they were; of a plan of an earlier version, all of its layers.
        layers: Vec<LayerId>,
    },
    /// It now does something else to units than it says.
    #[error(
        "what the plan does to units isn't what was reviewed: a date has passed since it was made, \
         or it was edited"
    )]
    OtherImpact,
    /// Its changes can't be carried out.
    #[error("the plan doesn't fit the database that it names: {0}")]
    Unfit(String),
    /// Its changes break a rule.
    #[error("the plan breaks a rule ({code}): {message}")]
    BreaksRule {
        /// The rule's code.
        code: &'static str,
        /// What is wrong, in one sentence.
        message: String,
    },
    /// No plan for this database would say this.
    #[error("the plan's {0} and its changes don't match")]
    Untrue(&'static str),
}

impl Refusal {
    /// Returns the reason as a word for programs: `applied`, `stale` or `refused`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Stale { .. } | Self::OtherImpact => "stale",
            Self::HadErrors | Self::Unfit(_) | Self::BreaksRule { .. } | Self::Untrue(_) => {
                "refused"
            }
        }
    }

    /// Returns `Stale` if time or other programs overtook the plan, else `Refused`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_stale() { "Stale" } else { "Refused" }
    }

    /// Returns whether time or other programs overtook the plan, rather than something being wrong
    /// in it.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        matches!(
            self,
            Self::Applied { .. } | Self::Stale { .. } | Self::OtherImpact
        )
    }

    /// Returns how to fix it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Applied { .. } => "make a new plan for further changes",
            Self::HadErrors => "fix the errors in it, then make a new plan",
            Self::Stale { .. } | Self::OtherImpact => "make a new plan and review it",
            Self::Unfit(_) | Self::BreaksRule { .. } | Self::Untrue(_) => {
                "make a new plan: a saved one must not be edited"
            }
        }
    }
}

impl From<ReplayError> for Refusal {
    fn from(error: ReplayError) -> Self {
        Self::Unfit(error.to_string())
    }
}

/// Returns the layers of the plan that aren't as they were. A plan of an earlier version knows only of the
/// database as a whole.
fn stale_layers(document: &PlanReport, state: &State) -> Vec<LayerId> {
    let changes = &document.changes;
    match &document.base_layers {
        Some(base) => base.stale_in(changes, document.base_revision == state.revision, state),
        None if document.base_revision == state.revision => Vec::new(),
        None => changes
            .iter()
            .map(|change| change.layer_id.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    }
}

/// Returns what the plan does to this database, if that is still what it says.
pub(super) fn recheck(
    document: &PlanReport,
    state: &State,
    journal: &JournalFacts,
    at: Timestamp,
) -> Result<Rechecked, Refusal> {
    let scope = document.scope();
    let mut findings = document.diagnostics.iter();
    if !document.applicable || findings.any(|finding| is_blocking(finding, &scope)) {
        return Err(Refusal::HadErrors);
    }
    if let Some(journal_id) = journal.applied_as {
        return Err(Refusal::Applied { journal_id });
    }
    let layers = stale_layers(document, state);
    if !layers.is_empty() {
        return Err(Refusal::Stale { layers });
    }
    let changes = &document.changes;
    if document.chosen_layers != scope.layers()
        || !changes
            .iter()
            .all(|change| scope.contains(&change.layer_id))
    {
        return Err(Refusal::Untrue("choice of layers"));
    }
    if !changes.iter().all(|change| scope.allows(change)) {
        return Err(Refusal::Untrue("choice of experiments"));
    }
    let base_layers = document.base_layers.as_ref();
    if base_layers.is_some_and(|base| !base.are_of(changes)) {
        return Err(Refusal::Untrue("base layers"));
    }
    check_evidence(document, &journal.never_active)?;
    check_drift(document, &journal.drift)?;
    let is_changed = |id: &LayerId| changes.iter().any(|change| change.layer_id == *id);
    let mut after = state.layers.clone();
    after.retain(|id, _| is_changed(id));
    replay_changes(&mut after, changes)?;
    plan_again(document, &after, state, at)?;

    let diffs: Vec<Arc<LayerDiff>> = after
        .iter()
        .filter_map(|(id, layer)| LayerDiff::new(id, state.layer(id), &LayerDiff::text_of(layer)))
        .map(Arc::new)
        .collect();
    let diff: String = diffs.iter().map(|diff| diff.unified.as_str()).collect();
    if diff != document.diff {
        return Err(Refusal::Untrue("diff"));
    }
    check_impact(document, &after, state, at)?;
    Ok(Rechecked { after, diffs })
}

/// If a log was judged, there is evidence for each ramp-up and each winner of the plan, once, but for an
/// experiment that never had a unit; and none of it contradicts itself. Whether it is true, only the log
/// knows.
fn check_evidence(
    document: &PlanReport,
    never_active: &BTreeSet<ExperimentId>,
) -> Result<(), Refusal> {
    let Some(sealed) = &document.evidence else {
        return Ok(());
    };
    let mut needing = needing_evidence(&document.changes);
    for evidence in sealed {
        let subject = (&evidence.layer_id, &evidence.experiment_id);
        let needs = needing.iter().position(|needing| *needing == subject);
        let Some(index) = needs.filter(|_| is_consistent(evidence)) else {
            return Err(Refusal::Untrue("evidence"));
        };
        needing.swap_remove(index);
    }
    if needing.iter().all(|(_, id)| never_active.contains(*id)) {
        Ok(())
    } else {
        Err(Refusal::Untrue("evidence"))
    }
}

/// Returns whether a log can have given this evidence.
fn is_consistent(evidence: &Evidence) -> bool {
    let is_tested = evidence.corrected_p_value.is_some();
    let has_rows = evidence.last_row.is_some();
    let fits_verdict = match evidence.verdict {
        EvidenceVerdict::Ok => is_tested && has_rows && evidence.anomalies.is_empty(),
        EvidenceVerdict::Warning => is_tested && has_rows,
        EvidenceVerdict::Mismatch => is_tested,
        EvidenceVerdict::NoEvidence => true,
    };
    let is_probability = |p: f64| (0.0..=1.0).contains(&p);
    fits_verdict
        && is_tested == (evidence.units > 0)
        && evidence.corrected_p_value.is_none_or(is_probability)
        && evidence.last_row.is_none_or(|last| last <= evidence.at)
}

/// A plan tells what another program changed of the layers that it changes. Where a change ends with the files,
/// it needn't, unless the plan changes that very thing: then its files differ. It may tell more than is found
/// now, for the apply of another plan may have settled something meanwhile.
fn check_drift(document: &PlanReport, drift: &[OutsideNote]) -> Result<(), Refusal> {
    let must_be_told = |found: &&OutsideNote| {
        let note = &found.note;
        document.changes.iter().any(|change| {
            let is_it = change.experiment_id == note.experiment_id;
            change.layer_id == note.layer_id && (is_it || !found.ends_with_files)
        })
    };
    let is_told = |found: &OutsideNote| {
        document.notes.iter().any(|told| {
            told.code == found.note.code
                && told.layer_id == found.note.layer_id
                && told.experiment_id == found.note.experiment_id
        })
    };
    if drift.iter().filter(must_be_told).all(is_told) {
        Ok(())
    } else {
        Err(Refusal::Untrue("notes"))
    }
}

/// Plans from the database to the layers as they will be: that must give the same changes, and the
/// same experiments that inherit slots.
fn plan_again(
    document: &PlanReport,
    after: &Layers,
    state: &State,
    at: Timestamp,
) -> Result<(), Refusal> {
    let changes = &document.changes[..];
    let files = after.values().enumerate().map(|(index, layer)| SourceFile {
        name: format!("{index}.yml"),
        content: Ok((config::layer_file_text(&changed_part(layer, changes))
            + placement_line(&layer.layer.layer_id, changes))
        .into()),
    });
    let sources = Sources::new("", files.collect());
    let checked = config::check_sources(&sources, at);
    let scope = Scope::Layers(after.keys().cloned().collect());
    let (again, _) = Review::new(&sources, &checked, state, &scope, at);
    if let Some(error) = again.blocking_errors().next() {
        return Err(Refusal::BreaksRule {
            code: error.diagnostic.rule.code,
            message: error.diagnostic.message.clone(),
        });
    }
    if json!(again.changes) != json!(changes) {
        return Err(Refusal::Untrue("list of changes"));
    }
    let inheriting = |notes: &[Note]| -> Vec<Note> {
        let notes = notes.iter();
        let notes = notes.filter(|note| note.code == NoteCode::InheritsSlots);
        notes.cloned().collect()
    };
    if inheriting(&again.notes) != inheriting(&document.notes) {
        return Err(Refusal::Untrue("notes"));
    }
    Ok(())
}

/// The placement with which a file of the layer has these changes: the plan doesn't have the file.
fn placement_line(layer: &LayerId, changes: &[Change]) -> &'static str {
    let mut changes = changes.iter().filter(|change| change.layer_id == *layer);
    if changes.any(|change| change.taken.is_some()) {
        "placement: rested\n"
    } else {
        ""
    }
}

/// The layer with no experiments but those that change, in the order in which they do: slots are
/// placed in the order of a file. What stays may break a rule that came later, and doesn't concern
/// this plan.
fn changed_part(layer: &LayerState, changes: &[Change]) -> LayerState {
    let position = |experiment: &Experiment| {
        changes
            .iter()
            .position(|change| change.experiment_id.as_ref() == Some(&experiment.experiment_id))
    };
    let mut experiments: Vec<(usize, Experiment)> = layer
        .experiments
        .iter()
        .filter_map(|experiment| Some((position(experiment)?, experiment.clone())))
        .collect();
    experiments.sort_by_key(|(position, _)| *position);
    LayerState {
        layer: layer.layer.clone(),
        experiments: experiments
            .into_iter()
            .map(|(_, experiment)| experiment)
            .collect(),
        slots: layer.slots.clone(),
        holds: layer.holds.clone(),
    }
}

/// The impact on a changed layer must be exactly as stated. A layer that doesn't change has units
/// that come and go with the dates of its experiments, but not by the plan.
fn check_impact(
    document: &PlanReport,
    after: &Layers,
    state: &State,
    at: Timestamp,
) -> Result<(), Refusal> {
    let stated: BTreeMap<&LayerId, &Impact> = document
        .impact
        .iter()
        .map(|impact| (&impact.layer_id, impact))
        .collect();
    if stated.len() != document.impact.len() || !after.keys().all(|id| stated.contains_key(id)) {
        return Err(Refusal::Untrue("impact"));
    }
    for (id, stated) in stated {
        match after.get(id) {
            Some(layer) if Impact::new(state.layer(id), layer, at) != *stated => {
                return Err(Refusal::OtherImpact);
            }
            None if moves_units(stated) => return Err(Refusal::Untrue("impact")),
            _ => {}
        }
    }
    Ok(())
}

/// Returns whether the layer's units, or those of an experiment, differ afterwards.
fn moves_units(impact: &Impact) -> bool {
    let stays = |units: &UnitMoves| units.moving().iter().all(|share| *share == 0.0);
    impact.is_moving() || !impact.experiments.iter().all(|it| stays(&it.units))
}
