//! An experiment's page: what it says of every kind of experiment, where its rows lead, how it looks.

use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::message::Message;
use avos::console::model::{Model, Overlay, Panel, Trouble, View};
use avos::console::pages::{Page, PageId};
use avos::console::past::PastRead;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::plan::ChangedThing;
use avos::store::StateStore;
use avos::traffic::{SplitTraffic, Traffic};
use jiff::SignedDuration;
use ratatui::buffer::Cell;

use crate::screens::{LOOKS, SIZES, drawn, picture};
use crate::support::console::now;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, split, traffic};

const DARK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);
const LARGE: (u16, u16) = (120, 80);

/// Opens the page of an experiment, with the journal read.
fn open(model: &mut Model, desk: &Desk, [layer, experiment]: [&str; 2]) {
    let (snapshot, entries) = desk.store().snapshot_with_journal().expect("a journal");
    model.past.known = Some(Ok(Arc::new(PastRead::new(&snapshot.state, entries))));
    let id = PageId::Experiment(layer.into(), experiment.into());
    model.pages.push(Page::new(id));
    let (columns, rows) = model.size;
    update(model, Message::Resized(columns, rows));
}

/// The text of the screen, a line each.
fn text(model: &Model) -> String {
    let buffer = drawn(model);
    let width = usize::from(buffer.area.width);
    let rows = buffer.content().chunks(width);
    let lines = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}

/// The page of an experiment of the examples, as text.
fn page(desk: &Desk, layer: &str, experiment: &str) -> String {
    let mut model = desk.model(LARGE);
    open(&mut model, desk, [layer, experiment]);
    text(&model)
}

/// Asserts that the text has these parts, in this order.
fn assert_has(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part);
        let at = at.unwrap_or_else(|| panic!("no `{part}` here in\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

/// Presses a key until the selected row is this one.
fn select(model: &mut Model, key: &str) {
    press(model, "home");
    for _ in 0..100 {
        let list = &model.pages.last().expect("a page").list;
        if list.selected.as_ref().is_some_and(|row| row.0 == key) {
            return;
        }
        press(model, "j");
    }
    panic!("no row {key}");
}

fn layout() -> [&'static str; 2] {
    ["homepage_hero", "hero_layout_v1"]
}

fn colors() -> [&'static str; 2] {
    ["homepage_hero", "hero_button_colors_v1"]
}

#[test]
fn the_page_at_every_size_and_in_every_look() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let counted = counted(traffic());
    for (columns, rows) in SIZES {
        let mut model = desk.model_with_log((columns, rows), DARK, false, &counted);
        open(&mut model, &desk, colors());
        insta::assert_snapshot!(format!("{columns}x{rows}"), picture(&model));
    }
    for (name, theme, symbols) in LOOKS {
        let look = (theme, symbols);
        let mut model = desk.model_with_log((100, 50), look, false, &counted);
        open(&mut model, &desk, colors());
        if symbols.ascii {
            assert!(text(&model).is_ascii(), "{}", text(&model));
        }
        insta::assert_snapshot!(name, picture(&model));
    }
}

#[test]
fn a_running_experiment_has_all_sections_in_order() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let text = page(&desk, "homepage_hero", "hero_layout_v1");
    assert_has(
        &text,
        &[
            "hero_layout_v1",
            "active",
            "nothing needs attention",
            "Now",
            "30% of the layer active, 30% held",
            "30 active, 0 reserved, of 100",
            "no start date and no end date",
            "Configuration",
            "layout_a 34%, layout_b 33%, layout_c 33%",
            "splitter",
            "hash",
            "salt `homepage_salt_2025`",
            "Slots",
            "60–89",
            "Traffic",
            "no log",
            "History",
            "1 entry",
            "test@host",
            "+ create",
        ],
    );
    assert!(!text.contains("pending"), "{text}");
}

