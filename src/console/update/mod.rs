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
//! | `reload` | files, database and log read again |
//! | `outcome` | how an action that failed is shown, and when it is tried once more |
//! | `run` | a command |
//! | `navigate` | selection, focus and scrolling |
//! | `overlay` | keys while a dialog, the command list or the filter is open |
//! | `browse` | moving in a list that lies over the screen, and in its detail |
//! | `history` | the journal in such a list |
//! | `lookup` | a unit's answers in such a list, below the field for its id |
//! | `field` | keys that every text field takes |
//! | `close` | closing what lies over the view |
//! | `mouse` | clicks and the wheel |

mod answers;
mod browse;
mod close;
mod counting;
mod dispatch;
mod field;
mod history;
mod lookup;
mod mouse;
mod navigate;
mod outcome;
mod overlay;
mod reload;
mod run;

pub use dispatch::update;
