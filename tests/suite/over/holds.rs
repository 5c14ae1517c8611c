//! What the console shows of holds, and of what other programs changed.

use avos::console::effect::Effect;
use avos::console::message::{Answer, Message};
use avos::console::model::Model;
use avos::console::update::update;
use avos::domain::Hold;
use avos::review::{plan_hold, plan_release};
use avos::store::{Author, JournalQuery, StateStore};
use rusqlite::Connection;

use crate::screens::{SIZES, picture};
use crate::support::console::now;
use crate::support::desk::{Desk, EXAMPLES};

const ID: &str = "hero_layout_v1";

fn author() -> Author {
    Author {
        reason: Some("blank on phones".to_owned()),
        ..Author::new("ada@host", now())
    }
}

/// A desk at v1 whose experiment is held.
fn held() -> Desk {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let state = desk.store().snapshot().expect("a state").state;
    let hold = Hold::new(now(), None, "blank on phones", "ada@host");
    let plan = plan_hold(&state, &ID.into(), hold).expect("an experiment");
    let plan = plan.expect("something to do");
    desk.store().apply(&plan, &author()).expect("applied");
    desk
}

fn type_keys(model: &mut Model, keys: &str, desk: &Desk) {
    let mut messages: Vec<Message> = keys
        .split_whitespace()
        .rev()
        .map(|key| Message::Key(key.parse().expect("a key")))
        .collect();
    while let Some(message) = messages.pop() {
        for effect in update(model, message) {
            let store = desk.store();
            let (request, answer) = match effect {
                Effect::ReadHistory(request) => {
                    let heads = store.journal_heads().expect("a journal");
                    (request, Answer::History(heads.into()))
                }
                Effect::ReadEntry(request, id) => {
                    let mut entries = store.journal(JournalQuery::One(id)).expect("a journal");
                    (request, Answer::Entry(entries.remove(0).into()))
                }
                other => panic!("nobody asked for {other:?}"),
            };
            messages.push(Message::Answer(request, answer));
        }
    }
}

#[test]
fn a_hold_is_noted_beside_the_changes_and_stands_in_the_history() {
    let desk = held();
    let mut model = desk.model((160, 50));
    let main = picture(&model);
    assert!(
        main.contains("No changes, but 1 experiment is held"),
        "{main}"
    );
    type_keys(&mut model, "4 z", &desk);
    let changes = picture(&model);
    assert!(
        changes.contains("held by ada@host now: blank on phones"),
        "{changes}"
    );
    type_keys(&mut model, "z", &desk);
    type_keys(&mut model, "h enter", &desk);
    let entry = picture(&model);
    for words in ["hold", "hero_layout_v1", "active → paused: blank on phones"] {
        assert!(entry.contains(words), "{words}: {entry}");
    }
}

#[test]
fn a_release_is_read_in_words() {
    let desk = held();
    let state = desk.store().snapshot().expect("a state").state;
    let plan = plan_release(&state, &ID.into()).expect("an experiment");
    let plan = plan.expect("something to do");
    desk.store().apply(&plan, &author()).expect("applied");
    let mut model = desk.model((160, 50));
    type_keys(&mut model, "h enter", &desk);
    let entry = picture(&model);
    for words in ["release", "held by ada@host since", "blank on phones"] {
        assert!(entry.contains(words), "{words}: {entry}");
    }
}

#[test]
fn what_another_program_changed_is_noted() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let database = Connection::open(desk.store().path()).expect("a database");
    let pause = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1'";
    database.execute(pause, []).expect("valid SQL");
    let loaded = desk.load();
    let review = loaded.review.expect("a review");
    let note = &review.notes[0];
    assert_eq!(
        (note.code.as_str(), note.message.as_str()),
        (
            "changed-outside",
            "`hero_layout_v1` active → paused, outside, since journal 1"
        )
    );
    let main = picture(&desk.model((160, 50)));
    assert!(
        main.contains("active → paused: changed outside, since journal 1, now"),
        "{main}"
    );
}

#[test]
fn every_size_has_room_for_a_hold() {
    let desk = held();
    for size in SIZES {
        let mut model = desk.model(size);
        picture(&model);
        type_keys(&mut model, "h enter", &desk);
        picture(&model);
    }
}
