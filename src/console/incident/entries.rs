//! The experiments in the log, and the groups of the opened one, in the order of the list.

use super::IncidentView;
use crate::console::model::{Panel, RowKey};
use std::collections::HashMap;

use crate::domain::{ExperimentId, GroupName, LayerId};
use crate::traffic::{LayerCoverage, SlotHolder, SplitTraffic};

/// An experiment, or a group of one.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The key of its row.
    pub key: RowKey,
    /// Its splits, the worst first; at least one.
    splits: Vec<&'a SplitTraffic>,
    /// Whether it is a group below its experiment.
    pub is_group: bool,
}

/// A row of the incident view's list.
enum ListedEntry<'a> {
    Entry(Entry<'a>),
    Coverage(&'a LayerCoverage),
}

impl<'a> Entry<'a> {
    fn experiment(splits: Vec<&'a SplitTraffic>) -> Self {
        Self {
            key: RowKey::of_experiment(&splits[0].experiment_id),
            splits,
            is_group: false,
        }
    }

    fn group(split: &'a SplitTraffic) -> Self {
        Self {
            key: RowKey::of_split(split),
            splits: vec![split],
            is_group: true,
        }
    }

    /// Returns the split that looks most wrong.
    #[must_use]
    pub fn worst(&self) -> &'a SplitTraffic {
        self.splits[0]
    }

    /// Returns the experiment.
    #[must_use]
    pub fn experiment_id(&self) -> &'a ExperimentId {
        &self.worst().experiment_id
    }

    /// Returns whether it is an experiment whose groups can be listed.
    #[must_use]
    pub fn has_groups(&self) -> bool {
        !self.is_group && self.splits.iter().any(|split| split.group.is_some())
    }

    /// Returns the number of its groups.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.splits.len()
    }

    /// Returns the number of units counted.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.splits.iter().map(|split| split.units).sum()
    }
}

impl RowKey {
    /// Returns the key of an experiment's row.
    #[must_use]
    pub fn of_experiment(id: &ExperimentId) -> Self {
        Self(format!("{:?}", id.as_str()))
    }

    /// Returns the key of a split's row.
    #[must_use]
    pub fn of_split(split: &SplitTraffic) -> Self {
        // No group and an empty one are different.
        let group = split.group.as_ref().map(GroupName::as_str);
        Self(format!("{:?} {group:?}", split.experiment_id.as_str()))
    }

    /// Returns the key of a layer's coverage.
    #[must_use]
    pub fn of_coverage_in(layer_id: &LayerId) -> Self {
        Self(format!("coverage {:?}", layer_id.as_str()))
    }
}

impl<'a> IncidentView<'a> {
    /// Returns what the incident view lists: the experiments that match the filter, by their worst
    /// split, and the groups of the opened one below it. Empty before the log was judged.
    #[must_use]
    pub fn experiments(self) -> Vec<Entry<'a>> {
        let mut experiments: Vec<Vec<&'a SplitTraffic>> = Vec::new();
        let mut places: HashMap<&ExperimentId, usize> = HashMap::new();
        for split in self.splits() {
            let place = *places.entry(&split.experiment_id).or_insert_with(|| {
                experiments.push(Vec::new());
                experiments.len() - 1
            });
            experiments[place].push(split);
        }
        experiments.retain(|splits| splits.iter().any(|split| self.passes(split)));
        let opened = self.incident.opened.as_ref();
        let entries = experiments.into_iter().flat_map(|splits| {
            let whole = Entry::experiment(splits);
            let is_opened = opened == Some(whole.experiment_id()) && whole.has_groups();
            let groups = whole.splits.iter().filter(|_| is_opened);
            let groups: Vec<Entry<'a>> = groups.map(|split| Entry::group(split)).collect();
            std::iter::once(whole).chain(groups)
        });
        entries.collect()
    }

    /// Returns the selected row: the coverage of layers is listed after the experiments.
    fn selected_listed(self) -> Option<ListedEntry<'a>> {
        let mut entries = self.experiments();
        let layers: Vec<&'a LayerCoverage> = self.coverage().collect();
        let key = |index: usize| match entries.get(index) {
            Some(entry) => entry.key.clone(),
            None => RowKey::of_coverage_in(&layers[index - entries.len()].layer_id),
        };
        let list = &self.cx.panels[Panel::Experiments.index()];
        let index = list.selected_index(entries.len() + layers.len(), key)?;
        Some(match index.checked_sub(entries.len()) {
            Some(index) => ListedEntry::Coverage(layers[index]),
            None => ListedEntry::Entry(entries.swap_remove(index)),
        })
    }

    /// Returns the selected experiment or group, if there is one.
    #[must_use]
    pub fn selected_entry(self) -> Option<Entry<'a>> {
        match self.selected_listed()? {
            ListedEntry::Entry(entry) => Some(entry),
            ListedEntry::Coverage(_) => None,
        }
    }

    /// Returns the layer whose coverage is selected, if one is.
    #[must_use]
    pub fn selected_coverage(self) -> Option<&'a LayerCoverage> {
        match self.selected_listed()? {
            ListedEntry::Coverage(coverage) => Some(coverage),
            ListedEntry::Entry(_) => None,
        }
    }

    /// Returns how the units of the layers spread over their slots, the layer that looks most wrong
    /// first: those that match the filter.
    pub fn coverage(self) -> impl Iterator<Item = &'a LayerCoverage> {
        let judged = self.incident.judged.iter();
        let layers = judged.flat_map(|judged| &judged.traffic.coverage);
        layers.filter(move |coverage| {
            let mut texts = vec!["coverage", coverage.layer_id.as_str()];
            let holders = coverage.holders.iter();
            texts.extend(holders.filter_map(|holder| match &holder.holder {
                SlotHolder::Active(id) | SlotHolder::Reserved(id) => Some(id.as_str()),
                SlotHolder::Free => None,
            }));
            self.cx.passes_filter(&texts)
        })
    }

    /// Returns the selected group; if an experiment with several is selected, the one that looks
    /// most wrong.
    #[must_use]
    pub fn selected_split(self) -> Option<&'a SplitTraffic> {
        self.selected_entry().map(|entry| entry.worst())
    }

    /// Returns whether a split matches the filter, by its names or its verdict.
    #[must_use]
    pub fn passes(self, split: &SplitTraffic) -> bool {
        let group = split.group.as_ref().map_or("", GroupName::as_str);
        let layer = split.layer_id.as_ref().map_or("", |layer| layer.as_str());
        let mut texts = vec![layer, split.experiment_id.as_str(), group];
        texts.push(self.verdict(split).word());
        texts.extend(split.arms.iter().map(|arm| arm.variant.as_str()));
        self.cx.passes_filter(&texts)
    }
}
