//! How things look as text: values in, text out, ready for a terminal.
//!
//! Nothing here decides what is right or wrong, or writes anything. All text from files and
//! databases passes through [`visible`](crate::diagnostic::visible).
//!
//! | file | defines |
//! |---|---|
//! | `text_style` | [`TextStyle`], color and width: paints lines and tables |
//! | `words` | numbers, plurals and cut texts |
//! | `slot_bar` | a layer's slots and an arm's share as one line |
//! | `finding_text` | a finding with an excerpt |
//! | `sarif` | findings for code hosts |
//! | `change_text` | the changes of a plan |
//! | `impact_text` | what a plan does to units |
//! | `diff_text` | a unified text diff |
//! | `edit_text` | what an edit of layer files did |
//! | `review_text` | findings, changes, impact and diff of a plan |
//! | `markdown` | the same for a pull request |
//! | `preview_text` | how units spread over a layer |
//! | `sample_text` | arms and tests of a sample |
//! | `traffic_text` | what a log says about how traffic split |
//! | `replay_text` | the outcome of a replay |
//! | `error_text` | an error with its help |

mod change_text;
mod diff_text;
mod edit_text;
mod error_text;
mod finding_text;
mod impact_text;
mod markdown;
mod preview_text;
mod replay_text;
mod review_text;
mod sample_text;
mod sarif;
mod slot_bar;
mod text_style;
mod traffic_text;
mod words;

pub(super) use change_text::changes;
pub(super) use diff_text::diff;
pub(super) use edit_text::{edit_outcome, edited_file};
pub(super) use error_text::{error_text, with_causes};
pub(super) use finding_text::{count_of_findings, findings};
pub(super) use markdown::markdown;
pub(super) use preview_text::{Keyed, preview};
pub(super) use replay_text::replay;
pub(super) use review_text::{note, saved_line, show_plan};
pub(super) use sample_text::{arms, tests};
pub(super) use sarif::sarif;
pub(super) use slot_bar::slot_bar;
pub(super) use text_style::TextStyle;
pub(super) use traffic_text::traffic;
pub(super) use words::{counted, cut, utc};

pub(super) use crate::report::{Cell, Column, Table};
