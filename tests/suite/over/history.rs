//! The journal over the main screen.

use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::history::History;
use avos::console::message::{Answer, Message, RequestId};
use avos::console::model::{Model, Overlay, Trouble};
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::store::{JournalHead, JournalQuery, SqliteStore, StateStore};
use jiff::SignedDuration;

use crate::screens::{LOOKS, SIZES, at_every_size, picture};
use crate::support::console::now;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};

/// Carries out what reads the journal until nothing is to be done, as the worker would.
fn settle(model: &mut Model, effects: Vec<Effect>, store: &SqliteStore) {
    for effect in effects {
        let message = match effect {
            Effect::ReadHistory(request) => {
                let heads = store.journal_heads().unwrap_or_default();
                Message::Answer(request, Answer::History(heads.into()))
            }
            Effect::ReadEntry(request, id) => {
                let entry = store
                    .journal(JournalQuery::One(id))
                    .expect("a journal")
                    .remove(0);
                Message::Answer(request, Answer::Entry(entry.into()))
            }
            other => panic!("nobody asked for {other:?}"),
        };
        let effects = update(model, message);
        settle(model, effects, store);
    }
}

fn type_keys(model: &mut Model, keys: &str, store: &SqliteStore) {
    for key in keys.split_whitespace() {
        let effects = update(model, Message::Key(key.parse().expect("a key")));
        settle(model, effects, store);
    }
}

fn history(model: &Model) -> &History {
    match &model.overlay {
        Some(Overlay::History) => &model.history,
        other => panic!("{other:?}"),
    }
}

fn selected(model: &Model) -> Option<i64> {
    history(model).selected().map(|head| head.journal_id)
}

/// A desk to which v1 and v2 were applied.
fn desk() -> Desk {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.apply();
    desk
}

