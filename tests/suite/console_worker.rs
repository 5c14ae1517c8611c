//! What the worker answers where a clock decides.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use avos::console::confirm::ApplyWhy;
use avos::console::lookup::UnitState;
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::proposal::Proposal;
use avos::console::worker::{Worker, WorkerDeps};
use jiff::Timestamp;

use crate::support::console::now;
use crate::support::desk::{Desk, EXAMPLES};

/// Only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

/// A request, of whomever: the worker hands its owner back.
fn request(number: u64) -> RequestId {
    let owner = Owner::Console;
    RequestId { owner, number }
}

/// A month after the plan was made and opened.
fn later() -> Timestamp {
    "2026-06-06T07:08:09Z".parse().expect("a time")
}

/// What comes of applying a saved plan that was opened in time, when it is that late.
fn applied_at(clock: fn() -> Timestamp) -> Answer {
    let desk = Desk::new(EXAMPLES, "v1");
    let start = "status: active\n    start_date: 2026-05-20\n    splitter_type";
    let text = std::fs::read_to_string(desk.configs().join("homepage_hero.yml"));
    let text = text.expect("our file");
    let dated = text.replacen("status: active\n    splitter_type", start, 1);
    assert_ne!(text, dated);
    desk.write("homepage_hero.yml", &dated);
    desk.save_plan();
    let plan = desk.load_plan().review.and_then(|review| review.plan());

    let deps = WorkerDeps {
        now: clock,
        ..deps(&desk, Proposal::Plan(desk.plan()))
    };
    let apply = |worker: &Worker| {
        let plan = Box::new(plan.expect("a plan"));
        worker.apply(request(1), plan, ApplyWhy::default());
    };
    asked(deps, apply).1
}

/// What the worker answers to a request on this desk.
fn answer(desk: &Desk, ask: impl FnOnce(&Worker)) -> Answer {
    answer_with(desk, None, ask).1
}

/// The same with a log: how far it was on the way, and the answer.
fn answer_with(desk: &Desk, log: Option<PathBuf>, ask: impl FnOnce(&Worker)) -> (Vec<f64>, Answer) {
    let deps = WorkerDeps {
        log: log.map(Into::into),
        ..deps(desk, Proposal::Configs(desk.configs()))
    };
    asked(deps, ask)
}

fn deps(desk: &Desk, proposal: Proposal) -> WorkerDeps {
    WorkerDeps {
        proposal,
        store: std::sync::Arc::new(desk.store()),
        actor: "ada@example".to_owned(),
        sample_size: 1,
        alpha: 0.01,
        least_deviation: 0.0,
        log: None,
        now,
    }
}

