//! What Enter opens in the place of the panels, one page on top of the other.
//!
//! A page is a list with lines above it, like a panel, but about one thing. Escape goes back to where it
//! was opened from.
//!
//! | file | defines |
//! |---|---|
//! | `page` | [`Page`], [`PageId`], [`Destination`] |
//! | `table` | every kind of page: title and [`content()`] |
//! | `layer` | a layer: its bar and its experiments |
//! | `experiment` | an experiment: everything known about it |
//! | `experiment_standing` | what needs attention, its share and dates, what would change |
//! | `experiment_config` | its configuration, its slots on the grid |
//! | `experiment_traffic` | what the log says of it |
//! | `experiment_history` | what was applied to it |
//! | `missing_arm` | the units that an arm which lacks units got last |
//! | `breakdown` | a split by the values of the settings' dimensions |
//! | `slot_grid` | a layer's slots on a grid, a cell each or for several |
//! | `time`, `time_axis` | the journal over time: the layers as of each entry; its axis |
//! | `time_view` | [`TimeView`], what is looked at, and what that is made from |
//! | `past_layer` | a layer as of an entry, and what the entry did to it |
//! | `change` | the changes of one thing: what they do to slots and units |
//! | `slot_change`, `slot_past` | a layer's slots before and after; who held the slots that a change takes |
//! | `seen` | [`SeenChanges`]: which changes were looked at |

mod breakdown;
mod change;
mod experiment;
mod experiment_config;
mod experiment_history;
mod experiment_standing;
mod experiment_traffic;
mod layer;
mod missing_arm;
mod page;
mod past_layer;
mod seen;
mod slot_change;
mod slot_grid;
mod slot_past;
mod table;
mod time;
mod time_axis;
mod time_view;

pub use page::{Destination, Page, PageId};
pub use seen::SeenChanges;
pub use table::content;
pub use time_view::TimeView;

pub(in crate::console) use change::ReviewFrom;
pub(in crate::console) use experiment::ExperimentFrom;
pub(in crate::console) use layer::{KeptLayer, LayerFrom};
pub(in crate::console) use seen::{all_changes, are_seen, count_unseen, grouped};
pub(in crate::console) use table::title;
pub(in crate::console) use time_view::{TimeDetail, TimeFrom, TimeRows, as_of, past_unknown};
