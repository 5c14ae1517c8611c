//! `avos-tui --demo`: a company that lives as long as the console, and leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;
use vt100::Screen;

use super::place::SIZE;
use super::terminal::{DEADLINE, Launch, Terminal, is_given_back};

/// A home with a directory for temporary files in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        fs::create_dir(home.path().join("tmp")).expect("a new directory");
        Self(home)
    }

    fn start(&self, args: &[&str]) -> Terminal {
        let temporary = self.0.path().join("tmp");
        Terminal::start(&Launch {
            program: env!("CARGO_BIN_EXE_avos-tui"),
            args: args.to_vec(),
            directory: self.0.path(),
            home: self.0.path(),
            variables: vec![("TMPDIR", temporary.to_str().expect("a plain path"))],
            size: SIZE,
        })
    }

    /// The names of temporary files.
    fn left(&self) -> Vec<String> {
        names(&self.0.path().join("tmp"))
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("our directory");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect()
}

/// The time at which the log was last read, which is when it last changed.
fn read_at(screen: &Screen) -> Option<String> {
    let text = screen.contents();
    let (_, after) = text.split_once("  log ")?;
    let clock = after.get(..8)?;
    clock.contains(':').then(|| clock.to_owned())
}

#[test]
fn it_shows_a_company_whose_log_grows_and_leaves_nothing() {
    let home = Home::new();
    let mut console = home.start(&["--demo"]);
    for text in ["demo in ", "homepage_hero", "3 changes", "1 warning"] {
        console.wait_for_text(text);
    }
    console.wait_for("the log to be read", |screen| read_at(screen).is_some());
    let first = read_at(console.screen());
    console.wait_for("new rows in the log", |screen| {
        read_at(screen).is_some_and(|at| Some(at) != first)
    });
    assert_eq!(home.left().len(), 1, "{:?}", home.left());
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert!(is_given_back(console.screen()));
    assert_eq!(home.left(), [""; 0]);
}

#[test]
fn it_can_be_applied_to_like_any_other() {
    let home = Home::new();
    let mut console = home.start(&["--demo"]);
    console.wait_for_text("3 changes");
    console.keys("a");
    console.wait_for_text("Type payment_wallets to apply");
    console.keys("payment_wallets\r");
    console.wait_for_text("Applied 3 changes, journal 13");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert_eq!(home.left(), [""; 0]);
}

#[test]
fn read_only_it_starts_in_the_incident_view() {
    let home = Home::new();
    let mut console = home.start(&["--demo", "--read-only"]);
    console.wait_for_text("units per minute");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert_eq!(home.left(), [""; 0]);
}

#[test]
fn signals_leave_nothing_either() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let home = Home::new();
        let mut console = home.start(&["--demo"]);
        console.wait_for_text("homepage_hero");
        console.signal(signal);
        assert_eq!(console.exit_code(), code, "{signal}");
        assert_eq!(home.left(), [""; 0], "{signal}");
    }
}

#[test]
fn a_signal_while_the_company_is_founded_leaves_nothing() {
    let home = Home::new();
    let mut console = home.start(&["--demo"]);
    let deadline = Instant::now() + DEADLINE;
    while home.left().is_empty() {
        assert!(Instant::now() < deadline, "no directory");
        std::thread::yield_now();
    }
    console.signal("TERM");
    assert_eq!(console.exit_code(), 143);
    assert_eq!(home.left(), [""; 0]);
}

#[test]
fn without_room_for_it_it_says_so() {
    let home = Home::new();
    fs::remove_dir(home.0.path().join("tmp")).expect("our directory");
    let mut console = home.start(&["--demo"]);
    assert_eq!(console.exit_code(), 2);
    let message = console.text();
    assert!(message.contains("error: failed to write"), "{message}");
    assert!(message.contains("help: set TMPDIR"), "{message}");
    assert!(!console.written().contains("?1049h"));
}

#[test]
fn it_takes_no_files_of_others() {
    for (option, value) in [
        ("--configs", "layers"),
        ("--plan", "plan.json"),
        ("--db", "avos.db"),
        ("--log", "exposures.db"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_avos-tui"))
            .args(["--demo", option, value])
            .output()
            .expect("the console runs");
        assert_eq!(output.status.code(), Some(2), "{option}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("cannot be used with"), "{message}");
        assert!(message.contains(option), "{message}");
    }
}
