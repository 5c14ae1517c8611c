//! What a unit gets in each layer, over the main screen.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::lookup::{Agreement, Logged};
use avos::console::message::{Answer, Message};
use avos::console::model::{Model, Overlay, Trouble};
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::console::worker::look_up;
use avos::exposure::{ExposureRows, LogRows};
use rusqlite::Connection;

use crate::screens::{LOOKS, SIZES, at_every_size, picture};
use crate::support::console::now;
use crate::support::desk::{Desk, EXAMPLES};

/// A layer whose only experiment asks for a segment, all of whose slots are active.
const GROUPED: &str = "layer_id: pricing
layer_salt: pricing_salt
experiments:
  - experiment_id: price_v1
    layer_id: pricing
    name: Price
    status: active
    variants: [low, high]
    splitter_type: segment
    traffic_allocation: {low: 0.5, high: 0.5}
    segment_allocations:
      free: {low: 1.0, high: 0.0}
      premium: {low: 0.0, high: 1.0}
";

/// Carries out what looks up a unit, as the worker would.
fn settle(model: &mut Model, effects: Vec<Effect>, log: &Path) {
    for effect in effects {
        let (request, answer) = match effect {
            Effect::Explain(request, unit, state) => {
                let answer = match look_up(&unit, &state, now()) {
                    Ok(answers) => Answer::Explained(Arc::new(answers)),
                    Err(trouble) => Answer::Failed(trouble),
                };
                (request, answer)
            }
            Effect::Search(request, unit) => {
                let found = LogRows::open(log)
                    .and_then(|rows| rows.find_unit(&unit, 100, |_| ControlFlow::Continue(())));
                let found = found.expect("a log");
                (request, Answer::Searched(Arc::new(found)))
            }
            other => panic!("nobody asked for {other:?}"),
        };
        let effects = update(model, Message::Answer(request, answer));
        settle(model, effects, log);
    }
}

fn press(model: &mut Model, keys: &str, log: &Path) {
    for key in keys.split_whitespace() {
        let effects = update(model, Message::Key(key.parse().expect("a key")));
        settle(model, effects, log);
    }
}

/// Opens the field, pastes the id and looks it up.
fn ask(model: &mut Model, unit: &str, log: &Path) {
    press(model, "u", log);
    update(model, Message::Paste(unit.to_owned()));
    press(model, "enter", log);
}

/// The same without a log.
fn ask_without_log(model: &mut Model, unit: &str) {
    ask(model, unit, Path::new("nowhere"));
}

/// A log with rows of `user_1`: layer, experiment, variant, status, time, group.
fn log(rows: &[[&str; 6]]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let connection = Connection::open(file.path()).expect("a database");
    let create = "CREATE TABLE user_assignments (unit_id VARCHAR, layer_id VARCHAR, slot_index \
                  INTEGER, experiment_id VARCHAR, experiment_name VARCHAR, variant VARCHAR, \
                  status VARCHAR, assignment_timestamp TIMESTAMP, group_key VARCHAR)";
    connection.execute_batch(create).expect("a table");
    for row in rows {
        let slot = match row[0] {
            "checkout_flow" => 14,
            "pricing" => 80,
            _ => 9,
        };
        let values = row.map(|text| (text != "-").then(|| text.to_owned()));
        let insert = format!(
            "INSERT INTO user_assignments VALUES ('user_1', ?1, {slot}, ?2, '', ?3, ?4, ?5, ?6)"
        );
        connection.execute(&insert, values).expect("a row");
    }
    file
}

/// Rows for the examples' v1, the last of which isn't what the unit gets.
fn examples_log() -> tempfile::NamedTempFile {
    let (hero, checkout) = ("homepage_hero", "checkout_flow");
    let time = |hour: &str| format!("2026-05-06 0{hour}:00:00.000000");
    let [first, second, third] = [time("1"), time("2"), time("3")];
    log(&[
        [
            hero,
            "hero_button_colors_v1",
            "blue",
            "assigned",
            &first,
            "-",
        ],
        [
            checkout,
            "checkout_payment_v1",
            "card_first",
            "ASSIGNED",
            &second,
            "-",
        ],
        [
            hero,
            "hero_button_colors_v1",
            "green",
            "assigned",
            &third,
            "-",
        ],
        ["gone", "-", "-", "not_assigned", &third, "-"],
    ])
}

fn with_log(mut model: Model) -> Model {
    model.startup.log = Some("exposures.db".to_owned());
    model
}

fn layers(model: &Model) -> Vec<String> {
    let rows = model.lookup.rows();
    rows.iter().map(|row| row.key().0).collect()
}

