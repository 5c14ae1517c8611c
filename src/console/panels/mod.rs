//! The content of each panel: lines and rows, made from the model for a width.
//!
//! Pure, and without a position on the screen: `view` draws a [`Content`], `update` moves through
//! its rows. Texts from files and database are made safe here.
//!
//! | file | defines |
//! |---|---|
//! | `content` | [`Content`], [`Row`] |
//! | `table` | every panel: title, screen, [`content()`], what is copied and edited |
//! | `rows` | [`Rows`], made when they become visible |
//! | `layers`, `problems`, `changes`, `diff`, `distribution` | the content of each panel |
//! | `layer_facts` | what the list of layers says of each, and their order |
//! | `kept` | what panels make once for many frames, and what each is made from |
//! | `arms` | an experiment's arms, observed against expected |
//! | `legend` | the number of slots of each holder |
//! | `problem_words` | a problem in short, on a line, and in full |
//! | `layer_changes` | a layer's changes as lines, in the panel and in the dialog |
//! | `evidence_lines` | what the log says for a ramp-up or a winner |
//! | `change` | a change, a note and an impact in words |
//! | `refusal` | why a saved plan can't be applied |
//! | `bar`, `share` | the bar of a layer's slots; the bar of a share against its expectation |
//! | `sparkline` | what each arm of a split got over time, a line each |
//! | `pen`, `text` | lines of styled text; plain text and numbers in columns |

pub(super) mod arms;
pub(super) mod bar;
pub(super) mod change;
mod changes;
mod content;
pub(super) mod diff;
mod distribution;
mod evidence_lines;
pub(super) mod kept;
mod layer_changes;
pub(super) mod layer_facts;
pub(super) mod layers;
pub(super) mod legend;
pub(super) mod pen;
pub(super) mod problem_words;
pub(super) mod problems;
mod refusal;
pub(super) mod rows;
mod share;
pub(super) mod sparkline;
mod table;
pub(super) mod text;

pub use content::{Content, Row};
pub use problems::selected_problem;
pub use rows::Rows;
pub use table::content;

pub(super) use changes::total_impact;
pub(super) use evidence_lines::evidence_lines;
pub(super) use layer_changes::{change_lines, is_warning};
pub(super) use refusal::word as refusal_word;
pub(super) use table::{Copied, place_of};
pub(super) use text::cut;
