//! Keys that are typed before a dialog is there: they reach it, or do nothing.

use std::fs;

use avos::console::effect::Effect;
use avos::console::message::{Answer, Message};
use avos::console::model::{Model, Overlay, Trouble};
use avos::console::update::update;
use avos::store::{JournalQuery, StateStore};

use crate::screens::picture;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

const SIZE: (u16, u16) = (120, 40);

fn opened(desk: &Desk) -> WorkingConsole {
    WorkingConsole::open(desk, "ada@host", SIZE)
}

/// Marks the only change of the layer `checkout_flow`, on the page of its review.
fn mark_pause(console: &mut WorkingConsole) {
    console.press("4 g");
    for _ in 0..20 {
        console.press("j");
        let row = console.model.selected_row().expect("a row");
        if row.key.0.contains("checkout_payment_v1") {
            console.press("space");
            return;
        }
    }
    panic!("{}", console.screen());
}

fn file(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.configs().join(name)).expect("a file")
}

#[test]
fn what_follows_a_at_once_reaches_the_dialog_of_the_marks() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = opened(&desk);
    mark_pause(&mut console);
    // On the main screen `p` would edit a file, `q` quit and Space take the mark away.
    let before = file(&desk, "checkout_flow.yml");
    console.press_ahead("a c h e c k o u t _ p q space");
    let Some(Overlay::Confirm(dialog)) = &console.model.overlay else {
        panic!("{}", console.screen());
    };
    assert_eq!(dialog.typed, "checkout_pq ");
    assert_eq!(console.model.marks.len(), 1);
    assert_eq!(file(&desk, "checkout_flow.yml"), before);

    // All of it at once applies what was reviewed, and what comes after it does nothing.
    console.press("esc");
    let name = "c h e c k o u t _ p a y m e n t _ v 1";
    console.press_ahead(&format!("a {name} enter z h"));
    assert_eq!(console.says(), "Applied 1 change, journal 2");
    assert!(console.model.overlay.is_none() && !console.model.is_zoomed);
}

#[test]
fn where_no_dialog_comes_it_does_nothing() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = opened(&desk);
    console.press("4 g");
    while !console.screen().contains("▌+ create") {
        console.press("j");
    }
    let before = file(&desk, "homepage_hero.yml");
    console.press("space");
    console.press_ahead("a p z q space");
    assert!(
        console.says().starts_with("Refused: "),
        "{}",
        console.says()
    );
    assert!(!console.model.is_zoomed);
    assert_eq!(console.model.marks.len(), 1);
    assert_eq!(file(&desk, "homepage_hero.yml"), before);
}

#[test]
fn escape_gives_the_dialog_up() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = opened(&desk);
    mark_pause(&mut console);
    console.press_ahead("a c h e c k esc z");
    assert!(console.model.overlay.is_none(), "{}", console.screen());
    assert!(console.model.is_zoomed, "the next key acts again");
    assert_eq!(console.model.marks.len(), 1);
    let entries = desk.store().journal(JournalQuery::All).expect("a journal");
    assert_eq!(entries.len(), 1);
}

#[test]
fn the_form_of_an_undo_gets_it_too() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let before = file(&desk, "checkout_flow.yml");
    let paused = before.replacen("status: active", "status: paused", 1);
    desk.write("checkout_flow.yml", &paused);
    desk.apply();
    let mut console = opened(&desk);
    console.press("h");
    // In the history Enter opens the entry.
    console.press_ahead("u enter q");
    assert!(console.model.overlay.is_none(), "{}", console.screen());
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
    console.press("h");
    console.press_ahead("u esc j");
    assert!(
        matches!(console.model.overlay, Some(Overlay::History)),
        "{}",
        console.screen()
    );
}

#[test]
fn what_is_typed_before_the_editor_opens_is_lost() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut console = opened(&desk);
    console.press("2 G");
    console.press_ahead("E z q");
    assert_eq!(console.edited.len(), 1, "{}", console.says());
    assert!(!console.model.is_zoomed);
    // Given up, the experiment is written all the same, but the editor stays closed.
    console.press_ahead("E esc");
    assert_eq!(console.edited.len(), 1);
    assert!(
        console.says().starts_with("Created "),
        "{}",
        console.screen()
    );
}

#[test]
fn a_plan_that_fails_frees_the_keys() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = opened(&desk);
    mark_pause(&mut console);
    let model: &mut Model = &mut console.model;
    let effects = press(model, "a z");
    let [Effect::Stage(request, ..)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert!(picture(model).contains("preparing…"), "{}", picture(model));
    let trouble = Trouble {
        message: "no".to_owned(),
        help: String::new(),
    };
    update(model, Message::Answer(*request, Answer::Failed(trouble)));
    assert!(!model.is_zoomed);
    press(model, "z");
    assert!(model.is_zoomed);
}
