//! The incident view, what the exposure log says about traffic: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Incident`]: the log as it was judged last, and the state of reading it; [`Judged`], [`Verdict`] |
//! | `view` | [`IncidentView`]: the state with what it may see of the rest: verdicts, alarms, times |
//! | `entries` | [`ListRow`], the rows of the list: an experiment of the log or a group of one ([`Entry`]), and those that couldn't be tested |
//! | `applied` | [`AppliedChanges`], what each apply changed; the apply suspected of an alarm |
//! | `axis` | [`Axis`], the time that charts show |
//! | `update` | reading the log: when, how far it is, what came of it; folding and unfolding |
//! | `list`, `detail` | the experiments, and what the traffic of the selected one did |
//! | `splits`, `coverage` | each split, and how the units of each layer spread over its slots |
//! | `verdict`, `log_notes` | a split in words; notes on reading the log |
//! | `missing_arm` | [`MissingArm`]: the arm of a split that lacks units |
//! | `charts`, `columns` | units per minute, p-values and applies on one axis of time |

mod applied;
mod axis;
mod charts;
mod columns;
mod coverage;
mod detail;
mod entries;
mod list;
mod log_notes;
mod missing_arm;
mod splits;
mod state;
mod update;
pub(super) mod verdict;
mod view;

pub use applied::AppliedChanges;
pub use axis::Axis;
pub use entries::{Entry, ListRow, UntestedFold};
pub use missing_arm::MissingArm;
pub use state::{Anomalies, Counted, Incident, Judged, LogReading, Verdict};
pub use view::IncidentView;

pub(in crate::console) use columns::TimeColumns;
pub(in crate::console) use detail::{content as detail, suspect_lines};
pub(in crate::console) use list::content as list;
pub(in crate::console) use splits::{anomalies, arm_lines, content as splits};
pub(in crate::console) use update::{
    answer, fold, follow, judge, progress, resume, retry, reveal, stop, unfold,
};