fn asked(deps: WorkerDeps, ask: impl FnOnce(&Worker)) -> (Vec<f64>, Answer) {
    let (send, messages) = channel();
    let worker = Worker::start(deps, move |message| {
        // The test has ended with an error of its own.
        let _ = send.send(message);
    });
    let worker = worker.expect("threads");
    ask(&worker);
    let mut progress = Vec::new();
    loop {
        match messages.recv_timeout(DEADLINE).expect("an answer") {
            Message::Searching(_, fraction) => progress.push(fraction),
            Message::Answer(_, answer) => return (progress, answer),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_journal_is_read() {
    let desk = Desk::new(EXAMPLES, "v1");
    let none = answer(&desk, |worker| worker.read_history(request(1)));
    assert!(
        matches!(&none, Answer::History(read) if read.heads.is_empty()),
        "{none:?}"
    );
    desk.apply();
    let heads = answer(&desk, |worker| worker.read_history(request(1)));
    assert!(
        matches!(&heads, Answer::History(read) if read.heads.len() == 1),
        "{heads:?}"
    );
    let entry = answer(&desk, |worker| worker.read_entry(request(1), 1));
    assert!(
        matches!(&entry, Answer::Entry(entry) if entry.changes.len() == 5),
        "{entry:?}"
    );
    let missing = answer(&desk, |worker| worker.read_entry(request(1), 2));
    let Answer::Failed(trouble) = missing else {
        panic!("{missing:?}")
    };
    assert!(trouble.message.contains("no entry 2"), "{trouble:?}");
    std::fs::write(desk.store().path(), "no database").expect("a file");
    let broken = answer(&desk, |worker| worker.read_history(request(1)));
    assert!(matches!(broken, Answer::Failed(_)), "{broken:?}");
}

#[test]
fn a_saved_plan_that_a_date_went_past_is_not_applied() {
    let in_time = applied_at(now);
    assert!(
        matches!(in_time, Answer::Applied { changes: 5, .. }),
        "{in_time:?}"
    );
    let too_late = applied_at(later);
    let Answer::Stale(trouble) = too_late else {
        panic!("{too_late:?}")
    };
    assert!(trouble.message.contains("a date has passed"), "{trouble:?}");
}

/// A log with so many rows of ten units.
fn log(rows: u32) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let connection = rusqlite::Connection::open(file.path()).expect("a database");
    let sql = format!(
        "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, variant, \
         status, assignment_timestamp); \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         INSERT INTO user_assignments (unit_id) SELECT 'user_' || (i % 10) FROM n"
    );
    connection.execute_batch(&sql).expect("a log");
    file
}

#[test]
fn a_unit_is_explained_in_every_layer() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let loaded = Arc::new(desk.load());
    let explained = answer(&desk, |worker| {
        worker.explain(request(1), "user_1".to_owned(), UnitState::Present(loaded));
    });
    let Answer::Explained(answers) = explained else {
        panic!("{explained:?}")
    };
    assert_eq!((answers.answers.len(), answers.is_pending), (2, true));
    assert!(answers.answers.iter().all(|answer| answer.after.is_some()));
}

#[test]
fn an_explanation_has_a_time_that_can_be_typed() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let loaded = Arc::new(desk.load());
    let deps = WorkerDeps {
        now: || "2026-05-06T07:08:09.123456789Z".parse().expect("a time"),
        ..deps(&desk, Proposal::Configs(desk.configs()))
    };
    let explain = |worker: &Worker| {
        worker.explain(request(1), "user_1".to_owned(), UnitState::Present(loaded));
    };
    let (_, Answer::Explained(answers)) = asked(deps, explain) else {
        panic!("it is explained")
    };
    let now = answers.answers[0].now.as_ref().expect("a layer");
    let text = now.to_string();
    assert!(text.contains("2026-05-06T07:08:09.123456Z"), "{text}");
}

#[test]
fn without_a_log_every_request_is_answered_all_the_same() {
    let desk = Desk::new(EXAMPLES, "v1");
    let count = answer(&desk, |worker| worker.count(request(1), false));
    let search = answer(&desk, |worker| worker.search(request(1), "x".to_owned()));
    for answer in [count, search] {
        let Answer::Failed(trouble) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(trouble.message, "there is no exposure log");
    }
}

#[test]
fn a_unit_is_looked_for_in_the_log() {
    let desk = Desk::new(EXAMPLES, "v1");
    let log = log(100_000);
    let path = log.path().to_owned();
    let (progress, found) = answer_with(&desk, Some(path.clone()), |worker| {
        worker.search(request(1), "user_3".to_owned());
    });
    assert!(
        matches!(&found, Answer::Searched(found) if found.total == 10_000 && found.is_complete),
        "{found:?}"
    );
    assert_eq!(progress, [0.25, 0.5, 0.75]);
    // One that is told to stop is answered all the same.
    let (_, stopped) = answer_with(&desk, Some(path.clone()), |worker| {
        worker.stop_searching(request(2));
        worker.search(request(1), "user_3".to_owned());
    });
    assert!(
        matches!(&stopped, Answer::Searched(found) if !found.is_complete),
        "{stopped:?}"
    );
    drop(log);
    let (_, missing) = answer_with(&desk, Some(path), |worker| {
        worker.search(request(1), "user_3".to_owned());
    });
    assert!(matches!(missing, Answer::Failed(_)), "{missing:?}");
}
