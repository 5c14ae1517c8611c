//! The logger: what it takes, what it drops, what it says when the disk fails.

use std::path::Path;

use avos::assign::{Assignment, AssignmentStatus};
use avos::domain::{LayerId, Revision, SlotIndex};
use avos::exposure::{
    AssignmentLogger, Durability, FileLogger, LogError, LoggerOptions, MemoryLogger, WhenFull,
};
use proptest::prelude::*;
use rusqlite::Connection;

use super::support::{Arm, Place, revisions, shown, time};
use crate::support::waiting::wait_until;

const AT: &str = "2025-03-01T09:00:00.000001Z";

fn open(path: &Path) -> FileLogger {
    FileLogger::open(path, LoggerOptions::default()).expect("a log")
}

/// One unit without a variant.
fn unassigned<'a>(unit_id: &'a str, layer_id: &'a LayerId) -> Assignment<'a> {
    Assignment {
        unit_id,
        layer_id,
        slot_index: SlotIndex(99),
        experiment_id: None,
        experiment_name: None,
        variant: None,
        status: AssignmentStatus::NotAssigned,
        group: None,
        revision: None,
    }
}

#[test]
fn a_log_has_the_columns_of_the_original_and_three_more() {
    let place = Place::empty();
    let arm = Arm::new(Some("free"));
    let mut options = LoggerOptions::default();
    options.source = Some("checkout@host-3".to_owned());
    let logger = FileLogger::open(&place.log, options).expect("a log");
    let revision = Revision::new("0123456789abcdef");
    let answered = Assignment {
        revision: Some(&revision),
        ..arm.of("u1")
    };
    let rows = [answered, unassigned("ü\0'", &arm.layer)];
    logger.log_assignments(&rows, time(AT)).expect("taken");
    logger.close().expect("written");
    let rows: Vec<String> = [
        "unit_id",
        "layer_id",
        "slot_index",
        "experiment_id",
        "experiment_name",
        "variant",
        "status",
        "assignment_timestamp",
        "group_key",
        "source",
        "revision",
        "typeof(slot_index)",
    ]
    .map(|column| format!("{column}: {:?}", place.column(column)))
    .into();
    insta::assert_snapshot!(rows.join("\n"), @r#"
    unit_id: [Some("u1"), Some("ü\0'")]
    layer_id: [Some("web"), Some("web")]
    slot_index: [Some("7"), Some("99")]
    experiment_id: [Some("exp"), None]
    experiment_name: [Some("An experiment"), None]
    variant: [Some("a"), None]
    status: [Some("assigned"), Some("not_assigned")]
    assignment_timestamp: [Some("2025-03-01 09:00:00.000001"), Some("2025-03-01 09:00:00.000001")]
    group_key: [Some("free"), None]
    source: [Some("checkout@host-3"), Some("checkout@host-3")]
    revision: [Some("0123456789ab"), None]
    typeof(slot_index): [Some("integer"), Some("integer")]
    "#);
    // The write-ahead log is merged and gone.
    assert_eq!(place.names(), ["log.db"]);
}

#[test]
fn what_was_flushed_is_there_for_others() {
    let place = Place::empty();
    for durability in [Durability::Program, Durability::Power] {
        let mut options = LoggerOptions::default();
        options.durability = durability;
        let logger = FileLogger::open(&place.log, options).expect("a log");
        let arm = Arm::new(None);
        logger
            .log_assignments(&[arm.of("u1"), arm.of("u2")], time(AT))
            .expect("taken");
        logger.flush().expect("written");
        assert_eq!(place.column("unit_id").len(), 2);
        place.sql("DELETE FROM user_assignments");
        // Nothing is left to be written.
        logger.flush().expect("written");
    }
}

#[test]
fn what_is_dropped_without_a_word_is_written_all_the_same() {
    let place = Place::empty();
    let arm = Arm::new(None);
    let logger = open(&place.log);
    for number in 0..20_000 {
        let unit = format!("u{number}");
        logger
            .log_assignments(&[arm.of(&unit)], time(AT))
            .expect("taken");
    }
    drop(logger);
    let units = place.column("unit_id");
    assert_eq!(units.len(), 20_000);
    assert!(
        units
            .iter()
            .zip(0..)
            .all(|(unit, number)| unit == &Some(format!("u{number}")))
    );
}

#[test]
fn rows_are_written_by_and_by_without_a_flush() {
    let place = Place::empty();
    let logger = open(&place.log);
    logger
        .log_assignments(&[Arm::new(None).of("u1")], time(AT))
        .expect("taken");
    wait_until(|| place.column("unit_id").len() == 1);
    drop(logger);
}

#[test]
fn threads_share_a_logger() {
    let place = Place::empty();
    let logger = open(&place.log);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let logger = &logger;
            scope.spawn(move || {
                let arm = Arm::new(None);
                for number in 0..2000 {
                    let unit = format!("{thread}-{number}");
                    logger
                        .log_assignments(&[arm.of(&unit)], time(AT))
                        .expect("taken");
                }
            });
        }
    });
    logger.close().expect("written");
    assert_eq!(place.counted().summary().arms()[0].units, 8000);
}

