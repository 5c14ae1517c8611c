//! How fast an exposure log is written, read, judged, followed, looked through and replayed, each beside
//! the least that SQLite or a plain map needs for as many rows on the same machine.
//!
//! `cargo bench --bench exposure`; `AVOS_BENCH_ROWS=10000000` for the figures of the docs. With the
//! feature `duckdb` and `-- duckdb`, a DuckDB log beside a SQLite one.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod beside;
mod cost;
mod logs;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use avos::exposure::{CountOptions, ExposureCounter, ExposureRows, LogRows};
use avos::replay::{ReplayOptions, replay};
use avos::timeline::Timeline;

use beside::{count_by_map, count_by_query, count_last, insert_plainly, scan, select_unit};
use cost::{Cost, report, timed};
use logs::{write_fitting_log, write_log};

/// How many rows follow for a refresh.
const NEW_ROWS: usize = 1000;
const REFRESHES: usize = 20;

fn main() {
    // `cargo test --benches` and the like only want to know that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rows = std::env::var("AVOS_BENCH_ROWS").ok();
    let rows = rows.and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    println!("| what | rows | time | cpu | rows/s | beside it | time | cpu | ratio |");
    println!("|---|---:|---:|---:|---:|---|---:|---:|---:|");
    let log = path("log.db");
    let sqlite = measure(&log, rows);
    if std::env::args().any(|argument| argument == "duckdb") {
        compare_with_duckdb(&path("log.duckdb"), rows, &sqlite);
        return;
    }
    let plain = path("plain.db");
    let inserted = timed(|| insert_plainly(&plain, rows));
    report(
        ("writing a log", rows, sqlite.written),
        ("a plain insert loop", inserted),
    );
    let grouped = timed(|| count_by_query(&log));
    report(
        ("first read", rows, sqlite.counted),
        ("count(*) … GROUP BY", grouped),
    );
    let scanned = timed(|| scan(&log));
    report(
        ("first read", rows, sqlite.counted),
        ("the same columns, read", scanned),
    );
    let mapped = timed(|| count_by_map(&log));
    report(
        ("first read", rows, sqlite.counted),
        ("a HashMap<String, …>", mapped),
    );
    let opened = timed(|| count_last(&log));
    report(
        ("refresh, median", NEW_ROWS, sqlite.followed),
        ("opening and one row", opened),
    );
    let unit = format!("user_{}", rows / 2);
    let found = timed(|| look_up(&log, &unit));
    let selected = timed(|| assert_eq!(select_unit(&log, &unit), 1));
    let all = rows + REFRESHES * NEW_ROWS;
    report(
        ("a unit's rows", all, found),
        ("SELECT * … WHERE unit_id", selected),
    );
    measure_fitting_log(&path("fitting.db"), &path("avos.db"), rows);
    let (units, bytes) = sqlite.memory;
    println!(
        "\n{units} units remembered in {bytes} bytes: {:.1} each",
        bytes as f64 / units as f64
    );
    println!(
        "the log has {} MB, the plain one {} MB",
        megabytes(&log),
        megabytes(&plain)
    );
}

fn compare_with_duckdb(log: &Path, rows: usize, sqlite: &Figures) {
    let duckdb = measure(log, rows);
    report(
        ("writing to DuckDB", rows, duckdb.written),
        ("to SQLite", sqlite.written),
    );
    report(
        ("first read", rows, duckdb.counted),
        ("of SQLite", sqlite.counted),
    );
    report(
        ("refresh, median", NEW_ROWS, duckdb.followed),
        ("of SQLite", sqlite.followed),
    );
    println!("\nthe log has {} MB", megabytes(log));
}

/// What a log costs.
struct Figures {
    written: Cost,
    counted: Cost,
    /// A refresh after [`NEW_ROWS`], the median of [`REFRESHES`].
    followed: Cost,
    /// Units and bytes.
    memory: (usize, usize),
}

fn measure(log: &Path, rows: usize) -> Figures {
    let written = timed(|| write_log(log, 0..rows));
    let mut counts = ExposureCounter::new(log, CountOptions::default());
    let counted = timed(|| refresh(&mut counts));
    assert_eq!(counts.rows(), rows as u64);
    let mut followed = Vec::new();
    for round in 0..REFRESHES {
        let start = rows + round * NEW_ROWS;
        write_log(log, start..start + NEW_ROWS);
        followed.push(timed(|| refresh(&mut counts)));
    }
    followed.sort_unstable();
    Figures {
        written,
        counted,
        followed: followed[REFRESHES / 2],
        memory: (counts.remembered_units(), counts.remembered_bytes()),
    }
}

fn megabytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len()) / 1_000_000
}

fn refresh(counts: &mut ExposureCounter) {
    let refresh = counts.refresh(|_| ControlFlow::Continue(()));
    assert!(refresh.expect("a log").is_complete);
}

/// A replay beside a count of the same log, and the verb `srm` beside a query.
fn measure_fitting_log(log: &Path, database: &Path, rows: usize) {
    let timeline = write_fitting_log(log, database, rows);
    let judged = timed(|| judge(log, database));
    let grouped = timed(|| count_by_query(log));
    report(
        ("`avos srm`, all of it", rows, judged),
        ("count(*) … GROUP BY", grouped),
    );
    let replayed = timed(|| replay_all(log, &timeline, rows));
    let mut counts = ExposureCounter::new(log, CountOptions::default());
    let counted = timed(|| refresh(&mut counts));
    report(("a replay", rows, replayed), ("its first read", counted));
}

/// Runs the verb as a user does.
fn judge(log: &Path, database: &Path) {
    let mut verb = Command::new(env!("CARGO_BIN_EXE_avos"));
    verb.arg("srm")
        .arg("--db")
        .arg(database)
        .arg("--log")
        .arg(log);
    let output = verb.output().expect("a program");
    assert!(output.status.success(), "{output:?}");
}

fn replay_all(log: &Path, timeline: &Timeline, rows: usize) {
    let options = ReplayOptions::default();
    let log = LogRows::open(log).expect("a log");
    let replayed = replay(&log, timeline, &options, &mut |_| {});
    assert_eq!(replayed.expect("a log").matching, rows as u64);
}

fn look_up(log: &Path, unit: &str) {
    let found = LogRows::open(log)
        .and_then(|rows| rows.find_unit(unit, 100, |_| ControlFlow::Continue(())));
    assert_eq!(found.expect("a log").total, 1);
}
