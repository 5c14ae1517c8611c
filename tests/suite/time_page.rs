//! The page of time: keys pressed over a journal that applies have written.

use std::sync::Arc;

use avos::assign::{Assigner, Groups};
use avos::console::commands::Command;
use avos::console::effect::Effect;
use avos::console::message::{Answer, Message};
use avos::console::model::{Model, RowKey};
use avos::console::past::PastRead;
use avos::console::update::update;
use avos::console::worker::look_up;
use avos::domain::State;
use avos::plan::LayerDiff;
use avos::store::{Snapshot, StateStore};
use avos::timeline::Timeline;
use jiff::Timestamp;

use crate::screens::{LOOKS, SIZES, at_every_size, in_every_look, picture};
use crate::support::console::{now, says};
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

/// Reads the past and the journal, and looks up units, if that is asked for.
fn answer(model: &mut Model, desk: &Desk, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Explain(request, unit, state) = &effect {
            let answers = look_up(unit, state, now()).expect("answers");
            let answer = Answer::Explained(Arc::new(answers));
            update(model, Message::Answer(*request, answer));
        }
        if let Effect::ReadHistory(request) = effect {
            let heads = desk.store().journal_heads().expect("the journal");
            let answered = Answer::History(heads.into());
            let effects = update(model, Message::Answer(request, answered));
            self::answer(model, desk, effects);
        }
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

/// Types where to go, and goes there.
fn jump(model: &mut Model, desk: &Desk, to: &str) {
    press(model, desk, "@");
    update(model, Message::Paste(to.to_owned()));
    press(model, desk, "enter");
}

/// Writes the database as another program does: another salt of a layer.
fn interfere(desk: &Desk, salt: &str) {
    let store = rusqlite::Connection::open(desk.store().path()).expect("a database");
    let sql = "UPDATE layers SET layer_salt = ?1 WHERE layer_id = 'hero'";
    store.execute(sql, [salt]).expect("a write");
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
            "-  traffic_percentage: 0.2",
            "+  traffic_percentage: 0.4",
        ],
    );
    assert!(!seen(&model).contains("zebra"));
    // The other layer's diff, whole on its page.
    press(&mut model, &desk, "down");
    assert_seen(&model, &["-  status: active", "+  status: paused"]);
    press(&mut model, &desk, "enter");
    assert_seen(
        &model,
        &["before", "after", "leaves 50%", "+  status: paused"],
    );
    press(&mut model, &desk, "esc up");
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
    let timeline = Timeline::new(&snapshot.state, &entries);
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
    // Another program writes after the last entry.
    let desk = desk();
    interfere(&desk, "other");
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
fn one_goes_to_an_entry_or_a_time_that_is_typed() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t");
    for (to, expected) in [
        ("2", "State after journal 2, 2026-03-10 14:03"),
        (" 4 ", "State after journal 4"),
        ("2026-03-09", "State at 2026-03-09 00:00, after journal 1"),
        ("2026-03-10", "State at 2026-03-10 00:00, after journal 1"),
        // The console shows no seconds: the minute that it shows is all of that minute.
        (
            "2026-03-10 14:03",
            "State at 2026-03-10 14:03, after journal 2",
        ),
        (
            "2026-03-10T14:02Z",
            "State at 2026-03-10 14:02, after journal 1",
        ),
        (
            "2026-03-10T15:03:00+01:00",
            "State at 2026-03-10 14:03, after journal 2",
        ),
        ("3 d ago", "State at 2026-05-03 07:08, after journal 3"),
        ("100d", "State at 2026-01-26 07:08, before journal 1"),
        ("0 d", "State after journal 4"),
    ] {
        jump(&mut model, &desk, to);
        assert_seen(&model, &[expected]);
        assert!(model.overlay.is_none());
    }
    // A step leaves the time for the entries.
    jump(&mut model, &desk, "3d");
    press(&mut model, &desk, "left");
    assert_seen(&model, &["State after journal 2"]);
    // A comparison goes there too.
    press(&mut model, &desk, "v");
    jump(&mut model, &desk, "3d");
    assert_seen(
        &model,
        &[
            "From after journal 2",
            "To   at 2026-05-03 07:08, after journal 3",
            "~ search",
        ],
    );
}