#[test]
fn dates_are_told_by_their_distance_and_an_end_that_passed_stands_out() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let dated = |start: &str, end: &str| {
        desk.write(
            "dated.yml",
            &format!(
                "layer_id: dated\nlayer_salt: salt\ntotal_slots: 100\nexperiments:\n  \
                 - experiment_id: exp\n    layer_id: dated\n    name: Exp\n    \
                 variants: [a, b]\n    traffic_allocation: {{a: 0.5, b: 0.5}}\n    \
                 traffic_percentage: 0.4\n    reserved_percentage: 0.6\n    status: active\n    \
                 start_date: {start}\n    end_date: {end}\n"
            ),
        );
        page(&desk, "dated", "exp")
    };
    let running = dated("2026-04-01", "2026-05-10T12:00:00Z");
    assert_has(
        &running,
        &["new, only in the files", "started 35 d ago", "ends in 4 d"],
    );
    assert_has(
        &running,
        &["40% of the layer active, 60% held", "pending", "+ create"],
    );
    assert_has(
        &running,
        &[
            "40 active, 20 reserved, of 100",
            "0–39",
            "40–59",
            "never applied",
        ],
    );
    let later = dated("2026-05-07", "2026-06-01");
    assert_has(&later, &["starts in 17 h", "ends in 26 d"]);
    let over = dated("2026-04-01", "2026-04-28T07:00:00Z");
    assert_has(&over, &["ended 8 d ago", "but is active"]);
}

#[test]
fn every_kind_of_experiment_says_what_is_known_of_it() {
    // Only in the database.
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    std::fs::remove_file(desk.configs().join("homepage_hero.yml")).expect("a file");
    let text = page(&desk, "homepage_hero", "hero_layout_v1");
    assert_has(
        &text,
        &["only in the database", "Configuration", "layout_a 34%"],
    );
    // Completed: it held slots until the second apply.
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let [layer, id] = colors();
    let before = page(&desk, layer, id);
    assert_has(
        &before,
        &[
            "active → completed",
            "pending",
            "complete",
            "until the plan is applied",
        ],
    );
    desk.apply();
    let after = page(&desk, layer, id);
    assert_has(
        &after,
        &[
            "none: a completed experiment",
            "last held",
            "0–59, until journal 2",
        ],
    );
    assert_has(&after, &["2 entries", "complete", "create"]);
    // In files that can't be read, and in a layer in error: as the database has it.
    desk.write(
        "homepage_hero.yml",
        "layer_id: homepage_hero\nlayer_salt: [\n",
    );
    let unread = page(&desk, "homepage_hero", "hero_layout_v1");
    assert_has(&unread, &["files in error: see Problems", "Configuration"]);
    assert!(!unread.contains("only in the database"), "{unread}");
    desk.write("homepage_hero.yml", "layer_id: homepage_hero\n");
    let broken = page(&desk, "homepage_hero", "hero_layout_v1");
    assert_has(
        &broken,
        &["its layer is in error: see Problems", "Configuration"],
    );
    let neither = page(&desk, "homepage_hero", "hero_other");
    assert_has(
        &neither,
        &["hero_other", "isn't in the database", "in error"],
    );
    // Nowhere.
    let nowhere = page(&Desk::applied(EXAMPLES, "v1", "v1"), "a", "b");
    assert_has(&nowhere, &["neither in the files nor in the database"]);
}

#[test]
fn what_is_not_known_yet_says_so() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model(LARGE);
    open(&mut model, &desk, layout());
    model.past.known = None;
    assert_has(
        &text(&model),
        &["Traffic", "no log", "History", "reading the journal…"],
    );
    model.past.known = Some(Err(Trouble {
        message: "the journal is cut off".to_owned(),
        help: String::new(),
    }));
    assert_has(&text(&model), &["History", "the journal is cut off"]);
    let empty = Traffic {
        splits: Vec::new(),
        ..traffic()
    };
    let mut model = desk.model_with_log(LARGE, DARK, false, &counted(empty));
    open(&mut model, &desk, layout());
    assert_has(&text(&model), &["Traffic", "not in the log yet"]);
    model.incident.judged = None;
    assert_has(&text(&model), &["Traffic", "reading the log…"]);
}

