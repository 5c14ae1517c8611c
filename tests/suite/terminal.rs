//! The console in a real terminal: what it leaves behind, however it ends.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::desk::{Desk, EXAMPLES};

/// Far more than anything takes; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    said: Arc<Mutex<Vec<u8>>>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// A console on the desk's files, once its first plan is on the screen.
    fn on(desk: &Desk, visual: &str) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 40,
                cols: 120,
                pixel_width: 0,
                pixel_height: 0,
            })
            .expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_avos-tui"));
        command.arg("--configs");
        command.arg(desk.configs());
        command.arg("--db");
        command.arg(desk.store().path());
        command.env("TERM", "xterm-256color");
        command.env("VISUAL", visual);
        command.env("XDG_STATE_HOME", desk.store().path().with_extension("log"));
        command.env("XDG_CONFIG_HOME", desk.configs());
        let child = pair.slave.spawn_command(command).expect("the console");
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let said = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&said);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                sink.lock().expect("no panic").extend(&bytes[..count]);
            }
        });
        let terminal = Self {
            child,
            keys: pair.master.take_writer().expect("its keys"),
            said,
            _master: pair.master,
        };
        terminal.wait_for("checkout_payment_v1");
        terminal
    }

    fn has_said(&self, text: &str) -> bool {
        let said = self.said.lock().expect("no panic");
        String::from_utf8_lossy(&said).contains(text)
    }

    fn wait_for(&self, text: &str) {
        until(text, || self.has_said(text).then_some(()));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("a key");
        self.keys.flush().expect("a key");
    }

    fn exit_code(&mut self) -> u32 {
        let child = &mut self.child;
        let status = until("the end", || child.try_wait().expect("its state"));
        status.exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A console that is still there is one of a test that failed.
        let _ = self.child.kill();
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "waiting for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupt_from_elsewhere_gives_the_terminal_back() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut terminal = Terminal::on(&desk, "true");
    let id = terminal.child.process_id().expect("a process");
    let sent = std::process::Command::new("sh")
        .args(["-c", &format!("kill -INT {id}")])
        .status();
    assert!(sent.expect("a shell").success());
    assert_eq!(terminal.exit_code(), 130);
    terminal.wait_for("\u{1b}[?1049l");
}

#[test]
fn an_interrupt_of_the_editor_leaves_the_console_alone() {
    let desk = Desk::new(EXAMPLES, "v1");
    // To every program in the foreground, as Ctrl-C does where the editor leaves it to the terminal;
    // not before the console waits for its editor, since nobody's fingers are that fast.
    let ran = desk.store().path().with_extension("ran");
    let visual = format!("sh -c 'sleep 0.3; touch {}; kill -INT 0'", ran.display());
    let mut terminal = Terminal::on(&desk, &visual);
    terminal.press("e");
    until("the editor", || Path::new(&ran).exists().then_some(()));
    terminal.press("?");
    terminal.wait_for(" Help ");
    terminal.press("?q");
    assert_eq!(terminal.exit_code(), 0);
}
