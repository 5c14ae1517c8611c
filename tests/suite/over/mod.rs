//! Lists that lie over the main screen, with the selected row's detail.

mod history;
mod holds;
mod journal_filter;
mod lookup;
mod saved_plans;
