//! Ids of 64 characters on every screen, page and form, at every size.

use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::incident::Counted;
use avos::console::message::{Answer, Message};
use avos::console::model::Model;
use avos::console::pages::{Destination, Page, PageId};
use avos::console::past::PastRead;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::store::StateStore;

use crate::screens::{SIZES, drawn, text};
use crate::support::desk::Desk;
use crate::support::layers::{experiment, layer};
use crate::support::traffic::{counted, traffic};

/// An id of 64 characters, which differs from others near its end only.
fn long(end: &str) -> String {
    let start = "company_wide_";
    format!("{start}{}{end}", "x".repeat(64 - start.len() - end.len()))
}

/// Two layers; an apply would pause one experiment and create another.
fn desk() -> Desk {
    let desk = Desk::empty();
    let write = |status: &str, is_planned: bool| {
        let held = |id: &str| experiment(id).set("variants", "[a, b]");
        let mut hero = layer(&long("layer_1"))
            .with(held(&long("_v1")).set("status", status))
            .with(held(&long("_v2")));
        if is_planned {
            hero = hero.with(held(&long("_v3")));
        }
        for (name, text) in [hero.file(), layer(&long("layer_2")).file()] {
            desk.write(&name, &text);
        }
    };
    write("active", false);
    desk.apply();
    write("paused", true);
    desk
}

fn log() -> Counted {
    let mut traffic = traffic();
    for (split, end) in traffic.splits.iter_mut().zip(["_v1", "_v2"]) {
        split.experiment_id = long(end).as_str().into();
        split.layer_id = Some(long("layer_1").as_str().into());
    }
    counted(traffic)
}

fn opened(desk: &Desk, size: (u16, u16)) -> Model {
    let look = (ThemeName::Dark, &Symbols::UNICODE);
    desk.model_with_log(size, look, false, &log())
}

/// Presses keys, and reads the journal when asked to.
fn press(model: &mut Model, desk: &Desk, keys: &str) {
    for key in keys.split_whitespace() {
        let effects = update(model, Message::Key(key.parse().expect("a key")));
        for effect in effects {
            let Effect::ReadPast(request) = effect else {
                continue;
            };
            let (snapshot, entries) = desk.store().snapshot_with_journal().expect("a journal");
            let past = Arc::new(PastRead::new(&snapshot.state, entries));
            update(model, Message::Answer(request, Answer::Past(past)));
        }
    }
}

/// The id that the selected row is about.
fn selected(model: &Model) -> Option<String> {
    match model.selected_row()?.opens? {
        Destination::Page(page) => subject(&page),
        _ => None,
    }
}

/// The id that a page is about.
fn subject(page: &PageId) -> Option<String> {
    let experiment = page.experiment().map(ToString::to_string);
    experiment.or_else(|| page.layer().map(ToString::to_string))
}

/// Asserts that the id is on the screen, on a line or over several.
fn assert_whole(model: &Model, id: &str, what: &str) {
    let screen = text(model);
    let lines = screen
        .lines()
        .map(|line| line.trim_matches(|char: char| "┃│▌ ".contains(char)));
    let shown: String = lines.collect();
    assert!(
        shown.contains(id),
        "{:?} {what}: {id}\n{screen}",
        model.size
    );
}

#[test]
fn what_is_selected_in_a_panel_or_on_a_page_is_whole() {
    let desk = desk();
    for size in SIZES {
        for keys in ["1 z", "2 z", "4 z"] {
            let mut model = opened(&desk, size);
            press(&mut model, &desk, keys);
            check_rows(model, &desk, keys);
        }
    }
    // The past of layers that agree with the files.
    desk.apply();
    for size in SIZES {
        let mut model = desk.model(size);
        press(&mut model, &desk, "t");
        check_rows(model, &desk, "t");
    }
}

/// Asserts that each row's id is whole while the row is selected.
fn check_rows(mut model: Model, desk: &Desk, keys: &str) {
    let mut checked = 0;
    for step in 0..8 {
        if let Some(id) = selected(&model) {
            assert_whole(&model, &id, &format!("{keys}, row {step}"));
            checked += 1;
        }
        press(&mut model, desk, "down");
    }
    assert!(checked > 0, "{keys}");
}

#[test]
fn what_a_page_or_a_form_is_about_is_whole() {
    let desk = desk();
    let experiment =
        PageId::Experiment(long("layer_1").as_str().into(), long("_v2").as_str().into());
    for size in SIZES {
        let mut model = opened(&desk, size);
        press(&mut model, &desk, "J");
        while let Some(page) = model.page().map(|page| page.id.clone()) {
            assert_whole(&model, &subject(&page).expect("a change"), "change");
            press(&mut model, &desk, "J");
            if model.page().map(|page| &page.id) == Some(&page) {
                break;
            }
        }
        for form in ["", "r", "x"] {
            let mut model = opened(&desk, size);
            model.pages.push(Page::new(experiment.clone()));
            update(&mut model, Message::Resized(size.0, size.1));
            press(&mut model, &desk, form);
            assert_whole(&model, &long("_v2"), form);
        }
        let mut model = opened(&desk, size);
        model
            .pages
            .push(Page::new(PageId::Layer(long("layer_1").as_str().into())));
        update(&mut model, Message::Resized(size.0, size.1));
        assert_whole(&model, &long("layer_1"), "layer");
    }
}

#[test]
fn every_screen_can_be_drawn() {
    let desk = desk();
    for keys in [
        "",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "i",
        "i tab",
        "i tab tab",
        "D",
        "M",
        "i M",
        "a",
        "2 a",
        "2 A",
        "h",
        "u",
        "?",
        ":",
        "J",
        "J m",
        "t",
        "t enter",
        "t v [",
        "t @",
        "2 enter",
        "2 enter enter",
        "2 enter enter r",
        "2 enter enter x",
        "2 / v 1",
    ] {
        let mut model = opened(&desk, SIZES[0]);
        press(&mut model, &desk, keys);
        for more in ["", "down", "pagedown end", "z"] {
            press(&mut model, &desk, more);
            for (columns, rows) in SIZES {
                update(&mut model, Message::Resized(columns, rows));
                drawn(&model);
            }
        }
    }
}
