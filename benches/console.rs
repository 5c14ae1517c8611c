//! How fast the console starts and follows a save, and what it costs when nothing happens.
//!
//! Runs the console, built for speed, in a pseudo-terminal on `examples/configs/v1`, and prints a
//! Markdown table. Beside each figure stands what the same machine needs for next to nothing, done
//! in the same way and in turn with it, so that a slow or loaded machine can be told from a slow
//! console. Of the time from a save to the screen, 30 ms are meant: the watcher waits so long for
//! more to come, since a save is several events.
//!
//! `cargo bench --bench console`
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use tempfile::TempDir;

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/suite/pty/terminal.rs"]
mod terminal;

use terminal::{DEADLINE, Launch, Terminal};

/// How often each is done.
const ROUNDS: usize = 40;
/// How long idling is watched.
const IDLE: Duration = Duration::from_secs(10);
/// A program that has written nothing for so long has settled.
const QUIET: Duration = Duration::from_millis(1500);
/// The layer file that is saved.
const FILE: &str = "homepage_hero.yml";

fn main() {
    let site = Site::new();
    let mut table = vec![
        "| what | median | p95 | beside it | median | p95 | ratio |".to_owned(),
        "|---|---:|---:|---|---:|---:|---:|".to_owned(),
    ];
    starting(&site, &mut table);
    saving(&site, &mut table);
    table.push(String::new());
    idling(&site, &mut table);
    println!("{}", table.join("\n"));
}

/// From the start of the process to its first byte, to both layers, to the simulated sample.
fn starting(site: &Site, table: &mut Vec<String>) {
    let [mut first_byte, mut layers, mut sample, mut floor] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut console = site.console();
        console.receive(start + DEADLINE).expect("a first byte");
        first_byte.push(start.elapsed());
        console.wait_for("both layers", |screen| {
            let text = screen.contents();
            text.contains("homepage_hero") && text.contains("checkout_flow")
        });
        layers.push(start.elapsed());
        console.wait_for_text("χ²");
        sample.push(start.elapsed());
        console.keys("q");
        console.exit_code();

        let start = Instant::now();
        site.run("true", &[]).exit_code();
        floor.push(start.elapsed());
    }
    let beside = "`true` in a terminal, start to end";
    for (what, times) in [
        ("start to the first byte", first_byte),
        ("start to both layers on the screen", layers),
        ("start to a sample of 100,000 units on the screen", sample),
    ] {
        table.push(row(what, times, beside, floor.clone()));
    }
}

/// From a file's save to the plan on the screen, beside saving and reading it back.
fn saving(site: &Site, table: &mut Vec<String>) {
    let mut console = site.console();
    console.wait_for_text("χ²");
    settle(&mut console);
    let text = fs::read_to_string(site.configs().join(FILE)).expect("our file");
    let (mut shown, mut floor) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let id = format!("hero_layout_v{}", round + 2);
        let start = Instant::now();
        site.save(&text.replace("hero_layout_v1", &id));
        console.wait_for_text(&id);
        shown.push(start.elapsed());

        let copy = site.home.path().join("copy");
        let start = Instant::now();
        fs::write(&copy, &text).expect("our file");
        let read = fs::read_to_string(&copy).expect("our file");
        floor.push(start.elapsed());
        assert_eq!(read, text);
        settle(&mut console);
    }
    site.save(&text);
    let beside = "writing such a file and reading it back";
    table.push(row(
        "save to the new plan on the screen",
        shown,
        beside,
        floor,
    ));
}

