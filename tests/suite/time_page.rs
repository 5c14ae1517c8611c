//! The page of time: keys pressed over a journal that applies have written.

use std::sync::Arc;

use avos::console::commands::Command;
use avos::console::effect::Effect;
use avos::console::message::{Answer, Message};
use avos::console::model::{Model, RowKey};
use avos::console::past::PastRead;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::domain::State;
use avos::plan::LayerDiff;
use avos::store::{Snapshot, StateStore};
use jiff::Timestamp;

use crate::screens::{SIZES, picture};
use crate::support::desk::Desk;

/// A layer file with one experiment at this share, of this status.
fn layer_file(id: &str, share: f64, status: &str) -> String {
    format!(
        "layer_id: {id}
layer_salt: salt of {id}
total_slots: 100
experiments:
  - experiment_id: {id}_color
    layer_id: {id}
    name: Color
    variants: [a, b]
    traffic_allocation: {{a: 0.5, b: 0.5}}
    splitter_type: hash
    traffic_percentage: {share}
    reserved_percentage: {share}
    status: {status}
"
    )
}

/// Four applies: two layers, a ramp-up, a pause, a third layer.
fn desk() -> Desk {
    let desk = Desk::empty();
    let apply = |who: &str, at: &str| {
        let at: Timestamp = at.parse().expect("a time");
        desk.apply_as(who, at);
    };
    desk.write("hero.yml", &layer_file("hero", 0.2, "active"));
    desk.write("search.yml", &layer_file("search", 0.5, "active"));
    apply("anna@host", "2026-03-01T09:00:00Z");
    desk.write("hero.yml", &layer_file("hero", 0.4, "active"));
    apply("ben@ci", "2026-03-10T14:03:00Z");
    desk.write("search.yml", &layer_file("search", 0.5, "paused"));
    apply("anna@host", "2026-04-28T07:30:00Z");
    desk.write("zebra.yml", &layer_file("zebra", 1.0, "active"));
    apply("cho@laptop", "2026-05-05T07:08:09Z");
    desk
}

fn press(model: &mut Model, desk: &Desk, keys: &str) {
    for key in keys.split_whitespace() {
        let effects = update(model, Message::Key(key.parse().expect("a key")));
        answer(model, desk, effects);
    }
}

/// Reads the past, if that is asked for.
fn answer(model: &mut Model, desk: &Desk, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::ReadPast(request) = effect {
            let (snapshot, entries) = match desk.store().snapshot_with_journal() {
                Err(error) if error.is_missing() => (Snapshot::empty(), Vec::new()),
                read => read.expect("the past"),
            };
            let read = Arc::new(PastRead::new(&snapshot.state, entries));
            update(model, Message::Answer(request, Answer::Past(read)));
        }
    }
}

fn opened(desk: &Desk, size: (u16, u16), keys: &str) -> Model {
    let mut model = desk.model(size);
    press(&mut model, desk, keys);
    model
}

/// The lines of the screen.
fn seen(model: &Model) -> String {
    let picture = picture(model);
    picture.split("\n\n").next().expect("a screen").to_owned()
}

fn says(model: &Model) -> &str {
    let outcome = model.outcome.as_ref();
    outcome.map_or("", |outcome| outcome.text.as_str())
}

fn assert_seen(model: &Model, texts: &[&str]) {
    let seen = seen(model);
    for text in texts {
        assert!(seen.contains(text), "`{text}` isn't in\n{seen}");
    }
}

