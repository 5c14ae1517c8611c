//! What was applied, when, by whom and why. Entries are only ever added.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{ExperimentId, LayerId, Layers, Revision, SlotRun, UnknownName};
use crate::plan::{Action, Change, PlanId};

/// What kind of write an entry records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EntryKind {
    /// A plan from layer files.
    #[default]
    Apply,
    /// A hold on an experiment, and nothing else.
    Hold,
    /// The end of a hold, and nothing else.
    Release,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Apply, Self::Hold, Self::Release];

    /// Returns the kind of an entry with these changes.
    pub(super) fn of(changes: &[Change]) -> Self {
        let all = |is: fn(&Action) -> bool| changes.iter().all(|change| is(&change.action));
        if changes.is_empty() {
            Self::Apply
        } else if all(|action| matches!(action, Action::Hold { .. })) {
            Self::Hold
        } else if all(|action| matches!(action, Action::Release { .. })) {
            Self::Release
        } else {
            Self::Apply
        }
    }

    /// Returns the name in reports and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Hold => "hold",
            Self::Release => "release",
        }
    }
}

impl FromStr for EntryKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        UnknownName::find(text, "kind of entry", &Self::ALL, Self::as_str)
    }
}

/// The commit of the layer files that were applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GitCommit {
    /// Its hash, as Git writes it.
    pub commit: String,
    /// Whether the directory of the files had changes that weren't committed.
    #[serde(rename = "dirty")]
    pub is_dirty: bool,
}

/// Like `0fd03b7f1e2a, with uncommitted changes`.
impl fmt::Display for GitCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.commit.get(..12).unwrap_or(&self.commit))?;
        if self.is_dirty {
            f.write_str(", with uncommitted changes")?;
        }
        Ok(())
    }
}

/// One apply.
#[derive(Clone, Debug, Serialize)]
pub struct JournalEntry {
    /// What it records.
    pub kind: EntryKind,
    /// Its number; later ones are higher.
    pub journal_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// Who applied it, like `user@host`.
    pub actor: String,
    /// The plan that was applied.
    pub plan_id: PlanId,
    /// The database's revision before.
    pub base_revision: Revision,
    /// The database's revision afterwards.
    pub revision: Revision,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// The unified text diff that was reviewed.
    pub diff: String,
    /// The slots of the layers that the changes concern.
    pub slots: Vec<LayerSlots>,
    /// Why, in the words of the author.
    pub reason: Option<String>,
    /// Where it was asked for, such as a ticket's id.
    pub ticket: Option<String>,
    /// The commit of the layer files; `None` if it isn't known.
    pub git: Option<GitCommit>,
    /// The layers before, if the database had any and no earlier entry tells them: of the first entry,
    /// and of one after which another program had written. An earlier version didn't keep them.
    #[serde(skip)]
    pub base: Option<Layers>,
    /// Whether the database had no layers before.
    #[serde(skip)]
    pub began_empty: bool,
}

/// What a list shows of an apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalHead {
    /// What it records.
    pub kind: EntryKind,
    /// The database's revision before.
    pub base_revision: Revision,
    /// Its number; later ones are higher.
    pub journal_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// Who applied it, like `user@host`.
    pub actor: String,
    /// The database's revision afterwards.
    pub revision: Revision,
    /// How many changes it made.
    pub changes: u32,
    /// The layers that it concerned, in order.
    pub layers: Vec<LayerId>,
    /// The experiments that it changed, in order of their ids.
    pub experiments: Vec<ExperimentId>,
    /// Why, in the words of the author.
    pub reason: Option<String>,
    /// Where it was asked for, such as a ticket's id.
    pub ticket: Option<String>,
    /// The commit of the layer files; `None` if it isn't known.
    pub git: Option<GitCommit>,
}

impl From<&JournalEntry> for JournalHead {
    fn from(entry: &JournalEntry) -> Self {
        Self {
            kind: entry.kind,
            base_revision: entry.base_revision.clone(),
            journal_id: entry.journal_id,
            applied_at: entry.applied_at,
            actor: entry.actor.clone(),
            revision: entry.revision.clone(),
            changes: u32::try_from(entry.changes.len()).unwrap_or(u32::MAX),
            layers: entry
                .slots
                .iter()
                .map(|slots| slots.layer_id.clone())
                .collect(),
            experiments: in_order(
                entry
                    .changes
                    .iter()
                    .filter_map(|change| change.experiment_id.clone()),
            ),
            reason: entry.reason.clone(),
            ticket: entry.ticket.clone(),
            git: entry.git.clone(),
        }
    }
}

/// Returns each experiment once, in order of their ids.
pub(super) fn in_order(ids: impl Iterator<Item = ExperimentId>) -> Vec<ExperimentId> {
    let ids: BTreeSet<ExperimentId> = ids.collect();
    ids.into_iter().collect()
}

/// A layer's held slots around an apply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerSlots {
    /// The layer.
    pub layer_id: LayerId,
    /// Its runs before; empty for a layer that was created.
    pub before: Vec<SlotRun>,
    /// Its runs afterwards.
    pub after: Vec<SlotRun>,
}

/// The slots around an apply, which is all that the history of slots needs.
#[derive(Clone, Debug)]
pub struct SlotEntry {
    /// Its number, ascending.
    pub journal_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// The slots of the layers that it concerned.
    pub slots: Vec<LayerSlots>,
}

/// The head of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedPlan {
    /// Its number.
    pub journal_id: i64,
    /// When it was applied.
    pub applied_at: Timestamp,
    /// Who applied it.
    pub actor: String,
    /// The plan that was applied.
    pub plan_id: PlanId,
    /// The database's revision afterwards.
    pub revision: Revision,
}

impl LayerSlots {
    /// Returns the slots of the layers that the changes concern, before and afterwards.
    pub(super) fn around(changes: &[Change], before: &Layers, after: &Layers) -> Vec<Self> {
        let runs = |layers: &Layers, id: &LayerId| {
            let layer = layers.get(id);
            layer.map_or_else(Vec::new, |layer| layer.slots.runs().cloned().collect())
        };
        let concerned: BTreeSet<&LayerId> = changes.iter().map(|change| &change.layer_id).collect();
        let slots = concerned.into_iter().map(|id| Self {
            layer_id: id.clone(),
            before: runs(before, id),
            after: runs(after, id),
        });
        slots.collect()
    }
}

impl From<&JournalEntry> for AppliedPlan {
    fn from(entry: &JournalEntry) -> Self {
        Self {
            journal_id: entry.journal_id,
            applied_at: entry.applied_at,
            actor: entry.actor.clone(),
            plan_id: entry.plan_id.clone(),
            revision: entry.revision.clone(),
        }
    }
}
