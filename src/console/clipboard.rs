//! Copying through the terminal (OSC 52), which works over SSH: the user's own terminal
//! puts the text on its clipboard.
//!
//! Only the sequence is made here; [`Screen::send`](super::terminal::Screen::send) sends it. No
//! terminal reports whether it accepted the text.

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// The maximum size of a copy: many terminals accept no more than 100,000 bytes of Base64.
pub(super) const MAX_BYTES: usize = 74_994;

/// Why a text can't be copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ClipboardError {
    /// More than terminals accept.
    #[error("too long to copy: {size} bytes, terminals accept {MAX_BYTES}")]
    TooLong {
        /// The text's size in bytes.
        size: usize,
    },
}

/// Returns the sequence that copies `text`. Inside tmux (`$TMUX` is set) it is sent twice: for tmux
/// itself, which obeys it with `set-clipboard on`, and wrapped for the outer terminal, which gets it
/// with `allow-passthrough on`; tmux drops what isn't allowed.
pub(super) fn copy(text: &str, inside_tmux: bool) -> Result<String, ClipboardError> {
    if text.len() > MAX_BYTES {
        return Err(ClipboardError::TooLong { size: text.len() });
    }
    let mut sequence = String::new();
    // Writing to a String can't fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    if inside_tmux {
        let wrapped = sequence.replace('\x1b', "\x1b\x1b");
        sequence.push_str("\x1bPtmux;");
        sequence.push_str(&wrapped);
        sequence.push_str("\x1b\\");
    }
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_as_base64() {
        assert_eq!(
            copy("привет", false).as_deref(),
            Ok("\x1b]52;c;0L/RgNC40LLQtdGC\x1b\\")
        );
    }

    #[test]
    fn tmux_gets_it_for_itself_and_to_pass_on() {
        assert_eq!(
            copy("a", true).as_deref(),
            Ok("\x1b]52;c;YQ==\x1b\\\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\")
        );
    }

    #[test]
    fn what_terminals_drop_is_refused() {
        assert!(copy(&"x".repeat(MAX_BYTES), false).is_ok());
        assert_eq!(
            copy(&"x".repeat(MAX_BYTES + 1), false),
            Err(ClipboardError::TooLong {
                size: MAX_BYTES + 1
            })
        );
    }
}
