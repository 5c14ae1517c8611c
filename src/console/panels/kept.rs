//! What panels make once for many frames, and what each is made from.

use std::collections::{BTreeMap, BTreeSet};

use std::rc::Rc;

use ratatui::text::Line;

use super::arms::ArmColumns;
use super::rows::{KeptPlaces, KeptRows, Places};
use crate::console::memo::{Identity, Memo};
use crate::console::model::{DiffDetail, Distribution, Loaded, RowKey, Sampled};
use crate::plan::ChangedThing;

/// Which experiments are listed, and how: there may be thousands, and every key and every frame
/// asks.
#[derive(Debug)]
pub(in crate::console) struct Listed {
    /// The index of each among all.
    pub(super) shown: Vec<usize>,
    /// The height of each in lines.
    pub(super) heights: Vec<usize>,
    pub(super) columns: ArmColumns,
    pub(super) places: KeptPlaces,
}

/// What a list of experiments is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct ListedFrom {
    pub(super) distribution: Identity<Distribution>,
    pub(super) sampled: Sampled,
    pub(super) filter: String,
    pub(super) columns: usize,
}

/// Which problems are listed: there may be thousands.
#[derive(Debug)]
pub(in crate::console) struct KeptProblems {
    pub(super) listed: Vec<(RowKey, ListedProblem)>,
    /// The places of rows that aren't selected, by the panel's columns.
    pub(super) places: Memo<usize, Places>,
}

/// A row of the problems.
#[derive(Clone, Copy, Debug)]
pub(super) enum ListedProblem {
    /// The files or the database as a whole, by its index among the troubles.
    Trouble(usize),
    /// A finding, by its index.
    Finding(usize),
}

/// What the list of problems is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct ProblemsFrom {
    pub(super) loaded: Identity<Loaded>,
    pub(super) filter: String,
}

/// The changes panel, whose rows depend on each other.
#[derive(Debug)]
pub(in crate::console) struct KeptChanges {
    pub(super) opening: Vec<Line<'static>>,
    pub(super) rows: Rc<KeptRows>,
    pub(super) badge: Line<'static>,
}

/// What the changes are made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct ChangesFrom {
    pub(super) loaded: Identity<Loaded>,
    pub(super) seen: Identity<BTreeMap<ChangedThing, String>>,
    pub(super) filter: String,
    pub(super) marks: Identity<BTreeSet<ChangedThing>>,
    pub(super) lists_notes: bool,
    pub(super) columns: usize,
}

/// The lines of the diff.
#[derive(Debug)]
pub(in crate::console) struct KeptDiff {
    pub(super) rows: Vec<DiffRow>,
    /// How many lines are added, and removed.
    pub(super) counts: (usize, usize),
    pub(super) places: KeptPlaces,
}

/// A line of the diff.
#[derive(Debug)]
pub(super) enum DiffRow {
    /// A layer, by its diff's index.
    Layer {
        diff: usize,
        /// How many lines are added, and removed.
        counts: (usize, usize),
        has_gap: bool,
    },
    /// A line of it, by the indices of both.
    Line { diff: usize, line: usize },
    /// A number of folded unchanged lines.
    Folded(usize),
}

/// What the diff is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct DiffFrom {
    pub(super) loaded: Identity<Loaded>,
    pub(super) detail: DiffDetail,
}
