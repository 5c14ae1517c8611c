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

    let (send, answers) = channel();
    let world = World {
        proposal: Proposal::Plan(desk.plan()),
        store: desk.store(),
        actor: "ada@example".to_owned(),
        sample_size: 1,
        alpha: 0.01,
        log: None,
        now: clock,
    };
    let worker = Worker::start(world, move |message| {
        if let Message::Answer(_, answer) = message {
            // The test has ended with an error of its own.
            let _ = send.send(answer);
        }
    });
    worker
        .expect("threads")
        .apply(RequestId(1), Box::new(plan.expect("a plan")));
    answers.recv_timeout(DEADLINE).expect("an answer")
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
