//! `avos srm`: do units split as they should? Of counts that are given, or of an exposure log.
//!
//! | file | about |
//! |---|---|
//! | `run` | the arguments, and which of the two it is |
//! | `written` | counts and weights as they are written |
//! | `counts` | counts against weights |
//! | `log` | a log against the state of the database over time |
//! | `fail_on` | what else of a log is a reason for exit code 1 |
//! | `document` | what is said of a log, as JSON |

mod counts;
mod document;
mod fail_on;
mod log;
mod run;
mod written;

pub(super) use run::{Arguments, run};
pub(super) use written::WrittenError;
