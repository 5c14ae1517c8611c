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
//! | `context`, `environment` | what a verb is given |
//! | `color` | whether text is coloured, and why |
//! | `screen` | an output stream that takes a closed pipe calmly |
//! | `run` | from a verb's name to its file, and from its outcome to an exit code |
//! | `error` | all that can go wrong, with its help and its exit code |
//! | `inputs` | files and database as `plan` and `apply` read them |
//! | `units` | the units of `assign` |
//! | `validate`, `plan`, `apply`, `layers`, `assign`, `srm`, `history`, `export`, `doctor` | the verbs |
//! | `show` | how things look as text |

mod apply;
mod arguments;
mod assign;
mod color;
mod context;
mod doctor;
mod environment;
mod error;
mod export;
mod history;
mod inputs;
mod layers;
mod options;
mod plan;
mod process;
mod run;
mod screen;
mod show;
mod srm;
mod units;
mod validate;

pub use arguments::Arguments;
pub use process::main;
