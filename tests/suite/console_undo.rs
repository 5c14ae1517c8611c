//! Undoing an entry of the journal from the console, and what other programs changed between two.

use std::fs;

use avos::console::model::Overlay;
use rusqlite::Connection;

use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

fn file(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.configs().join(name)).expect("a file")
}

/// Lets another program pause an experiment behind the journal's back.
fn pause_outside(desk: &Desk, id: &str) {
    let database = Connection::open(desk.database()).expect("a database");
    let sql = format!("UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = '{id}'");
    database.execute_batch(&sql).expect("valid SQL");
}

/// A desk whose second entry paused an experiment.
fn paused() -> (Desk, String) {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let before = file(&desk, "checkout_flow.yml");
    let after = before.replacen("status: active", "status: paused", 1);
    assert_ne!(before, after);
    desk.write("checkout_flow.yml", &after);
    desk.apply();
    (desk, before)
}

#[test]
fn an_entry_is_undone_in_the_files_and_the_undo_too() {
    let (desk, before) = paused();
    let after = file(&desk, "checkout_flow.yml");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("h u");
    let screen = console.screen();
    assert!(screen.contains("Undo journal 2"), "{screen}");
    assert!(
        screen.contains("`checkout_payment_v1` status paused → active"),
        "{screen}"
    );
    assert_eq!(file(&desk, "checkout_flow.yml"), after, "nothing yet");
    console.press("enter");
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
    assert!(
        console
            .says()
            .starts_with("journal 2: status paused → active in checkout_flow.yml:"),
        "{}",
        console.says()
    );
    let loaded = console.model.loaded.as_ref().expect("it is read");
    assert!(loaded.is_pending(), "the plan shows it");
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), after);
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
    console.press("h u");
    assert_eq!(
        console.says(),
        "journal 2: nothing to undo: the files already say what they said before it"
    );
}

#[test]
fn what_cannot_be_undone_is_said_before_and_nothing_is_written() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.apply();
    let files = ["homepage_hero.yml", "checkout_flow.yml"];
    let before = files.map(|name| file(&desk, name));
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("h u");
    insta::assert_snapshot!(console.screen());
    console.press("enter");
    assert!(console.model.overlay.is_none());
    assert_eq!(files.map(|name| file(&desk, name)), before);
}

#[test]
fn esc_writes_nothing() {
    let (desk, _) = paused();
    let after = file(&desk, "checkout_flow.yml");
    let mut console = WorkingConsole::open(&desk, "ada@host", (60, 16));
    console.press("h u");
    assert!(matches!(console.model.overlay, Some(Overlay::Edit(_))));
    console.press("esc");
    assert!(console.model.overlay.is_none());
    assert_eq!(file(&desk, "checkout_flow.yml"), after);
}

#[test]
fn the_history_shows_what_was_changed_outside_holds_and_reasons() {
    let (desk, _) = paused();
    pause_outside(&desk, "hero_layout_v1");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("a tab");
    console.type_text("back to the files");
    console.press("enter");
    console.type_text("hero_layout_v1");
    console.press("enter y");
    assert!(console.says().starts_with("Applied"), "{}", console.says());
    console.press("h down");
    insta::assert_snapshot!(console.screen());
    console.press("u");
    assert!(
        console
            .says()
            .starts_with("undo: the next apply sets it back"),
        "{}",
        console.says()
    );
    console.press("t");
    assert!(console.says().starts_with("time: "), "{}", console.says());
    // The filter sees what it is about.
    console.press("/");
    console.type_text("by:outside");
    console.press("enter enter");
    assert!(console.screen().contains("hero_layout_v1` active → paused"));
}

#[test]
fn what_was_applied_and_never_goes_back_is_not_undone_in_the_file() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("2 end enter down");
    let before = file(&desk, "checkout_flow.yml");
    console.press("r up enter");
    let ramped = file(&desk, "checkout_flow.yml");
    assert_ne!(ramped, before, "{}", console.says());
    // Until it is applied, it can be undone.
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), ramped);
    desk.apply();
    console.notice();
    console.press("U");
    insta::assert_snapshot!(console.says());
    assert_eq!(file(&desk, "checkout_flow.yml"), ramped);
    // A completion neither.
    console.press("x enter");
    let completed = file(&desk, "checkout_flow.yml");
    assert_ne!(completed, ramped);
    desk.apply();
    console.notice();
    console.press("U");
    insta::assert_snapshot!(console.says());
    assert_eq!(file(&desk, "checkout_flow.yml"), completed);
}
