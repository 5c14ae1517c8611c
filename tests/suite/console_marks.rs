//! Marks, and the staged applies of what is marked.

use std::fs;

use avos::console::model::{Model, Overlay};
use avos::console::theme::{Symbols, ThemeName};
use avos::store::{JournalQuery, StateStore};

use crate::screens::picture;
use crate::support::console::{press, says};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

const SIZE: (u16, u16) = (120, 40);

/// To the changes panel, on its row about this.
fn select(model: &mut Model, text: &str) {
    let number = model
        .view
        .panels()
        .iter()
        .position(|panel| panel.title() == "Changes")
        .expect("the panel");
    press(model, &format!("{} g", number + 1));
    for _ in 0..40 {
        if selected(model).contains(text) {
            return;
        }
        press(model, "j");
    }
    panic!("no row about {text}:\n{}", picture(model));
}

fn selected(model: &Model) -> String {
    let key = model.panel(model.focus).selected.as_ref();
    key.map_or_else(String::new, |key| key.0.clone())
}

fn marked(model: &Model) -> Vec<String> {
    let things = model.marks.iter();
    things
        .map(|thing| match &thing.experiment_id {
            Some(id) => id.to_string(),
            None => thing.layer_id.to_string(),
        })
        .collect()
}

/// The dialog's changes, each as `kind id`.
fn asked(model: &Model) -> Vec<String> {
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("no dialog: {}\n{}", says(model), picture(model));
    };
    let changes = confirm.review.changes.iter();
    changes
        .map(|change| {
            let id = change.experiment_id.as_ref();
            let id = id.map_or_else(|| change.layer_id.to_string(), ToString::to_string);
            format!("{} {id}", change.action.kind())
        })
        .collect()
}

fn edit(desk: &Desk, name: &str, from: &str, to: &str) {
    let path = desk.configs().join(name);
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(from), "{from}");
    desk.write(name, &text.replace(from, to));
}

#[test]
fn only_what_is_marked_is_applied() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "checkout_payment_v1");
    console.press("space");
    assert_eq!(marked(&console.model), ["checkout_payment_v1"]);
    let screen = console.screen();
    assert!(screen.contains("1 marked"), "{screen}");
    let row = screen
        .lines()
        .find(|line| line.contains("~ pause"))
        .expect("a row");
    assert!(row.contains('◉'), "{row}");
    console.press("a");
    assert_eq!(asked(&console.model), ["set_status checkout_payment_v1"]);
    console.type_text("checkout_payment_v1");
    console.press("enter");
    assert_eq!(console.says(), "Applied 1 change, journal 2");
    assert!(
        marked(&console.model).is_empty(),
        "the change is gone, and so is its mark"
    );
    let journal = desk.store().journal(JournalQuery::All).expect("a journal");
    assert_eq!(journal[0].changes.len(), 1);
    // With nothing marked, everything else.
    console.press("a");
    assert_eq!(
        asked(&console.model),
        [
            "complete hero_button_colors_v1",
            "create_experiment hero_button_colors_v2"
        ]
    );
}

#[test]
fn marks_follow_the_thing_and_are_taken_away() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    for id in ["hero_button_colors_v1", "hero_button_colors_v2"] {
        select(&mut console.model, id);
        console.press("space");
    }
    assert_eq!(
        marked(&console.model),
        ["hero_button_colors_v1", "hero_button_colors_v2"]
    );
    assert!(console.screen().contains("2 marked"));
    console.press("space");
    assert_eq!(marked(&console.model), ["hero_button_colors_v1"]);
    // The files change: other steps of the same thing, and other rows.
    edit(
        &desk,
        "homepage_hero.yml",
        "name: Hero Button Colors v1",
        "name: Colors",
    );
    edit(
        &desk,
        "checkout_flow.yml",
        "status: paused",
        "status: active",
    );
    console.notice();
    assert_eq!(marked(&console.model), ["hero_button_colors_v1"]);
    console.press("a");
    assert_eq!(
        asked(&console.model),
        [
            "edit hero_button_colors_v1",
            "complete hero_button_colors_v1"
        ]
    );
    console.press("esc esc");
    assert!(marked(&console.model).is_empty(), "Esc clears");
    select(&mut console.model, "hero_button_colors_v1");
    console.press("space backspace");
    assert!(marked(&console.model).is_empty(), "a key clears");
    console.press("space");
    edit(
        &desk,
        "homepage_hero.yml",
        "name: Colors",
        "name: Hero Button Colors v1",
    );
    edit(
        &desk,
        "homepage_hero.yml",
        "status: completed",
        "status: active",
    );
    console.notice();
    assert!(marked(&console.model).is_empty(), "the change is gone");
}

