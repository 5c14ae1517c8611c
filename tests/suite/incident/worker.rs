//! The worker on real logs.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use avos::assign::{Assigner, Groups};
use avos::console::breakdown::{AskedBreakdown, SplitId};
use avos::console::incident::{Counted, Judged};
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::proposal::Proposal;
use avos::console::worker::{Worker, WorkerDeps};
use avos::exposure::{AssignmentLogger as _, FileLogger, LoggerOptions};
use avos::store::StateStore;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::console::now;
use crate::support::desk::{Desk, EXAMPLES};

/// Only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

/// A request, of whomever: the worker hands its owner back.
fn request(number: u64) -> RequestId {
    let owner = Owner::Incident;
    RequestId { owner, number }
}

/// A worker on a log, and what it says.
struct Site {
    desk: Desk,
    logs: TempDir,
    worker: Worker,
    said: Receiver<Message>,
    asked: u64,
}

impl Site {
    fn new() -> Self {
        let desk = Desk::applied(EXAMPLES, "v1", "v1");
        let logs = tempfile::tempdir().expect("a directory");
        let (send, said) = channel();
        let deps = WorkerDeps {
            proposal: Proposal::Configs(desk.configs()),
            store: std::sync::Arc::new(desk.store()),
            log: Some(logs.path().join("log.db").into()),
            actor: "ada@example".to_owned(),
            sample_size: 1,
            alpha: 0.01,
            least_deviation: 0.0,
            now,
        };
        let worker = Worker::start(deps, move |message| {
            // The test has ended with an error of its own.
            let _ = send.send(message);
        });
        Self {
            desk,
            logs,
            worker: worker.expect("threads"),
            said,
            asked: 0,
        }
    }

    fn log(&self) -> std::path::PathBuf {
        self.logs.path().join("log.db")
    }

    /// Logs what so many units really get, but for those of which `is_kept` says no.
    fn append(&self, units: std::ops::Range<u64>, is_kept: impl Fn(&str) -> bool) {
        let state = self.desk.store().snapshot().expect("a state").state;
        let assigner = Assigner::new(&state);
        let logger = FileLogger::open(self.log(), LoggerOptions::default()).expect("a logger");
        let layer = "homepage_hero".into();
        for number in units {
            let unit = format!("user_{number}");
            let found = assigner.assign(&layer, &unit, &Groups::default(), now());
            let found = found.expect("no group is needed");
            if found
                .variant
                .is_some_and(|variant| is_kept(variant.as_str()))
            {
                logger
                    .log_assignments(&[found], now())
                    .expect("it is logged");
            }
        }
        logger.close().expect("it is written");
    }

