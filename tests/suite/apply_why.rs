//! Reason and ticket of an apply, typed into the dialog.

use avos::console::confirm::{ApplyWhy, DialogFocus};
use avos::console::effect::Effect;
use avos::console::message::Message;
use avos::console::model::{Model, Overlay};
use avos::console::update::update;
use avos::store::StateStore;

use crate::screens::picture;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

fn paste(model: &mut Model, text: &str) {
    update(model, Message::Paste(text.to_owned()));
}

fn focus(model: &Model) -> DialogFocus {
    match &model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm.focus,
        other => panic!("{other:?}"),
    }
}

fn why(effects: &[Effect]) -> &ApplyWhy {
    match effects {
        [Effect::Apply(_, _, why)] => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn typing_a_reason_never_applies() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((100, 30));
    press(&mut model, "a tab tab");
    assert_eq!(focus(&model), DialogFocus::Reason);
    // Neither the key that confirms, nor one that leaves, nor Enter.
    assert!(press(&mut model, "y q n j enter").is_empty());
    assert_eq!(focus(&model), DialogFocus::Answer);
    assert!(picture(&model).contains("Reason: yqnj"));
    press(&mut model, "shift-tab W - 4 2 enter");
    let effects = press(&mut model, "y");
    let expected = ApplyWhy {
        reason: "yqnj".to_owned(),
        ticket: "W-42".to_owned(),
    };
    assert_eq!(why(&effects), &expected);
}

#[test]
fn neither_is_required() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((100, 30));
    assert_eq!(why(&press(&mut model, "a y")), &ApplyWhy::default());
}

#[test]
fn the_name_and_the_reason_are_two_fields() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    press(&mut model, "a tab");
    assert_eq!(focus(&model), DialogFocus::Reason);
    paste(&mut model, "the sale\nbegins");
    assert!(press(&mut model, "enter enter").is_empty(), "no name yet");
    paste(&mut model, "all");
    let effects = press(&mut model, "enter");
    assert_eq!(why(&effects).reason, "the sale begins");
}

#[test]
fn a_name_that_is_begun_is_not_left_by_the_key_that_completes_it() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    press(&mut model, "a a x tab");
    assert_eq!(focus(&model), DialogFocus::Answer, "it is wrong");
    press(&mut model, "backspace tab");
    assert_eq!(focus(&model), DialogFocus::Answer, "Tab completed it");
    press(&mut model, "tab");
    assert_eq!(focus(&model), DialogFocus::Reason, "it is whole");
    press(&mut model, "tab tab backspace shift-tab");
    assert_eq!(focus(&model), DialogFocus::Ticket);
}

#[test]
fn a_stale_dialog_takes_no_reason() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("a tab tab b");
    desk.append("homepage_hero.yml", "# a comment\n");
    console.notice();
    console.type_text("c");
    console.press("d");
    let Some(Overlay::Confirm(confirm)) = &console.model.overlay else {
        panic!("the dialog closed")
    };
    assert!(confirm.stale.is_some());
    assert_eq!(confirm.why.reason, "b");
}

#[test]
fn the_journal_says_who_and_why() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("a tab tab");
    console.type_text(" the sale begins ");
    console.press("tab");
    console.type_text("WEB-42");
    assert!(console.screen().contains("Ticket: WEB-42"));
    console.press("enter y");
    assert!(console.says().starts_with("Applied"), "{}", console.says());
    let entry = &desk.store().journal_heads().expect("a journal")[0];
    assert_eq!(entry.actor, "ada@host");
    assert_eq!(entry.reason.as_deref(), Some("the sale begins"));
    assert_eq!(entry.ticket.as_deref(), Some("WEB-42"));
}

#[test]
fn a_long_reason_is_folded_and_the_question_stays() {
    let desk = Desk::new(EXAMPLES, "v1");
    for size in [(60, 16), (100, 30)] {
        let mut model = desk.model(size);
        press(&mut model, "a tab tab");
        paste(&mut model, &"word ".repeat(30));
        insta::assert_snapshot!(format!("reason_{}x{}", size.0, size.1), picture(&model));
    }
}