fn is_open(model: &Model) -> bool {
    matches!(model.overlay, Some(Overlay::Lookup))
}

fn outcome(model: &Model) -> &str {
    let outcome = model.outcome.as_ref();
    outcome.map_or("", |outcome| outcome.text.as_str())
}

#[test]
fn the_screens() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let log = examples_log();
    for (columns, rows) in SIZES {
        let mut model = with_log(desk.model((columns, rows)));
        ask(&mut model, "user_1", log.path());
        press(&mut model, "down", log.path());
        let name = format!("lookup_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&model));
    }
    for (name, keys) in [("detail", "down right end"), ("typing", "down right esc u")] {
        let sizes = at_every_size(|size| {
            let mut model = with_log(desk.model(size));
            ask(&mut model, "user_1", log.path());
            press(&mut model, keys, log.path());
            model
        });
        insta::assert_snapshot!(format!("lookup_{name}_sizes"), sizes);
    }
}

#[test]
fn other_looks() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let log = examples_log();
    for (name, theme, symbols) in LOOKS {
        let mut model = with_log(desk.model_with((100, 30), theme, symbols));
        ask(&mut model, "user_1", log.path());
        insta::assert_snapshot!(format!("lookup_{name}"), picture(&model));
    }
}

#[test]
fn what_the_log_says_is_held_against_what_it_gets() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let log = examples_log();
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    assert_eq!(layers(&model), ["checkout_flow", "homepage_hero", "gone"]);
    let agreements: Vec<Vec<Agreement>> = model
        .lookup
        .rows()
        .iter()
        .map(|row| row.logged.iter().map(|(_, agreement)| *agreement).collect())
        .collect();
    let gone = Agreement::Unknown("the layer isn't in the database");
    assert_eq!(
        agreements,
        [
            vec![Agreement::Same],
            vec![Agreement::Differs, Agreement::Same],
            vec![gone]
        ]
    );
    let shown = picture(&model);
    assert!(shown.contains("log: 1 row, all as now"), "{shown}");
    assert!(
        shown.contains("log differs: 1 of 2 rows, newest green"),
        "{shown}"
    );
    assert!(shown.contains("4 rows in the log"), "{shown}");
}

#[test]
fn the_filter_keeps_layers_and_experiments_that_contain_it() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let log = examples_log();
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    press(&mut model, "/ H E R O", log.path());
    assert_eq!(layers(&model), ["homepage_hero"]);
    let shown = picture(&model);
    // What is counted are all layers.
    for text in ["assigned in 2 of 2 layers", "/ HERO", "1 row "] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    // The field has the keys, and keeps what was typed for the next unit.
    press(&mut model, "u backspace enter tab", log.path());
    assert!(model.lookup.is_typing);
    update(&mut model, Message::Paste("user_2".to_owned()));
    press(&mut model, "enter", log.path());
    assert_eq!(layers(&model), ["homepage_hero"]);
    press(&mut model, "esc", log.path());
    assert_eq!(layers(&model).len(), 2);
    assert!(is_open(&model));
    // By an experiment: the one that holds the slot, also one that the plan puts there.
    for (text, expected) in [
        ("payment_v1", &["checkout_flow"][..]),
        ("button_colors_v2", &["homepage_hero"]),
        ("nowhere", &[]),
    ] {
        ask(&mut model, "user_1", log.path());
        press(&mut model, "/", log.path());
        update(&mut model, Message::Paste(text.to_owned()));
        assert_eq!(layers(&model), expected, "{text}");
        press(&mut model, "enter", log.path());
        if expected.is_empty() {
            let none = "no layer or experiment here contains `nowhere`";
            assert!(picture(&model).contains(none));
        }
        press(&mut model, "esc esc", log.path());
        assert!(!is_open(&model));
    }
    // Ctrl-C closes from the field too.
    ask(&mut model, "user_1", log.path());
    press(&mut model, "/ x ctrl-c", log.path());
    assert!(!is_open(&model));
}

#[test]
fn the_screens_of_the_filter() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let log = examples_log();
    for (columns, rows) in SIZES {
        let mut model = with_log(desk.model((columns, rows)));
        ask(&mut model, "user_1", log.path());
        press(&mut model, "/ c h e c k", log.path());
        insta::assert_snapshot!(format!("lookup_filter_{columns}x{rows}"), picture(&model));
    }
}

