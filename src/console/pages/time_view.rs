//! Which points of the past the pages of time look at, and what is between them.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;

use crate::console::lookup::AsOf;
use crate::console::memo::Identity;
use crate::console::model::{LayerRow, Model, Startup, Trouble};
use crate::console::past::{PastRead, TimePoint};
use crate::domain::{LayerId, LayerState, Layers};
use crate::plan::{Impact, LayerDiff};
use crate::report::rounded_percent;
use crate::store::JournalEntry;
use crate::timeline::UnknownPast;

/// Which points of the past are looked at.
#[derive(Clone, Debug, Default)]
pub struct TimeView {
    /// The point; `None` for the newest one, also after another apply.
    pub at: Option<TimePoint>,
    /// The time that was asked for, where the state is that of the point; `None` for the time of the
    /// point itself.
    pub clock: Option<Timestamp>,
    /// The other point of a comparison; `None` while each entry is looked at by itself.
    pub marked: Option<TimePoint>,
}

impl TimeView {
    /// Returns the index of the point that is looked at.
    #[must_use]
    pub fn index(&self, read: &PastRead) -> usize {
        let newest = read.point_count().saturating_sub(1);
        self.at
            .and_then(|point| read.index_of(point))
            .unwrap_or(newest)
    }
}

/// Two points of the past, and the entry between them, if it is one.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    pub(super) read: &'a Arc<PastRead>,
    /// The index of the point that is looked at.
    pub(super) at: usize,
    /// The index of the marked point, if there is one.
    pub(super) marked: Option<usize>,
    /// The time that was asked for at this point.
    pub(super) clock: Option<Timestamp>,
    /// When the console read the database last.
    now: Timestamp,
}

/// What the rows of the page of time are made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct TimeFrom {
    read: Identity<PastRead>,
    at: usize,
    marked: Option<usize>,
    clock: Option<Timestamp>,
    filter: String,
}

/// The layers at the point that is looked at; of a comparison, those that differ.
#[derive(Debug)]
pub(in crate::console) struct TimeRows {
    /// Those that differ come first.
    pub(super) rows: Vec<TimeRow>,
    /// How many differ.
    pub(super) differing: usize,
    /// Whether the used share of one of those differs, in whole percent.
    pub(super) is_use_differing: bool,
    /// Why the layers aren't known.
    pub(super) unknown: Option<UnknownPast>,
}

/// A layer on both sides.
#[derive(Debug)]
pub(super) struct TimeRow {
    /// The layer; neither side of it is known where the past isn't.
    pub(super) layer: LayerRow,
    /// Whether its sides differ.
    pub(super) differs: bool,
}

/// What differs between the two sides of a layer.
#[derive(Debug)]
pub(in crate::console) struct TimeDetail {
    /// What happened to its units, if both sides are known.
    pub(super) impact: Option<Impact>,
    /// The lines of the text diff.
    pub(super) diff: Vec<String>,
}

impl<'a> Looked<'a> {
    /// Returns what the pages of time look at; `None` before the past is read.
    pub(super) fn of(model: &'a Model) -> Option<Self> {
        let read = model.past.read()?;
        let at = model.time.index(read);
        let marked = model.time.marked.and_then(|point| read.index_of(point));
        let is_there = |point| read.index_of(point).is_some();
        Some(Self {
            read,
            at,
            marked,
            clock: model
                .time
                .clock
                .filter(|_| model.time.at.is_some_and(is_there)),
            now: model.loaded.as_ref()?.at,
        })
    }

    /// Returns when the console read the database last.
    pub(super) fn now(self) -> Timestamp {
        self.now
    }

    /// Returns the indices of the older and the newer side; the older is `None` before the first entry.
    pub(super) fn sides(self) -> (Option<usize>, usize) {
        match self.marked {
            Some(marked) => (Some(marked.min(self.at)), marked.max(self.at)),
            None => (self.at.checked_sub(1), self.at),
        }
    }

