//! The verbs of `avos`, for scripts, CI and people without the console.
//!
//! A verb reads its inputs, calls the library, and shows the result as text or JSON and as an exit
//! code. Decisions are made in the library, not here. The clock, the environment and the streams are
//! read in one place and passed down.
//!
//! | file | defines |
//! |---|---|
//! | `process` | [`main`], the entry point: environment, streams, exit code |
//! | `arguments`, `options` | the command line, and the options shared by several verbs |
//! | `context` | everything a verb gets besides its arguments |
//! | `color` | whether text is colored, and why |
//! | `output_stream` | an output stream that tolerates a closed pipe |
//! | `dispatch` | runs a verb and turns its outcome into an exit code |
//! | `exit` | exit codes of verbs that could do their work |
//! | `error` | everything that can go wrong, with its help and exit code |
//! | `inputs` | the input of `plan`, `apply` and `preview`: layer files or a saved plan, and a database |
//! | `plan_fail_on` | the conditions of `--fail-on` for a plan |
//! | `units` | the units of `assign` and `preview` |
//! | `skipped` | skipped rows of a log, as JSON |
//! | `progress` | progress of long work |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `preview`, `srm`, `replay`, `history`, `export`, `doctor`, `schema`, `completions`, `man` | the verbs |
//! | `show` | results as text |

mod apply;
mod arguments;
mod assign;
mod color;
mod completions;
mod context;
mod dispatch;
mod doctor;
mod error;
mod exit;
mod export;
mod history;
mod inputs;
mod layers;
mod man;
mod options;
mod output_stream;
mod plan;
mod plan_fail_on;
mod preview;
mod process;
mod progress;
mod replay;
mod schema;
mod show;
mod skipped;
mod srm;
mod units;
mod validate;

pub use arguments::AvosArgs;
pub use process::main;
