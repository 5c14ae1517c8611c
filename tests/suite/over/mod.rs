//! Lists that lie over the main screen, with the selected row's detail.

mod history;
mod journal_filter;
mod lookup;