#[test]
fn what_leads_nowhere_says_what_does() {
    let desk = desk();
    let mut model = opened(&desk, (60, 16), "t");
    for (typed, says) in [
        ("5", "the journal has the entries 1 to 4"),
        ("-1", "the journal has the entries 1 to 4"),
        ("yesterday", "expected an entry like 12, or a time like 3d"),
        ("2026-13-01", "expected an entry like 12, or a time like 3d"),
        ("2026-05-07", "that is in the future"),
    ] {
        jump(&mut model, &desk, typed);
        assert_seen(&model, &[says]);
        // The next key takes it back; Escape closes the field and nothing else.
        press(&mut model, &desk, "backspace");
        assert!(!seen(&model).contains(says), "{typed}");
        press(&mut model, &desk, "esc");
        assert!(model.is_in_the_past());
        assert_seen(&model, &["State after journal 4"]);
    }
    press(&mut model, &desk, "@ enter");
    assert!(model.overlay.is_none());
    press(&mut model, &desk, "esc @");
    assert!(says(&model).contains("which t opens"), "{}", says(&model));
    let desk = Desk::new(crate::support::desk::EXAMPLES, "v1");
    let model = opened(&desk, (120, 40), "t @");
    assert!(says(&model).contains("no entries"), "{}", says(&model));
}

#[test]
fn with_room_all_forms_of_a_time_are_named() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t");
    jump(&mut model, &desk, "foo");
    let forms = "an entry like 12, or a time like 2026-11-20, 2026-11-20T14:00Z, 3d or 1h";
    assert_seen(&model, &["@ foo", &format!("expected {forms}")]);
    press(&mut model, &desk, "backspace");
    assert_seen(&model, &["@ fo", forms]);
    assert!(!seen(&model).contains("expected"));
}

#[test]
fn an_entry_of_the_history_opens_in_time() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "h");
    assert_seen(&model, &["t shows the state then"]);
    // From the list, from the entry in full, and again from the page of time.
    for (keys, at) in [
        ("j j t", "State after journal 2"),
        ("h j enter t", "State after journal 3"),
        ("h t", "State after journal 4"),
        ("enter h G t", "State after journal 1"),
    ] {
        press(&mut model, &desk, keys);
        assert!(model.overlay.is_none(), "{keys}");
        assert_seen(&model, &[at]);
    }
    press(&mut model, &desk, "esc");
    assert!(model.pages.is_empty(), "it is open once");
    // In the filter it is a letter.
    press(&mut model, &desk, "h / t");
    assert!(model.overlay.is_some() && model.pages.is_empty());
}

#[test]
fn a_unit_gets_what_it_got_then() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t");
    let unit = |model: &mut Model, keys: &str| {
        press(model, &desk, keys);
        if model.lookup.is_typing {
            update(model, Message::Paste("user_44".to_owned()));
            press(model, &desk, "enter");
        }
    };
    unit(&mut model, "u");
    assert_seen(
        &model,
        &[
            "Unit as of journal 4, 2026-05-05 07:08",
            "State as of journal 4, 2026-05-05 07:08",
            "assigned in 2 of 3 layers",
        ],
    );
    // The keys of time go on while the lookup is open.
    let steps = [
        (
            "[",
            "Unit as of journal 3, 2026-04-28 07:30",
            "search_color is paused",
        ),
        (
            "[",
            "Unit as of journal 2, 2026-03-10 14:03",
            "search_color",
        ),
        ("[", "Unit as of journal 1, 2026-03-01 09:00", "of 2 layers"),
        (
            "[",
            "Unit before journal 1, 2026-03-01 09:00",
            "there were no layers then",
        ),
        (
            "]",
            "Unit as of journal 1, 2026-03-01 09:00",
            "assigned in 1 of 2 layers",
        ),
    ];
    for (key, title, says) in steps {
        unit(&mut model, key);
        assert_seen(&model, &[title, says]);
    }
    // Of a typed minute, an entry in it counts from its own instant on.
    press(&mut model, &desk, "esc");
    jump(&mut model, &desk, "2026-05-05 07:08");
    unit(&mut model, "u");
    assert_seen(
        &model,
        &[
            "Unit as of 2026-05-05 07:08, after journal 4",
            "2026-05-05T07:08:09Z",
        ],
    );
    press(&mut model, &desk, "esc");
    jump(&mut model, &desk, "1");
    unit(&mut model, "u");
    // In the field they are characters.
    press(&mut model, &desk, "tab [");
    assert_eq!(model.lookup.typed, "[");
    press(&mut model, &desk, "esc");
    assert_seen(&model, &["State after journal 1"]);
    jump(&mut model, &desk, "2026-03-05");
    unit(&mut model, "u");
    assert_seen(&model, &["Unit as of 2026-03-05 00:00, after journal 1"]);
    // Elsewhere the present answers again, with the plan.
    press(&mut model, &desk, "esc esc");
    assert!(!model.is_in_the_past());
    unit(&mut model, "u");
    assert!(model.lookup.as_of.is_none());
    assert!(!seen(&model).contains("as of"));
}