#[test]
fn it_opens_at_the_newest_entry_and_each_key_goes_one_entry() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t");
    assert_seen(
        &model,
        &[
            "4 of 4 entries",
            "State after journal 4, 2026-05-05 07:08 by cho@laptop (1 d ago), 2 changes",
            "+ zebra",
            "create layer",
        ],
    );
    let steps = [
        (
            "left",
            "after journal 3, 2026-04-28 07:30 by anna@host (7 d ago), 1 change",
        ),
        ("[", "after journal 2, 2026-03-10 14:03 by ben@ci"),
        ("right", "after journal 3"),
        ("]", "after journal 4"),
        ("]", "after journal 4"),
        (
            "home",
            "before journal 1, 2026-03-01 09:00 by anna@host (65 d ago): no layers",
        ),
        ("left", "before journal 1"),
        ("right", "after journal 1"),
        ("end", "after journal 4"),
        ("g right right", "after journal 2"),
        ("G", "after journal 4"),
    ];
    for (keys, says) in steps {
        press(&mut model, &desk, keys);
        assert_seen(&model, &[says]);
    }
    press(&mut model, &desk, "esc");
    assert!(model.pages.is_empty());
}

#[test]
fn what_an_entry_changed_comes_first_until_a_layer_is_chosen() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t left");
    let first = |model: &Model| {
        let seen = seen(model);
        let row = seen.lines().find(|line| line.contains('▌')).expect("a row");
        row.split_whitespace().nth(1).expect("a word").to_owned()
    };
    assert_seen(
        &model,
        &["~ search", "pause", "leaves 50%", "+  status: paused"],
    );
    press(&mut model, &desk, "left");
    assert_seen(&model, &["~ hero", "ramp up", "joins 20%", "20% → 40%"]);
    assert_eq!(first(&model), "hero");
    // From then on the layer stays the selected one, also through times at which it isn't there.
    press(&mut model, &desk, "down");
    let selected = |model: &Model| model.page().and_then(|page| page.list.selected.clone());
    assert_eq!(selected(&model), Some(RowKey("search".to_owned())));
    press(&mut model, &desk, "home");
    press(&mut model, &desk, "end");
    assert_eq!(selected(&model), Some(RowKey("search".to_owned())));
}

#[test]
fn from_the_page_of_a_layer_it_opens_with_that_layer() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "2 o end up enter t");
    let page = model.page().expect("a page");
    assert_eq!(page.list.selected, Some(RowKey("search".to_owned())));
    // Enter shows its slots before and after, and all of its diff.
    press(&mut model, &desk, "left enter");
    assert_seen(
        &model,
        &["Time", "search", "before", "after", "-  status: active"],
    );
    press(&mut model, &desk, "left");
    assert_seen(&model, &["after journal 2"]);
    press(&mut model, &desk, "home");
    assert_seen(&model, &["the layer didn't exist then"]);
    press(&mut model, &desk, "esc esc");
    assert_eq!(model.pages.len(), 1);
}

#[test]
fn two_entries_are_compared() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t left v");
    assert_seen(
        &model,
        &[
            "From after journal 3",
            "To   after journal 3",
            "no layer differs",
        ],
    );
    press(&mut model, &desk, "left left");
    assert_seen(
        &model,
        &[
            "From after journal 1",
            "To   after journal 3",
            "2 layers differ",
            "~ hero",
            "20% → 40%",
            "joins 20%",
            "~ search",
        ],
    );
    assert!(!seen(&model).contains("zebra"));
    // The older one is where it goes from, whichever was marked.
    press(&mut model, &desk, "end");
    assert_seen(
        &model,
        &["From after journal 3", "To   after journal 4", "+ zebra"],
    );
    press(&mut model, &desk, "left v");
    assert_seen(&model, &["State after journal 3"]);
}

#[test]
fn nothing_can_be_applied_there() {
    let desk = desk();
    desk.write("hero.yml", &layer_file("hero", 0.6, "active"));
    let mut model = opened(&desk, (120, 40), "t");
    for key in ["a", "A"] {
        press(&mut model, &desk, key);
        assert!(model.overlay.is_none());
        assert!(
            says(&model).contains("nothing can be applied to the past"),
            "{}",
            says(&model)
        );
    }
    press(&mut model, &desk, "esc v");
    let opens = model.startup.named(Command::Time);
    assert!(
        says(&model).contains(&format!("which {opens} opens")),
        "{}",
        says(&model)
    );
}