#[test]
fn groups_are_listed_the_worst_first_and_their_number_is_limited() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let arms = [("layout_a", 0.5), ("layout_b", 0.5)];
    let group = |number: u64| -> SplitTraffic {
        let group = format!("group{number}");
        let ids = ["homepage_hero", "hero_layout_v1", &group];
        split(number + 1, ids, &arms, 5, |_, _| 10)
    };
    let mut traffic = traffic();
    traffic.splits = (0..30).map(group).collect();
    let mut model = desk.model_with_log((120, 200), DARK, false, &counted(traffic));
    open(&mut model, &desk, layout());
    let text = text(&model);
    assert_has(
        &text,
        &["30 groups, the worst first", "[group0]", "[group19]"],
    );
    assert_has(&text, &["and 10 more groups: see the incident view"]);
    assert!(!text.contains("[group20]"), "{text}");
}

#[test]
fn rows_lead_where_what_they_say_is_found() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let counted = counted(traffic());
    let mut model = desk.model_with_log((100, 30), DARK, false, &counted);
    open(&mut model, &desk, colors());
    let [layer, id] = colors();
    select(&mut model, "pending");
    press(&mut model, "enter");
    let change = PageId::Change(ChangedThing {
        layer_id: layer.into(),
        experiment_id: Some(id.into()),
    });
    assert_eq!(model.page().map(|page| &page.id), Some(&change));
    press(&mut model, "esc");
    select(&mut model, "section/Slots");
    press(&mut model, "enter");
    let page = PageId::Layer(layer.into());
    assert_eq!(model.page().map(|page| &page.id), Some(&page));
    press(&mut model, "esc");
    select(&mut model, "journal/1");
    let effects = update(&mut model, Message::Key("enter".parse().expect("a key")));
    assert!(
        matches!(effects[..], [Effect::ReadHistory(_)]),
        "{effects:?}"
    );
    assert!(matches!(model.overlay, Some(Overlay::History)));
    let selected = model.history.browser.list.selected.as_ref();
    assert_eq!(selected.map(|row| &*row.0), Some("1"));
    assert!(model.history.browser.is_open);
    press(&mut model, "esc esc");
    select(&mut model, "section/Traffic");
    press(&mut model, "enter");
    assert_eq!(
        (model.view, model.focus),
        (View::Incident, Panel::Experiments)
    );
}

#[test]
fn the_filter_keeps_what_contains_it_and_e_edits_at_the_experiment() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    open(&mut model, &desk, layout());
    let effects = update(&mut model, Message::Key("e".parse().expect("a key")));
    let [Effect::Edit { file, line, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    let lines = std::fs::read_to_string(desk.configs().join(file)).expect("a file");
    let line = lines.lines().nth(line - 1).expect("a line");
    assert!(line.contains("hero_layout_v1"), "{line}");
    press(&mut model, "/ s a l t enter");
    let filtered = text(&model);
    assert_has(&filtered, &["Configuration", "salt"]);
    assert!(!filtered.contains("History"), "{filtered}");
    press(&mut model, "/ 0 0 0 enter");
    assert_has(&text(&model), &["nothing here matches the filter"]);
}

#[test]
fn who_held_its_slots_before_leads_to_that_experiment() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let first = page(&desk, "homepage_hero", "hero_layout_v1");
    assert_has(&first, &["Before", "30 slots: nobody held them before"]);
    desk.apply_as("test@host", now() - SignedDuration::from_hours(3));
    let mut model = desk.model(LARGE);
    open(
        &mut model,
        &desk,
        ["homepage_hero", "hero_button_colors_v2"],
    );
    let shown = text(&model);
    let until = "until journal 2, 2026-05-06 04:08, 3 h ago";
    assert_has(&shown, &["Before", "hero_button_colors_v1", until]);
    select(&mut model, "before/0");
    press(&mut model, "enter");
    let [layer, id] = colors();
    let page = PageId::Experiment(layer.into(), id.into());
    assert_eq!(model.page().map(|page| &page.id), Some(&page));
}
