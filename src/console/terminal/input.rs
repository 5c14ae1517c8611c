//! What is typed, read on a thread of its own until it is stopped or the terminal is gone.
//!
//! It waits by poll(2): so a stop is noticed at once, and so is the end of a terminal that nobody tells the process
//! of. What ends in the middle of a key's sequence ends after a short time, so that it swallows no other keys.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::termios::{QueueSelector, tcflush};
use termina::{Event, Parser};

/// How long the rest of a key's sequence may take. Over slow connections it comes in pieces.
const SEQUENCE: Duration = Duration::from_millis(50);
/// How long a paste may say nothing. What comes after its end are keys again.
const PASTE: Duration = Duration::from_secs(1);

const PASTE_START: &[u8; 6] = b"\x1b[200~";
const PASTE_END: &[u8; 6] = b"\x1b[201~";

/// The thread that reads the terminal. Dropping this stops it soon; [`InputReader::stop`] waits for it.
#[derive(Debug)]
pub(crate) struct InputReader {
    /// Its end is the sign to stop.
    stop: OwnedFd,
    thread: JoinHandle<()>,
}

impl InputReader {
    /// Starts to read. `take` gets each event, and `None` at last if the terminal is gone.
    pub(crate) fn start(take: impl FnMut(Option<Event>) + Send + 'static) -> io::Result<Self> {
        let terminal = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let (stopped, stop) = pipe_with(PipeFlags::CLOEXEC)?;
        let thread = Builder::new()
            .name("avos-input".to_owned())
            .spawn(move || read_until(&stopped, terminal, take))?;
        Ok(Self { stop, thread })
    }

    /// Stops. What nobody has read stays with the terminal.
    pub(crate) fn stop(self) {
        drop(self.stop);
        // A panic was reported already.
        let _ = self.thread.join();
    }
}

/// Drops what was typed and not read yet.
pub(crate) fn forget_unread() -> io::Result<()> {
    Ok(tcflush(io::stdin(), QueueSelector::IFlush)?)
}

fn read_until(stopped: &OwnedFd, mut terminal: File, mut take: impl FnMut(Option<Event>)) {
    let mut input = Input::default();
    let mut bytes = [0; 4096];
    loop {
        let mut waiting = [
            PollFd::new(stopped, PollFlags::IN),
            PollFd::new(&terminal, PollFlags::IN),
        ];
        let polled = poll(&mut waiting, input.patience().as_ref());
        let is_stopped = !waiting[0].revents().is_empty();
        let events = match polled {
            Err(Errno::INTR) => continue,
            Ok(_) if is_stopped => return,
            Ok(0) => input.end(),
            // A terminal that is gone has nothing to read, or an error.
            Ok(_) => match terminal.read(&mut bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => return take(None),
                Ok(count) => input.add(&bytes[..count], count == bytes.len()),
            },
            Err(_) => return take(None),
        };
        for event in events {
            take(Some(event));
        }
    }
}

/// Bytes that become events.
#[derive(Debug, Default)]
struct Input {
    parser: Parser,
    state: InputState,
    /// The last bytes, in which a mark of a paste may begin.
    tail: Vec<u8>,
}

/// What may be unfinished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum InputState {
    /// Nothing.
    #[default]
    Quiet,
    /// The sequence of a key.
    Key,
    /// A paste.
    Paste,
}

impl Input {
    /// Returns how long to wait for more until [`Self::end`]; `None` if nothing is unfinished.
    fn patience(&self) -> Option<Timespec> {
        let patience = match self.state {
            InputState::Quiet => return None,
            InputState::Key => SEQUENCE,
            InputState::Paste => PASTE,
        };
        patience.try_into().ok()
    }

    /// Adds what was read; `is_cut` if more may be there already.
    fn add(&mut self, bytes: &[u8], is_cut: bool) -> Vec<Event> {
        self.look_for_pastes(bytes);
        self.parser.parse(bytes, is_cut);
        self.events()
    }

    /// Ends what is unfinished: a key is dropped, a paste is what has come of it.
    fn end(&mut self) -> Vec<Event> {
        let rest: &[u8] = match self.state {
            InputState::Paste => PASTE_END,
            InputState::Key | InputState::Quiet => b"",
        };
        self.parser.parse(rest, false);
        let events = self.events();
        *self = Self::default();
        events
    }