fn request(effects: &[Effect]) -> RequestId {
    match effects {
        [Effect::ReadHistory(request) | Effect::ReadEntry(request, _)] => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_screens() {
    let desk = desk();
    for (columns, rows) in SIZES {
        let mut model = desk.model((columns, rows));
        type_keys(&mut model, "h", &desk.store());
        let name = format!("history_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&model));
    }
    let entry = at_every_size(|size| {
        let mut model = desk.model(size);
        type_keys(&mut model, "h down right pagedown", &desk.store());
        model
    });
    insta::assert_snapshot!("history_entry_sizes", entry);
}

#[test]
fn other_looks() {
    let desk = desk();
    for (name, theme, symbols) in LOOKS {
        let mut model = desk.model_with((100, 30), theme, symbols);
        type_keys(&mut model, "h", &desk.store());
        insta::assert_snapshot!(format!("history_{name}"), picture(&model));
    }
}

/// Types a filter and leaves its field.
fn filter(model: &mut Model, text: &str, store: &SqliteStore) {
    type_keys(model, "/", store);
    let effects = update(model, Message::Paste(text.to_owned()));
    settle(model, effects, store);
    type_keys(model, "enter", store);
}

/// v1 by one person, v2 by another one two hours earlier.
fn desk_of_two() -> Desk {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.apply_as("ben@ci", now() - SignedDuration::from_hours(2));
    desk
}

#[test]
fn the_filter_keeps_the_entries_that_meet_all_conditions() {
    let desk = desk_of_two();
    let store = desk.store();
    let mut model = desk.model((100, 30));
    type_keys(&mut model, "h / b y : b e n", &store);
    assert!(picture(&model).contains("/ by:ben"));
    assert!(picture(&model).contains("1 of 2 entries"));
    assert_eq!(selected(&model), Some(2));
    // The field has the keys: `q` is a letter.
    type_keys(&mut model, "q", &store);
    assert!(picture(&model).contains("no entry passes `by:benq`"));
    type_keys(&mut model, "backspace enter", &store);
    // The selected entry is shown below, as without a filter.
    assert!(matches!(history(&model).detail(), Some(Ok(entry)) if entry.journal_id == 2));
    type_keys(&mut model, "right esc", &store);
    assert!(picture(&model).contains("1 of 2 entries"));
    type_keys(&mut model, "esc", &store);
    assert_eq!(history(&model).listed.len(), 2);
    // What was selected stays so if it is listed, also after nothing was; else the first one is.
    type_keys(&mut model, "end / @ 9", &store);
    assert!(history(&model).listed.is_empty());
    type_keys(&mut model, "backspace enter", &store);
    assert_eq!(selected(&model), Some(1));
    type_keys(&mut model, "esc", &store);
    filter(&mut model, "ben", &store);
    assert_eq!(selected(&model), Some(2));
    type_keys(&mut model, "esc", &store);
    assert_eq!(selected(&model), Some(2));
    for (text, listed) in [
        ("since:1h", &[1][..]),
        ("before:1h", &[2]),
        ("layer:homepage before:2026-05-07", &[2, 1]),
        ("experiment:hero_button_colors_v2", &[2]),
        ("colors_v1 test@", &[1]),
    ] {
        filter(&mut model, text, &store);
        let history = history(&model);
        let heads = history.listed.iter().map(|at| &history.heads()[*at]);
        let ids: Vec<i64> = heads.map(|head| head.journal_id).collect();
        assert_eq!(ids, listed, "{text}");
        type_keys(&mut model, "esc", &store);
    }
    // Closing forgets it.
    filter(&mut model, "ben", &store);
    type_keys(&mut model, "ctrl-c h", &store);
    assert_eq!(history(&model).listed.len(), 2);
}

#[test]
fn a_new_entry_is_listed_only_if_it_passes() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    type_keys(&mut model, "h", &desk.store());
    filter(&mut model, "test@", &desk.store());
    desk.apply_as("ben@ci", now());
    let effects = update(&mut model, Message::Watch(WatchEvent::Database));
    let [Effect::Load(load)] = effects[..] else {
        panic!("{effects:?}")
    };
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let mut effects = update(&mut model, Message::Answer(load, loaded));
    effects.retain(|effect| matches!(effect, Effect::ReadHistory(_)));
    settle(&mut model, effects, &desk.store());
    assert_eq!(history(&model).heads().len(), 2);
    assert_eq!(selected(&model), Some(1));
    assert!(picture(&model).contains("1 of 2 entries"));
}

#[test]
fn what_the_filter_cannot_read_or_find_is_said() {
    let desk = desk_of_two();
    for (columns, rows) in SIZES {
        let mut model = desk.model((columns, rows));
        type_keys(&mut model, "h /", &desk.store());
        let paste = Message::Paste("ben laye:x since:soon".to_owned());
        let effects = update(&mut model, paste);
        settle(&mut model, effects, &desk.store());
        insta::assert_snapshot!(format!("history_filter_{columns}x{rows}"), picture(&model));
    }
    let mut model = desk.model_with((60, 16), ThemeName::None, &Symbols::ASCII);
    type_keys(&mut model, "h", &desk.store());
    filter(
        &mut model,
        "by:test layer:hero since:3d experiment:colors_v2",
        &desk.store(),
    );
    insta::assert_snapshot!("history_filter_none", picture(&model));
}

#[test]
fn an_empty_journal_says_what_would_be_there() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((100, 30));
    type_keys(&mut model, "h right", &desk.store());
    assert!(picture(&model).contains("no applies yet"));
    assert!(!history(&model).browser.is_open);
}

#[test]
fn it_opens_for_a_saved_plan_and_closes_by_every_way_out() {
    let desk = desk();
    desk.save_plan();
    let mut model = desk.model_of_plan((100, 30));
    model.startup.is_read_only = true;
    for way_out in ["esc", "h", "q", "ctrl-c", "right ctrl-c", "right esc esc"] {
        type_keys(&mut model, "h", &desk.store());
        assert_eq!(selected(&model), Some(2));
        type_keys(&mut model, way_out, &desk.store());
        assert!(model.overlay.is_none(), "{way_out}");
    }
}

#[test]
fn one_entry_is_read_at_a_time() {
    let desk = desk();
    let store = desk.store();
    let mut model = desk.model((100, 30));
    let effects = update(&mut model, Message::Key("h".parse().expect("a key")));
    let heads = store.journal_heads().expect("a journal");
    let answer = Answer::History(heads.into());
    let effects = update(&mut model, Message::Answer(request(&effects), answer));
    let [Effect::ReadEntry(first, 2)] = effects[..] else {
        panic!("{effects:?}")
    };
    // The selection moves on while it is read.
    let moved = update(&mut model, Message::Key("j".parse().expect("a key")));
    assert!(moved.is_empty(), "{moved:?}");
    let entry = |id| {
        let mut entries = store.journal(JournalQuery::One(id)).expect("a journal");
        Answer::Entry(Arc::new(entries.remove(0)))
    };
    let effects = update(&mut model, Message::Answer(first, entry(2)));
    assert!(history(&model).detail().is_none(), "it is another one's");
    let [Effect::ReadEntry(second, 1)] = effects[..] else {
        panic!("{effects:?}")
    };
    let effects = update(&mut model, Message::Answer(second, entry(1)));
    assert!(effects.is_empty());
    assert!(matches!(history(&model).detail(), Some(Ok(entry)) if entry.journal_id == 1));
}

#[test]
fn a_new_apply_shows_up_and_the_selection_stays() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    type_keys(&mut model, "h", &desk.store());
    assert_eq!(selected(&model), Some(1));
    desk.apply();
    let effects = update(&mut model, Message::Watch(WatchEvent::Database));
    let [Effect::Load(load)] = effects[..] else {
        panic!("{effects:?}")
    };
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let mut effects = update(&mut model, Message::Answer(load, loaded));
    effects.retain(|effect| matches!(effect, Effect::ReadHistory(_)));
    settle(&mut model, effects, &desk.store());
    assert_eq!(history(&model).heads().len(), 2);
    assert_eq!(selected(&model), Some(1));
    assert!(matches!(history(&model).detail(), Some(Ok(_))));
}

