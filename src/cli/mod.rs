//! The verbs of `avos`, for scripts, CI and people without the console.
//!
//! A verb reads its inputs, calls the library, shows what comes back as text or JSON, and says by
//! its exit code how it went. What is right or wrong is decided below, not here. The clock, the
//! environment and the streams are read in one place and handed down.
//!
//! | file | defines |
//! |---|---|
//! | `process` | [`main`], the way in: environment, streams, exit code |
//! | `arguments`, `options` | the command line, and what several verbs share of it |
//! | `context` | what a verb is given |
//! | `color` | whether text is coloured, and why |
//! | `output_stream` | an output stream that takes a closed pipe calmly |
//! | `dispatch` | runs a verb and turns its outcome into an exit code |
//! | `exit` | how a verb that could do its work ends |
//! | `error` | all that can go wrong, with its help and its exit code |
//! | `inputs` | what `plan`, `apply` and `preview` are about: files or a saved plan, on a database |
//! | `plan_fail_on` | what a plan may not do or have by `--fail-on` |
//! | `units` | the units of `assign` and `preview` |
//! | `skipped` | rows of a log that were left out, as JSON |
//! | `progress` | how far long work has come |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `preview`, `srm`, `replay`, `history`, `export`, `doctor`, `schema`, `completions`, `man` | the verbs |
//! | `show` | how things look as text |

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
