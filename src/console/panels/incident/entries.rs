//! The experiments of the log, and the groups of the one that is opened, in the order of the list.

use std::collections::HashMap;

use crate::console::model::{Judged, Model, Panel, RowKey, Verdict};
use crate::console::panels::traffic::{key, passes};
use crate::domain::ExperimentId;
use crate::traffic::SplitTraffic;

/// An experiment, or a group of one.
pub(in crate::console) struct Entry<'a> {
    pub(super) key: RowKey,
    /// Its splits, the worst first; at least one.
    splits: Vec<&'a SplitTraffic>,
    /// Whether it is a group below its experiment.
    pub(super) is_group: bool,
}

/// The key of an experiment's row.
pub(in crate::console) fn experiment_key(id: &ExperimentId) -> RowKey {
    RowKey(format!("{:?}", id.as_str()))
}

impl<'a> Entry<'a> {
    /// The split that looks most wrong.
    pub(super) fn worst(&self) -> &'a SplitTraffic {
        self.splits[0]
    }

    /// The experiment.
    pub(in crate::console) fn experiment_id(&self) -> &'a ExperimentId {
        &self.worst().experiment_id
    }

    /// Whether it is an experiment whose groups can be listed.
    pub(in crate::console) fn has_groups(&self) -> bool {
        !self.is_group && self.splits.iter().any(|split| split.group.is_some())
    }

    /// How many groups it has.
    pub(super) fn group_count(&self) -> usize {
        self.splits.len()
    }

    /// How many units were counted.
    pub(super) fn units(&self) -> u64 {
        self.splits.iter().map(|split| split.units()).sum()
    }

    pub(super) fn verdict(&self, model: &Model) -> Verdict {
        model.verdict(self.worst())
    }
}

/// What is listed: the experiments that pass the filter, by their worst split, and below the one
/// that is opened its groups.
pub(super) fn entries<'a>(model: &Model, judged: &'a Judged) -> Vec<Entry<'a>> {
    let mut experiments: Vec<Vec<&SplitTraffic>> = Vec::new();
    let mut places: HashMap<&ExperimentId, usize> = HashMap::new();
    for split in &judged.traffic.splits {
        let place = *places.entry(&split.experiment_id).or_insert_with(|| {
            experiments.push(Vec::new());
            experiments.len() - 1
        });
        experiments[place].push(split);
    }
    experiments.retain(|splits| splits.iter().any(|split| passes(model, split)));
    let opened = model.incident.opened.as_ref();
    let entries = experiments.into_iter().flat_map(|splits| {
        let id = &splits[0].experiment_id;
        let whole = Entry {
            key: experiment_key(id),
            splits,
            is_group: false,
        };
        let is_opened = opened == Some(id) && whole.has_groups();
        let groups = whole.splits.iter().filter(|_| is_opened);
        let groups: Vec<Entry<'a>> = groups.map(|split| Entry::group(split)).collect();
        std::iter::once(whole).chain(groups)
    });
    entries.collect()
}

impl<'a> Entry<'a> {
    fn group(split: &'a SplitTraffic) -> Self {
        Self {
            key: key(split),
            splits: vec![split],
            is_group: true,
        }
    }
}

/// The selected experiment or group, if there is one.
pub(in crate::console) fn selected_entry(model: &Model) -> Option<Entry<'_>> {
    let judged = model.incident.judged.as_ref()?;
    let mut entries = entries(model, judged);
    let list = model.panel(Panel::Experiments);
    let index = list.selected_index(entries.len(), |index| entries[index].key.clone())?;
    Some(entries.swap_remove(index))
}

/// The selected group; of an experiment with several, the one that looks most wrong.
pub(in crate::console) fn selected_split(model: &Model) -> Option<&SplitTraffic> {
    selected_entry(model).map(|entry| entry.worst())
}
