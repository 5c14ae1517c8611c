//! Findings as data: what is wrong, where, and how to fix it. They are rendered elsewhere.
//!
//! This module knows what a rule looks like ([`Rule`]) but none of the rules: these are
//! beside their checks, in `config::rules` and `plan::rules`.
//!
//! | file | defines |
//! |---|---|
//! | `rule` | [`Rule`], [`Severity`] |
//! | `span` | [`Span`], where a value is in a file; [`Subject`], which value is meant |
//! | `finding` | [`Diagnostic`] |
//! | `help` | [`Help`], what to do about an error |
//! | `excerpt` | [`Excerpt`], the lines around a span |
//! | `visible` | [`visible()`], text from files made safe for a terminal |

mod excerpt;
mod finding;
mod help;
mod rule;
mod span;
mod visible;

pub use excerpt::{Excerpt, ExcerptLine};
pub use finding::Diagnostic;
pub use help::Help;
pub use rule::{Rule, Severity};
pub use span::{Span, Subject};

pub(crate) use span::CompactSpan;
pub use visible::{is_hidden, visible};
pub(crate) use visible::{quoted, quoted_list};
