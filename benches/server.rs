//! How soon services and consoles follow a PostgreSQL server, and what they ask it while nothing happens.
//!
//! Starts a server of its own, from the programs in `AVOS_TEST_POSTGRES_BIN` or those of Debian's PostgreSQL 15,
//! and prints Markdown tables. Times begin when the apply has its answer.
//!
//! `cargo bench --bench server`
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use avos::domain::{Hold, State};
use avos::live::{LiveAssigner, Watcher};
use avos::review::{plan_hold, plan_release};
use avos::store::{Author, PostgresStore, PostgresUrl, StateStore};
use jiff::Timestamp;

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/suite/support/own_server.rs"]
mod own_server;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/suite/pty/terminal.rs"]
mod terminal;

use own_server::OwnServer;
use terminal::{Launch, Terminal};

/// How often each is done.
const ROUNDS: usize = 100;
/// How long idling is watched.
const IDLE: Duration = Duration::from_secs(10);
/// How often a service asks by itself.
const INTERVAL: Duration = Duration::from_secs(1);
/// The experiment that is held and released.
const EXPERIMENT: &str = "hero_layout_v1";

const CONFIGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/configs/v1");

fn main() {
    // `cargo test --benches` and the like only want to know that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let site = Site::new();
    println!("| what | median | p95 | longest |");
    println!("|---|---:|---:|---:|");
    row("one read of the state", reading(&site));
    row(
        "from an apply to the new answers of a service",
        serving(&site),
    );
    row("from an apply to the screen of a console", showing(&site));
    println!("\n| statements in {} idle seconds | |", IDLE.as_secs());
    println!("|---|---:|");
    idling(&site);
}

fn reading(site: &Site) -> Vec<Duration> {
    let read = || {
        let start = Instant::now();
        site.state();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| read()).collect()
}

fn serving(site: &Site) -> Vec<Duration> {
    let live = Arc::new(LiveAssigner::open(site.store.clone()).expect("a state"));
    let _watcher = Watcher::start(&live, INTERVAL, Timestamp::now).expect("a thread");
    let served = || {
        let before = live.current();
        site.toggle();
        let start = Instant::now();
        while Arc::ptr_eq(&before, &live.current()) {
            assert!(start.elapsed() < terminal::DEADLINE, "never served");
            thread::yield_now();
        }
        start.elapsed()
    };
    // The first may be read while the watcher begins.
    served();
    (0..ROUNDS).map(|_| served()).collect()
}

fn showing(site: &Site) -> Vec<Duration> {
    let mut console = site.console();
    console.wait_for_text(EXPERIMENT);
    let mut shown = || {
        let is_held = site.toggle();
        let start = Instant::now();
        console.wait_for("a resume where nothing is held", |screen| {
            screen.contents().contains("paused → active") != is_held
        });
        start.elapsed()
    };
    shown();
    (0..ROUNDS).map(|_| shown()).collect()
}

/// What a service and a console ask while nothing happens, by the server's own log.
fn idling(site: &Site) {
    let count = || -> usize { site.server.statements("LOG:").values().map(Vec::len).sum() };
    let print_count = |what: &str| {
        // Until all is read that is read at first.
        thread::sleep(INTERVAL * 2);
        let before = count();
        thread::sleep(IDLE);
        println!("| {what} | {} |", count() - before);
    };
    site.server.log_statements();
    let live = Arc::new(LiveAssigner::open(site.store.clone()).expect("a state"));
    let watcher = Watcher::start(&live, INTERVAL, Timestamp::now).expect("a thread");
    print_count("of a service");
    drop(watcher);
    let mut console = site.console();
    console.wait_for_text(EXPERIMENT);
    print_count("of a console");
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort();
    // By nearest rank.
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
    let [median, p95, longest] = [50, 95, 100].map(at).map(|time| time.as_secs_f64() * 1e3);
    println!("| {what} | {median:.1} ms | {p95:.1} ms | {longest:.1} ms |");
}

/// A server with the examples applied.
struct Site {
    server: OwnServer,
    store: PostgresStore,
    home: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let server = OwnServer::start();
        let url = PostgresUrl::parse(&server.url()).expect("a URL");
        let store = PostgresStore::new(url);
        store.init(false).expect("prepared");
        let home = tempfile::tempdir().expect("a directory");
        let site = Self {
            server,
            store,
            home,
        };
        site.avos(&["apply", "--configs", CONFIGS, "--yes"]);
        site
    }

    fn state(&self) -> State {
        self.store.snapshot().expect("a state").state
    }

    /// Holds the experiment, or releases it; returns whether it is held then.
    fn toggle(&self) -> bool {
        let (state, id) = (self.state(), EXPERIMENT.into());
        let author = Author::new("ada@example", Timestamp::now());
        let mut holds = state.layers.values().flat_map(|layer| layer.holds.keys());
        let was_held = holds.any(|held| *held == id);
        let plan = if was_held {
            plan_release(&state, &id)
        } else {
            let hold = Hold::new(author.at, None, "a measurement", "ada@example");
            plan_hold(&state, &id, hold)
        };
        let plan = plan.expect("a plan").expect("a change");
        self.store.apply(&plan, &author).expect("applied");
        !was_held
    }

    fn avos(&self, arguments: &[&str]) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_avos"))
            .args(arguments)
            .env("AVOS_DB", self.server.url())
            .output()
            .expect("the program");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
    }

    fn console(&self) -> Terminal {
        Terminal::start(&Launch {
            program: env!("CARGO_BIN_EXE_avos-tui"),
            args: vec!["--configs", CONFIGS],
            directory: self.home.path(),
            home: self.home.path(),
            variables: vec![("AVOS_DB", &self.server.url())],
            size: (120, 36),
        })
    }
}
