//! Changes the model, and says by effects what else to do.
//!
//! `update(&mut Model, Message) -> Vec<Effect>` is the only place where the model changes. It has
//! no I/O and no clock.
//!
//! | file | handles |
//! |---|---|
//! | `dispatch` | [`update`]: hands each message and each key to the right module |
//! | `answers` | the worker's answers and the watcher's events |
//! | `reload` | reading files, database and log again |
//! | `outcome` | how an action that failed is shown, and when it is tried once more |
//! | `run` | commands: what each does |
//! | `saved_plans` | going between the list of saved plans and one of them |
//! | `experiment_edits` | commands that edit an experiment in its file |
//! | `navigate` | selection, focus and scrolling |
//! | `time_steps` | going through the journal on the pages of time |
//! | `travel` | going to a page, to another panel's row, to what needs attention |
//! | `overlay` | what lies over the view: keys, opening and closing it; calls its components |
//! | `components` | splits the model, so that a component can change while it sees the rest |
//! | `mouse` | clicks and the wheel |

mod answers;
mod components;
mod dispatch;
mod experiment_edits;
mod mouse;
mod navigate;
mod outcome;
mod overlay;
mod reload;
mod run;
mod saved_plans;
mod time_steps;
mod travel;

pub use dispatch::update;
