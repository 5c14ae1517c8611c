//! An incident at night, as one person handles it at the console: an experiment is stopped at once, its pause
//! is written back, and it ramps up again later, while a colleague's half-finished edit waits in the same file.

use std::fs;

use avos::console::pages::{Page, PageId};
use avos::domain::{ExperimentId, State, Status};
use avos::store::{EntryKind, StateStore};

use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

const ID: &str = "hero_layout_v1";
const COLLEAGUES: &str = "hero_button_colors_v1";

fn state(desk: &Desk) -> State {
    desk.store().snapshot().expect("a state").state
}

fn status(desk: &Desk, id: &str) -> Status {
    let state = state(desk);
    let (_, experiment) = state
        .experiment(&ExperimentId::from(id))
        .expect("it is there");
    experiment.status
}

fn traffic(desk: &Desk, id: &str) -> String {
    let state = state(desk);
    let (_, experiment) = state
        .experiment(&ExperimentId::from(id))
        .expect("it is there");
    experiment.traffic_percentage.to_string()
}

fn file(desk: &Desk) -> String {
    fs::read_to_string(desk.configs().join("homepage_hero.yml")).expect("a file")
}

#[test]
fn an_experiment_is_stopped_written_back_and_ramped_again_beside_a_colleagues_edit() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    // The colleague's ramp-up isn't finished, and wasn't reviewed.
    let text = file(&desk).replacen("traffic_percentage: 0.6", "traffic_percentage: 0.65", 1);
    assert_ne!(text, file(&desk));
    desk.write("homepage_hero.yml", &text);
    let colleagues_line = "traffic_percentage: 0.65";

    // The alarm names the experiment; its page is opened, and it is held at once.
    let mut console = WorkingConsole::open(&desk, "ada@host", (120, 40));
    let id = PageId::Experiment("homepage_hero".into(), ID.into());
    console.model.pages.push(Page::new(id));
    console.press("H");
    console.type_text("checkout fails on phones");
    console.press("enter");
    assert_eq!(console.says(), format!("{ID} is held, journal 2"));
    assert_eq!(status(&desk, ID), Status::Paused);

    // Looking: the plan says why it stays paused, and would apply only the colleague's change.
    assert!(console.screen().contains("checkout fails on phones"));
    let review = console
        .model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.review.clone());
    let changes = review.expect("a review").changes.clone();
    assert!(
        changes
            .iter()
            .all(|change| change.experiment_id == Some(COLLEAGUES.into()))
    );

    // The pause is written back, and no other byte.
    let before = file(&desk);
    console.press("p");
    let paused = file(&desk);
    assert_ne!(paused, before, "{}\n{}", console.says(), console.screen());
    assert_eq!(
        paused.matches("status: paused").count(),
        1 + before.matches("status: paused").count()
    );
    assert!(paused.contains(colleagues_line));
    assert_eq!(
        traffic(&desk, COLLEAGUES),
        "0.6",
        "nothing of the colleague's is applied"
    );

    // In the morning it is fixed, and the colleague has put the unfinished edit aside: released, resumed and
    // ramped up.
    console.press("L");
    console.type_text("fixed with 4.2.1");
    console.press("enter");
    assert_eq!(
        status(&desk, ID),
        Status::Paused,
        "a release resumes nothing"
    );
    desk.write(
        "homepage_hero.yml",
        &file(&desk).replacen(colleagues_line, "traffic_percentage: 0.6", 1),
    );
    console.notice();
    console.press("P r");
    console.type_text("35");
    console.press("enter");
    console.press("a");
    console.press("tab tab");
    console.type_text("back after the fix");
    console.press("enter y");
    assert!(console.says().starts_with("Applied"), "{}", console.says());
    assert_eq!(status(&desk, ID), Status::Active);
    assert_eq!(traffic(&desk, ID), "0.35");
    assert_eq!(traffic(&desk, COLLEAGUES), "0.6");

    // The journal tells the night, newest first.
    let heads = desk.store().journal_heads().expect("a journal");
    let told: Vec<_> = heads
        .iter()
        .map(|head| (head.kind, head.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (EntryKind::Apply, Some("back after the fix")),
            (EntryKind::Release, Some("fixed with 4.2.1")),
            (EntryKind::Hold, Some("checkout fails on phones")),
            (EntryKind::Apply, None),
        ]
    );
}
