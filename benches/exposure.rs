//! How fast an exposure log is written, read and followed, each beside the least that SQLite or a
//! plain map needs for as many rows on the same machine.
//!
//! `cargo bench --bench exposure`; `AVOS_BENCH_ROWS=10000000` for the figures of the docs. With the
//! feature `duckdb` and `-- duckdb`, a DuckDB log beside a SQLite one.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::{ExperimentId, LayerId, SlotIndex, VariantName};
use avos::exposure::{AssignmentLogger, CountOptions, Counts, FileLogger, LoggerOptions};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

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
        let log = path("log.duckdb");
        let duckdb = measure(&log, rows);
        report(
            "writing to DuckDB",
            rows,
            duckdb.written,
            "to SQLite",
            sqlite.written,
        );
        report(
            "first read",
            rows,
            duckdb.counted,
            "of SQLite",
            sqlite.counted,
        );
        report(
            "refresh, median",
            NEW_ROWS,
            duckdb.followed,
            "of SQLite",
            sqlite.followed,
        );
        println!("\nthe log has {} MB", megabytes(&log));
        return;
    }
    let plain = path("plain.db");
    let inserted = timed(|| insert_plainly(&plain, rows));
    report(
        "writing a log",
        rows,
        sqlite.written,
        "a plain insert loop",
        inserted,
    );
    let grouped = timed(|| count_by_query(&log));
    report(
        "first read",
        rows,
        sqlite.counted,
        "count(*) … GROUP BY",
        grouped,
    );
    let scanned = timed(|| scan(&log));
    report(
        "first read",
        rows,
        sqlite.counted,
        "the same columns, read",
        scanned,
    );
    let mapped = timed(|| count_by_map(&log));
    report(
        "first read",
        rows,
        sqlite.counted,
        "a HashMap<String, …>",
        mapped,
    );
    let opened = timed(|| count_last(&log));
    report(
        "refresh, median",
        NEW_ROWS,
        sqlite.followed,
        "opening and one row",
        opened,
    );
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

/// What a log costs.
struct Figures {
    written: Cost,
    counted: Cost,
    /// A refresh after [`NEW_ROWS`], the median of [`REFRESHES`].
    followed: Cost,
    memory: (usize, usize),
}

fn measure(log: &Path, rows: usize) -> Figures {
    let written = timed(|| write_log(log, 0..rows));
    let mut counts = Counts::new(log, CountOptions::default());
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
        memory: counts.memory(),
    }
}

fn megabytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len()) / 1_000_000
}

/// What some work took.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    time: Duration,
    /// Of all threads: other programs don't add to it, so it says more on a busy machine.
    processor: Duration,
}

fn timed<T>(work: impl FnOnce() -> T) -> Cost {
    let (start, used) = (Instant::now(), processor_time());
    std::hint::black_box(work());
    Cost {
        time: start.elapsed(),
        processor: processor_time().saturating_sub(used),
    }
}

/// What this process used so far, to a hundredth of a second; nothing where there is no `/proc`.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold anything; the times are the 12th and 13th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn report(what: &str, rows: usize, cost: Cost, beside: &str, other: Cost) {
    let rate = rows as f64 / cost.time.as_secs_f64();
    let ratio = cost.time.as_secs_f64() / other.time.as_secs_f64();
    println!(
        "| {what} | {rows} | {:.2?} | {:.2?} | {rate:.0} | {beside} | {:.2?} | {:.2?} | {ratio:.2} |",
        cost.time, cost.processor, other.time, other.processor
    );
}

/// Rows as a service logs them: a hundred at a time, a millisecond apart, over five experiments.
fn write_log(path: &Path, rows: std::ops::Range<usize>) {
    let logger = FileLogger::open(path, LoggerOptions::default()).expect("a log");
    let layer = LayerId::from("homepage_hero");
    let experiments: Vec<ExperimentId> = (0..5)
        .map(|number| format!("hero_button_colors_v{number}").into())
        .collect();
    let variants = ["blue", "green"].map(VariantName::from);
    let units: Vec<String> = (0..100).map(|_| String::new()).collect();
    let mut units = units;
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start + units.len());
        for (unit, number) in units.iter_mut().zip(start..end) {
            unit.clear();
            unit.push_str("user_");
            unit.push_str(&number.to_string());
        }
        let given = units
            .iter()
            .zip(start..end)
            .map(|(unit, number)| Assignment {
                unit_id: unit,
                layer_id: &layer,
                slot_index: SlotIndex(u32::try_from(number % 100).unwrap_or_default()),
                experiment_id: Some(&experiments[number % experiments.len()]),
                experiment_name: Some("Hero Button Colors"),
                variant: Some(&variants[number / 7 % variants.len()]),
                status: AssignmentStatus::Assigned,
                group: None,
            });
        let given: Vec<Assignment> = given.collect();
        let at = SignedDuration::from_millis(
            1_760_000_000_000 + i64::try_from(start / 100).unwrap_or_default(),
        );
        let at = Timestamp::from_duration(at).expect("a time");
        logger.log_assignments(&given, at).expect("a row");
        start = end;
    }
    logger.close().expect("a log");
}

/// The floor of writing: the same columns in one transaction, nothing synced, nothing queued.
fn insert_plainly(path: &Path, rows: usize) {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; CREATE TABLE user_assignments
             (unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status,
             assignment_timestamp, group_key); BEGIN",
        )
        .expect("a table");
    let insert = "INSERT INTO user_assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)";
    let mut statement = connection.prepare(insert).expect("a statement");
    for number in 0..rows {
        let variant = ["blue", "green"][number / 7 % 2];
        let row = (
            format!("user_{number}"),
            "homepage_hero",
            i64::try_from(number % 100).unwrap_or_default(),
            "hero_button_colors_v1",
            "Hero Button Colors",
            variant,
            "assigned",
            "2025-10-09 08:53:20.000000",
        );
        statement.execute(row).expect("a row");
    }
    connection.execute_batch("COMMIT").expect("a commit");
}

fn refresh(counts: &mut Counts) {
    let refresh = counts.refresh(&mut |_| ControlFlow::Continue(()));
    assert!(refresh.expect("a log").is_complete);
}

/// What SQLite needs to count rows, units not told apart.
fn count_by_query(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT experiment_id, variant, count(*) FROM user_assignments GROUP BY 1, 2";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    while rows.next().expect("a row").is_some() {}
}

/// The floor of reading: each value that counts need, and nothing done with it.
fn scan(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT unit_id, experiment_id, variant, status, assignment_timestamp, group_key \
                 FROM user_assignments ORDER BY rowid";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..6 {
            std::hint::black_box(row.get_ref(column).expect("a value"));
        }
    }
}

/// What it takes to count units plainly.
fn count_by_map(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT unit_id, experiment_id, variant FROM user_assignments ORDER BY rowid";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    let mut seen: HashMap<(String, String), String> = HashMap::new();
    while let Some(row) = rows.next().expect("a row") {
        let text = |column| row.get::<_, String>(column).expect("a text");
        seen.entry((text(0), text(1))).or_insert_with(|| text(2));
    }
    std::hint::black_box(seen.len());
}

/// What any refresh needs.
fn count_last(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT max(rowid) FROM user_assignments";
    let last: i64 = connection
        .query_row(query, (), |row| row.get(0))
        .expect("a row");
    std::hint::black_box(last);
}
