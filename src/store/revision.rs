//! The digest that tells states apart.
//!
//! It covers what the tables say, whoever wrote it: every column of layers and experiments by name
//! (another program's columns too, but neither `created_at` nor `updated_at`), the slots as runs,
//! and the default hash. Not covered is how it is stored: the order of columns and of rows, row
//! ids (so the order of a layer's experiments, which only shows, doesn't count), and whether a
//! column that this program adds is there yet or holds its default. So extending a database alone
//! doesn't change its revision, and a missing file has that of a new, empty database.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest as _, Sha256};

use crate::domain::{ExperimentId, HashAlgorithm, LayerId, LayerState, Revision, SlotUse};

/// A value in a column.
#[cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "no database, no cells")
)]
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// A row by the names of its columns.
pub(super) type Cells<'a> = BTreeMap<&'a str, Cell<'a>>;

/// A digest in the making.
pub(super) struct Digest {
    default_hash_algorithm: HashAlgorithm,
    layers: BTreeMap<LayerId, [u8; 32]>,
    experiments: BTreeMap<ExperimentId, [u8; 32]>,
    slots: Fields,
}

/// The revision of a database without layers.
pub(super) fn of_nothing(default_hash_algorithm: HashAlgorithm) -> Revision {
    Digest::new(default_hash_algorithm).revision()
}

/// Whether this is the revision of a database without layers.
#[cfg(feature = "store")]
pub(super) fn is_of_nothing(revision: &Revision) -> bool {
    let mut hashes = HashAlgorithm::ALL.into_iter();
    hashes.any(|hash| of_nothing(hash) == *revision)
}

impl Digest {
    pub(super) fn new(default_hash_algorithm: HashAlgorithm) -> Self {
        Self {
            default_hash_algorithm,
            layers: BTreeMap::new(),
            experiments: BTreeMap::new(),
            slots: Fields::new("slots"),
        }
    }

    /// Takes in a layer by its columns, absent ones with what they mean.
    pub(super) fn layer(&mut self, id: &LayerId, cells: &Cells<'_>) {
        self.layers.insert(id.clone(), row_digest(cells));
    }

    /// Takes in an experiment by its columns, absent ones with what they mean.
    pub(super) fn experiment(&mut self, id: &ExperimentId, cells: &Cells<'_>) {
        self.experiments.insert(id.clone(), row_digest(cells));
    }

    /// Takes in a layer's slots; call it in the order of the layers' ids.
    pub(super) fn slots(&mut self, layer: &LayerState) {
        self.slots.text(layer.layer.layer_id.as_str());
        let runs = layer.slots.runs();
        self.slots.bytes(&(runs.len() as u64).to_be_bytes());
        for run in runs {
            self.slots.bytes(&run.first.0.to_be_bytes());
            self.slots.bytes(&run.last.0.to_be_bytes());
            self.slots.text(run.experiment_id.as_str());
            self.slots.text(match run.usage {
                SlotUse::Active => "active",
                SlotUse::Reserved => "reserved",
            });
        }
    }

    /// The revision of all that was taken in.
    pub(super) fn revision(self) -> Revision {
        let mut fields = Fields::new("avos revision 1");
        fields.text(self.default_hash_algorithm.as_str());
        for digests in [
            self.layers.into_values().collect(),
            self.experiments.into_values().collect::<Vec<_>>(),
        ] {
            fields.bytes(&(digests.len() as u64).to_be_bytes());
            for digest in digests {
                fields.bytes(&digest);
            }
        }
        fields.bytes(&self.slots.finish());
        let mut hexadecimal = String::with_capacity(64);
        for byte in fields.finish() {
            // Writing to a String can't fail.
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        Revision(hexadecimal)
    }
}

fn row_digest(cells: &Cells<'_>) -> [u8; 32] {
    let mut fields = Fields::new("row");
    for (name, value) in cells {
        fields.text(name);
        let (kind, bytes): (_, Cow<'_, [u8]>) = match value {
            Cell::Null => ("null", Cow::Borrowed(&[])),
            Cell::Integer(number) => ("integer", number.to_be_bytes().to_vec().into()),
            Cell::Real(number) => ("real", number.to_be_bytes().to_vec().into()),
            Cell::Text(text) => ("text", text.as_bytes().into()),
            Cell::Blob(bytes) => ("blob", (*bytes).into()),
        };
        fields.text(kind);
        fields.bytes(&bytes);
    }
    fields.finish()
}

/// SHA-256 over fields that can't run into each other: each is preceded by its length.
struct Fields(Sha256);

impl Fields {
    fn new(subject: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.text(subject);
        fields
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
