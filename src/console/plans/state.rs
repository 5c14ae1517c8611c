//! The state of the list of saved plans.

use std::path::PathBuf;
use std::sync::Arc;

use super::{ListedPlan, PlanList};
use crate::console::browser::Browser;
use crate::console::message::RequestId;
use crate::console::model::Trouble;

/// The saved plans of a directory, and which one is open.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    /// The position in the list.
    pub browser: Browser,
    /// The plans, or why they couldn't be read; `None` until they are.
    pub list: Option<Result<Arc<PlanList>, Trouble>>,
    /// The indices of the plans that pass the filter.
    pub listed: Vec<usize>,
    /// The file of the plan that the screen below is about, if one was opened.
    pub opened: Option<PathBuf>,
    /// The request that reads the directory.
    pub reading: Option<RequestId>,
    /// The number of its newest request.
    pub last_request: u64,
}

impl Plans {
    /// Returns the plans, if they are known.
    #[must_use]
    pub fn plans(&self) -> &[ListedPlan] {
        match &self.list {
            Some(Ok(list)) => list.plans(),
            Some(Err(_)) | None => &[],
        }
    }

    /// Returns the selected plan.
    #[must_use]
    pub fn selected(&self) -> Option<&ListedPlan> {
        let plans = self.plans();
        let key = |index: usize| plans[self.listed[index]].key();
        let list = &self.browser.list;
        let index = list.selected_index(self.listed.len(), key)?;
        plans.get(*self.listed.get(index)?)
    }

    /// Filters the plans anew, by their names, ids and layers.
    pub(super) fn filter_plans(&mut self) {
        let filter = self.browser.filter.text.to_lowercase();
        let plans = self.plans().iter().enumerate();
        let passing = plans.filter(|(_, plan)| passes(plan, &filter));
        self.listed = passing.map(|(index, _)| index).collect();
    }
}

fn passes(plan: &ListedPlan, filter: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(filter);
    has(&plan.name)
        || plan.read.as_ref().is_ok_and(|read| {
            let mut layers = read.layers().into_iter();
            has(&read.review.plan_id.0) || layers.any(|layer| has(layer.as_str()))
        })
}
