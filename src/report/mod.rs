//! What console, verbs and Markdown say, decided once.
//!
//! Values in; words, figures, tables, columns of bars and lines of pieces out, with roles instead of
//! colors. A terminal, the console and a page of Markdown paint them their own way.
//!
//! | file | defines |
//! |---|---|
//! | `pieces` | [`Role`], and [`Piece`], a text that has one |
//! | `marks` | [`Marks`], the symbols between words |
//! | `percent` | shares as percentages |
//! | `relative_time` | how far a time is from now |
//! | `table` | [`Table`], aligned columns that fit a width |
//! | `change_words` | what a change does |
//! | `final_words` | what of a change can't be taken back |
//! | `impact_words` | what a plan does to a layer's units |
//! | `note_words` | what a note says, with ages |
//! | `renewal_words` | how a renewed plan compares with the one that was reviewed |
//! | `arm_table` | [`ObservedArm`], observed against expected, and the tests of a split |
//! | `breakdown_table` | a split by the values of a further column |
//! | `traffic_words` | what a log's verdict says |
//! | `evidence_words` | whether the split behind a ramp-up or a winner holds |
//! | `excerpt_lines` | the lines of a file around a finding |
//! | `slot_bar` | [`SlotBar`], a layer's slots as columns |
//! | `held_words` | how much of a layer is held, and how |
//! | `share_bar` | an observed share as columns, next to the expected one |

mod arm_table;
mod breakdown_table;
mod change_words;
mod evidence_words;
mod excerpt_lines;
mod final_words;
mod held_words;
mod impact_words;
mod marks;
mod note_words;
mod percent;
mod pieces;
mod relative_time;
mod renewal_words;
mod share_bar;
mod slot_bar;
mod table;
mod traffic_words;

pub(crate) use arm_table::{
    ObservedArm, arm_table, chi_squared, expected_count, interval_text, measured_arms,
    numbered_arms, split_arms, test_table,
};
pub(crate) use breakdown_table::{breakdown_table, breakdown_words};
pub(crate) use change_words::{ChangeContext, details, range_list, value_change};
pub(crate) use evidence_words::evidence_words;
pub(crate) use excerpt_lines::excerpt_lines;
pub(crate) use final_words::irreversible;
pub(crate) use held_words::held_words;
pub(crate) use impact_words::{
    FIGURES, ImpactRow, ImpactSubject, UnitMove, figures, losses, moves, others, rest, rows,
    total_losses,
};
pub(crate) use marks::Marks;
pub(crate) use note_words::{aged_message, hold_words, note_words, since_words};
pub(crate) use percent::{aligned_percent, percent, rounded_percent, whole_percent};
pub(crate) use pieces::{Piece, Pieces, Role, plain_text};
pub(crate) use relative_time::{before_or_after, relative_time};
pub(crate) use renewal_words::{renewal_differences, renewal_verdict};
pub(crate) use share_bar::{BarColumn, EIGHTHS, share_bar};
pub(crate) use slot_bar::{BarHolder, Holding, SlotBar, letter, named_columns};
pub(crate) use table::{Cell, Column, Table};
pub(crate) use traffic_words::{
    exposures_beyond_limit, holder_table, shown_holders, skipped_rows, split_findings,
    suspect_words,
};
