//! Copying a database into an empty one, wherever both are, and proving that the copy is one.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::assign::{Assigner, Groups, UnitSample};
use crate::digest::to_hex;
use crate::domain::{HashAlgorithm, LayerId, Revision, SplitterType, State};
use crate::plan::layer_revision;
use crate::store::{JournalEntry, StateStore, StoreError};

/// How many invented units are asked of both databases, in every layer.
const SAMPLE: u64 = 1_000;

/// Why a copy failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// One of the databases can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy doesn't read back as what was copied.
    #[error("the copy differs from the database: {0}")]
    Differs(String),
    /// Its contents can't be digested.
    #[error("the contents can't be compared")]
    Json(#[from] serde_json::Error),
}

/// What was copied and compared.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CopiedDatabase {
    /// The number of layers.
    pub(crate) layers: usize,
    /// The number of experiments.
    pub(crate) experiments: usize,
    /// The number of the journal's entries.
    pub(crate) entries: usize,
    /// The number of units that got the same answers from both, in every layer.
    pub(crate) units: u64,
    /// Of the contents of both, state and journal.
    pub(crate) digest: String,
    /// The revision of the copy.
    pub(crate) revision: Revision,
}

/// Copies the state and the journal into an empty database, reads the copy back and compares.
pub(crate) fn copy_database(
    from: &dyn StateStore,
    to: &dyn StateStore,
    at: Timestamp,
) -> Result<CopiedDatabase, CopyError> {
    let (snapshot, entries) = from.snapshot_with_journal()?;
    to.fill(&snapshot.state, &entries, at)?;
    let (copy, copied_entries) = to.snapshot_with_journal()?;
    let digest = digest(&snapshot.state, &entries)?;
    if self::digest(&copy.state, &copied_entries)? != digest {
        return Err(CopyError::Differs("their digests differ".to_owned()));
    }
    compare_answers(&snapshot.state, &copy.state, at)?;
    let layers = snapshot.state.layers.values();
    Ok(CopiedDatabase {
        layers: layers.len(),
        experiments: layers.map(|layer| layer.experiments.len()).sum(),
        entries: entries.len(),
        units: SAMPLE,
        digest,
        revision: copy.state.revision,
    })
}

/// What doesn't depend on the kind of the store: everything but revisions.
#[derive(Serialize)]
struct Contents<'a> {
    default_hash_algorithm: HashAlgorithm,
    layers: Vec<(&'a LayerId, Revision)>,
    entries: Vec<EntryContents<'a>>,
}

#[derive(Serialize)]
struct EntryContents<'a> {
    entry: JournalEntry,
    began_empty: bool,
    base: Option<Vec<(&'a LayerId, Revision)>>,
}

fn digest(state: &State, entries: &[JournalEntry]) -> serde_json::Result<String> {
    let entries = entries.iter().map(|entry| EntryContents {
        began_empty: entry.began_empty,
        base: entry.base.as_ref().map(|layers| {
            let layers = layers.iter();
            layers
                .map(|(id, layer)| (id, layer_revision(layer)))
                .collect()
        }),
        entry: JournalEntry {
            base_revision: Revision::new(""),
            revision: Revision::new(""),
            ..entry.clone()
        },
    });
    let layers = state.layers.iter();
    let contents = Contents {
        default_hash_algorithm: state.default_hash_algorithm,
        layers: layers
            .map(|(id, layer)| (id, layer_revision(layer)))
            .collect(),
        entries: entries.collect(),
    };
    Ok(to_hex(Sha256::digest(serde_json::to_vec(&contents)?)))
}

/// Asks both for a sample's answers. The point of the `random` splitter is the same for both.
fn compare_answers(state: &State, copy: &State, at: Timestamp) -> Result<(), CopyError> {
    let assigners = [state, copy].map(|state| Assigner::with_random(state, || 0.5));
    let [segments, geos, strata] = [
        SplitterType::Segment,
        SplitterType::Geo,
        SplitterType::Stratified,
    ]
    .map(|kind| group_names(state, kind));
    let mut sample = UnitSample::new(SAMPLE);
    let mut number = 0;
    loop {
        let units = sample.next_units(1);
        let Some(unit) = units.first() else {
            return Ok(());
        };
        let groups = Groups {
            segment: nth(&segments, number),
            geo: nth(&geos, number),
            stratum: nth(&strata, number),
        };
        let [expected, found] = assigners.each_ref().map(|assigner| {
            let answers = assigner.assign_all_layers(unit, &groups, at);
            answers.collect::<Vec<_>>()
        });
        for ((layer, expected), (_, found)) in expected.into_iter().zip(found) {
            if format!("{expected:?}") != format!("{found:?}") {
                return Err(CopyError::Differs(format!(
                    "unit `{unit}` gets another answer in layer `{layer}`"
                )));
            }
        }
        number += 1;
    }
}

/// Takes turns among the names; `None` if there are none.
fn nth<'a>(names: &[&'a str], number: usize) -> Option<&'a str> {
    names.get(number % names.len().max(1)).copied()
}

/// Returns the groups that experiments of this kind name.
fn group_names(state: &State, kind: SplitterType) -> Vec<&str> {
    let experiments = state.layers.values().flat_map(|layer| &layer.experiments);
    let of_kind = experiments.filter(|experiment| experiment.splitter.kind() == kind);
    let groups = of_kind.flat_map(|experiment| experiment.splitter.groups());
    groups.map(|(name, _)| name.as_str()).collect()
}