    /// Returns the entry that is looked at by itself.
    pub(super) fn entry(self) -> Option<&'a JournalEntry> {
        match self.marked {
            Some(_) => None,
            None => self.read.entry_at(self.at),
        }
    }

    /// Returns the time of a point: the one that was asked for, else that of its entry.
    fn time_of(self, index: usize) -> Timestamp {
        let asked = self.clock.filter(|_| index == self.at);
        // The first point is right before the first entry.
        let entry = self.read.entry_at(index.max(1));
        asked.unwrap_or_else(|| entry.map_or(self.now, |entry| entry.applied_at))
    }

    /// Returns the state that is looked at, for what a unit gets there.
    fn as_of(self, startup: &Startup) -> AsOf {
        let at = self.time_of(self.at);
        let clock = startup.date_and_minute(at);
        let words = match (self.read.point(self.at), self.clock) {
            (TimePoint::Start, None) => {
                let first = self.read.entry_at(1);
                let id = first.map_or(0, |first| first.journal_id);
                format!("before journal {id}, {clock}")
            }
            (TimePoint::Start, Some(_)) => format!("as of {clock}, before the journal"),
            (TimePoint::After(id), None) => format!("as of journal {id}, {clock}"),
            (TimePoint::After(id), Some(_)) => format!("as of {clock}, after journal {id}"),
            (TimePoint::Present, _) => "as of now, without the plan".to_owned(),
        };
        let layers = self.read.layers_at(self.at).map_err(|unknown| Trouble {
            message: format!("not known: {unknown}"),
            help: unknown.help(),
        });
        AsOf { words, at, layers }
    }

    /// Returns the layers.
    pub(super) fn rows(self, model: &Model) -> Rc<TimeRows> {
        let from = self.from(model.filter().to_owned());
        let passes = |row: &TimeRow| {
            let states = row.layer.before.iter().chain(&row.layer.after);
            let experiments = states.flat_map(|state| &state.experiments);
            let ids = experiments.map(|experiment| experiment.experiment_id.as_str());
            let layer = std::iter::once(row.layer.layer_id.as_str());
            model.context().passes_filter(layer.chain(ids))
        };
        model.memos.time.get(from, || {
            let mut rows = self.read_rows();
            rows.rows.retain(passes);
            rows
        })
    }

    /// Returns what differs between both sides of a layer.
    pub(super) fn detail(self, model: &Model, layer: &LayerRow) -> Rc<TimeDetail> {
        // A layer's sides don't depend on the filter.
        let key = (self.from(String::new()), layer.layer_id.clone());
        model.memos.time_detail.get(key, || TimeDetail {
            impact: layer.after.as_ref().and_then(|after| {
                let before = layer.before.as_deref();
                // A layer without its older side is only new if that is known.
                self.older()?;
                let (_, newer) = self.sides();
                Some(Impact::new(before, after, self.time_of(newer)))
            }),
            diff: self.diff(layer),
        })
    }

    /// Returns a layer by its id, with both sides.
    pub(super) fn layer(self, id: &LayerId) -> LayerRow {
        let of = |layers: Option<Layers>| layers?.get(id).cloned();
        row(id, of(self.older()), of(self.newer().ok()))
    }

    fn from(self, filter: String) -> TimeFrom {
        TimeFrom {
            read: Identity::of(self.read),
            at: self.at,
            marked: self.marked,
            clock: self.clock,
            filter,
        }
    }

    /// Returns the layers of the older side, if they are known: right before the entry that is looked at
    /// by itself.
    fn older(self) -> Option<Layers> {
        match (self.entry(), self.sides()) {
            (Some(_), _) => self.read.layers_before(self.at),
            (None, (Some(older), _)) => self.read.layers_at(older).ok(),
            (None, (None, _)) => None,
        }
    }

    /// Returns the layers of the newer side.
    fn newer(self) -> Result<Layers, UnknownPast> {
        let (_, newer) = self.sides();
        self.read.layers_at(newer)
    }

    /// Reads the layers of both sides.
    fn read_rows(self) -> TimeRows {
        let (older, newer) = (self.older(), self.newer());
        let marked = self.marked.map(|marked| self.read.layers_at(marked));
        let mut sides = [marked, Some(newer.clone())].into_iter().flatten();
        let unknown = sides.find_map(Result::err);
        let mut rows = match (&unknown, self.entry()) {
            // Of an unknown state it is still known what the entry changed.
            (Some(_), Some(entry)) => {
                let ids = entry.slots.iter().map(|slots| &slots.layer_id);
                let layers = ids.map(|id| row(id, None, None));
                layers
                    .map(|layer| TimeRow {
                        layer,
                        differs: true,
                    })
                    .collect()
            }
            (Some(_), None) => Vec::new(),
            (None, entry) => compared(entry, older.as_ref(), &newer.unwrap_or_default()),
        };
        if self.marked.is_some() {
            rows.retain(|row| row.differs);
        }
        rows.sort_by_key(|row| !row.differs);
        let is_use_differing = rows.iter().any(|row| {
            let sides = row.layer.before.as_deref().zip(row.layer.after.as_deref());
            row.differs && sides.is_some_and(|(before, after)| used(before) != used(after))
        });
        TimeRows {
            is_use_differing,
            differing: rows.iter().filter(|row| row.differs).count(),
            rows,
            unknown,
        }
    }

    /// Returns the text diff of a layer: of both sides, else as it was reviewed for the entry.
    fn diff(self, layer: &LayerRow) -> Vec<String> {
        let is_known = self.older().is_some() && self.newer().is_ok();
        let unified = match self.entry() {
            _ if is_known => {
                let after = layer.after.as_deref();
                let after = after.map(LayerDiff::text_of).unwrap_or_default();
                LayerDiff::new(&layer.layer_id, layer.before.as_deref(), &after)
            }
            Some(entry) => {
                let diffs = LayerDiff::parse(&entry.diff).into_iter();
                let mut of_layer = diffs.filter(|diff| diff.layer_id == layer.layer_id);
                of_layer.next()
            }
            None => None,
        };
        let text = unified.map(|diff| diff.unified).unwrap_or_default();
        // The headers name the database and the files.
        text.lines().skip(2).map(str::to_owned).collect()
    }
}

