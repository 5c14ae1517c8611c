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
//! | `change` | the changes of a plan |
//! | `diff` | a unified text diff |
//! | `review` | findings, changes, impact and diff of a plan |
//! | `error` | an error with its help |

mod bar;
mod change;
mod diff;
mod error;
mod excerpt;
mod finding;
mod fit;
mod look;
mod review;
mod table;
mod words;

pub(super) use bar::{share_bar, slot_bar, slot_key};
pub(super) use change::changes;
pub(super) use diff::diff;
pub(super) use error::{error_text, with_causes};
pub(super) use finding::{count_of_findings, findings};
pub(super) use look::{Look, Tint};
pub(super) use review::{plan_line, review};
pub(super) use table::{Cell, Column, Table};
pub(super) use words::{counted, percent, probability, thousands};
