//! How things look as text: values in, text out, ready for a terminal.
//!
//! Nothing here decides what is right or wrong, or writes anything. All text from files and
//! databases passes through [`visible`](crate::diagnostic::visible).
//!
//! | file | defines |
//! |---|---|
//! | `look` | [`Look`], colour and width; [`Tint`], colours by their role |
//! | `words` | numbers and plurals |
//! | `fit` | texts of a given width on the screen |
//! | `table` | [`Table`], aligned columns |
//! | `bar` | a layer's slots and an arm's share as one line |
//! | `finding`, `excerpt` | a finding with the lines that it is about |
//! | `sarif` | findings for code hosts |
//! | `change` | the changes of a plan |
//! | `impact` | what a plan does to units |
//! | `diff` | a unified text diff |
//! | `review` | findings, changes, impact and diff of a plan |
//! | `markdown` | the same for a pull request |
//! | `preview` | how units spread over a layer |
//! | `srm` | arms and tests of a sample |
//! | `traffic` | what a log says of how traffic split |
//! | `replay` | what came of a log that was replayed |
//! | `error` | an error with its help |

mod bar;
mod change;
mod diff;
mod error;
mod excerpt;
mod finding;
mod fit;
mod impact;
mod look;
mod markdown;
mod preview;
mod replay;
mod review;
mod sarif;
mod srm;
mod table;
mod traffic;
mod words;

pub(super) use bar::{slot_bar, slot_key};
pub(super) use change::changes;
pub(super) use diff::diff;
pub(super) use error::{error_text, with_causes};
pub(super) use finding::{count_of_findings, findings};
pub(super) use fit::cut;
pub(super) use look::{Look, Tint};
pub(super) use markdown::markdown;
pub(super) use preview::{Keyed, preview};
pub(super) use replay::replay;
pub(super) use review::{NEW_DATABASE, plan_line, review, saved_line};
pub(super) use sarif::sarif;
pub(super) use srm::{Arm, arms, tests};
pub(super) use table::{Cell, Column, Table};
pub(super) use traffic::traffic;
pub(super) use words::{counted, counts, percent, utc};
