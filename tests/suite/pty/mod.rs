//! The console as a person meets it: the real program in a real terminal, keys in, a screen out.
//!
//! | file | what of |
//! |---|---|
//! | `main_job` | the walk-through: files against a database, review, apply, quit |
//! | `demo_console` | the demo: what it shows, and that it leaves nothing behind |
//! | `dialogs` | what changes under an open dialog; what `a` refuses |
//! | `bad_starts` | configs and databases that can't be read, and their mending |
//! | `saved_plans` | a saved plan: applied, stale, not to be read |
//! | `incident` | a log that other programs write, and an arm that dies in it |
//! | `night` | an incident beside a colleague's unfinished edit, by keys alone |
//! | `looks` | sizes, `NO_COLOR` |
//! | `keys` | keys in company: with resizes, in long pastes |
//! | `over` | lists over the main screen: the journal, a unit's answers |
//! | `handing_over` | leaving, signals, Ctrl-Z, the editor, no terminal at all |
//! | `progress` | long work of the verbs |
//! | `server` | a database on a server (feature `postgres`) |
//! | `targets` | databases with names |
//! | `place`, `terminal` | the harness |

mod bad_starts;
mod demo_console;
mod dialogs;
mod handing_over;
mod incident;
mod keys;
mod looks;
mod main_job;
mod night;
mod odd_terminals;
mod over;
mod place;
mod progress;
mod saved_plans;
#[cfg(feature = "postgres")]
mod server;
mod targets;
mod terminal;