/// A logger whose queue holds two rows, and a connection that keeps its thread from writing.
fn stuck(place: &Place, when_full: WhenFull) -> (FileLogger, Connection) {
    let mut options = LoggerOptions::default();
    options.when_full = when_full;
    options.capacity_rows = 2;
    let logger = FileLogger::open(&place.log, options).expect("a log");
    let other = Connection::open(&place.log).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    (logger, other)
}

#[test]
fn a_full_queue_drops_and_counts_where_it_was_told_to() {
    let place = Place::empty();
    let (logger, other) = stuck(&place, WhenFull::Drop);
    let arm = Arm::new(None);
    let units: Vec<String> = (0..100).map(|number| format!("u{number}")).collect();
    let rows: Vec<Assignment> = units.iter().map(|unit| arm.of(unit)).collect();
    logger
        .log_assignments(&rows, time(AT))
        .expect("nothing is wrong");
    // Two in the queue, and two more if the thread has taken the first ones.
    let dropped = logger.dropped();
    assert!((96..=98).contains(&dropped), "{dropped}");
    other.execute_batch("ROLLBACK").expect("unlocked");
    logger.close().expect("written");
    assert_eq!(place.column("unit_id").len() as u64, 100 - dropped);
}

#[test]
fn a_full_queue_makes_wait_and_loses_nothing() {
    let place = Place::empty();
    let (logger, other) = stuck(&place, WhenFull::Wait);
    std::thread::scope(|scope| {
        let logging = scope.spawn(|| {
            let arm = Arm::new(None);
            for number in 0..20 {
                let unit = format!("u{number}");
                logger
                    .log_assignments(&[arm.of(&unit)], time(AT))
                    .expect("taken");
            }
        });
        // Two rows can be with the writer and two in the queue.
        assert!(!logging.is_finished());
        other.execute_batch("ROLLBACK").expect("unlocked");
        logging.join().expect("no panic");
    });
    assert_eq!(logger.dropped(), 0);
    logger.close().expect("written");
    assert_eq!(place.column("unit_id").len(), 20);
}

#[test]
fn a_huge_row_finds_room() {
    let place = Place::empty();
    let mut options = LoggerOptions::default();
    options.capacity_rows = 0;
    options.capacity_bytes = 0;
    let logger = FileLogger::open(&place.log, options).expect("a log");
    let huge = "u".repeat(1 << 20);
    let arm = Arm::new(None);
    for _ in 0..3 {
        logger
            .log_assignments(&[arm.of(&huge), arm.of("u")], time(AT))
            .expect("taken");
    }
    logger.close().expect("written");
    assert_eq!(place.column("unit_id").len(), 6);
}

