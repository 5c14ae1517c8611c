//! What happens to the model, and what is to be done about it.
//!
//! `update(&mut Model, Message) -> Vec<Effect>` is the only place where the model changes. It has
//! no I/O and no clock.
//!
//! | file | answers |
//! |---|---|
//! | `dispatch` | [`update`]: every message to its room |
//! | `answers` | the worker's answers and the watcher's events |
//! | `counting` | reading the exposure log: when, how far it is, what came of it |
//! | `run` | a command |
//! | `navigate` | selection, focus and scrolling |
//! | `overlay` | keys while a dialog, the command list or the filter is open |
//! | `browse` | moving in a list that lies over the screen, and in its detail |
//! | `history` | the journal in such a list |
//! | `lookup` | a unit's answers in such a list, below the field for its id |
//! | `mouse` | clicks and the wheel |

mod answers;
mod browse;
mod counting;
mod dispatch;
mod history;
mod lookup;
mod mouse;
mod navigate;
mod overlay;
mod run;

pub use dispatch::update;