#[test]
fn of_many_rows_the_newest_are_known() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let time = "2026-05-06 01:00:00.000000";
    let old = ["checkout_flow", "-", "-", "not_assigned", time, "-"];
    let new = [
        "homepage_hero",
        "hero_button_colors_v1",
        "blue",
        "assigned",
        time,
        "-",
    ];
    let log = log(&[&[old][..], &[new; 100]].concat());
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    let shown = picture(&model);
    assert!(shown.contains("101 rows in the log"), "{shown}");
    assert!(
        shown.contains("log: no rows among its newest 100"),
        "{shown}"
    );
    press(&mut model, "down", log.path());
    let shown = picture(&model);
    assert!(shown.contains("log: 100 rows, all as now"), "{shown}");
}

#[test]
fn without_a_plan_that_changes_it_nothing_is_said_twice() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    ask_without_log(&mut model, "user_1");
    assert!(picture(&model).contains("after the plan: "));
    let mut model = Desk::applied(EXAMPLES, "v1", "v1").model((100, 30));
    ask_without_log(&mut model, "user_1");
    assert!(!picture(&model).contains("the plan"));
    // A layer that the database doesn't have yet.
    let mut model = Desk::new(EXAMPLES, "v1").model((100, 30));
    ask_without_log(&mut model, "user_1");
    let shown = picture(&model);
    assert!(
        shown.contains("the database doesn't have the layer"),
        "{shown}"
    );
    assert!(shown.contains("after the plan: card_first"), "{shown}");
}

#[test]
fn a_layer_that_asks_for_a_group_answers_for_each() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.write("pricing.yml", GROUPED);
    desk.apply();
    let time = "2026-05-06 01:00:00.000000";
    let row = |variant, group| ["pricing", "price_v1", variant, "assigned", time, group];
    let log = log(&[
        row("low", "premium"),
        row("low", "free"),
        row("low", "-"),
        row("low", "vip"),
    ]);
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    let rows = model.lookup.rows();
    let of = |key: &str| {
        let row = rows.iter().find(|row| row.key().0 == key).expect("a row");
        let logged = row.logged.iter();
        let logged = logged.map(|(_, agreement)| *agreement);
        logged.collect::<Vec<_>>()
    };
    let unknown = [
        Agreement::Unknown("its group is unknown"),
        Agreement::Unknown("its group wasn't logged"),
    ];
    let with = |its| [&unknown[..], &[its]].concat();
    assert_eq!(of("pricing/segment/free"), with(Agreement::Same));
    assert_eq!(of("pricing/segment/premium"), with(Agreement::Differs));
    assert_eq!(rows.len(), 4);
}

#[test]
fn any_text_is_a_unit_and_none_reaches_the_terminal() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let long = "юser_𝄞".repeat(500);
    for (pasted, unit) in [
        ("a\u{1b}[2J\tb\r\n", "a\u{1b}[2J\tb"),
        (" two words ", " two words "),
        (&long, &long),
    ] {
        let mut model = desk.model((60, 16));
        ask_without_log(&mut model, pasted);
        assert_eq!(model.lookup.unit_id.as_deref(), Some(unit));
        press(&mut model, "end right end", Path::new(""));
        let shown = picture(&model);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
    }
}

#[test]
fn what_is_too_long_is_refused() {
    let mut model = Desk::new(EXAMPLES, "v1").model((60, 16));
    press(&mut model, "u", Path::new(""));
    update(&mut model, Message::Paste("x".repeat(70_000)));
    assert_eq!(model.lookup.typed, "");
    assert!(outcome(&model).contains("64 KiB"));
    assert!(update(&mut model, Message::Key("enter".parse().expect("a key"))).is_empty());
    assert!(model.lookup.is_typing, "there is nothing to look up");
}

#[test]
fn the_last_unit_stays_until_another_is_typed() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    let nowhere = Path::new("");
    press(&mut model, "u x q enter", nowhere);
    assert_eq!(model.lookup.unit_id.as_deref(), Some("xq"));
    press(&mut model, "q", nowhere);
    assert!(!is_open(&model));
    press(&mut model, "u", nowhere);
    assert_eq!(layers(&model).len(), 2, "the answers are still there");
    // Without typing, one goes back to them.
    press(&mut model, "down j", nowhere);
    assert!(!model.lookup.is_typing);
    press(&mut model, "u y", nowhere);
    assert_eq!(model.lookup.typed, "y");
    assert!(layers(&model).is_empty(), "they aren't that one's");
    press(&mut model, "backspace z down", nowhere);
    assert_eq!(
        (model.lookup.typed.as_str(), layers(&model).len()),
        ("xq", 2)
    );
    press(&mut model, "u z esc", nowhere);
    assert!(!is_open(&model));
    press(&mut model, "u", nowhere);
    assert_eq!(
        (model.lookup.typed.as_str(), layers(&model).len()),
        ("xq", 2)
    );
}