#[test]
fn a_failing_disk_is_told_and_stands_in_nobody_s_way() {
    let place = Place::empty();
    let logger = open(&place.log);
    let arm = Arm::new(None);
    // What a disk that fails looks like from here: the transaction does.
    place.sql(
        "CREATE TRIGGER no BEFORE INSERT ON user_assignments
         BEGIN SELECT RAISE(ABORT, 'no room'); END",
    );
    logger
        .log_assignments(&[arm.of("u1")], time(AT))
        .expect("nobody knows yet");
    let told = |error: LogError| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        (error.to_string(), cause.unwrap_or_default())
    };
    let (message, cause) = told(logger.flush().expect_err("it can't be written"));
    assert_eq!(message, "the exposure log can't be written");
    assert!(cause.starts_with("SQLite failed on "), "{cause}");
    // Later calls say so at once, and take nothing.
    let refused = logger.log_assignments(&[arm.of("u2"), arm.of("u3")], time(AT));
    assert_eq!(told(refused.expect_err("refused")).0, message);
    assert_eq!(logger.dropped(), 2);
    // When the disk is well again, what was taken is written, and the logger goes on.
    place.sql("DROP TRIGGER no");
    wait_until(|| logger.log_assignments(&[arm.of("u4")], time(AT)).is_ok());
    logger.close().expect("written");
    let units = place.column("unit_id");
    assert_eq!(units, [Some("u1".to_owned()), Some("u4".to_owned())]);
}

/// The units of a log's rows, for whoever comes anew.
fn units(path: &Path) -> String {
    units_by(&Connection::open(path).expect("a database"))
}

fn units_by(connection: &Connection) -> String {
    let query = "SELECT group_concat(unit_id, ' ') FROM user_assignments";
    let units = connection.query_row(query, (), |row| row.get(0));
    units.expect("rows")
}

/// Logs are rotated.
#[test]
fn where_the_file_is_taken_away_a_new_one_follows() {
    let place = Place::empty();
    let arm = Arm::new(None);
    let logger = open(&place.log);
    let log = |unit| {
        logger
            .log_assignments(&[arm.of(unit)], time(AT))
            .expect("taken");
        logger.flush().expect("written");
    };
    log("u1");
    let moved = place.log.with_extension("1");
    std::fs::rename(&place.log, &moved).expect("moved");
    log("u2");
    assert_eq!(units(&moved), "u1");
    assert_eq!(units(&place.log), "u2");
    std::fs::remove_file(&place.log).expect("removed");
    log("u3");
    log("u4");
    assert_eq!(units(&place.log), "u3 u4");
    drop(logger);
    assert_eq!(
        (units(&moved), units(&place.log)),
        ("u1".into(), "u3 u4".into())
    );
    // A directory in its place is a failure, and a passing one.
    let logger = open(&place.log);
    let log = |unit| {
        logger.log_assignments(&[arm.of(unit)], time(AT))?;
        logger.flush()
    };
    std::fs::rename(&place.log, &moved).expect("moved");
    std::fs::create_dir(&place.log).expect("a directory");
    log("u5").expect_err("a directory is no log");
    std::fs::remove_dir(&place.log).expect("removed");
    logger.flush().expect("tried again");
    assert_eq!(units(&place.log), "u5");
    // One that is moved away at the end goes whole, too.
    std::fs::rename(&place.log, &moved).expect("moved");
    drop(logger);
    assert_eq!(units(&moved), "u5");
    assert!(!place.log.exists());
}

#[test]
fn two_loggers_leave_a_file_that_is_taken_away_without_losing_a_row() {
    let place = Place::empty();
    let arm = Arm::new(None);
    let loggers = [open(&place.log), open(&place.log)];
    let log = |logger: usize, unit| {
        let logger = &loggers[logger];
        logger
            .log_assignments(&[arm.of(unit)], time(AT))
            .expect("taken");
        logger.flush().expect("written");
    };
    log(0, "a1");
    log(1, "b1");
    let moved = place.log.with_extension("1");
    std::fs::rename(&place.log, &moved).expect("moved");
    log(1, "b2");
    log(0, "a2");
    drop(loggers);
    assert_eq!(
        (units(&moved), units(&place.log)),
        ("a1 b1".into(), "b2 a2".into())
    );
}

