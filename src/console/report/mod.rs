//! Plain text to copy and paste elsewhere.
//!
//! | file | defines |
//! |---|---|
//! | `panel` | [`of_focus`], the text of the focused panel; [`of_detail`], of the list over it |
//! | `incident` | the incident report on an experiment |

mod incident;
mod panel;

pub(super) use panel::{of_detail, of_focus};