#[test]
fn each_entry_shows_the_state_that_the_verbs_do() {
    let desk = desk();
    let mut model = opened(&desk, (200, 60), "t");
    let (snapshot, entries) = desk.store().snapshot_with_journal().expect("the past");
    let timeline = avos::timeline::Timeline::new(&snapshot.state, &entries);
    for (index, entry) in entries.iter().enumerate() {
        let read = Arc::clone(model.past.read().expect("it was read"));
        let at = model.time.index(&read);
        let era = timeline.era_after(entry.journal_id).expect("an era");
        let known = timeline.state_at_start(era).expect("it is known");
        let state = |layers| State::empty(known.state.default_hash_algorithm).with_layers(layers);
        let shown = state(read.layers_at(at).expect("it is known"));
        assert_eq!(shown.layers.len(), known.state.layers.len(), "{index}");
        for (id, layer) in &known.state.layers {
            assert!(layer.is_same(&shown.layers[id]), "{id}");
        }
        // The diff of the layers is the one that was reviewed.
        let before = read.layers_before(at).expect("it is known");
        for reviewed in LayerDiff::parse(&entry.diff) {
            let after = LayerDiff::text_of(&shown.layers[&reviewed.layer_id]);
            let before = before.get(&reviewed.layer_id).map(|layer| &**layer);
            let diff = LayerDiff::new(&reviewed.layer_id, before, &after).expect("a diff");
            assert_eq!(diff.unified, reviewed.unified);
        }
        press(&mut model, &desk, "left");
    }
}

#[test]
fn a_new_entry_moves_only_the_newest_point() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t left");
    let reread = |model: &mut Model| {
        let (snapshot, entries) = desk.store().snapshot_with_journal().expect("the past");
        model.past.known = Some(Ok(Arc::new(PastRead::new(&snapshot.state, entries))));
    };
    desk.write("hero.yml", &layer_file("hero", 0.6, "active"));
    desk.apply();
    reread(&mut model);
    assert_seen(&model, &["3 of 5 entries", "after journal 3"]);
    press(&mut model, &desk, "end");
    desk.write("hero.yml", &layer_file("hero", 0.7, "active"));
    desk.apply();
    reread(&mut model);
    assert_seen(&model, &["6 of 6 entries", "after journal 6"]);
}

#[test]
fn what_is_not_known_says_why() {
    // Another program writes between the third entry and the fourth, and after that.
    let desk = desk();
    let write = |share: &str| {
        let store = rusqlite::Connection::open(desk.store().path()).expect("a database");
        let sql = "UPDATE layers SET layer_salt = ?1 WHERE layer_id = 'hero'";
        store.execute(sql, [share]).expect("a write");
    };
    write("other");
    let mut model = opened(&desk, (120, 40), "t");
    assert_seen(&model, &["now: another program changed the database"]);
    press(&mut model, &desk, "left");
    assert_seen(&model, &["State after journal 4"]);
    let empty = Desk::new(crate::support::desk::EXAMPLES, "v1");
    let model = opened(&empty, (120, 40), "t");
    assert_seen(
        &model,
        &["the journal is empty: the first apply begins the journal"],
    );
}

#[test]
fn screens_of_time() {
    let desk = desk();
    for (columns, rows) in SIZES {
        let model = opened(&desk, (columns, rows), "t left");
        insta::assert_snapshot!(format!("time_{columns}x{rows}"), picture(&model));
    }
    let looks = [
        ("light", ThemeName::Light, &Symbols::UNICODE),
        ("none", ThemeName::None, &Symbols::UNICODE),
        ("ascii", ThemeName::Dark, &Symbols::ASCII),
    ];
    for (name, theme, symbols) in looks {
        let mut model = desk.model_with((100, 30), theme, symbols);
        press(&mut model, &desk, "t left v left left");
        insta::assert_snapshot!(format!("time_compared_{name}"), picture(&model));
    }
    let model = opened(&desk, (100, 30), "t left left enter");
    insta::assert_snapshot!("time_layer", picture(&model));
}
