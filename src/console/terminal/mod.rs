//! The terminal: taken over, drawn on, handed to other programs, and always restored.
//!
//! Nothing here queries the terminal (cursor position, keyboard protocol), since a missing answer
//! would delay the first frame. It doesn't know what is drawn.
//!
//! | file | defines |
//! |---|---|
//! | `screen` | [`Screen`], the guard; [`is_terminal`] |
//! | `modes` | the terminal's modes: entering and leaving them, from any thread, once |
//! | `panic` | the panic hook that restores first |
//! | `input` | [`InputReader`], the thread that reads what is typed |
//! | `frame` | the buffer that turns a frame into one write |

mod frame;
mod input;
mod modes;
mod panic;
mod screen;

pub(super) use input::{InputReader, forget_unread};
pub(super) use modes::abandon;
pub(super) use screen::{Screen, ScreenOptions, is_terminal, size};
