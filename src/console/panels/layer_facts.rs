//! What the list of layers says of each, and their order: made once for many frames.

use std::collections::HashMap;
use std::rc::Rc;

use super::text::widest;
use crate::console::attention::{AttentionFrom, AttentionKind};
use crate::console::model::{LayerOrder, LayerRow, Loaded, Model, Problem};
use crate::diagnostic::visible;
use crate::domain::{LayerId, LayerState};
use crate::numbers::counted;
use crate::report::rounded_percent;

/// The layers that pass the filter, in order.
#[derive(Debug)]
pub(in crate::console) struct KeptLayers {
    pub(super) facts: Vec<LayerFacts>,
    pub(super) widths: FactWidths,
}

/// What the list is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct LayersFrom {
    attention: AttentionFrom,
    order: LayerOrder,
    filter: String,
}

/// What the list says of a layer.
#[derive(Debug)]
pub(super) struct LayerFacts {
    /// Its index among all that were read.
    pub(super) index: usize,
    /// The share of its slots that is held, drafts included; empty without a state.
    pub(super) held: String,
    /// That share after the plan; empty if it is the same.
    pub(super) planned: String,
    /// The number of pending changes; empty without any.
    pub(super) pending: String,
    /// Whether an experiment of it raises an alarm, the errors in it, and whether it is new.
    pub(super) marks: Vec<LayerMark>,
}

/// The width of each column: the widest text in it.
#[derive(Debug)]
pub(super) struct FactWidths {
    pub(super) id: usize,
    pub(super) held: usize,
    pub(super) planned: usize,
    pub(super) pending: usize,
    pub(super) marks: usize,
}

/// What stands out about a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerMark {
    /// An experiment of it raises an alarm.
    Alarm,
    /// This many errors concern it.
    Errors(usize),
    /// It isn't in the database yet.
    New,
}

impl LayerMark {
    /// Returns its words, which follow a symbol.
    pub(super) fn words(self) -> String {
        match self {
            Self::Alarm => "SRM".to_owned(),
            Self::Errors(count) => counted(count as u64, "error", "errors"),
            Self::New => "new".to_owned(),
        }
    }
}

/// Between two marks, before the first one too.
pub(super) const MARK_GAP: usize = 2;

/// Returns the layers that pass the filter, in the chosen order.
pub(super) fn kept(model: &Model, loaded: &Loaded) -> Rc<KeptLayers> {
    let from = LayersFrom {
        attention: AttentionFrom::of(model),
        order: model.layer_order,
        filter: model.filter().to_owned(),
    };
    model.memos.layers.get(from, || collect(model, loaded))
}

fn collect(model: &Model, loaded: &Loaded) -> KeptLayers {
    let alarms = model.incident_view().alarms();
    let alarms: Vec<&LayerId> = alarms.filter_map(|split| split.layer_id.as_ref()).collect();
    let mut errors: HashMap<&LayerId, usize> = HashMap::new();
    let wrong = loaded.problems.iter();
    for problem in wrong.filter(|problem| problem.diagnostic.is_error()) {
        for layer in &problem.layers {
            *errors.entry(layer).or_default() += 1;
        }
    }
    let mut changes: HashMap<&LayerId, usize> = HashMap::new();
    let review = loaded.review.as_ref().filter(|_| loaded.is_pending());
    for change in review.into_iter().flat_map(|review| &review.changes) {
        *changes.entry(&change.layer_id).or_default() += 1;
    }
    let of_layer = |(index, row): (usize, &LayerRow)| {
        let id = &row.layer_id;
        let share = |state: &LayerState| rounded_percent(held_share(state), 1);
        let held = now(row).map_or(String::new(), share);
        let planned = row.after.as_deref().map(share);
        let planned = planned.filter(|planned| *planned != held);
        let pending = changes.get(id);
        let mut marks = Vec::new();
        if alarms.contains(&id) {
            marks.push(LayerMark::Alarm);
        }
        let errors = errors.get(id).copied().unwrap_or(0);
        if errors > 0 || row.is_in_error {
            marks.push(LayerMark::Errors(errors.max(1)));
        }
        if row.before.is_none() && row.after.is_some() {
            marks.push(LayerMark::New);
        }
        LayerFacts {
            index,
            held,
            planned: planned.unwrap_or_default(),
            pending: pending.map_or(String::new(), ToString::to_string),
            marks,
        }
    };
    let rows = loaded.layers.iter().enumerate();
    let mut facts: Vec<LayerFacts> = rows
        .filter(|(_, row)| passes(model, row))
        .map(of_layer)
        .collect();
    sort(model, loaded, &mut facts);
    let widths = FactWidths::of(loaded, &facts);
    KeptLayers { facts, widths }
}