/// What the settled console does while nothing happens, beside a program that only sleeps.
fn idling(site: &Site, table: &mut Vec<String>) {
    let mut console = site.console();
    console.wait_for_text("watching");
    console.wait_for_text("χ²");
    settle(&mut console);
    let mut sleeper = site.run("sleep", &["3600"]);
    settle(&mut sleeper);
    let processes = [console.process(), sleeper.process()];
    let before = processes.map(Usage::of);
    let is_quiet = console.receive(Instant::now() + IDLE) == Err(RecvTimeoutError::Timeout);
    assert!(is_quiet, "an idle console draws nothing");
    let [console, sleeper]: [Usage; 2] = std::array::from_fn(|index| {
        let (before, after) = (before[index], Usage::of(processes[index]));
        Usage {
            wake_ups: after.wake_ups - before.wake_ups,
            nanoseconds: after.nanoseconds - before.nanoseconds,
        }
    });
    let seconds = IDLE.as_secs();
    table.push(format!("| idle for {seconds} s | console | `sleep` |"));
    table.push("|---|---:|---:|".to_owned());
    table.push(format!(
        "| wake-ups of all threads | {} | {} |",
        console.wake_ups, sleeper.wake_ups
    ));
    table.push(format!(
        "| processor time | {:.3} ms | {:.3} ms |",
        console.nanoseconds as f64 / 1e6,
        sleeper.nanoseconds as f64 / 1e6
    ));
}

/// Waits until the program writes nothing any more.
fn settle(console: &mut Terminal) {
    while console.receive(Instant::now() + QUIET).is_ok() {}
}

/// What all threads of a process have used so far, as the kernel counts it.
#[derive(Clone, Copy)]
struct Usage {
    /// How often one was put on a processor.
    wake_ups: u64,
    nanoseconds: u64,
}

impl Usage {
    /// From `schedstat`: time on a processor, time waiting for one, and how often it got one.
    fn of(process: u32) -> Self {
        let mut usage = Self {
            wake_ups: 0,
            nanoseconds: 0,
        };
        let threads = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
        for thread in threads {
            let path = thread.expect("a thread").path().join("schedstat");
            let text = fs::read_to_string(path).expect("a kernel that counts");
            let numbers: Vec<u64> = text
                .split_whitespace()
                .filter_map(|number| number.parse().ok())
                .collect();
            usage.nanoseconds += numbers[0];
            usage.wake_ups += numbers[2];
        }
        usage
    }
}

fn row(what: &str, times: Vec<Duration>, beside: &str, floor: Vec<Duration>) -> String {
    let ([median, p95], [floor_median, floor_p95]) = (summary(times), summary(floor));
    let ratio = median.as_secs_f64() / floor_median.as_secs_f64();
    format!(
        "| {what} | {} | {} | {beside} | {} | {} | {ratio:.1} |",
        milliseconds(median),
        milliseconds(p95),
        milliseconds(floor_median),
        milliseconds(floor_p95)
    )
}

/// Median and 95th percentile, by nearest rank.
fn summary(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort();
    [50, 95].map(|percent| times[(times.len() * percent).div_ceil(100) - 1])
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// A directory with the layer files; there is no database. It stands two levels down, since the
/// console also watches where its directory stands, and there nothing else must happen.
struct Site {
    home: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self {
            home: tempfile::tempdir().expect("a directory"),
        };
        fs::create_dir_all(site.configs()).expect("a new directory");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs/v1");
        for entry in fs::read_dir(examples).expect("the examples") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), site.configs().join(entry.file_name())).expect("a copy");
        }
        site
    }

    fn directory(&self) -> PathBuf {
        self.home.path().join("work/project")
    }

    fn configs(&self) -> PathBuf {
        self.directory().join("configs")
    }

    /// Saves the layer file as editors do: by renaming over.
    fn save(&self, text: &str) {
        let new = self.configs().join(".new");
        fs::write(&new, text).expect("our file");
        fs::rename(&new, self.configs().join(FILE)).expect("our file");
    }

    fn console(&self) -> Terminal {
        let args = ["--configs", "configs", "--db", "avos.db"];
        self.run(env!("CARGO_BIN_EXE_avos-tui"), &args)
    }

    fn run(&self, program: &str, args: &[&str]) -> Terminal {
        Terminal::start(&Launch {
            program,
            args: args.to_vec(),
            directory: &self.directory(),
            home: self.home.path(),
            variables: Vec::new(),
            size: (120, 36),
        })
    }
}
