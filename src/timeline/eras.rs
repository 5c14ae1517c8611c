//! The eras between the applies.

use jiff::Timestamp;

use super::entry::{redo_entry, undo_entry};
use crate::domain::{
    Experiment, ExperimentId, HashAlgorithm, LayerId, LayerState, Layers, Revision, State,
};
use crate::plan::Change;
use crate::store::JournalEntry;

/// A state over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Oldest first; at least one.
    eras: Vec<Era>,
    /// When each begins, never before the previous one: a clock that was put back makes an era of
    /// zero length.
    starts: Vec<Timestamp>,
    /// The hash of a new layer, which doesn't change.
    pub(super) default_hash_algorithm: HashAlgorithm,
}

/// Where going back from the current state stops being certain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Obstacle {
    /// Another program changed the database between the entry with this number and the next one, or
    /// the present.
    Outside(i64),
    /// The entry with this number can't be undone.
    Undo(i64),
}

/// The time from one apply to the next.
#[derive(Clone, Debug)]
pub struct Era {
    /// The apply that began it; `None` for the time before the journal.
    pub apply: Option<Apply>,
    /// The layers at its end. Adjacent eras share those that didn't change.
    pub layers: Layers,
    /// Whether these were the layers all the time. Not if another program changed the database
    /// meanwhile, or later, so that the layers are only inferred from the present ones; and not
    /// before the journal, unless the database was empty.
    pub is_certain: bool,
    /// What is known of its start.
    pub(super) start: KnownStart,
    /// The database's revision at its start.
    pub(super) revision: Revision,
    /// The database's revision at its end: another one if another program changed it.
    pub(super) end_revision: Revision,
    /// Whether the layers are certainly those at its end.
    pub(super) is_end_known: bool,
}

/// What is known for certain of an era's start: right after its apply, or right before the first one.
#[derive(Clone, Debug)]
pub(super) enum KnownStart {
    /// It had the era's layers.
    Same,
    /// It had these layers, which another program changed before the era's end.
    Other(Layers),
    /// Nothing, for this reason.
    Unknown(Obstacle),
}

/// What began an era.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apply {
    /// The number of the journal's entry.
    pub journal_id: i64,
    /// When it was applied.
    pub at: Timestamp,
    /// Who applied it.
    pub actor: String,
    /// The layers that it changed.
    pub layers: Vec<LayerId>,
    /// The experiments that it may have brought units, or other times: not those that it only stopped, held
    /// or renamed.
    pub started: Vec<ExperimentId>,
}

impl Timeline {
    /// Reconstructs the past of this state from these entries, newest first, both of one instant,
    /// as [`StateStore::snapshot_with_journal`](crate::store::StateStore::snapshot_with_journal)
    /// returns them.
    ///
    /// If an entry doesn't fit the state that it should have produced, the state before it is
    /// unknown: then the eras before it have no layers and aren't certain.
    #[must_use]
    pub fn new(state: &State, entries: &[JournalEntry]) -> Self {
        let (mut eras, has_obstacles) = go_back(state, entries);
        eras.reverse();
        if has_obstacles {
            go_forward(&mut eras, entries, &state.revision);
        }
        let mut latest = Timestamp::MIN;
        let starts = eras.iter().map(|era| {
            let apply = era.apply.as_ref();
            latest = apply.map_or(latest, |apply| latest.max(apply.at));
            latest
        });
        Self {
            starts: starts.collect(),
            eras,
            default_hash_algorithm: state.default_hash_algorithm,
        }
    }

    /// Returns the eras, oldest first.
    #[must_use]
    pub fn eras(&self) -> &[Era] {
        &self.eras
    }

    /// Returns the eras, oldest first, each with its start and the start of the next one.
    pub fn era_spans(&self) -> impl Iterator<Item = (Timestamp, Timestamp, &Era)> {
        let ends = self.starts.iter().skip(1).chain([&Timestamp::MAX]);
        let spans = self.starts.iter().zip(ends).zip(&self.eras);
        spans.map(|((start, end), era)| (*start, *end, era))
    }

    /// Returns the index of the era that this time falls into.
    #[must_use]
    pub fn index_at(&self, at: Timestamp) -> usize {
        // The first one has no beginning.
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// Returns the era that this time falls into.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> &Era {
        &self.eras[self.index_at(at)]
    }

    /// Returns the applies, oldest first.
    pub fn applies(&self) -> impl Iterator<Item = &Apply> {
        self.eras.iter().filter_map(|era| era.apply.as_ref())
    }
}

