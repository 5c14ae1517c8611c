//! The verbs of `avos`, for scripts, CI and people without the console.
//!
//! A verb reads its inputs, calls the library, and shows the result as text or JSON and as an exit
//! code. Decisions are made in the library, not here. The clock, the environment and the streams are
//! read in one place and passed down.
//!
//! | file | defines |
//! |---|---|
//! | `process` | [`main`], the entry point: environment, streams; runs a verb and returns its exit code |
//! | `arguments`, `options` | the command line, and the options shared by several verbs |
//! | `scope_args` | the options that choose layers or experiments |
//! | `state_at` | the options that choose a state of the past, and how reports name it |
//! | `location_args` | arguments that name a database or a log |
//! | `context` | what a verb gets besides its arguments: clock, streams; and the exit codes it gives back |
//! | `error` | everything that can go wrong, with its help and exit code |
//! | `inputs` | what verbs read: layer files or a saved plan with a database, and units |
//! | `apply_questions` | what `apply` asks at a terminal |
//! | `safeguards`, `fail_on`, `gate` | what `plan` and `apply` check besides errors: evidence, `--fail-on`, `--gate` |
//! | `log_source`, `log_counts` | the log that `--log` names, and its counts |
//! | `skipped` | skipped rows of a log, as JSON |
//! | `progress` | progress of long work |
//! | `edit` | `pause`, `resume`, `ramp` and `complete`: edits of layer files |
//! | `init`, `copy` | `init`, `migrate` and `copy`: databases on servers, and copies |
//! | `hold` | `hold` and `release`: holds in the database |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `preview`, `srm`, `replay`, `history`, `export`, `doctor`, `schema`, `completions`, `man` | the other verbs |
//! | `show` | results as text |

mod apply;
mod apply_questions;
mod arguments;
mod assign;
mod assign_rows;
mod completions;
mod context;
mod copy;
mod doctor;
mod edit;
mod error;
mod export;
mod fail_on;
mod gate;
mod history;
mod hold;
mod init;
mod inputs;
mod layers;
mod location_args;
mod log_counts;
mod log_source;
mod man;
mod options;
mod plan;
mod preview;
mod process;
mod progress;
mod replay;
mod safeguards;
mod schema;
mod scope_args;
mod show;
mod skipped;
mod srm;
mod state_at;
mod undo;
mod validate;

pub use arguments::AvosArgs;
pub use process::main;
