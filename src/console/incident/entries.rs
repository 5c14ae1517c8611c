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

/// The experiments that couldn't be tested: at most times they are many, and nothing to look at.
#[derive(Clone, Debug)]
pub struct UntestedFold<'a> {
    /// The experiments, at least two.
    pub entries: Vec<Entry<'a>>,
    /// Whether they are listed below it.
    pub is_open: bool,
}

/// A row of the incident view's list, except for those of layers.
#[derive(Clone, Debug)]
pub enum ListRow<'a> {
    /// An experiment, or a group of one.
    Entry(Entry<'a>),
    /// The experiments that couldn't be tested, as one row.
    Untested(UntestedFold<'a>),
}

/// What is selected in the incident view's list.
pub(super) enum Selected<'a> {
    Row(ListRow<'a>),
    Coverage(&'a LayerCoverage),
}

impl ListRow<'_> {
    /// Returns the key that identifies it.
    #[must_use]
    pub fn key(&self) -> RowKey {
        match self {
            Self::Entry(entry) => entry.key.clone(),
            Self::Untested(_) => RowKey::of_untested(),
        }
    }
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

    /// Returns whether nothing of it could be tested.
    #[must_use]
    pub fn is_untested(&self) -> bool {
        self.splits.iter().all(|split| split.test.is_err())
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

    /// Returns the key of the row of all experiments that couldn't be tested.
    #[must_use]
    pub fn of_untested() -> Self {
        Self("untested".to_owned())
    }

    /// Returns the key of a layer's coverage.
    #[must_use]
    pub fn of_coverage_in(layer_id: &LayerId) -> Self {
        Self(format!("coverage {:?}", layer_id.as_str()))
    }
}

impl<'a> IncidentView<'a> {
    /// Returns what the incident view lists: the experiments that match the filter, by their worst
    /// split, and the groups of the opened one below it. Those that couldn't be tested come last and
    /// are folded, unless there is only one, or something is searched for. Empty before the log was
    /// judged.
    #[must_use]
    pub fn rows(self) -> Vec<ListRow<'a>> {
        let (untested, tested): (Vec<_>, Vec<_>) =
            self.experiments().into_iter().partition(Entry::is_untested);
        let mut rows = self.with_groups(tested);
        if untested.len() < 2 || !self.cx.filter.is_empty() {
            rows.extend(self.with_groups(untested));
            return rows;
        }
        let is_open = self.incident.is_untested_open;
        rows.push(ListRow::Untested(UntestedFold {
            entries: untested.clone(),
            is_open,
        }));
        if is_open {
            rows.extend(self.with_groups(untested));
        }
        rows
    }

    /// Returns the experiments that match the filter, by their worst split.
    fn experiments(self) -> Vec<Entry<'a>> {
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
        experiments.into_iter().map(Entry::experiment).collect()
    }

    /// Returns a row for each experiment, and for each group of the opened one.
    fn with_groups(self, experiments: Vec<Entry<'a>>) -> Vec<ListRow<'a>> {
        let opened = self.incident.opened.as_ref();
        let entries = experiments.into_iter().flat_map(|whole| {
            let is_opened = opened == Some(whole.experiment_id()) && whole.has_groups();
            let groups = whole.splits.iter().filter(|_| is_opened);
            let groups: Vec<Entry<'a>> = groups.map(|split| Entry::group(split)).collect();
            std::iter::once(whole).chain(groups)
        });
        entries.map(ListRow::Entry).collect()
    }

    /// Returns the selected row: the coverage of layers is listed after the experiments.
    pub(super) fn selected(self) -> Option<Selected<'a>> {
        let mut rows = self.rows();
        let layers: Vec<&'a LayerCoverage> = self.coverage().collect();
        let key = |index: usize| match rows.get(index) {
            Some(row) => row.key(),
            None => RowKey::of_coverage_in(&layers[index - rows.len()].layer_id),
        };
        let list = &self.cx.panels[Panel::Experiments.index()];
        let index = list.selected_index(rows.len() + layers.len(), key)?;
        Some(match index.checked_sub(rows.len()) {
            Some(index) => Selected::Coverage(layers[index]),
            None => Selected::Row(rows.swap_remove(index)),
        })
    }

    /// Returns the selected experiment or group, if there is one.
    #[must_use]
    pub fn selected_entry(self) -> Option<Entry<'a>> {
        match self.selected()? {
            Selected::Row(ListRow::Entry(entry)) => Some(entry),
            Selected::Row(ListRow::Untested(_)) | Selected::Coverage(_) => None,
        }
    }

    /// Returns whether a row is selected.
    #[must_use]
    pub fn is_anything_selected(self) -> bool {
        self.selected().is_some()
    }

    /// Returns whether the row of all experiments that couldn't be tested is selected.
    #[must_use]
    pub fn is_untested_selected(self) -> bool {
        matches!(self.selected(), Some(Selected::Row(ListRow::Untested(_))))
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
