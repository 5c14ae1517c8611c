//! A program in a real pseudo-terminal: keys go in, the screen comes out.
//!
//! Nothing here sleeps: whoever waits, waits for bytes, until a condition on the screen holds or
//! the deadline has passed. It knows nothing of what the program shows.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long to wait for what should be there at once; a loaded machine takes its time.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);

/// What to run, where and with what environment: nothing is inherited but `PATH`.
#[derive(Clone, Debug)]
pub(super) struct Launch<'a> {
    /// The program.
    pub(super) program: &'a str,
    /// Its arguments.
    pub(super) args: Vec<&'a str>,
    /// The working directory.
    pub(super) directory: &'a Path,
    /// The home directory: no settings of the person who runs this matter.
    pub(super) home: &'a Path,
    /// More variables.
    pub(super) variables: Vec<(&'a str, &'a str)>,
    /// The size: columns, rows.
    pub(super) size: (u16, u16),
}

/// A terminal with a program in it, which is ended when this is dropped.
pub(super) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    parser: Parser,
    bytes: Vec<u8>,
    line_modes_at_start: String,
}

impl Terminal {
    /// Starts the program.
    pub(super) fn start(launch: &Launch<'_>) -> Self {
        let pair = native_pty_system()
            .openpty(pty_size(launch.size))
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(launch.program);
        command.args(&launch.args);
        command.cwd(launch.directory);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TZ", "UTC");
        command.env("HOME", launch.home);
        for (name, value) in &launch.variables {
            command.env(name, value);
        }
        let line_modes_at_start = line_modes(&*pair.master);
        let child = pair.slave.spawn_command(command).expect("a program");
        // The output ends with the program only when nobody else holds this side.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        Self {
            master: pair.master,
            keyboard,
            child,
            output: listen(reader),
            parser: Parser::new(non_zero(launch.size.1), non_zero(launch.size.0), 0),
            bytes: Vec::new(),
            line_modes_at_start,
        }
    }

    /// Types these bytes.
    pub(super) fn keys(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .and_then(|()| self.keyboard.flush())
            .expect("the terminal takes keys");
    }

    /// Waits until the condition holds; the panic names what was waited for and shows the screen.
    #[track_caller]
    pub(super) fn wait_for(&mut self, what: &str, condition: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !condition(self.screen()) {
            match self.receive(deadline) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited in vain for {what}; the screen:\n{}", self.text())
                }
                Err(RecvTimeoutError::Disconnected) => panic!(
                    "the program ended before {what}; the screen:\n{}",
                    self.text()
                ),
            }
        }
    }

    /// Waits until this text stands on the screen.
    #[track_caller]
    pub(super) fn wait_for_text(&mut self, text: &str) {
        self.wait_for(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        });
    }

    /// Waits until this text is gone from the screen.
    #[track_caller]
    pub(super) fn wait_for_no(&mut self, text: &str) {
        self.wait_for(&format!("{text:?} to go"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Waits for the program's end: its exit code. What it said last is on the screen then.
    #[track_caller]
    pub(super) fn exit_code(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.receive(deadline) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("the program doesn't end; the screen:\n{}", self.text())
                }
            }
        }
        self.child.wait().expect("an exit status").exit_code()
    }

    /// Takes in what the program writes next.
    pub(super) fn receive(&mut self, deadline: Instant) -> Result<(), RecvTimeoutError> {
        let wait = deadline.saturating_duration_since(Instant::now());
        let bytes = self.output.recv_timeout(wait)?;
        self.parser.process(&bytes);
        self.bytes.extend(bytes);
        Ok(())
    }

    /// The screen as it is.
    pub(super) fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// The text on the screen, without the blanks at the ends of its lines.
    pub(super) fn text(&self) -> String {
        self.screen().contents()
    }

    /// What the program has written, control sequences and all.
    pub(super) fn written(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Gives the terminal another size: columns, rows.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        self.parser.set_size(non_zero(size.1), non_zero(size.0));
        self.master.resize(pty_size(size)).expect("another size");
    }

    /// The modes of the line discipline, such as echo, as text to be compared.
    pub(super) fn line_modes(&self) -> String {
        line_modes(&*self.master)
    }

    /// The same, from before the program started.
    pub(super) fn line_modes_at_start(&self) -> &str {
        &self.line_modes_at_start
    }

    /// The program's number.
    pub(super) fn process(&self) -> u32 {
        self.child.process_id().expect("a running program")
    }

    /// Sends the program a signal, by the name that `kill` knows.
    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.process().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
    }

    /// Where a text stands on the screen first: row, column.
    pub(super) fn find(&self, text: &str) -> Option<(u16, u16)> {
        let (rows, columns) = self.screen().size();
        (0..rows.get()).find_map(|row| {
            let line = self.screen().contents_between(row, 0, row, columns.get());
            let before = &line[..line.find(text)?];
            Some((row, u16::try_from(before.chars().count()).ok()?))
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may end by itself meanwhile.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether the terminal is a shell's again: no alternate screen, the cursor shown, mouse and paste
/// as usual.
pub(super) fn is_given_back(screen: &Screen) -> bool {
    !screen.alternate_screen()
        && !screen.hide_cursor()
        && !screen.bracketed_paste()
        && screen.mouse_protocol_mode() == MouseProtocolMode::None
}

/// Hands over what the program writes; ends with it.
fn listen(mut reader: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

fn line_modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a terminal has modes");
    format!(
        "{:?} {:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags
    )
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

pub(super) fn non_zero(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has rows and columns")
}
