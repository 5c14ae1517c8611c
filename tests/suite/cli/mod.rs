//! The verbs of `avos`, run as the program that people run.
//!
//! | file | about |
//! |---|---|
//! | `support` | running the program, places for files and databases |
//! | `store_kind` | the stores that the verbs are tested on |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `preview`, `srm`, `replay`, `history`, `edit`, `export`, `doctor` | a verb each |
//! | `fail_on`, `markdown` | two more of `plan` |
//! | `file_logs` | logs in Parquet and CSV files |
//! | `exposure_log` | what `assign --log` leaves behind |
//! | `srm_by` | splits by the values of a column |
//! | `sources` | logs that are sources of the settings |
//! | `srm_log` | what `srm --log` says of a log |
//! | `saved_plans` | plans that are kept and applied later |
//! | `resealed_plans` | saved plans that somebody changed |
//! | `evidence`, `renewed_evidence` | plans with an exposure log, and such plans made anew |
//! | `night_incident` | an incident beside a half-finished edit of somebody else |
//! | `schemas` | every document against its schema |
//! | `past` | states of the past |
//! | `parity` | what other programs computed |
//! | `manual` | completions and the manual page |
//! | `adoption` | databases that the original made |
//! | `cut_files` | files whose last page is cut off |
//! | `databases` | databases that aren't there, aren't ours, are locked |
//! | `streams` | closed pipes, color, the command line |
//! | `odd_ids` | ids that no terminal should see raw |

mod adoption;
mod apply;
mod assign;
mod cut_files;
mod databases;
mod doctor;
mod drift;
mod edit;
mod evidence;
mod export;
mod exposure_log;
mod fail_on;
mod file_logs;
mod history;
mod hold;
mod hold_under_applies;
mod layers;
mod manual;
mod markdown;
mod night_incident;
mod odd_ids;
mod parity;
mod past;
mod plan;
mod preview;
mod read_only_logs;
mod renewed_evidence;
mod replay;
mod resealed_plans;
mod saved_plans;
mod saved_plans_under_kills;
mod schemas;
#[cfg(feature = "postgres")]
mod server_databases;
mod sources;
mod srm;
mod srm_by;
mod srm_log;
mod staged_plans;
mod store_kind;
mod streams;
mod support;
mod undo;
mod validate;
