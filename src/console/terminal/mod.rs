//! The terminal: taken over, drawn on, handed to others, and always given back as it was.
//!
//! Nothing here asks the terminal a question (cursor position, keyboard protocol), since an answer
//! that doesn't come would delay the first frame. It knows nothing of what is drawn.
//!
//! | file | defines |
//! |---|---|
//! | `screen` | [`Screen`], the guard; [`is_terminal`] |
//! | `modes` | the terminal's modes: entering and leaving them, from any thread, once |
//! | `panic` | the panic hook that restores first |
//! | `frame` | the buffer that turns a frame into one write |

mod frame;
mod modes;
mod panic;
mod screen;

pub use screen::{Screen, ScreenOptions, is_terminal};
