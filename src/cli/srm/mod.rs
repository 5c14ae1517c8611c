//! `avos srm`: do units split as they should? Of counts that are given, or of an exposure log.
//!
//! | file | about |
//! |---|---|
//! | `srm_args` | the arguments, and which of the two it is |
//! | `written_counts` | counts and weights as they are written |
//! | `count_test` | counts against weights |
//! | `log_test` | a log against the state of the database over time |
//! | `log_fail_on` | what else of a log is a reason for exit code 1 |
//! | `log_report` | what is said of a log, as JSON |

mod count_test;
mod log_fail_on;
mod log_report;
mod log_test;
mod srm_args;
mod written_counts;

pub(super) use srm_args::{SrmArgs, run};
pub(super) use written_counts::WrittenError;
