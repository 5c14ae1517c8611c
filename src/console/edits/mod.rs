//! Edits of layer files from the console: pause, resume, ramp and complete, and undo. A component.
//!
//! The files stay the truth: an edit changes a file, the watcher notices, and the plan shows it.
//!
//! | file | defines |
//! |---|---|
//! | `creation` | a new experiment: whether one fits, and its request |
//! | `state` | [`Edits`]: the last edit; [`EditForm`]: what is still asked before one |
//! | `forecast` | [`RampForecast`]: what a ramp would do, before anything is written |
//! | `said` | what is said of an edit that was made |
//! | `update` | keys of the form, and the worker's answers |
//! | `draw` | the form over the view |

mod creation;
mod draw;
mod forecast;
mod said;
mod state;
mod update;

pub use forecast::{RampEffects, RampForecast};
pub(in crate::console) use state::EDIT_RUNNING;
pub use state::{EditForm, EditSet, EditedThing, Edits, NewExperiment, PlannedUndo};

pub(in crate::console) use creation::{create, new_experiment_disabled};
pub(in crate::console) use draw::{draw, draw_form};
pub(in crate::console) use update::{
    answer, ask_completion, ask_ramp, disabled, key, paste, plan_undo, stop_waiting, undo, write,
    write_set,
};
