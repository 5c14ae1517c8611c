//! Long work of a verb: a line says how far it is, and goes with it.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::place::{Place, SIZE};
use super::terminal::{Launch, Terminal, is_given_back};

const AVOS: &str = env!("CARGO_BIN_EXE_avos");
/// What blanks the rest of a line; nothing but the progress needs it.
const ERASE: &str = "\u{1b}[K";
/// Longer than a verb waits before it shows how far it is.
const LONG: Duration = Duration::from_secs(1);

/// A place with an applied database and a pipe for units.
struct Stream {
    place: Place,
}

impl Stream {
    fn new() -> Self {
        let place = Place::with_v1();
        let apply = ["apply", "--configs", "configs", "--db", "avos.db", "--yes"];
        let mut apply = Command::new(AVOS)
            .args(apply)
            .current_dir(place.path(""))
            .spawn();
        let applied = apply.as_mut().map(Child::wait);
        assert!(applied.is_ok_and(|status| status.is_ok_and(|status| status.success())));
        let made = Command::new("mkfifo").arg(place.path("units")).status();
        assert!(made.is_ok_and(|status| status.success()));
        Self { place }
    }

    /// A shell command line in a terminal, `avos` being the program.
    fn run(&self, line: &str, variables: &[(&str, &str)]) -> Terminal {
        let line = line.replace("avos ", &format!("{AVOS} "));
        Terminal::start(&Launch {
            program: "sh",
            args: vec!["-c", &line],
            directory: &self.place.path(""),
            home: &self.place.path("home"),
            variables: variables.to_vec(),
            size: SIZE,
        })
    }

    /// Writes units into the pipe until it is enough; the time counts from the first one.
    fn feed(&self, is_enough: impl Fn(Duration) -> bool + Send + 'static) -> JoinHandle<()> {
        let path: PathBuf = self.place.path("units");
        thread::spawn(move || {
            let mut pipe = File::options().write(true).open(path).expect("a reader");
            let (start, units) = (Instant::now(), "user_1\nuser_2\n".repeat(1000));
            while !is_enough(start.elapsed()) && pipe.write_all(units.as_bytes()).is_ok() {}
        })
    }
}

const PREVIEW: &str = "avos preview --db avos.db --layer homepage_hero --units units";
const ASSIGN: &str = "avos assign --db avos.db --layer homepage_hero --units units";

#[test]
fn long_work_says_how_far_it_is_and_leaves_nothing_of_it() {
    for (line, report) in [
        (PREVIEW.to_owned(), "homepage_hero  simulated: "),
        (format!("{ASSIGN} > report; tail -n 1 report"), "assigned"),
    ] {
        let (stream, is_enough) = (Stream::new(), Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&is_enough);
        let feeder = stream.feed(move |_| flag.load(Ordering::Relaxed));
        let mut terminal = stream.run(&line, &[]);
        terminal.wait_for_text(" units");
        is_enough.store(true, Ordering::Relaxed);
        assert_eq!(terminal.exit_code(), 0);
        feeder.join().expect("a feeder");
        let first = terminal
            .text()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        assert!(first.contains(report), "{}", terminal.text());
        assert!(terminal.written().contains(&format!("\r{ERASE}")));
    }
}

#[test]
fn progress_is_shown_only_where_it_can_be_seen_and_is_in_nobody_s_way() {
    for (line, variables) in [
        (format!("{PREVIEW} 2> errors && cat errors"), &[][..]),
        (PREVIEW.to_owned(), &[("TERM", "dumb")]),
        // Its lines are the progress.
        (ASSIGN.to_owned(), &[]),
    ] {
        let stream = Stream::new();
        let feeder = stream.feed(|since| since > LONG);
        let mut terminal = stream.run(&line, variables);
        assert_eq!(terminal.exit_code(), 0, "{line}");
        feeder.join().expect("a feeder");
        assert!(!terminal.written().contains(ERASE), "{line}");
    }
}

#[test]
fn ctrl_c_ends_long_work_and_the_terminal_is_as_it_was() {
    let stream = Stream::new();
    let sample = format!("--sample {}", u64::MAX);
    let line = format!("exec {}", PREVIEW.replace("--units units", &sample));
    let mut terminal = stream.run(&line, &[]);
    terminal.wait_for_text(" of 18,446,744,073,709,551,615 units, 0%");
    assert_eq!(terminal.line_modes(), terminal.line_modes_at_start());
    terminal.keys("\x03");
    assert_ne!(terminal.exit_code(), 0);
    assert!(is_given_back(terminal.screen()));
}
