//! What the panels of the incident view say: which experiments look wrong, and how.
//!
//! | file | defines |
//! |---|---|
//! | `list` | the list |
//! | `detail` | what the traffic of the selected one did |
//! | `charts` | units a minute, p-values and applies on one axis of time |
//! | `columns` | what falls into each column of that axis |

mod charts;
mod columns;
mod detail;
mod list;

pub(super) use detail::content as detail;
pub(super) use list::content as list;
