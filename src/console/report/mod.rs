//! What is shown, as plain text to be pasted elsewhere.
//!
//! | file | defines |
//! |---|---|
//! | `view` | [`of_view`], whichever of them there is to copy |
//! | `panel` | what a panel says; [`of_detail`], what lies over it |
//! | `incident` | what is known of an experiment whose traffic looks wrong |

mod incident;
mod panel;
mod view;

pub use panel::of_detail;
pub use view::of_view;