    /// Asks for the log to be counted, and waits for the answer: the progress that was told by
    /// then, and what came of it.
    fn count(&mut self, is_database_new: bool) -> (Vec<f64>, Counted) {
        self.asked += 1;
        self.worker.count(request(self.asked), is_database_new);
        let mut progress = Vec::new();
        loop {
            match self.said.recv_timeout(DEADLINE).expect("an answer") {
                Message::Counting(request, fraction) if request.number == self.asked => {
                    progress.push(fraction);
                }
                Message::Answer(request, Answer::Counted(counted))
                    if request.number == self.asked =>
                {
                    return (progress, *counted);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The verdicts of a log that can be read.
    fn judged(&mut self, is_database_new: bool) -> Judged {
        let (_, counted) = self.count(is_database_new);
        assert!(counted.troubles.is_empty(), "{:?}", counted.troubles);
        Judged::clone(&counted.judged.expect("verdicts"))
    }
}

/// The verdict on the button colors: units, and whether they look wrong.
fn colors(judged: &Judged) -> (u64, Option<bool>) {
    let mut splits = judged.traffic.splits.iter();
    let split = splits.find(|split| split.experiment_id.as_str() == "hero_button_colors_v1");
    let split = split.expect("it has traffic or should have");
    let tested = split.test.as_ref().ok();
    let units = split.arms.iter().map(|arm| arm.units).sum();
    (units, tested.map(|tested| tested.is_mismatch))
}

#[test]
fn a_log_is_missed_found_and_followed() {
    let mut site = Site::new();
    let (_, counted) = site.count(false);
    assert_eq!(counted.unread, Some("missing"));
    assert!(counted.judged.is_none() && !counted.is_busy);

    site.append(0..1000, |_| true);
    let judged = site.judged(false);
    let (units, is_mismatch) = colors(&judged);
    assert!((550..650).contains(&units), "{units}");
    assert_eq!(is_mismatch, Some(false));
    assert_eq!(
        (judged.at, judged.journal_id, judged.is_whole),
        (now(), Some(1), true)
    );

    site.append(1000..2000, |variant| variant != "blue");
    let judged = site.judged(false);
    assert_eq!(colors(&judged).1, Some(true));
    assert_eq!(judged.replaced_at, None);
    // A log in the place of another begins anew.
    std::fs::remove_file(site.log()).expect("our file");
    site.append(0..100, |_| true);
    let judged = site.judged(false);
    assert!(colors(&judged).0 < 100);
    assert_eq!(judged.replaced_at, Some(now()));
    site.append(100..200, |_| true);
    assert_eq!(site.judged(false).replaced_at, Some(now()), "it still is");
}

#[test]
fn the_log_is_judged_by_what_the_database_says_when_it_says_something_new() {
    let mut site = Site::new();
    site.append(0..100, |_| true);
    assert_eq!(site.judged(true).journal_id, Some(1));
    let revised = EXAMPLES.to_owned() + "/v2/homepage_hero.yml";
    let text = std::fs::read_to_string(revised).expect("an example");
    site.desk.write("homepage_hero.yml", &text);
    site.desk.apply();
    assert_eq!(site.judged(false).journal_id, Some(1), "nobody said so");
    let judged = site.judged(true);
    assert_eq!(judged.journal_id, Some(2));
    assert_eq!(judged.traffic.applies.len(), 2);
    // A database that can't be read: the log is judged by what it said before.
    site.append(100..200, |_| true);
    std::fs::write(site.desk.store().path(), "x".repeat(1000)).expect("our file");
    let (_, counted) = site.count(true);
    assert_eq!((counted.unread, counted.troubles.len()), (None, 1));
    let judged = counted.judged.expect("verdicts");
    assert_eq!(judged.journal_id, Some(2));
    assert!(judged.rows > 150);
}

#[test]
fn a_log_that_can_not_be_read_is_told_from_one_that_is_locked() {
    let mut site = Site::new();
    let connection = Connection::open(site.log()).expect("a database");
    connection
        .execute_batch("CREATE TABLE other (x)")
        .expect("a table");
    let (_, counted) = site.count(false);
    assert_eq!(
        (counted.unread, counted.is_busy),
        (Some("incompatible"), false)
    );
    drop(connection);
    std::fs::write(site.log(), "x".repeat(1000)).expect("our file");
    assert_eq!(site.count(false).1.unread, Some("damaged"));

    std::fs::remove_file(site.log()).expect("our file");
    site.append(0..100, |_| true);
    let rows = site.judged(false).rows;
    let writer = Connection::open(site.log()).expect("our log");
    let lock = "PRAGMA journal_mode = delete; BEGIN EXCLUSIVE";
    writer.execute_batch(lock).expect("a lock");
    let (_, counted) = site.count(true);
    assert_eq!((counted.unread, counted.is_busy), (Some("locked"), true));
    // What was counted is whole: the database may judge it anew.
    assert_eq!(counted.judged.expect("verdicts").rows, rows);
    writer.execute_batch("COMMIT").expect("the lock goes");
    assert_eq!(site.judged(false).rows, rows);
}

#[test]
fn a_long_reading_says_how_far_it_is_and_can_be_stopped() {
    let mut site = Site::new();
    site.append(0..10, |_| true);
    let connection = Connection::open(site.log()).expect("our log");
    let many = "WITH RECURSIVE n(value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n \
                WHERE value < 150000), row AS (SELECT * FROM user_assignments LIMIT 1) \
                INSERT INTO user_assignments (unit_id, layer_id, slot_index, experiment_id, \
                experiment_name, variant, status, assignment_timestamp, group_key) \
                SELECT 'unit_' || value, layer_id, slot_index, experiment_id, experiment_name, \
                variant, status, assignment_timestamp, group_key FROM row, n";
    connection.execute_batch(many).expect("many rows");
    // Stopped before it begins, so that it is at the first chance.
    site.worker.stop_counting(request(1));
    let judged = site.judged(false);
    assert!(!judged.is_whole);
    assert!(judged.rows < 150_000, "{}", judged.rows);
    // Asked for again, it goes on.
    let (progress, counted) = site.count(false);
    let judged = counted.judged.expect("verdicts");
    assert!(judged.is_whole && judged.rows > 150_000);
    assert!(!progress.is_empty() && progress.is_sorted(), "{progress:?}");
    assert!(
        progress
            .iter()
            .all(|fraction| (0.0..1.0).contains(fraction))
    );
}

/// The one arm that is lost on one platform.
#[test]
fn a_split_is_broken_down_by_columns_of_the_log() {
    let mut site = Site::new();
    site.append(0..2000, |_| true);
    let connection = Connection::open(site.log()).expect("our log");
    let platforms = "ALTER TABLE user_assignments ADD COLUMN platform VARCHAR; \
                     UPDATE user_assignments SET platform = iif(_rowid_ % 4, 'web', 'ios'); \
                     DELETE FROM user_assignments WHERE platform = 'ios' AND variant = 'blue'";
    connection.execute_batch(platforms).expect("a column");
    let judged = std::sync::Arc::new(site.judged(true));
    let ask = |number: u64, column: &str, known| {
        let request = RequestId {
            owner: Owner::Breakdown,
            number,
        };
        let asked = AskedBreakdown {
            split: SplitId {
                experiment_id: "hero_button_colors_v1".into(),
                group: None,
            },
            judged: std::sync::Arc::clone(&judged),
            columns: vec![column.to_owned()],
            known,
        };
        site.worker.break_down(request, asked);
        loop {
            match site.said.recv_timeout(DEADLINE).expect("an answer") {
                Message::Answer(answered, answer) if answered == request => return answer,
                Message::Searching(..) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let Answer::BrokenDown(Some(found)) = ask(1, "platform", None) else {
        panic!("a breakdown")
    };
    let most = &found.breakdown.as_ref().expect("a tested split").dimensions[0].values[0];
    assert_eq!(most.value.as_deref(), Some("ios"));
    assert!(
        most.explained > 0.9 && most.p_value_without > Some(0.01),
        "{most:?}"
    );
    // What was counted isn't counted again.
    std::fs::remove_file(site.logs.path().join("log.db")).expect("our log");
    let Answer::BrokenDown(Some(again)) = ask(2, "platform", Some(found.counted.clone())) else {
        panic!("the same breakdown")
    };
    assert_eq!(again.breakdown, found.breakdown);
    let Answer::Failed(trouble) = ask(3, "platform", None) else {
        panic!("no log")
    };
    assert!(trouble.message.contains("doesn't exist"), "{trouble:?}");
}
