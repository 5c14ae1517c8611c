//! `avos srm --db --log`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::json;

use crate::schemas::verbs::schema;

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Logged, Run, avos, keys};

over_named_stores! {
    a_fair_log_is_no_mismatch
    a_dead_arm_reads_well
    a_verdict_is_written_as_the_contract_says
    one_experiment_is_corrected_for_itself_and_a_time_leaves_out_what_is_earlier
    other_reasons_fail_only_if_asked_for
}

/// The table as the original makes it.
const TABLE: &str = "
CREATE TABLE user_assignments (
    unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
    experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP
)";

/// A database to which the examples were applied in the morning of 2026-05-04, and an empty log
/// beside it.
fn desk(kind: StoreKind) -> Logged {
    let desk = Logged::over(kind);
    desk.sql(TABLE);
    let morning = "2026-05-04T08:00:00Z".parse().expect("a time");
    desk.place.backdate(morning);
    desk
}

/// So many units per minute from this one after noon on, the variants in turn.
fn minutes(desk: &Logged, experiment: &str, variants: &[&str], minutes: std::ops::Range<u32>) {
    let arms = variants.iter().enumerate();
    let arms = arms.map(|(number, variant)| format!("({number}, '{variant}')"));
    let arms: Vec<String> = arms.collect();
    desk.sql(&format!(
        "WITH RECURSIVE minute(n) AS (
             SELECT {} UNION ALL SELECT n + 1 FROM minute WHERE n < {}
         ),
         arm(number, variant) AS (VALUES {})
         INSERT INTO user_assignments
         SELECT n || '_' || number, 'web', 0, '{experiment}', 'A name', variant,
                'assigned', datetime('2026-05-04 12:00', (n * 60) || ' seconds')
         FROM minute, arm ORDER BY n, number",
        minutes.start,
        minutes.end - 1,
        arms.join(", ")
    ));
}

/// What went wrong, without the place.
fn error(desk: &Logged, run: &Run) -> String {
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    desk.shown(&run.err)
}

