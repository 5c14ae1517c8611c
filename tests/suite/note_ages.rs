//! Notes on holds, on what other programs changed and on slots of former holders: the console says their ages,
//! in the same words everywhere.

use avos::console::model::Overlay;
use avos::console::proposal::Proposal;
use avos::domain::Hold;
use avos::review::plan_hold;
use avos::store::{Author, StateStore};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use crate::screens::text;
use crate::support::console::now;
use crate::support::desk::Desk;
use crate::support::layers::{ExperimentYaml, experiment, layer};
use crate::support::working_console::WorkingConsole;

const HELD: &str = "held by ada@host 2 h ago, ends in 3 h: blank on phones";
const STAYS: &str = "; it stays paused, though the files say active";
const OUTSIDE: &str = "`kept` active → paused: changed outside, since journal 2, 3 d ago";
const INHERITED: &str = "`new` takes 10 slots that `first` held until 3 d ago";

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn write(desk: &Desk, experiments: &[ExperimentYaml]) {
    let layer = experiments
        .iter()
        .fold(layer("home"), |layer, it| layer.with(it.clone()));
    let (name, text) = layer.file();
    desk.write(&name, &text);
}

fn hold(desk: &Desk) {
    let state = desk.store().snapshot().expect("a state").state;
    let end = now() + SignedDuration::from_hours(3);
    let hold = Hold::new(hours_ago(2), Some(end), "blank on phones", "ada@host");
    let plan = plan_hold(&state, &"stays".into(), hold).expect("an experiment");
    let author = Author::new("ada@host", hours_ago(2));
    let plan = plan.expect("something to do");
    desk.store().apply(&plan, &author).expect("applied");
}

/// A desk at which `first` ended three days ago, another program paused `kept` after that, `stays` is held, and
/// `new` would take the slots of `first`.
fn desk() -> Desk {
    let desk = Desk::empty();
    let first = experiment("first");
    let ended = experiment("first").set("status", "completed");
    let [stays, kept] = ["stays", "kept"].map(experiment);
    write(&desk, &[first, stays.clone(), kept.clone()]);
    desk.apply_as("test@host", hours_ago(120));
    write(&desk, &[ended.clone(), stays.clone(), kept.clone()]);
    desk.apply_as("test@host", hours_ago(72));
    let database = Connection::open(desk.database()).expect("a database");
    let pause = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'kept'";
    database.execute(pause, []).expect("valid SQL");
    hold(&desk);
    write(&desk, &[ended, stays, kept, experiment("new")]);
    desk
}

/// Asserts that the console's screen says all of this.
#[track_caller]
fn assert_says(console: &WorkingConsole, expected: &[&str]) {
    let screen = text(&console.model);
    for words in expected {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

/// The same, and no time as the verbs write it.
#[track_caller]
fn assert_says_ages(console: &WorkingConsole, expected: &[&str]) {
    assert_says(console, expected);
    let screen = text(&console.model);
    let is_time = |word: &&str| word.starts_with("202") && word.contains('T');
    let time = screen.split_whitespace().find(is_time);
    assert_eq!(time, None, "{screen}");
}

#[test]
fn every_place_says_ages() {
    let desk = desk();
    let stays = format!("`stays` {HELD}{STAYS}");
    let mut console = WorkingConsole::open(&desk, "ada@host", (220, 60));
    assert_says_ages(&console, &[HELD]);
    console.press("4 z");
    assert_says_ages(&console, &[&stays, OUTSIDE, INHERITED]);
    console.press("/");
    console.type_text("3 d ago");
    assert_says_ages(&console, &[OUTSIDE, INHERITED]);
    console.press("esc z 2 enter");
    assert_says_ages(&console, &[&stays, OUTSIDE, INHERITED]);
    console.press("esc 1");
    // The change of `kept`, then of `new`.
    console.press("home enter");
    assert_says_ages(&console, &[OUTSIDE]);
    console.press("esc a");
    assert!(matches!(console.model.overlay, Some(Overlay::Confirm(_))));
    assert_says_ages(&console, &[&stays, OUTSIDE]);
    console.press("esc h down");
    assert_says_ages(&console, &[OUTSIDE]);
}

#[test]
fn who_replaces_or_releases_a_hold_reads_the_same() {
    let desk = desk();
    for key in ["H", "L"] {
        let mut console = WorkingConsole::open(&desk, "ada@host", (220, 60));
        console.press("/");
        console.type_text("blank");
        console.press("enter enter");
        assert_says(&console, &[HELD]);
        console.press(key);
        assert!(console.model.overlay.is_some());
        assert_says(&console, &[HELD]);
    }
}

#[test]
fn a_saved_plan_says_ages() {
    let desk = desk();
    desk.save_plan();
    let plan = Proposal::Plan(desk.plan());
    let mut console = WorkingConsole::open_on(&desk, plan, "ada@host", (220, 60));
    console.press("4 z");
    let stays = format!("`stays` {HELD}{STAYS}");
    assert_says_ages(&console, &[&stays, OUTSIDE, INHERITED]);
}
