//! The lookup's state: the last unit, and what was found out about it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Agreement;
use crate::assign::{Decision, Explanation};
use crate::console::browser::Browser;
use crate::console::message::RequestId;
use crate::console::model::{Loaded, RowKey, Trouble};
use crate::domain::{GroupName, LayerId, Layers};
use crate::exposure::{UnitRow, UnitRows};

/// The field for a unit's id, and the last lookup's answers, which are kept when it is closed.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// The position in the list of layers.
    pub browser: Browser,
    /// The typed text.
    pub typed: String,
    /// Whether the field has the keys; the list has them otherwise.
    pub is_typing: bool,
    /// Whether the next character replaces the typed text.
    pub is_replaced: bool,
    /// The state that it is looked up in; `None` for the present one.
    pub as_of: Option<AsOf>,
    /// The unit that was looked up last.
    pub unit_id: Option<String>,
    /// What it gets, or why that is unknown; `None` until there is an answer.
    pub answers: Option<Result<Arc<UnitAnswers>, Trouble>>,
    /// The request that asks what it gets.
    pub explaining: Option<RequestId>,
    /// What the log says that it got.
    pub logged: Logged,
    /// The number of its newest request.
    pub last_request: u64,
}

/// A state of the past that a unit is looked up in.
#[derive(Clone, Debug)]
pub struct AsOf {
    /// Which one, like `as of journal 12, 2026-11-20 14:03`.
    pub words: String,
    /// Its time, which decides whether an experiment has started or ended.
    pub at: Timestamp,
    /// Its layers, or why they aren't known.
    pub layers: Result<Layers, Trouble>,
}

/// The state that the worker looks a unit up in.
#[derive(Clone, Debug)]
pub enum UnitState {
    /// The database, and what the plan makes of it.
    Present(Arc<Loaded>),
    /// These layers at this time.
    Past(Layers, Timestamp),
}

/// What is known about a unit's rows in the log.
#[derive(Clone, Debug, Default)]
pub enum Logged {
    /// Not asked yet, or there is no log.
    #[default]
    Unasked,
    /// This request searches for them; the fraction of the log searched so far, from 0 to 1.
    Searching(RequestId, f64),
    /// They were found, unless the search was stopped.
    Found(Arc<UnitRows>),
    /// The log can't be read.
    Failed(Trouble),
}

/// What a unit gets in every layer.
#[derive(Clone, Debug)]
pub struct UnitAnswers {
    /// When the unit was looked up.
    pub at: Timestamp,
    /// Whether there is a plan by which it could get something else.
    pub is_pending: bool,
    /// The answers, in order of the layers' ids; one for each group if a layer's answer depends on
    /// it.
    pub answers: Vec<UnitAnswer>,
}

/// What a unit gets in a layer.
#[derive(Clone, Debug)]
pub struct UnitAnswer {
    /// The layer.
    pub layer_id: LayerId,
    /// The group for which it gets this, if the answer depends on one.
    pub group: Option<UnitGroup>,
    /// According to the database; `None` if it doesn't have the layer.
    pub now: Option<Explanation>,
    /// After the plan, if that differs.
    pub after: Option<Explanation>,
}

/// A group that a unit may belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitGroup {
    /// What it is: `segment`, `geo` or `stratum`.
    pub key: &'static str,
    /// Its name.
    pub name: GroupName,
}

/// A row of the list: a layer, or a layer for one group.
#[derive(Clone, Debug)]
pub struct LookupRow<'a> {
    /// The layer; `None` for log rows without one.
    pub layer_id: Option<&'a LayerId>,
    /// What the unit gets; `None` if neither database nor plan has the layer.
    pub answer: Option<&'a UnitAnswer>,
    /// The rows of the log, the newest first, compared with that.
    pub logged: Vec<(&'a UnitRow, Agreement)>,
}

impl LookupRow<'_> {
    /// Returns whether the unit gets a variant here now.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        let now = self.answer.and_then(|answer| answer.now.as_ref());
        now.is_some_and(|now| matches!(now.decision, Decision::Assigned(_)))
    }

    /// Returns its layer and the experiments that hold the unit's slot, now, after the plan or by the
    /// log.
    fn ids(&self) -> impl Iterator<Item = &str> {
        let layer = self.layer_id.map(LayerId::as_str);
        let answers = self.answer.into_iter();
        let explanations = answers.flat_map(|answer| answer.now.iter().chain(&answer.after));
        let held = explanations.filter_map(|explanation| {
            let run = explanation.holder.as_ref();
            run.map(|run| run.experiment_id.as_str())
        });
        let logged = self.logged.iter();
        let logged = logged.filter_map(|(row, _)| Some(row.experiment_id.as_ref()?.as_str()));
        layer.into_iter().chain(held).chain(logged)
    }

    /// Returns the key that identifies it.
    #[must_use]
    pub fn key(&self) -> RowKey {
        let layer = self.layer_id.map_or("", LayerId::as_str);
        let group = self.answer.and_then(|answer| answer.group.as_ref());
        RowKey(match group {
            Some(group) => format!("{layer}/{}/{}", group.key, group.name),
            None => layer.to_owned(),
        })
    }
}

