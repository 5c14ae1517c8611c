//! The verbs of `avos`, run as the program that people run.
//!
//! | file | about |
//! |---|---|
//! | `support` | running the program, places for files and databases |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `srm`, `history`, `export`, `doctor` | a verb each |
//! | `databases` | databases that aren't there, aren't ours, are locked |
//! | `streams` | closed pipes, colour, the command line |
//! | `odd_ids` | ids that no terminal should see raw |

mod apply;
mod assign;
mod databases;
mod doctor;
mod export;
mod history;
mod layers;
mod odd_ids;
mod plan;
mod srm;
mod streams;
mod support;
mod validate;