/// Whoever reads the old file keeps what stands beside its name, which isn't the new one's.
#[test]
fn a_log_that_is_taken_away_from_its_readers_goes_whole_and_leaves_nothing_behind() {
    let place = Place::empty();
    let arm = Arm::new(None);
    let logger = open(&place.log);
    let log = |unit| {
        logger
            .log_assignments(&[arm.of(unit)], time(AT))
            .expect("taken");
    };
    log("u1");
    logger.flush().expect("written");
    let reader = Connection::open(&place.log).expect("a database");
    reader.execute_batch("BEGIN").expect("a transaction");
    assert_eq!(units_by(&reader), "u1");
    log("u2");
    logger.flush().expect("written");
    let moved = place.log.with_extension("1");
    std::fs::rename(&place.log, &moved).expect("moved");
    log("u3");
    // The last rows go to the moved file once nobody reads what was before them.
    assert_eq!(units_by(&reader), "u1");
    reader.execute_batch("COMMIT").expect("an end");
    logger.flush().expect("written");
    assert_eq!(
        (units(&moved), units(&place.log)),
        ("u1 u2".into(), "u3".into())
    );
    log("u4");
    logger.flush().expect("written");
    assert_eq!(
        (units_by(&reader), units(&place.log)),
        ("u1 u2".into(), "u3 u4".into())
    );
}

#[test]
fn rows_that_are_lost_at_the_end_are_told() {
    let place = Place::empty();
    let logger = open(&place.log);
    place.sql("DROP TABLE user_assignments");
    logger
        .log_assignments(&[Arm::new(None).of("u1")], time(AT))
        .expect("nobody knows yet");
    let lost = logger.close().expect_err("lost");
    assert!(matches!(lost, LogError::Failing(_)), "{lost:?}");
}

#[test]
fn the_logger_in_memory_keeps_what_it_is_given() {
    let logger = MemoryLogger::default();
    let arm = Arm::new(Some("free"));
    logger
        .log_assignments(&[arm.of("u1"), arm.of("u2")], time(AT))
        .expect("taken");
    logger.flush().expect("kept");
    let rows = logger.logged();
    let units: Vec<&str> = rows.iter().map(|row| row.unit_id.as_str()).collect();
    assert_eq!(units, ["u1", "u2"]);
    assert_eq!(rows[0].group, arm.group);
    assert_eq!(
        (rows[1].at, rows[1].variant.as_ref()),
        (time(AT), Some(&arm.variant))
    );
}

#[test]
fn what_was_logged_is_what_is_counted() {
    let place = Place::empty();
    let logger = open(&place.log);
    let (free, plain) = (Arm::new(Some("free")), Arm::new(None));
    let rows = [
        free.of("u1"),
        plain.of("u2"),
        unassigned("u3", &plain.layer),
    ];
    logger.log_assignments(&rows, time(AT)).expect("taken");
    logger.flush().expect("written");
    insta::assert_snapshot!(shown(&place.counted()), @r"
    exp - a: 1 units, 1 exposures, 2025-03-01T09:00:00.000001Z to 2025-03-01T09:00:00.000001Z [2025-03-01T09:00:00Z 1]
    exp free a: 1 units, 1 exposures, 2025-03-01T09:00:00.000001Z to 2025-03-01T09:00:00.000001Z [2025-03-01T09:00:00Z 1]
    - not_assigned: 1
    ");
}

proptest! {
    // Each case opens a few files.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn each_row_keeps_the_revision_that_answered(
        flushes in proptest::collection::vec(
            (proptest::option::of("[a-z]{1,9}@h"), proptest::collection::vec(0_usize..4, 0..40)),
            1..4,
        ),
    ) {
        let place = Place::empty();
        let arm = Arm::new(None);
        let known = ["0123456789abcdef", "0123456789ac", "f"].map(Revision::new);
        let mut expected = Vec::new();
        for (source, numbers) in flushes {
            let mut options = LoggerOptions::default();
            options.source = source.clone();
            let logger = FileLogger::open(&place.log, options).expect("a log");
            for number in numbers {
                let revision = known.get(number);
                let row = Assignment { revision, ..arm.of("u") };
                logger.log_assignments(&[row], time(AT)).expect("taken");
                expected.push((source.clone(), revision.map(|it| it.short().to_owned())));
            }
            logger.close().expect("written");
        }
        let read: Vec<Option<String>> = expected.iter().map(|(_, revision)| revision.clone()).collect();
        prop_assert_eq!(revisions(&place.log), read);
        let found = place.column("source").into_iter().zip(place.column("revision"));
        prop_assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