#[test]
fn what_is_marked_but_lacks_slots_is_refused_and_says_what_to_mark() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "hero_button_colors_v2");
    console.press("space a");
    assert!(console.model.overlay.is_none());
    let said = console.says();
    assert!(
        said.starts_with("Refused: layer `homepage_hero` holds at most"),
        "{said}"
    );
    assert!(
        said.contains("choose `hero_button_colors_v1` as well"),
        "{said}"
    );
}

#[test]
fn a_sound_experiment_is_applied_although_its_file_has_an_error() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    edit(
        &desk,
        "homepage_hero.yml",
        "name: Hero Layout v1",
        "nam: Hero Layout v1",
    );
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    console.press("a");
    assert!(console.model.overlay.is_none(), "everything is blocked");
    select(&mut console.model, "hero_button_colors_v1");
    assert!(console.screen().contains("refused: see Problems"));
    console.press("space");
    console.press("a");
    assert_eq!(asked(&console.model), ["complete hero_button_colors_v1"]);
    assert!(console.screen().contains("leaves 60%"), "its own impact");
    console.type_text("hero_button_colors_v1");
    console.press("enter");
    assert_eq!(console.says(), "Applied 1 change, journal 2");
    // Now it has the slots that it lacked.
    select(&mut console.model, "hero_button_colors_v2");
    console.press("space a y");
    assert_eq!(console.says(), "Applied 1 change, journal 3");
}

#[test]
fn pages_mark_what_they_are_about() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "checkout_payment_v1");
    console.press("enter space");
    assert_eq!(marked(&console.model), ["checkout_payment_v1"]);
    assert!(
        console.screen().contains("◉ marked"),
        "{}",
        console.screen()
    );
    console.press("m");
    assert_eq!(
        marked(&console.model),
        ["checkout_payment_v1"],
        "seen is something else"
    );
    console.press("esc");
    // An experiment that doesn't change has nothing to mark.
    let id =
        avos::console::pages::PageId::Experiment("homepage_hero".into(), "hero_layout_v1".into());
    console
        .model
        .pages
        .push(avos::console::pages::Page::new(id));
    console.press("space");
    assert_eq!(console.says(), "mark: nothing would change here");
    let id = avos::console::pages::PageId::Experiment(
        "homepage_hero".into(),
        "hero_button_colors_v2".into(),
    );
    console
        .model
        .pages
        .push(avos::console::pages::Page::new(id));
    console.press("space");
    assert_eq!(
        marked(&console.model),
        ["checkout_payment_v1", "hero_button_colors_v2"]
    );
}

#[test]
fn a_layer_s_own_change_is_marked_too() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "checkout_flow//create_layer");
    console.press("space a");
    assert_eq!(asked(&console.model), ["create_layer checkout_flow"]);
}

#[test]
fn a_dialog_of_marks_goes_stale_like_any_other() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "checkout_payment_v1");
    console.press("space a");
    edit(
        &desk,
        "checkout_flow.yml",
        "status: paused",
        "status: completed",
    );
    console.notice();
    let Some(Overlay::Confirm(confirm)) = &console.model.overlay else {
        panic!("no dialog");
    };
    let stale = confirm.stale.as_ref().expect("stale");
    assert_eq!(stale.what, "changed meanwhile: checkout_flow.yml");
}

#[test]
fn marks_are_seen_in_ascii_and_without_color() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model_with(SIZE, ThemeName::None, &Symbols::ASCII);
    select(&mut model, "checkout_payment_v1");
    press(&mut model, "space");
    let screen = picture(&model);
    let row = screen
        .lines()
        .find(|line| line.contains("~ pause"))
        .expect("a row");
    assert!(row.contains('$'), "{row}");
    assert!(screen.contains("1 marked"));
}