    fn look_for_pastes(&mut self, bytes: &[u8]) {
        let mut seen = mem::take(&mut self.tail);
        seen.extend(bytes);
        let last = |mark: &[u8; 6]| seen.windows(mark.len()).rposition(|found| found == mark);
        self.state = match (last(PASTE_START), last(PASTE_END)) {
            (None, None) if self.state == InputState::Paste => InputState::Paste,
            (start, end) if start > end => InputState::Paste,
            _ => InputState::Key,
        };
        let rest = seen.len().saturating_sub(PASTE_START.len() - 1);
        self.tail = seen.split_off(rest);
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.parser.pop()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use termina::event::{KeyCode, KeyEvent, Modifiers};

    use super::*;

    fn key(code: KeyCode) -> Event {
        Event::Key(code.into())
    }

    #[test]
    fn an_unfinished_sequence_swallows_no_other_keys() {
        for unfinished in [
            "\x1b[",
            "\x1b[1;",
            "\x1bO",
            "\x1b]",
            "\x1bP",
            "\x1b[<0;1",
            "\x1b[M",
            "\x1b[?1",
        ] {
            let mut input = Input::default();
            assert!(input.add(unfinished.as_bytes(), false).is_empty());
            assert_eq!(input.patience(), SEQUENCE.try_into().ok());
            assert!(input.end().is_empty(), "{unfinished:?}");
            assert_eq!(input.patience(), None);
            assert_eq!(input.add(b"j", false), [key(KeyCode::Char('j'))]);
        }
        for byte in 128..=255 {
            let mut input = Input::default();
            assert!(input.add(&[byte], false).is_empty());
            assert!(input.end().is_empty());
            assert_eq!(input.add(b"\r", false), [key(KeyCode::Enter)]);
        }
    }

    #[test]
    fn escape_is_a_key_at_once() {
        let mut input = Input::default();
        assert_eq!(input.add(b"\x1b", false), [key(KeyCode::Escape)]);
        let alt = KeyEvent::new(KeyCode::Char('x'), Modifiers::ALT);
        assert_eq!(input.add(b"\x1bx", false), [Event::Key(alt)]);
    }

    #[test]
    fn a_paste_without_an_end_is_what_has_come_of_it() {
        let mut input = Input::default();
        assert!(input.add(b"\x1b[20", false).is_empty());
        assert!(input.add(b"0~q and", false).is_empty());
        assert!(input.add(b" a", false).is_empty());
        assert_eq!(input.patience(), PASTE.try_into().ok());
        assert_eq!(input.end(), [Event::Paste("q and a".to_owned())]);
        assert_eq!(input.add(b"j", false), [key(KeyCode::Char('j'))]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// However a text is cut, it is the same events.
        #[test]
        fn cuts_change_nothing(
            parts in prop::collection::vec(
                prop_oneof![
                    "[a-zäß€🦀]{1,4}",
                    Just("\x1b[A".to_owned()),
                    Just("\x1b[5~".to_owned()),
                    Just("\x1b[<64;10;20M".to_owned()),
                    "[a-z \r]{0,9}".prop_map(|text| format!("\x1b[200~{text}\x1b[201~")),
                ],
                0..8,
            ),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let text = parts.concat();
            let whole = Input::default().add(text.as_bytes(), false);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.sort_unstable();
            cuts.push(text.len());
            let mut input = Input::default();
            let mut events = Vec::new();
            let mut from = 0;
            for to in cuts {
                events.extend(input.add(&text.as_bytes()[from..to], true));
                from = to;
            }
            events.extend(input.end());
            prop_assert_eq!(events, whole);
        }

        /// Whatever comes, the keys after a pause are those that are typed.
        #[test]
        fn no_bytes_swallow_what_comes_after_a_pause(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        ) {
            let mut input = Input::default();
            for piece in pieces {
                input.add(&piece, false);
            }
            input.end();
            prop_assert_eq!(input.add(b"j", false), [key(KeyCode::Char('j'))]);
        }
    }
}