#[test]
fn another_plan_or_database_is_asked_again() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    ask_without_log(&mut model, "user_1");
    let effects = update(&mut model, Message::Watch(WatchEvent::Database));
    let [Effect::Load(load)] = effects[..] else {
        panic!("{effects:?}")
    };
    desk.apply();
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let mut effects = update(&mut model, Message::Answer(load, loaded));
    effects.retain(|effect| matches!(effect, Effect::Explain(..)));
    assert_eq!(effects.len(), 1);
    assert!(
        picture(&model).contains("after the plan: "),
        "until it is answered"
    );
    settle(&mut model, effects, Path::new(""));
    assert!(!picture(&model).contains("after the plan: "));
}

#[test]
fn a_unit_asked_for_before_all_is_read_is_answered_then() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model((100, 30));
    let loaded = model.loaded.take();
    press(&mut model, "u x enter", Path::new(""));
    assert!(model.lookup.answers.is_none());
    model.loaded = loaded;
    let effects = update(&mut model, Message::Watch(WatchEvent::Proposal));
    let [Effect::Load(load)] = effects[..] else {
        panic!("{effects:?}")
    };
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let effects = update(&mut model, Message::Answer(load, loaded));
    assert!(matches!(&effects[..], [Effect::Explain(_, unit, _)] if unit == "x"));
}

#[test]
fn a_search_shows_how_far_it_is_and_stops_when_told() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let searching = || {
        let mut model = with_log(desk.model((100, 30)));
        press(&mut model, "u x", Path::new(""));
        let effects = update(&mut model, Message::Key("enter".parse().expect("a key")));
        let [Effect::Explain(..), Effect::Search(request, unit)] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(unit, "x");
        (model, *request)
    };
    let key = |text: &str| Message::Key(text.parse().expect("a key"));
    let (mut model, request) = searching();
    update(&mut model, Message::Searching(request, 0.439));
    assert!(picture(&model).contains("searching the log: 43%"));
    // The key that interrupts ends the search and nothing else.
    let effects = update(&mut model, key("ctrl-c"));
    assert!(matches!(effects[..], [Effect::StopSearching(stopped)] if stopped == request));
    assert!(is_open(&model));
    let part = Answer::Searched(Arc::default());
    update(&mut model, Message::Answer(request, part));
    assert!(picture(&model).contains("stopped: 0 rows in the log so far"));
    update(&mut model, key("ctrl-c"));
    assert!(!is_open(&model));

    // Closing it ends the search as well.
    let (mut model, request) = searching();
    let effects = update(&mut model, key("esc"));
    assert!(matches!(effects[..], [Effect::StopSearching(stopped)] if stopped == request));
    assert!(!is_open(&model));

    // What a search for another unit says comes too late.
    let (mut model, first) = searching();
    press(&mut model, "u", Path::new(""));
    update(&mut model, key("y"));
    update(&mut model, key("enter"));
    update(
        &mut model,
        Message::Answer(first, Answer::Searched(Arc::default())),
    );
    assert!(matches!(model.lookup.logged, Logged::Searching(..)));
}

#[test]
fn a_search_that_was_stopped_claims_nothing() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = with_log(desk.model((100, 30)));
    let log = examples_log();
    let request = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Search(request, unit) if unit == "user_1" => Some(*request),
            _ => None,
        })
    };
    let key = |text: &str| Message::Key(text.parse().expect("a key"));
    press(&mut model, "u", log.path());
    update(&mut model, Message::Paste("user_1".to_owned()));
    let effects = update(&mut model, key("enter"));
    let first = request(&effects).expect("a search");
    let explain = effects.into_iter().take(1).collect();
    settle(&mut model, explain, log.path());
    let part = Answer::Searched(Arc::default());
    update(&mut model, Message::Answer(first, part));
    let shown = picture(&model);
    let none = "no rows found before the search was stopped";
    assert!(shown.contains(&format!("  log: {none}")), "{shown}");
    press(&mut model, "right end", log.path());
    let shown = picture(&model);
    assert!(
        shown.contains(&format!("Log exposures.db: {none}")),
        "{shown}"
    );
    press(&mut model, "esc", log.path());

    update(&mut model, key("esc"));
    let second = request(&update(&mut model, key("u"))).expect("another search");
    // One that closing stopped hasn't been answered yet.
    update(&mut model, key("esc"));
    let effects = update(&mut model, key("u"));
    assert_ne!(request(&effects).expect("another search"), second);
    settle(&mut model, effects, log.path());
    assert!(picture(&model).contains("4 rows in the log"));
    press(&mut model, "esc", log.path());
    let effects = update(&mut model, key("u"));
    assert!(request(&effects).is_some(), "the log may have grown");
}