/// Returns the state that a page of time looks at; `None` on other pages and before the past is read.
pub(in crate::console) fn as_of(model: &Model) -> Option<AsOf> {
    let looked = Looked::of(model).filter(|_| model.is_in_the_past())?;
    Some(looked.as_of(&model.startup))
}

/// Returns why a page of time has no state to look at; `None` once the past is read.
pub(in crate::console) fn past_unknown(model: &Model) -> Option<String> {
    match &model.past.known {
        Some(Err(trouble)) => Some(trouble.message.clone()),
        _ if Looked::of(model).is_some() => None,
        _ => Some("the journal hasn't been read yet".to_owned()),
    }
}

/// Returns every layer with both sides, in order of their ids. They differ by what the entry says, else by
/// what they are.
fn compared(entry: Option<&JournalEntry>, older: Option<&Layers>, newer: &Layers) -> Vec<TimeRow> {
    let changed = entry.map(|entry| {
        let ids = entry.slots.iter().map(|slots| &slots.layer_id);
        ids.collect::<HashSet<_>>()
    });
    let rows = newer.iter().map(|(id, after)| {
        let before = older.and_then(|layers| layers.get(id));
        let differs = match (&changed, before) {
            (Some(changed), _) => changed.contains(id),
            (None, Some(before)) => !Arc::ptr_eq(before, after) && !before.is_same(after),
            (None, None) => older.is_some(),
        };
        TimeRow {
            layer: row(id, before.cloned(), Some(Arc::clone(after))),
            differs,
        }
    });
    let gone = older.into_iter().flatten();
    let gone = gone.filter(|(id, _)| !newer.contains_key(*id));
    let gone = gone.map(|(id, before)| TimeRow {
        layer: row(id, Some(Arc::clone(before)), None),
        differs: true,
    });
    let mut rows: Vec<TimeRow> = rows.chain(gone).collect();
    rows.sort_by(|one, other| one.layer.layer_id.cmp(&other.layer.layer_id));
    rows
}

/// Returns the share of a layer's slots that are held.
pub(super) fn used(layer: &LayerState) -> String {
    let slots = &layer.slots;
    rounded_percent(f64::from(slots.used()) / f64::from(slots.total()), 1)
}

fn row(id: &LayerId, before: Option<Arc<LayerState>>, after: Option<Arc<LayerState>>) -> LayerRow {
    LayerRow {
        layer_id: id.clone(),
        file: None,
        is_only_in_database: false,
        before,
        after,
        is_in_error: false,
    }
}