#[test]
fn the_time_of_the_state_decides_its_dates() {
    let desk = Desk::empty();
    let file = layer_file("hero", 1.0, "active");
    desk.write("hero.yml", &format!("{file}    start_date: 2026-04-01\n"));
    desk.apply_as("anna@host", "2026-03-01T09:00:00Z".parse().expect("a time"));
    let mut model = opened(&desk, (120, 40), "t");
    for (at, is_assigned) in [
        ("1", false),
        ("2026-03-31T23:59Z", false),
        ("2026-04-01", true),
    ] {
        jump(&mut model, &desk, at);
        press(&mut model, &desk, "u");
        update(&mut model, Message::Paste("user_44".to_owned()));
        press(&mut model, &desk, "enter");
        assert_eq!(model.lookup.rows()[0].is_assigned(), is_assigned, "{at}");
        press(&mut model, &desk, "esc");
    }
}

#[test]
fn every_unit_gets_what_the_states_of_the_verbs_give() {
    let desk = desk();
    let mut model = opened(&desk, (120, 40), "t");
    let (snapshot, entries) = desk.store().snapshot_with_journal().expect("the past");
    let timeline = Timeline::new(&snapshot.state, &entries);
    for entry in &entries {
        let era = timeline.era_after(entry.journal_id).expect("an era");
        let state = timeline.state_at_start(era).expect("it is known").state;
        let assigner = Assigner::new(&state);
        for unit in ["user_1", "user_2", "user_3"] {
            press(&mut model, &desk, "u");
            update(&mut model, Message::Paste(unit.to_owned()));
            press(&mut model, &desk, "enter");
            let rows = model.lookup.rows();
            assert_eq!(rows.len(), state.layers.len());
            for row in rows {
                let layer = row.layer_id.expect("a layer");
                let at = entry.applied_at;
                let expected = assigner.explain(layer, unit, &Groups::default(), at);
                let expected = expected.expect("a layer");
                let now = row.answer.and_then(|answer| answer.now.as_ref());
                let now = now.expect("an answer");
                assert_eq!(now.to_string(), expected.to_string());
            }
            press(&mut model, &desk, "esc");
        }
        press(&mut model, &desk, "left");
    }
}

/// Five entries; another program writes between the third one and the fourth.
fn with_a_gap() -> Desk {
    let desk = Desk::empty();
    let apply = |day: u8| {
        let at = format!("2026-03-0{day}T09:00:00Z");
        desk.apply_as("anna@host", at.parse().expect("a time"));
    };
    for (day, share) in [(1, 0.1), (2, 0.2), (3, 0.3)] {
        desk.write("hero.yml", &layer_file("hero", share, "active"));
        apply(day);
    }
    interfere(&desk, "other");
    for (day, share) in [(4, 0.4), (5, 0.5)] {
        let file = layer_file("hero", share, "active").replace("salt of hero", "other");
        desk.write("hero.yml", &file);
        apply(day);
    }
    desk
}