/// Returns the eras, newest first, from the current state backwards, and whether there are obstacles.
///
/// Another program's writes hide what was before them, up to the entry that kept the layers it found.
fn go_back(state: &State, entries: &[JournalEntry]) -> (Vec<Era>, bool) {
    let mut layers = Some(state.layers.clone());
    let mut eras = Vec::with_capacity(entries.len() + 1);
    let mut revision = &state.revision;
    let mut obstacle = None;
    let mut has_obstacles = false;
    for entry in entries {
        let is_end_known = obstacle.is_none();
        if entry.revision != *revision {
            obstacle = obstacle.or(Some(Obstacle::Outside(entry.journal_id)));
        }
        let before = layers.as_ref().and_then(|layers| undo_entry(layers, entry));
        eras.push(Era {
            apply: Some(Apply::of(entry)),
            layers: layers.unwrap_or_default(),
            is_certain: obstacle.is_none(),
            start: obstacle.map_or(KnownStart::Same, KnownStart::Unknown),
            revision: entry.revision.clone(),
            end_revision: revision.clone(),
            is_end_known,
        });
        if before.is_none() {
            obstacle = obstacle.or(Some(Obstacle::Undo(entry.journal_id)));
        }
        has_obstacles |= obstacle.is_some();
        layers = before;
        if let Some(base) = &entry.base {
            (layers, obstacle) = (Some(base.clone()), None);
        }
        revision = &entry.base_revision;
    }
    let layers = layers.unwrap_or_default();
    eras.push(Era {
        apply: None,
        is_certain: obstacle.is_none() && layers.is_empty(),
        layers,
        start: obstacle.map_or(KnownStart::Same, KnownStart::Unknown),
        revision: revision.clone(),
        end_revision: revision.clone(),
        is_end_known: obstacle.is_none(),
    });
    (eras, has_obstacles)
}

/// Improves the eras, oldest first, by going forwards from each state that is known: the empty one with
/// which the journal may begin, and those that entries kept; up to another program's next write.
fn go_forward(eras: &mut [Era], entries: &[JournalEntry], present: &Revision) {
    let mut known = None;
    if entries.last().is_some_and(|first| first.began_empty) {
        known = Some(Layers::new());
        eras[0].become_certain(&Layers::new());
    }
    let entries = entries.iter().rev();
    let bases = entries.clone().skip(1).map(|next| &next.base_revision);
    for ((era, entry), base) in eras[1..]
        .iter_mut()
        .zip(entries)
        .zip(bases.chain([present]))
    {
        let before = entry.base.clone().or(known);
        known = None;
        if era.is_certain {
            known = Some(era.layers.clone());
            continue;
        }
        let Some(after) = before.and_then(|before| redo_entry(before, entry)) else {
            continue;
        };
        if entry.revision == *base {
            era.become_certain(&after);
            known = Some(after);
        } else {
            era.start = KnownStart::Other(after);
        }
    }
}

impl Era {
    /// Takes these layers, which it had from its start to its end.
    fn become_certain(&mut self, layers: &Layers) {
        self.layers = layers.clone();
        self.is_certain = true;
        self.is_end_known = true;
        self.start = KnownStart::Same;
    }

    /// Returns the revisions of the database whose state these layers are, for certain.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = &Revision> {
        let is_start_known = matches!(self.start, KnownStart::Same);
        let at_start = is_start_known.then_some(&self.revision);
        at_start
            .into_iter()
            .chain(self.is_end_known.then_some(&self.end_revision))
    }

    /// Returns the experiment with this id, and its layer.
    #[must_use]
    pub fn experiment(&self, id: &ExperimentId) -> Option<(&LayerState, &Experiment)> {
        let mut layers = self.layers.values();
        layers.find_map(|layer| Some((&**layer, layer.experiment(id)?)))
    }
}

impl Apply {
    fn of(entry: &JournalEntry) -> Self {
        let layers = entry.slots.iter().map(|slots| slots.layer_id.clone());
        Self {
            journal_id: entry.journal_id,
            at: entry.applied_at,
            actor: entry.actor.clone(),
            layers: layers.collect(),
            started: started(&entry.changes),
        }
    }
}

fn started(changes: &[Change]) -> Vec<ExperimentId> {
    let starts = changes
        .iter()
        .filter(|change| change.action.may_bring_units());
    let mut started: Vec<ExperimentId> = starts
        .filter_map(|change| change.experiment_id.clone())
        .collect();
    started.dedup();
    started
}
