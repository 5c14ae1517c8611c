//! What each apply changed, in a few words: beside an alarm there is no room for more.

use std::collections::HashMap;

use super::IncidentView;
use crate::domain::{ExperimentId, LayerId};
use crate::store::JournalEntry;
use crate::traffic::{SplitTraffic, Suspect};

/// The maximum number of changes that are named.
const NAMED: usize = 2;

/// What each apply of the journal changed, by the number of its entry.
#[derive(Clone, Debug, Default)]
pub struct AppliedChanges(HashMap<i64, Vec<AppliedChange>>);

/// What was done to a layer or an experiment.
#[derive(Clone, Debug)]
struct AppliedChange {
    verb: &'static str,
    layer_id: LayerId,
    /// `None` for the layer itself.
    experiment_id: Option<ExperimentId>,
}

impl AppliedChanges {
    /// Takes the changes out of these entries.
    #[must_use]
    pub fn of(entries: &[JournalEntry]) -> Self {
        let changes = entries.iter().map(|entry| {
            let changes = entry.changes.iter().map(|change| AppliedChange {
                verb: change.action.verb(),
                layer_id: change.layer_id.clone(),
                experiment_id: change.experiment_id.clone(),
            });
            (entry.journal_id, changes.collect())
        });
        Self(changes.collect())
    }

    /// Returns what an apply did, first to the split's experiment, then in its layer: `ramp up
    /// hero_v1, create hero_v2 and 3 more`. `None` if that isn't known.
    fn words(&self, journal_id: i64, split: &SplitTraffic) -> Option<String> {
        let mut changes: Vec<&AppliedChange> = self.0.get(&journal_id)?.iter().collect();
        changes.sort_by_key(|change| {
            let is_of_layer = split.layer_id.as_ref() == Some(&change.layer_id);
            let is_of_experiment = change.experiment_id.as_ref() == Some(&split.experiment_id);
            (!is_of_layer, !is_of_experiment)
        });
        let named = changes.iter().take(NAMED).map(|change| {
            let experiment = change.experiment_id.as_ref().map(ExperimentId::as_str);
            let name = experiment.unwrap_or(change.layer_id.as_str());
            format!("{} {name}", change.verb)
        });
        let named: Vec<String> = named.collect();
        let more = match changes.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!("{}{more}", named.join(", "))).filter(|words| !words.is_empty())
    }
}

impl<'a> IncidentView<'a> {
    /// Returns the apply that is suspected of a split's alarm, if it raises one and an apply is near
    /// its onset.
    #[must_use]
    pub fn suspect(self, split: &SplitTraffic) -> Option<Suspect<'a>> {
        let judged = self.incident.judged.as_ref()?;
        let suspect = judged.traffic.suspect_of(split)?;
        self.is_alarm(split).then_some(suspect)
    }

    /// Returns what the suspected apply did, if that is known.
    pub(in crate::console) fn suspect_did(
        self,
        split: &SplitTraffic,
        suspect: Suspect<'_>,
    ) -> Option<String> {
        let judged = self.incident.judged.as_ref()?;
        judged.changes.words(suspect.apply.journal_id, split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Untested;

    fn change(verb: &'static str, layer: &str, experiment: Option<&str>) -> AppliedChange {
        AppliedChange {
            verb,
            layer_id: layer.into(),
            experiment_id: experiment.map(Into::into),
        }
    }

    #[test]
    fn what_was_done_to_the_experiment_comes_first() {
        let split = SplitTraffic {
            layer_id: Some("hero".into()),
            experiment_id: "hero_v1".into(),
            group: None,
            units: 0,
            arms: Vec::new(),
            conflicting_units: 0,
            gravest: None,
            test: Err(Untested::NoUnits),
            windows: Vec::new(),
        };
        let cart = change("create", "cart", Some("cart_v1"));
        let ramp_up = change("ramp up", "hero", Some("hero_v1"));
        let cap = change("set cap", "hero", None);
        let changes = AppliedChanges(HashMap::from([
            (1, vec![ramp_up.clone()]),
            (2, vec![cart.clone(), cap.clone()]),
            (3, vec![cart, cap.clone(), ramp_up, cap]),
            (4, Vec::new()),
        ]));
        let words = |id| changes.words(id, &split);
        assert_eq!(words(1).as_deref(), Some("ramp up hero_v1"));
        assert_eq!(words(2).as_deref(), Some("set cap hero, create cart_v1"));
        let most = "ramp up hero_v1, set cap hero and 2 more";
        assert_eq!(words(3).as_deref(), Some(most));
        assert_eq!([4, 5].map(words), [None, None]);
    }
}
