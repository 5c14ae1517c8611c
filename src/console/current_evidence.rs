//! The evidence for the ramp-ups and winners of a plan, weighed at the time at which the console last read
//! anything.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::model::{Model, Overlay};
use crate::domain::{ExperimentId, Status};
use crate::review::{Evidence, JudgedLog, Review, WeighedEvidence};
use crate::traffic::Traffic;

/// Returns what the log says for each ramp-up and winner of this plan; without a log, what was sealed into
/// it.
pub(in crate::console) fn weigh_evidence(model: &Model, review: &Review) -> Vec<WeighedEvidence> {
    let Some(loaded) = &model.loaded else {
        return Vec::new();
    };
    let judged = model.incident.judged.as_deref();
    let now = judged.map_or(loaded.at, |judged| loaded.at.max(judged.at));
    let max_age = model.startup.evidence_max_age;
    let evidence: Vec<Evidence> = match (&model.startup.log, judged) {
        (None, _) => review.evidence.clone().unwrap_or_default(),
        (Some(_), Some(judged)) => JudgedLog {
            traffic: &judged.traffic,
            never_active: &judged.never_active,
            at: judged.at,
            max_age,
        }
        .evidence(&review.changes),
        (Some(_), None) => unread(model, review, now),
    };
    let weighed = evidence.iter();
    let weighed = weighed.map(|evidence| WeighedEvidence::new(evidence, now, max_age));
    if model.startup.log.is_some() && judged.is_none() {
        weighed.map(WeighedEvidence::of_unread_log).collect()
    } else {
        weighed.collect()
    }
}

/// A log that isn't read yet is no evidence. The journal isn't known yet either, so only drafts need none.
fn unread(model: &Model, review: &Review, at: Timestamp) -> Vec<Evidence> {
    let states = model.loaded.as_ref().and_then(|it| it.states.as_ref());
    let layers = states.into_iter().flat_map(|it| it.before.layers.values());
    let experiments = layers.flat_map(|layer| &layer.experiments);
    let drafts = experiments.filter(|experiment| experiment.status == Status::Draft);
    let never_active: BTreeSet<ExperimentId> =
        drafts.map(|draft| draft.experiment_id.clone()).collect();
    JudgedLog {
        traffic: &Traffic::default(),
        never_active: &never_active,
        at,
        max_age: model.startup.evidence_max_age,
    }
    .evidence(&review.changes)
}

/// Weighs the evidence of the open dialog again, after something was read.
pub(in crate::console) fn reweigh(model: &mut Model) {
    let Some(Overlay::Confirm(dialog)) = &model.overlay else {
        return;
    };
    let evidence = weigh_evidence(model, &dialog.review);
    if let Some(Overlay::Confirm(dialog)) = &mut model.overlay {
        dialog.tighten(evidence);
    }
}