#[test]
fn a_failure_for_which_nobody_waits_is_not_said() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = with_log(desk.model((100, 30)));
    let key = |text: &str| Message::Key(text.parse().expect("a key"));
    let mut late = update(&mut model, key("h"));
    update(&mut model, key("esc"));
    for unit in ["x", "y"] {
        update(&mut model, key("u"));
        update(&mut model, key(unit));
        late.extend(update(&mut model, key("enter")));
    }
    late.truncate(3);
    for effect in late {
        let (Effect::ReadHistory(request)
        | Effect::Explain(request, ..)
        | Effect::Search(request, _)) = effect
        else {
            panic!("nobody asked for {effect:?}")
        };
        let trouble = Trouble {
            message: "it is away".to_owned(),
            help: String::new(),
        };
        let failed = Answer::Failed(trouble);
        assert!(update(&mut model, Message::Answer(request, failed)).is_empty());
        assert_eq!(outcome(&model), "");
        assert!(!picture(&model).contains("it is away"));
    }
}

#[test]
fn a_row_of_another_slot_is_not_as_now() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let log = examples_log();
    let connection = Connection::open(log.path()).expect("our log");
    let change = "UPDATE user_assignments SET slot_index = 77 WHERE layer_id = 'checkout_flow'";
    connection.execute(change, []).expect("another slot");
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    let shown = picture(&model);
    assert!(
        shown.contains("log differs: 1 of 1 row, newest card_first on slot 77"),
        "{shown}"
    );
    press(&mut model, "right end", log.path());
    let shown = picture(&model);
    assert!(
        shown.contains("card_first  other slot 77  checkout_payment_v1"),
        "{shown}"
    );
    // Another experiment follows from the other slot.
    let change = "UPDATE user_assignments SET experiment_id = 'other' WHERE slot_index = 77";
    connection.execute(change, []).expect("another experiment");
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    press(&mut model, "right end", log.path());
    let shown = picture(&model);
    assert!(shown.contains("other slot 77  other"), "{shown}");
    let change = "UPDATE user_assignments SET experiment_id = 'checkout_payment_v1' \
                  WHERE slot_index = 77";
    connection.execute(change, []).expect("as it was");
    // What has no slot isn't of another one.
    let change = "UPDATE user_assignments SET slot_index = NULL";
    connection.execute(change, []).expect("no slot");
    let mut model = with_log(desk.model((100, 30)));
    ask(&mut model, "user_1", log.path());
    assert!(picture(&model).contains("log: 1 row, all as now"));
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_there() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = with_log(desk.model((100, 30)));
    press(&mut model, "u x", Path::new(""));
    let effects = update(&mut model, Message::Key("enter".parse().expect("a key")));
    for effect in effects {
        match effect {
            Effect::Search(request, _) => {
                let trouble = Trouble {
                    message: "no log\u{1b}".to_owned(),
                    help: "check the path".to_owned(),
                };
                update(
                    &mut model,
                    Message::Answer(request, Answer::Failed(trouble)),
                );
            }
            other => settle(&mut model, vec![other], Path::new("")),
        }
    }
    let shown = picture(&model);
    assert!(shown.contains("the log can't be read"), "{shown}");
    assert!(shown.contains("no log\\u{1b}"), "{shown}");
    assert!(shown.contains("checkout_flow  slot"), "{shown}");
    assert_eq!(outcome(&model), "");

    // Files that can't be read at all are no reason not to answer.
    std::fs::remove_dir_all(desk.configs()).expect("our directory");
    let mut model = desk.model((100, 30));
    ask_without_log(&mut model, "user_1");
    assert_eq!(layers(&model), ["checkout_flow", "homepage_hero"]);
    // A database that can't be read is.
    std::fs::write(desk.store().path(), "no database").expect("a file");
    let mut model = desk.model((100, 30));
    ask_without_log(&mut model, "user_1");
    assert!(matches!(&model.lookup.answers, Some(Err(_))));
    assert!(update(&mut model, Message::Key("c".parse().expect("a key"))).is_empty());
    assert_eq!(outcome(&model), "copy: there is no explanation to copy");
}

#[test]
fn an_explanation_is_copied_whole() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let log = examples_log();
    let mut model = with_log(desk.model((60, 16)));
    ask(&mut model, "user_1", log.path());
    let effects = update(&mut model, Message::Key("c".parse().expect("a key")));
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*what, "the explanation");
    insta::assert_snapshot!("lookup_copied", text);
}