#[test]
fn what_cannot_be_read_is_said_in_its_place() {
    let desk = desk();
    let trouble = || {
        Answer::Failed(Trouble {
            message: "the database is locked\u{1b}".to_owned(),
            help: "try again".to_owned(),
        })
    };
    let mut model = desk.model((100, 30));
    let effects = update(&mut model, Message::Key("h".parse().expect("a key")));
    update(&mut model, Message::Answer(request(&effects), trouble()));
    assert!(picture(&model).contains("the database is locked\\u{1b}"));
    assert!(model.outcome.is_none());
    press(&mut model, "esc");

    type_keys(&mut model, "h", &desk.store());
    let effects = update(&mut model, Message::Key("down".parse().expect("a key")));
    update(&mut model, Message::Answer(request(&effects), trouble()));
    assert_eq!(history(&model).heads().len(), 2);
    assert!(picture(&model).contains("try again"));
    // There is nothing to copy yet.
    assert!(update(&mut model, Message::Key("c".parse().expect("a key"))).is_empty());
    // The other one can be read.
    type_keys(&mut model, "up", &desk.store());
    assert!(matches!(history(&model).detail(), Some(Ok(_))));
}

#[test]
fn an_entry_is_copied_whole() {
    let desk = desk();
    let mut model = desk.model((60, 16));
    type_keys(&mut model, "h down", &desk.store());
    let effects = update(&mut model, Message::Key("c".parse().expect("a key")));
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*what, "the entry");
    let (head, diff) = text.split_once("\n--- ").expect("a diff");
    insta::assert_snapshot!(head, @"
    journal 1 · 2026-05-06 07:08:09 UTC · test@host
    plan eaf456e7f436 · revision 7728eebe041a → 485359d1f00d

    checkout_flow
      + create layer  checkout_flow        50 slots, sha256, cap 80%
      + create        checkout_payment_v1  25 slots

    homepage_hero
      + create layer  homepage_hero          100 slots, sha256
      + create        hero_button_colors_v1  60 slots
      + create        hero_layout_v1         30 slots
    ");
    let entry = desk
        .store()
        .journal(JournalQuery::One(1))
        .expect("a journal")
        .remove(0);
    assert_eq!(format!("--- {diff}"), entry.diff.trim_end());
}

#[test]
fn a_list_that_was_scrolled_says_from_its_first_line_why_it_cannot_be_read() {
    let desk = desk();
    let mut model = desk.model((60, 16));
    let effects = update(&mut model, Message::Key("h".parse().expect("a key")));
    let newest = desk.store().journal_heads().expect("a journal").remove(0);
    let heads: Vec<_> = (1..=200)
        .map(|journal_id| JournalHead {
            journal_id,
            ..newest.clone()
        })
        .collect();
    let answer = Answer::History(heads.into());
    update(&mut model, Message::Answer(request(&effects), answer));
    press(&mut model, "end");
    assert!(history(&model).browser.list.offset > 100);

    let effects = update(&mut model, Message::Watch(WatchEvent::Database));
    let [Effect::Load(load)] = effects[..] else {
        panic!("{effects:?}")
    };
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let mut effects = update(&mut model, Message::Answer(load, loaded));
    effects.retain(|effect| matches!(effect, Effect::ReadHistory(_)));
    let trouble = Answer::Failed(Trouble {
        message: "the database is locked".to_owned(),
        help: "try again".to_owned(),
    });
    update(&mut model, Message::Answer(request(&effects), trouble));
    assert_eq!(history(&model).browser.list.offset, 0);
    assert!(picture(&model).contains("the database is locked"));
}