impl Lookup {
    /// Returns whether the typed id is the one looked up: another unit's answers aren't shown below
    /// it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.unit_id.as_ref() == Some(&self.typed)
    }

    /// Returns the rows of the list: those of all layers that pass the filter.
    #[must_use]
    pub fn rows(&self) -> Vec<LookupRow<'_>> {
        let mut rows = self.all_rows();
        let filter = self.browser.filter.text.to_lowercase();
        if !filter.is_empty() {
            rows.retain(|row| row.ids().any(|id| id.to_lowercase().contains(&filter)));
        }
        rows
    }

    /// Returns the rows of all layers: what the unit gets, and then what only the log has.
    fn all_rows(&self) -> Vec<LookupRow<'_>> {
        if !self.is_current() {
            return Vec::new();
        }
        let answers = match &self.answers {
            Some(Ok(known)) => &known.answers[..],
            Some(Err(_)) | None => &[],
        };
        let logged = match &self.logged {
            Logged::Found(found) => &found.rows[..],
            Logged::Unasked | Logged::Searching(..) | Logged::Failed(_) => &[],
        };
        let mut of_layer: HashMap<Option<&LayerId>, Vec<&UnitRow>> = HashMap::new();
        for row in logged {
            of_layer.entry(row.layer_id.as_ref()).or_default().push(row);
        }
        let answered = answers.iter().map(|answer| {
            let rows = of_layer.get(&Some(&answer.layer_id)).into_iter().flatten();
            let concerning = rows.filter(|row| !is_of_another(answers, answer, row.group.as_ref()));
            LookupRow {
                layer_id: Some(&answer.layer_id),
                answer: Some(answer),
                logged: concerning
                    .map(|row| (*row, Agreement::of(row, answer)))
                    .collect(),
            }
        });
        let mut rows: Vec<LookupRow<'_>> = answered.collect();
        // What it gets comes before what it doesn't; both in the order of the layers' ids.
        rows.sort_by_key(|row| !row.is_assigned());
        for answer in answers {
            of_layer.remove(&Some(&answer.layer_id));
        }
        let why = match &self.answers {
            Some(Ok(_)) => "the layer isn't in the database",
            Some(Err(_)) | None => "what it gets now isn't known",
        };
        // In the order of the log.
        for row in logged {
            let layer_id = row.layer_id.as_ref();
            rows.extend(of_layer.remove(&layer_id).map(|logged| {
                LookupRow {
                    layer_id,
                    answer: None,
                    logged: logged
                        .into_iter()
                        .map(|row| (row, Agreement::Unknown(why)))
                        .collect(),
                }
            }));
        }
        rows
    }

    /// Returns the number of layers that assign the unit, and of those that were asked.
    #[must_use]
    pub fn layer_counts(&self) -> (usize, usize) {
        let rows = self.all_rows();
        let asked = rows.iter().filter(|row| row.answer.is_some());
        let ids = |rows: &[&LookupRow<'_>]| {
            let ids: HashSet<LayerId> = rows
                .iter()
                .filter_map(|row| row.layer_id.cloned())
                .collect();
            ids.len()
        };
        let asked: Vec<&LookupRow<'_>> = asked.collect();
        let assigned = asked.iter().copied().filter(|row| row.is_assigned());
        (ids(&assigned.collect::<Vec<_>>()), ids(&asked))
    }

    /// Returns the selected row.
    #[must_use]
    pub fn selected(&self) -> Option<LookupRow<'_>> {
        let mut rows = self.rows();
        let list = &self.browser.list;
        let index = list.selected_index(rows.len(), |index| rows[index].key())?;
        Some(rows.swap_remove(index))
    }
}

/// Returns whether a row of this group belongs to another group's answer than this one.
fn is_of_another(answers: &[UnitAnswer], answer: &UnitAnswer, group: Option<&GroupName>) -> bool {
    let is_its = |answer: &UnitAnswer| answer.group.as_ref().map(|group| &group.name) == group;
    let mut others = answers
        .iter()
        .filter(|other| other.layer_id == answer.layer_id);
    group.is_some() && !is_its(answer) && others.any(is_its)
}