#[test]
fn a_saved_plan_has_nothing_to_mark() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model(SIZE);
    model.startup.proposal = avos::console::proposal::Proposal::Plan("plan.json".into());
    press(&mut model, "space");
    assert_eq!(says(&model), "mark: a saved plan is applied as a whole");
}

#[test]
fn a_layer_marks_all_of_its_changes() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "hero_button_colors_v2");
    console.press("space");
    select(&mut console.model, "homepage_hero");
    console.press("space");
    assert_eq!(
        marked(&console.model),
        ["hero_button_colors_v1", "hero_button_colors_v2"],
        "one was marked already"
    );
    console.press("a");
    assert_eq!(asked(&console.model).len(), 2);
    console.press("esc space");
    assert!(marked(&console.model).is_empty());
}

/// The lines of the screen that have the sign of a mark, without the top line.
fn signed(console: &WorkingConsole, sign: char) -> Vec<String> {
    let screen = console.screen();
    let lines = screen.lines().take_while(|line| !line.is_empty());
    let signed = lines.filter(|line| line.contains(sign));
    signed.map(str::to_owned).collect()
}

#[test]
fn marks_are_seen_wherever_the_thing_is_listed() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "hero_button_colors_v1");
    console.press("space");
    // In Attention, in Changes, and half of its layer; the top line counts.
    let whole = signed(&console, '◉');
    assert!(whole[1].contains("◉⚠ hero_button_colors_v1"), "{whole:?}");
    assert!(
        whole[0].contains("1 marked"),
        "the badge of Changes: {whole:?}"
    );
    let complete = whole.iter().any(|line| line.contains("◉− complete"));
    assert!(complete, "{}", console.screen());
    let part = signed(&console, '○');
    assert!(!part.is_empty(), "{}", console.screen());
    let of_layer = |line: &String| line.contains("○homepage_hero");
    assert!(part.iter().all(of_layer), "{part:?}");
    assert!(
        picture(&console.model)
            .lines()
            .next()
            .is_some_and(|top| top.contains("◉ 1 marked"))
    );
    // On its page, on that of its change and among the experiments of its layer.
    console.press("enter");
    assert!(
        console.screen().contains("◉ marked"),
        "{}",
        console.screen()
    );
    console.press("esc 1 g n esc");
    console.press("2 / h o m e p a g e enter enter");
    let row = signed(&console, '◉');
    assert!(
        row.len() == 1 && row[0].contains("hero_button_colors_v1"),
        "{row:?}"
    );
    console.press("esc esc");
    // The whole layer.
    console.press("2 / h o m e p a g e enter space");
    assert_eq!(
        marked(&console.model),
        ["hero_button_colors_v1", "hero_button_colors_v2"]
    );
    let whole = signed(&console, '◉');
    assert!(
        whole.iter().any(|line| line.contains("◉homepage_hero")),
        "{whole:?}"
    );
    assert!(signed(&console, '○').is_empty());
}

#[test]
fn a_note_is_not_marked() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", SIZE);
    select(&mut console.model, "inherits-slots");
    console.press("space");
    assert!(marked(&console.model).is_empty());
    assert_eq!(
        console.says(),
        "mark: only a change, an experiment or a layer can be marked"
    );
    select(&mut console.model, "hero_button_colors_v2");
    console.press("space");
    assert_eq!(marked(&console.model), ["hero_button_colors_v2"]);
}

#[test]
fn a_refusal_is_shown_whole_until_escape() {
    for size in [(120, 40), (80, 24), (60, 16)] {
        let desk = Desk::applied(EXAMPLES, "v1", "v2");
        let mut console = WorkingConsole::open(&desk, "ada@host", size);
        select(&mut console.model, "hero_button_colors_v2");
        console.press("space a");
        let said = console.says().to_owned();
        let shown = console.screen();
        for word in said.split_whitespace() {
            assert!(shown.contains(word), "{word}:\n{shown}");
        }
        assert!(shown.contains("Esc closes"), "{shown}");
        console.press("esc");
        assert!(!console.screen().contains("Refused"));
        assert_eq!(console.model.marks.len(), 1, "Esc takes one thing away");
    }
}
