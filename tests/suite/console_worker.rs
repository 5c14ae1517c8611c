//! What the worker answers where a clock decides.

use std::sync::mpsc::channel;
use std::time::Duration;

use avos::console::message::{Answer, Message, RequestId};
use avos::console::proposal::Proposal;
use avos::console::worker::{Worker, World};
use jiff::Timestamp;

use crate::support::console::now;
use crate::support::desk::{Desk, EXAMPLES};

/// Only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

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

    let world = World {
        now: clock,
        ..world(&desk, Proposal::Plan(desk.plan()))
    };
    asked(world, |worker| {
        worker.apply(RequestId(1), Box::new(plan.expect("a plan")));
    })
}

/// What the worker answers to a request on this desk.
fn answer(desk: &Desk, ask: impl FnOnce(&Worker)) -> Answer {
    asked(world(desk, Proposal::Configs(desk.configs())), ask)
}

fn world(desk: &Desk, proposal: Proposal) -> World {
    World {
        proposal,
        store: desk.store(),
        actor: "ada@example".to_owned(),
        sample_size: 1,
        alpha: 0.01,
        log: None,
        now,
    }
}

fn asked(world: World, ask: impl FnOnce(&Worker)) -> Answer {
    let (send, answers) = channel();
    let worker = Worker::start(world, move |message| {
        if let Message::Answer(_, answer) = message {
            // The test has ended with an error of its own.
            let _ = send.send(answer);
        }
    });
    ask(&worker.expect("threads"));
    answers.recv_timeout(DEADLINE).expect("an answer")
}

#[test]
fn the_journal_is_read() {
    let desk = Desk::new(EXAMPLES, "v1");
    let none = answer(&desk, |worker| worker.read_history(RequestId(1)));
    assert!(
        matches!(&none, Answer::History(heads) if heads.is_empty()),
        "{none:?}"
    );
    desk.apply();
    let heads = answer(&desk, |worker| worker.read_history(RequestId(1)));
    assert!(
        matches!(&heads, Answer::History(heads) if heads.len() == 1),
        "{heads:?}"
    );
    let entry = answer(&desk, |worker| worker.read_entry(RequestId(1), 1));
    assert!(
        matches!(&entry, Answer::Entry(entry) if entry.changes.len() == 5),
        "{entry:?}"
    );
    let missing = answer(&desk, |worker| worker.read_entry(RequestId(1), 2));
    let Answer::Failed(trouble) = missing else {
        panic!("{missing:?}")
    };
    assert!(trouble.message.contains("no entry 2"), "{trouble:?}");
    std::fs::write(desk.store().path(), "no database").expect("a file");
    let broken = answer(&desk, |worker| worker.read_history(RequestId(1)));
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
