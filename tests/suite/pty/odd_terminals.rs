//! Terminals that are gone, that nobody reads, that claim any size, and keys whose sequences never end.

use std::fs::{self, File};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::place::{Place, wait_until_ready};
use super::terminal::DEADLINE;

const SIZE: (u16, u16) = (120, 40);
const SIGTERM: i32 = 15;

/// Starts the console in a session of its own, whose terminal nobody but the test holds: so no signal tells of its
/// end.
fn start_alone(place: &Place, (columns, rows): (u16, u16)) -> (OwnedFd, Child) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).expect("a pseudo-terminal");
    grantpt(&master)
        .and_then(|()| unlockpt(&master))
        .expect("the other side");
    let name = ptsname(&master, Vec::new()).expect("its name");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let other = rustix::fs::open(name, flags, Mode::empty()).expect("the other side");
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&other, size).expect("a size");
    let stdio = || Stdio::from(other.try_clone().expect("a copy"));
    let child = Command::new("setsid")
        .arg(env!("CARGO_BIN_EXE_avos-tui"))
        .args(["--configs", "configs", "--db", "avos.db"])
        .current_dir(place.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm-256color")
        .env("HOME", place.path("home"))
        .stdin(stdio())
        .stdout(stdio())
        .stderr(stdio())
        .spawn()
        .expect("a console");
    (master, child)
}

/// Waits for its end.
fn end(mut child: Child) -> ExitStatus {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().expect("a running child");
            panic!("it doesn't end");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_ends_with_a_terminal_that_goes_without_a_signal() {
    let place = Place::with_v1();
    let (master, child) = start_alone(&place, SIZE);
    let mut terminal = File::from(master);
    terminal.write_all(b"jk").expect("keys");
    // Until it runs, or it never had a terminal.
    let mut bytes = [0; 1024];
    std::io::Read::read(&mut terminal, &mut bytes).expect("a frame");
    drop(terminal);
    // What it says to nobody may fail.
    end(child);
}

#[test]
fn a_signal_ends_it_though_nobody_reads() {
    let place = Place::with_v1();
    let (_master, child) = start_alone(&place, (1000, 500));
    // The first frame is more than a terminal takes without a reader.
    thread::sleep(Duration::from_secs(2));
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let status = end(child);
    assert_eq!(status.signal(), Some(SIGTERM), "it waited: {status}");
}

#[test]
fn an_unfinished_sequence_keeps_neither_a_resize_nor_the_next_keys() {
    let place = Place::with_v1();
    for unfinished in ["\x1b[", "\x1b[1;", "\x1bO", "\x1bP", "\x1b[<0;"] {
        let mut console = place.console_with(&[], &[], SIZE);
        wait_until_ready(&mut console);
        console.keys(unfinished);
        console.resize((90, 30));
        console.wait_for("a frame of the new size", |screen| {
            screen.contents().lines().count() == 30
        });
        // No terminal takes as long for the rest of a sequence.
        thread::sleep(Duration::from_millis(200));
        console.keys("?");
        console.wait_for_text("Help");
        console.keys("\x1b");
        console.wait_for_no("Help");
        console.keys("q");
        assert_eq!(console.exit_code(), 0, "{unfinished:?}");
    }
}

#[test]
fn a_paste_that_is_never_closed_does_nothing_but_paste() {
    let place = Place::with_v1();
    let mut console = place.console_with(&[], &[], SIZE);
    wait_until_ready(&mut console);
    console.keys("/");
    console.keys("\x1b[200~qqq");
    console.wait_for_text("/ qqq");
    console.keys("\x1b");
    console.wait_for_no("/ qqq");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_terminal_of_any_size_takes_little_memory() {
    let place = Place::with_v1();
    let (master, child) = start_alone(&place, (u16::MAX, u16::MAX));
    let mut terminal = File::from(master);
    let mut reader = terminal.try_clone().expect("a copy");
    let drain = thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while matches!(std::io::Read::read(&mut reader, &mut bytes), Ok(1..)) {}
    });
    for _ in 0..5 {
        terminal.write_all(b"jk").expect("keys");
        thread::sleep(Duration::from_millis(100));
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("its figures");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|peak| peak.trim().strip_suffix(" kB"))
        .expect("its peak");
    let peak: u64 = peak.parse().expect("a number");
    assert!(peak < 300_000, "{peak} kB");
    terminal.write_all(b"q").expect("a key");
    assert_eq!(end(child).code(), Some(0));
    drain.join().expect("all of it");
}