#[test]
fn over_a_gap_in_the_journal_only_what_is_known_is_shown() {
    let desk = with_a_gap();
    let mut model = opened(&desk, (120, 40), "t home");
    // The journal begins with an empty database, so each entry's state is known.
    for (id, share) in [(1, "10%"), (2, "20%"), (3, "30%"), (4, "40%"), (5, "50%")] {
        press(&mut model, &desk, "right");
        let after = format!("State after journal {id}");
        assert_seen(&model, &[&after, share]);
        assert!(!seen(&model).contains("not known"), "{id}");
    }
    // Before and after the gap, the layer isn't the same one.
    jump(&mut model, &desk, "3");
    press(&mut model, &desk, "v ]");
    assert_seen(
        &model,
        &[
            "1 layer differs",
            "-layer_salt: salt of hero",
            "+layer_salt: other",
        ],
    );
    press(&mut model, &desk, "[ v");
    // A time in the gap has no state that anybody knows; that of the entry before it is shown.
    jump(&mut model, &desk, "2026-03-03T12:00:00Z");
    assert_seen(&model, &["State after journal 3"]);
    let unknown = "another program changed the database after journal 3, so its state at that time \
                   isn't known";
    assert_eq!(says(&model), unknown);
    jump(&mut model, &desk, "2026-03-04T12:00:00Z");
    assert_seen(&model, &["State at 2026-03-04 12:00, after journal 4"]);
}

#[test]
fn before_a_gap_nothing_is_known_unless_the_journal_began_empty() {
    let desk = with_a_gap();
    let (snapshot, mut entries) = desk.store().snapshot_with_journal().expect("the past");
    // The journal of a database that another program began.
    for entry in &mut entries {
        entry.began_empty = false;
    }
    let mut model = opened(&desk, (120, 40), "t");
    model.past.known = Some(Ok(Arc::new(PastRead::new(&snapshot.state, entries))));
    assert_seen(&model, &["State after journal 5"]);
    jump(&mut model, &desk, "2");
    assert_seen(
        &model,
        &[
            "State after journal 2",
            "not known: another program changed the database after journal 3; the states after \
             journal 4 and later are known",
            // What the entry changed is known nevertheless.
            "~ hero",
            "+  traffic_percentage: 0.2",
        ],
    );
    press(&mut model, &desk, "u");
    update(&mut model, Message::Paste("user_44".to_owned()));
    press(&mut model, &desk, "enter");
    assert_seen(
        &model,
        &[
            "Unit as of journal 2, 2026-03-02 09:00",
            "not known: another program changed the database after journal 3",
        ],
    );
    assert!(model.lookup.rows().is_empty());
    // One side of a comparison is enough for nothing to be known of the difference.
    press(&mut model, &desk, "esc v ] ]");
    assert_seen(
        &model,
        &["From after journal 2", "To   after journal 4", "not known"],
    );
    assert!(!seen(&model).contains("differ"));
}

#[test]
fn screens_of_the_jump_and_of_a_unit_then() {
    let desk = desk();
    for (columns, rows) in SIZES {
        let mut model = opened(&desk, (columns, rows), "t left @");
        update(&mut model, Message::Paste("next week".to_owned()));
        press(&mut model, &desk, "enter");
        insta::assert_snapshot!(format!("time_jump_{columns}x{rows}"), picture(&model));
        press(&mut model, &desk, "esc");
        jump(&mut model, &desk, "2026-04-01");
        press(&mut model, &desk, "u");
        update(&mut model, Message::Paste("user_44".to_owned()));
        press(&mut model, &desk, "enter");
        insta::assert_snapshot!(format!("time_unit_{columns}x{rows}"), picture(&model));
    }
}

#[test]
fn screens_of_time() {
    let desk = desk();
    for (columns, rows) in SIZES {
        let model = opened(&desk, (columns, rows), "t left");
        insta::assert_snapshot!(format!("time_{columns}x{rows}"), picture(&model));
    }
    for (name, theme, symbols) in LOOKS {
        let mut model = desk.model_with((100, 30), theme, symbols);
        press(&mut model, &desk, "t left v left left");
        insta::assert_snapshot!(format!("time_compared_{name}"), picture(&model));
    }
    let layer = at_every_size(|size| opened(&desk, size, "t left left enter"));
    insta::assert_snapshot!("time_layer_sizes", layer);
    for (name, keys) in [
        ("layer", "t left left enter"),
        ("jump", "t left @ n e x t enter"),
        ("unit", "t left u u s e r _ 4 4 enter"),
    ] {
        let looks = in_every_look(|theme, symbols| {
            let mut model = desk.model_with((80, 24), theme, symbols);
            press(&mut model, &desk, keys);
            model
        });
        insta::assert_snapshot!(format!("time_{name}_looks"), looks);
    }
}
