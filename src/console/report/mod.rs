//! What is shown, as plain text to be pasted elsewhere.
//!
//! | file | defines |
//! |---|---|
//! | `panel` | [`of_focus`], what there is to copy of a panel; [`of_detail`], of what lies over it |
//! | `incident` | what is known of an experiment whose traffic looks wrong |

mod incident;
mod panel;

pub use panel::{of_detail, of_focus};
