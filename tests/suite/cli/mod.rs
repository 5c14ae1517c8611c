//! The verbs of `avos`, run as the program that people run.
//!
//! | file | about |
//! |---|---|
//! | `support` | running the program, places for files and databases |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `preview`, `srm`, `history` | a verb each |
//! | `manual` | completions and the manual page |
//! | `databases` | databases that aren't there, aren't ours, are locked |
//! | `streams` | closed pipes, colour, the command line |
//! | `odd_ids` | ids that no terminal should see raw |

mod apply;
mod assign;
mod databases;
mod history;
mod layers;
mod manual;
mod odd_ids;
mod plan;
mod preview;
mod srm;
mod streams;
mod support;
mod validate;