impl FactWidths {
    fn of(loaded: &Loaded, facts: &[LayerFacts]) -> Self {
        let ids = facts
            .iter()
            .map(|facts| &loaded.layers[facts.index].layer_id);
        let ids: Vec<_> = ids.map(|id| visible(id.as_str())).collect();
        let marks = facts.iter().map(|facts| {
            let marks = facts.marks.iter();
            let widths = marks.map(|mark| MARK_GAP + 2 + mark.words().len());
            widths.sum()
        });
        Self {
            id: widest(ids.iter().map(AsRef::as_ref)),
            held: widest(facts.iter().map(|facts| facts.held.as_str())),
            planned: widest(facts.iter().map(|facts| facts.planned.as_str())),
            pending: widest(facts.iter().map(|facts| facts.pending.as_str())),
            marks: marks.max().unwrap_or(0),
        }
    }
}

fn sort(model: &Model, loaded: &Loaded, facts: &mut [LayerFacts]) {
    let row = |facts: &LayerFacts| &loaded.layers[facts.index];
    facts.sort_by(|a, b| row(a).layer_id.cmp(&row(b).layer_id));
    match model.layer_order {
        LayerOrder::Name => {}
        LayerOrder::Attention => {
            let mut worst: HashMap<&LayerId, AttentionKind> = HashMap::new();
            let items = model.attention();
            for item in items.iter() {
                if let Some(layer) = &item.layer {
                    // The worst comes first.
                    worst.entry(layer).or_insert(item.kind);
                }
            }
            facts.sort_by_key(|facts| {
                let kind = worst.get(&row(facts).layer_id);
                (kind.is_none(), kind)
            });
        }
        LayerOrder::Fullness => facts.sort_by(|a, b| {
            // One without a state has no share.
            let share = |facts| now(row(facts)).map_or(-1.0, held_share);
            share(b).total_cmp(&share(a))
        }),
    }
}

fn passes(model: &Model, row: &LayerRow) -> bool {
    let states = row.before.iter().chain(&row.after);
    let experiments = states.flat_map(|state| &state.experiments);
    let ids = experiments.map(|experiment| experiment.experiment_id.as_str());
    let ids = std::iter::once(row.layer_id.as_str()).chain(ids);
    model.context().passes_filter(ids)
}

/// Returns the state as it is, or as planned for a layer that is new.
pub(in crate::console) fn now(row: &LayerRow) -> Option<&LayerState> {
    row.before.as_deref().or(row.after.as_deref())
}

/// Returns the errors that concern a layer.
pub(in crate::console) fn errors_of<'a>(
    loaded: &'a Loaded,
    layer: &LayerId,
) -> impl Iterator<Item = &'a Problem> {
    let errors = loaded.problems.iter();
    errors.filter(move |problem| problem.diagnostic.is_error() && problem.layers.contains(layer))
}

/// Returns the share of the slots that any experiment holds, drafts included.
fn held_share(state: &LayerState) -> f64 {
    f64::from(state.slots.used()) / f64::from(state.slots.total())
}