fn a_fair_log_is_no_mismatch(kind: StoreKind) {
    let desk = desk(kind);
    minutes(&desk, "hero_button_colors_v1", &["blue", "green"], 0..40);
    let run = desk.run("srm", &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    insta::assert_snapshot!(desk.shown(&run.out), @"
    No mismatch in 1 split (least corrected p 1.000, above 0.05).
    DIR/log.db: 80 rows, 80 units, 2026-05-04T12:00:00Z to 2026-05-04T12:39:00Z

    hero_button_colors_v1  80 units
    variant  observed  expected   share      interval  expected share
    blue           40      40.0  50.00%  23.83–76.17%          50.00%  ████████████│
    green          40      40.0  50.00%  23.83–76.17%          50.00%  ████████████│
    chi-squared  p 1.000  χ² 0.00, df 1
    sequential   p 1.000  ln Bayes factor -0.0773
    corrected    p 1.000  sequential p × 2: split 1 of the log

    not tested: `checkout_payment_v1`: no units yet
    not tested: `hero_layout_v1`: no units yet
    ");
    // Nothing was written beside the log.
    let beside = fs::read_dir(desk.place.path()).expect("a directory");
    let names: BTreeSet<_> = beside.map(|it| it.expect("an entry").path()).collect();
    let known: BTreeSet<PathBuf> = [&desk.log, &desk.place.db].map(PathBuf::from).into();
    assert!(names.is_subset(&known), "{names:?}");
}

fn a_dead_arm_reads_well(kind: StoreKind) {
    let desk = desk(kind);
    minutes(&desk, "hero_button_colors_v1", &["blue", "green"], 0..30);
    minutes(
        &desk,
        "hero_button_colors_v1",
        &["blue", "blue", "blue"],
        30..60,
    );
    minutes(
        &desk,
        "checkout_payment_v1",
        &["card_first", "wallet_first"],
        0..10,
    );
    minutes(&desk, "no\u{1b}[31m\u{202e}body", &["\u{7}"], 0..2);
    desk.sql("INSERT INTO user_assignments (unit_id) VALUES ('u')");
    let run = desk.run("srm", &[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.out), @r"
    SRM: mismatch in 1 of 2 splits (least corrected p 7.5e-7, at most 0.05).
    DIR/log.db: 173 rows, 172 units, 2026-05-04T12:00:00Z to 2026-05-04T12:59:00Z
    skipped: 1 row, the first is row 173: it has no status

    hero_button_colors_v1  150 units
    variant  observed  expected   share      interval  expected share
    blue          120      75.0  80.00%  63.71–80.73%          50.00%  ████████████│██████▎
    green          30      75.0  20.00%  19.27–36.29%          50.00%  ████▊       │
    chi-squared  p 2.0e-13 ***  χ² 54.00, df 1
    sequential   p 3.8e-7       ln Bayes factor 14.7931
    corrected    p 7.5e-7       sequential p × 2: split 1 of the log
    SRM alarm since 2026-05-04T12:45:00Z, after 108 units
    estimated onset 2026-05-04T12:30:00Z (95%: 2026-05-04T12:13:00Z to 2026-05-04T12:32:00Z)
    `green` is 30.00 points below its share

    checkout_payment_v1  20 units
    variant       observed  expected   share     interval  expected share
    card_first          10      14.0  50.00%  3.59–97.26%          70.00%  ████████████     │
    wallet_first        10       6.0  50.00%  2.74–96.41%          30.00%  ███████│████
    chi-squared  p 0.051 .  χ² 3.81, df 1
    sequential   p 0.944    ln Bayes factor 0.0576
    corrected    p 1.000    sequential p × 6: split 2 of the log

    silent-arm: `hero_button_colors_v1`: no exposures of variant `green` since 2026-05-04T12:29:00Z, while the other arms got 90 units (p 8.1e-28)
    unknown-experiment: `no\u{1b}[31m\u{202e}body`: 2 exposures of an experiment that was never in the database, from 2026-05-04T12:00:00Z to 2026-05-04T12:01:00Z

    not tested: `no\u{1b}[31m\u{202e}body`: the database has no such experiment (2 units)
    not tested: `hero_layout_v1`: no units yet
    ");
    // At a stricter level the same counts are no mismatch.
    let strict = desk.run("srm", &["--alpha", "1e-30"]);
    assert_eq!(strict.code, 0);
    assert!(
        strict.out.starts_with("No mismatch in 2 splits"),
        "{}",
        strict.out
    );
}

fn a_verdict_is_written_as_the_contract_says(kind: StoreKind) {
    let desk = desk(kind);
    minutes(&desk, "hero_button_colors_v1", &["blue", "blue"], 0..30);
    let run = desk.run("srm", &["--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let document = run.json();
    let top = [
        "anomalies",
        "coverage",
        "format_version",
        "log",
        "results",
        "untested",
        "verdict",
    ];
    assert_eq!(keys(&document), top);
    let result = &document["results"][0];
    for key in [
        "experiment_id",
        "group",
        "chi2_stat",
        "exact_p_value",
        "sequential",
    ] {
        assert!(result.get(key).is_some(), "{key}");
    }
    assert_eq!(document["verdict"], "mismatch");
    assert_eq!(
        (&result["order"], &result["weight"]),
        (&json!(1), &json!(0.5))
    );
    assert_eq!(result["since"], "2026-05-04T12:18:00Z");
    assert_eq!(result["units_at_crossing"], 38);
    // The first unit went wrong already.
    assert_eq!(result["onset"]["estimate"], "2026-05-04T12:00:00Z");
    let interval = &result["interval"][0];
    assert_eq!(
        (&interval["variant"], &interval["high"]),
        (&json!("blue"), &json!(1.0))
    );
    assert!(interval["low"].as_f64() > interval["expected_share"].as_f64());
    assert_eq!(result["deviation"], json!({"variant": "green", "by": -0.5}));
    assert_eq!(result["variants"], json!(["blue", "green"]));
    assert_eq!(result["observed_counts"], json!([60, 0]));
    assert_eq!(document["anomalies"][0]["code"], "silent-arm");
    assert!(schema("srm").is_valid(&document), "{document}");
    assert_eq!(document["anomalies"][0]["last"], json!(null));
    let reasons: Vec<_> = document["untested"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|split| split["reason"] == "no-units"));
    let log = json!({
        "rows": 60, "skipped": {"rows": 0, "reasons": []}, "units": 60, "first_exposure": "written",
        "first": "2026-05-04T12:00:00Z", "last": "2026-05-04T12:29:00Z",
        "window_seconds": 60, "exposures_beyond_limit": 0,
    });
    assert_eq!(document["log"], log);
}

fn one_experiment_is_corrected_for_itself_and_a_time_leaves_out_what_is_earlier(kind: StoreKind) {
    let desk = desk(kind);
    minutes(&desk, "hero_button_colors_v1", &["blue", "blue"], 0..23);
    minutes(
        &desk,
        "hero_layout_v1",
        &["layout_a", "layout_b", "layout_c"],
        0..23,
    );
    let all = desk.run("srm", &["--format", "json"]).json();
    let of_one = |more: &[&str]| {
        let only = ["--experiment", "hero_button_colors_v1", "--format", "json"];
        desk.run("srm", &[&only[..], more].concat()).json()
    };
    let one = of_one(&[]);
    let p_value =
        |document: &serde_json::Value| document["results"][0]["corrected_p_value"].as_f64();
    assert_eq!(one["results"].as_array().map(Vec::len), Some(1));
    assert_eq!(one["untested"], json!([]));
    // It keeps its place among all splits of the log.
    assert_eq!(p_value(&all), p_value(&one));
    // The log is the whole one all the same.
    assert_eq!(one["log"]["units"], 46 + 69);
    let late = of_one(&["--since", "2026-05-04T12:20:00Z"]);
    assert_eq!(late["results"][0]["total_sample_size"], 6);
    assert_eq!(late["log"]["first"], "2026-05-04T12:20:00Z");
    // Known to the database alone, and to the log alone.
    minutes(&desk, "gone", &["a"], 0..1);
    let idle = desk.run("srm", &["--experiment", "checkout_payment_v1"]);
    assert!(
        idle.out
            .contains("not tested: `checkout_payment_v1`: no units yet\n")
    );
    let gone = desk.run("srm", &["--experiment", "gone"]);
    assert!(
        gone.out.contains("unknown-experiment: `gone`: 1 exposure "),
        "{}",
        gone.out
    );
}

#[test]
fn what_cannot_be_judged_is_an_error_and_no_figures() {
    let desk = desk(StoreKind::Sqlite);
    let path = |name: &str| desk.place.path().join(name).display().to_string();
    let run = |db: &str, log: &str| error(&desk, &avos(&["srm", "--db", db, "--log", log]));
    let db = &desk.place.db;
    let slip = ["--experiment", "hero_buton_colors_v1"];
    let mut said = vec![
        error(&desk, &desk.run("srm", &slip)),
        error(&desk, &desk.run("srm", &["--experiment", "\u{1b}[31m"])),
        run(&path("none.db"), &desk.log),
        run(db, &path("none.db")),
        run(db, db),
        run(&desk.log, &desk.log),
    ];
    fs::write(
        path("text.db"),
        "no database at all, but long enough to be read as one",
    )
    .expect("a file");
    said.push(run(db, &path("text.db")));
    desk.sql("CREATE TABLE other (x); ALTER TABLE user_assignments DROP COLUMN variant");
    said.push(run(db, &desk.log));
    insta::assert_snapshot!(said.concat(), @r"
    error: neither the database nor the log has an experiment `hero_buton_colors_v1`
    help: did you mean `hero_button_colors_v1` or `hero_layout_v1`?
    error: neither the database nor the log has an experiment `\u{1b}[31m`
    help: leave out `--experiment` to see all of them; ids are case-sensitive
    error: the database DIR/none.db doesn't exist
    help: check the path; the first apply creates the database
    error: the exposure log DIR/none.db doesn't exist
    help: check the path; `avos assign --log FILE` or a service's logger creates one
    error: DIR/avos.db is not an exposure log: it has no table user_assignments (it has avos_holds, avos_journal, avos_meta, experiments, layer_slots, layers)
    help: check the path; the state database is given apart from the exposure log
    error: DIR/log.db is not an AVOS database: its tables (user_assignments) are not those of AVOS (layers, experiments, layer_slots)
    help: check the path; an exposure log is given apart from the database
    error: DIR/text.db is not a SQLite database
    help: check the path; an encrypted or compressed database can't be read either
    error: the table user_assignments in DIR/log.db has no column variant
    help: check the path, or write the log with AVOS
    ");
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn a_duckdb_log_needs_a_build_that_knows_it() {
    let desk = desk(StoreKind::Sqlite);
    let log = desk.place.path().join("log.duckdb").display().to_string();
    let refused = avos(&["srm", "--db", &desk.place.db, "--log", &log]);
    insta::assert_snapshot!(error(&desk, &refused), @r"
    error: DIR/log.duckdb is a DuckDB log, and this build only reads SQLite logs
    help: build AVOS with `--features duckdb` and DuckDB's library, or give a file with another ending; see docs/exposures.md
    ");
}

#[test]
fn a_log_that_is_cut_off_or_locked_gives_no_figures() {
    let desk = desk(StoreKind::Sqlite);
    minutes(&desk, "hero_button_colors_v1", &["blue", "green"], 0..2000);
    let locked = Connection::open(&desk.log).expect("a database");
    locked.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    insta::assert_snapshot!(error(&desk, &desk.run("srm", &[])), @"
    error: the exposure log DIR/log.db is locked: it is in use
    help: try again when the program that holds the lock has finished
    ");
    locked.execute_batch("ROLLBACK").expect("unlocked");
    drop(locked);
    let whole = fs::read(&desk.log).expect("a log");
    fs::write(&desk.log, &whole[..whole.len() / 2]).expect("half a log");
    insta::assert_snapshot!(error(&desk, &desk.run("srm", &["--format", "json"])), @r"
    error: the exposure log DIR/log.db is damaged: database disk image is malformed
    help: restore it from a backup, or try `sqlite3 FILE .recover`
    ");
}

#[test]
fn the_two_forms_exclude_each_other() {
    for arguments in [
        &["--observed", "1,2", "--log", "log.db"][..],
        &["--observed", "1,2", "--db", "avos.db"],
        &["--observed", "1,2", "--since", "2025-01-01"],
        &["--observed", "1,2", "--experiment", "x"],
        &["--db", "avos.db"],
        &["--log", "log.db"],
        &["--db", "avos.db", "--log", "log.db", "--expected", "1,2"],
        &["--db", "avos.db", "--log", "log.db", "--since", "soon"],
        &["--db", "avos.db", "--log", "log.db", "--alpha", "2"],
        &["--db", "avos.db", "--log", "log.db", "--fail-on", "worse"],
        &["--observed", "1,2", "--least-deviation", "0.5"],
        &["--observed", "1,2", "--fail-on", "skipped"],
        &["--experiment", "x"],
    ] {
        let run = avos(&[&["srm"], arguments].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains("\nhelp: "), "{arguments:?}: {}", run.err);
    }
}

fn other_reasons_fail_only_if_asked_for(kind: StoreKind) {
    let desk = desk(kind);
    minutes(&desk, "hero_button_colors_v1", &["blue", "green"], 0..40);
    let only = ["--experiment", "hero_button_colors_v1"];
    let fails = |more: &[&str]| {
        let run = desk.run("srm", more);
        assert!(run.out.starts_with("No mismatch"), "{run:?}");
        match run.code {
            0 => assert_eq!(run.err, "", "{run:?}"),
            _ => assert!(run.err.contains("error: failed by --fail-on: "), "{run:?}"),
        }
        run.code == 1
    };
    assert!(!fails(&[]));
    assert!(fails(&["--fail-on", "untested"]));
    assert!(!fails(&[&only[..], &["--fail-on", "untested"]].concat()));
    assert!(!fails(&["--fail-on", "skipped,lost,anomalies"]));
    desk.sql("INSERT INTO user_assignments (unit_id, status) VALUES ('u', 'assigned')");
    assert!(fails(&["--fail-on", "skipped"]));
    assert!(!fails(&["--fail-on", "lost, anomalies"]));
    minutes(&desk, "never_applied", &["blue"], 0..1);
    assert!(fails(&["--fail-on", "lost, anomalies"]));
    assert!(!fails(&["--fail-on", "lost"]));
    let both = desk.run(
        "srm",
        &["--fail-on", "lost", "--fail-on", "skipped,anomalies"],
    );
    let named = "error: failed by --fail-on: skipped, anomalies\n";
    assert!(both.err.contains(named), "{both:?}");
}
