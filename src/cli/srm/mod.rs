//! `avos srm`: tests whether units split as they should, from given counts or from an exposure log.
//!
//! | file | defines |
//! |---|---|
//! | `srm_args` | the arguments, and which of the two tests they ask for |
//! | `written_counts` | counts and weights as typed on a command line |
//! | `count_test` | the test of counts against weights |
//! | `log_test` | the test of a log against the state of the database over time; its `--fail-on` |
//! | `log_report` | the report on a log, as JSON |

mod count_test;
mod log_report;
mod log_test;
mod srm_args;
mod written_counts;

pub(super) use srm_args::{SrmArgs, run};
pub(super) use written_counts::WrittenError;
