//! What happens to the model, and what is to be done about it.
//!
//! `update(&mut Model, Message) -> Vec<Effect>` is the only place where the model changes. It has
//! no I/O and no clock.
//!
//! | file | answers |
//! |---|---|
//! | `dispatch` | [`update`]: every message to its room |
//! | `answers` | the worker's answers and the watcher's events |
//! | `reload` | files, database and log read again |
//! | `outcome` | how an action that failed is shown, and when it is tried once more |
//! | `run` | a command |
//! | `navigate` | selection, focus and scrolling |
//! | `overlay` | what lies over the view: keys, opening and closing it; its components are called here |
//! | `components` | the model taken apart, so that a component changes while it looks at the rest |
//! | `mouse` | clicks and the wheel |

mod answers;
mod components;
mod dispatch;
mod mouse;
mod navigate;
mod outcome;
mod overlay;
mod reload;
mod run;

pub use dispatch::update;
