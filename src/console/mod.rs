//! The console, `avos-tui`: what an engineer sees and does.
//!
//! It knows no SQL and no YAML of layers: a worker brings it values, and effects go back to it.
//!
//! | module | room for |
//! |---|---|
//! | [`terminal`] | the screen: entering, drawing, handing over, restoring |
//! | [`watch`] | "the files changed", "the database changed" |
//! | [`theme`] | colours and symbols by role |
//! | [`keys`] | key chords: from events, from texts, as hints |
//! | [`settings`] | the settings file |
//! | [`editor`] | how to open an editor at a line |
//! | [`clipboard`] | copying through the terminal |
//! | [`log`] | the console's own log file |

pub mod clipboard;
pub mod editor;
pub mod keys;
pub mod log;
// settings later
pub mod terminal;
// theme later
pub mod watch;
