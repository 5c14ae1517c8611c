//! Every screen, as text and as styles.
//!
//! Below the text stands the same screen with a letter for each cell's style, and what the letters
//! mean: a `TestBackend` shows text only, and a selection that nobody sees is a defect too.

use std::fmt::Write;

use avos::console::message::Message;
use avos::console::model::Model;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::console::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};

/// The sizes at which every screen is looked at: columns, rows.
pub(crate) const SIZES: [(u16, u16); 6] = [
    (200, 60),
    (160, 50),
    (120, 40),
    (100, 30),
    (80, 24),
    (60, 16),
];

/// The looks in which every screen is looked at, besides the default one.
pub(crate) const LOOKS: [(&str, ThemeName, &Symbols); 5] = [
    ("light", ThemeName::Light, &Symbols::UNICODE),
    ("high_contrast", ThemeName::HighContrast, &Symbols::UNICODE),
    ("color_blind", ThemeName::ColorBlind, &Symbols::UNICODE),
    ("none", ThemeName::None, &Symbols::UNICODE),
    ("ascii", ThemeName::None, &Symbols::ASCII),
];

pub(crate) fn drawn(model: &Model) -> Buffer {
    let (columns, rows) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test backend");
    terminal
        .draw(|frame| view::draw(model, frame))
        .expect("a frame");
    terminal.backend().buffer().clone()
}

/// The screen's text.
pub(crate) fn text(model: &Model) -> String {
    let buffer = drawn(model);
    let cells: Vec<&str> = buffer.content().iter().map(Cell::symbol).collect();
    let lines = cells.chunks(usize::from(buffer.area.width));
    lines
        .map(|line| line.concat().trim_end().to_owned() + "\n")
        .collect()
}

/// The screen's text, its styles as letters, and the letters' meaning.
pub(crate) fn picture(model: &Model) -> String {
    let buffer = drawn(model);
    let mut styles: Vec<Style> = Vec::new();
    let mut text = String::new();
    let mut letters = String::new();
    for y in 0..buffer.area.height {
        let (mut line, mut marks) = (String::new(), String::new());
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            line.push_str(cell.symbol());
            let style = cell.style();
            let index = styles
                .iter()
                .position(|known| *known == style)
                .unwrap_or_else(|| {
                    styles.push(style);
                    styles.len() - 1
                });
            marks.push(letter(index));
        }
        let _ = writeln!(text, "{}", line.trim_end());
        let _ = writeln!(letters, "{marks}");
    }
    let mut legend = String::new();
    for (index, style) in styles.iter().enumerate() {
        let fg = style.fg.map(|color| color.to_string()).unwrap_or_default();
        let bg = style.bg.map(|color| color.to_string()).unwrap_or_default();
        let _ = writeln!(
            legend,
            "{}: {fg} on {bg} {:?}",
            letter(index),
            style.add_modifier
        );
    }
    format!("{text}\n{letters}\n{legend}")
}

/// What a screen shows at every size.
pub(crate) fn at_every_size(model: impl Fn((u16, u16)) -> Model) -> String {
    SIZES
        .map(|size| format!("{}×{}\n{}", size.0, size.1, picture(&model(size))))
        .join("\n")
}

/// What a screen shows in every look but the default one.
pub(crate) fn in_every_look(model: impl Fn(ThemeName, &'static Symbols) -> Model) -> String {
    LOOKS
        .map(|(name, theme, symbols)| format!("{name}\n{}", picture(&model(theme, symbols))))
        .join("\n")
}

fn letter(index: usize) -> char {
    let letters = ('.'..='.')
        .chain('a'..='z')
        .chain('A'..='Z')
        .chain('0'..='9');
    letters.clone().nth(index).unwrap_or('?')
}

#[test]
fn the_main_screen_with_a_pending_plan() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (columns, rows) in SIZES {
        let name = format!("pending_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&desk.model((columns, rows))));
    }
}

#[test]
fn the_main_screen_over_a_new_database() {
    let desk = Desk::new(EXAMPLES, "v1");
    insta::assert_snapshot!(picture(&desk.model((100, 30))));
}

#[test]
fn the_main_screen_when_all_agree() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    insta::assert_snapshot!(picture(&desk.model((100, 30))));
}

#[test]
fn the_main_screen_with_broken_files() {
    let desk = Desk::applied(EXAMPLES, "v1", "broken");
    for (columns, rows) in [(120, 40), (80, 24)] {
        let mut model = desk.model((columns, rows));
        press(&mut model, "tab down");
        insta::assert_snapshot!(format!("broken_{columns}x{rows}"), picture(&model));
    }
}

#[test]
fn the_main_screen_with_a_saved_plan() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.save_plan();
    for (columns, rows) in [(120, 40), (60, 16)] {
        let name = format!("plan_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&desk.model_of_plan((columns, rows))));
    }
    // Applied by somebody else: it can still be read.
    desk.apply();
    for (columns, rows) in [(120, 40), (60, 16)] {
        let name = format!("plan_applied_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&desk.model_of_plan((columns, rows))));
    }
}

#[test]
fn the_main_screen_with_a_stale_plan() {
    let desk = Desk::new(EXAMPLES, "v2");
    desk.save_plan();
    desk.write("homepage_hero.yml", "layer_id: another\nlayer_salt: salt\n");
    desk.apply();
    for (columns, rows) in [(100, 30), (60, 16)] {
        let name = format!("plan_stale_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&desk.model_of_plan((columns, rows))));
    }
}

#[test]
fn the_main_screen_with_a_plan_in_error() {
    let desk = Desk::applied(EXAMPLES, "v1", "broken");
    desk.save_plan();
    insta::assert_snapshot!(picture(&desk.model_of_plan((100, 30))));
}

#[test]
fn the_main_screen_with_a_plan_that_cannot_be_read() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    std::fs::write(desk.plan(), "{}").expect("a file");
    let mut model = desk.model_of_plan((100, 30));
    // The directory's name differs from run to run.
    let mut loaded = desk.load_plan();
    if let Err(trouble) = &mut loaded.files.contents {
        let directory = desk.configs().with_file_name("");
        let directory = directory.display().to_string();
        trouble.message = trouble.message.replace(&directory, "");
    }
    model.loaded = Some(std::sync::Arc::new(loaded));
    insta::assert_snapshot!(picture(&model));
}

#[test]
fn the_dialog_that_takes_one_key() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((100, 30));
    press(&mut model, "a");
    insta::assert_snapshot!(picture(&model));
}

#[test]
fn the_dialog_that_asks_for_a_name() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (columns, rows) in [(100, 30), (60, 16)] {
        let mut model = desk.model((columns, rows));
        press(&mut model, "a a l x enter");
        insta::assert_snapshot!(format!("name_{columns}x{rows}"), picture(&model));
    }
}

#[test]
fn the_page_of_a_change() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (columns, rows) in SIZES {
        let mut model = desk.model((columns, rows));
        press(&mut model, "J J");
        insta::assert_snapshot!(format!("change_{columns}x{rows}"), picture(&model));
    }
    for (look, theme, symbols) in LOOKS {
        let mut model = desk.model_with((100, 30), theme, symbols);
        press(&mut model, "J");
        insta::assert_snapshot!(format!("change_{look}"), picture(&model));
    }
}

#[test]
fn the_help_and_the_palette() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model((100, 30));
    press(&mut model, "?");
    insta::assert_snapshot!("help", picture(&model));
    press(&mut model, "esc : d i f");
    insta::assert_snapshot!("palette", picture(&model));
}

#[test]
fn what_lies_over_the_main_screen() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (name, keys) in [
        ("help", "? down"),
        ("palette", ": p a down"),
        ("dialog", "a"),
        ("dialog_name", "a l x enter"),
        ("filter", "2 / h e r o"),
    ] {
        let open = |mut model: Model| {
            press(&mut model, keys);
            model
        };
        let sizes = at_every_size(|size| open(desk.model(size)));
        insta::assert_snapshot!(format!("{name}_sizes"), sizes);
        let looks = in_every_look(|theme, symbols| open(desk.model_with((80, 24), theme, symbols)));
        insta::assert_snapshot!(format!("{name}_looks"), looks);
    }
}

#[test]
fn a_zoomed_diff_and_a_filter_being_typed() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((100, 30));
    press(&mut model, "5 z");
    insta::assert_snapshot!("zoomed", picture(&model));
    press(&mut model, "z / h e r o");
    insta::assert_snapshot!("filtering", picture(&model));
}

#[test]
fn other_looks() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (name, theme, symbols) in LOOKS {
        let model = desk.model_with((100, 30), theme, symbols);
        insta::assert_snapshot!(name, picture(&model));
    }
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model_with((100, 30), ThemeName::None, &Symbols::ASCII);
    for keys in ["a", "esc ?", "esc"] {
        press(&mut model, keys);
        let text: String = drawn(&model).content().iter().map(Cell::symbol).collect();
        let other: String = text
            .chars()
            .filter(|character| !character.is_ascii())
            .collect();
        assert_eq!(other, "", "after {keys}");
    }
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    let desk = Desk::new(EXAMPLES, "v1");
    for size in [(59, 16), (60, 15), (20, 3), (1, 1)] {
        let text: String = drawn(&desk.model(size))
            .content()
            .iter()
            .map(Cell::symbol)
            .collect();
        if size.0 > 40 {
            assert!(text.contains("60×16"), "{text}");
        }
    }
}

#[test]
fn every_size_can_be_drawn_in_every_state() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((60, 16));
    for keys in [
        "tab", "z", "a", "esc", "z", "?", "esc :", "esc /", "esc", "tab", "tab", "tab",
    ] {
        press(&mut model, keys);
        for columns in [60, 61, 79, 99, 100, 101, 133] {
            for rows in [16, 17, 23, 24, 25, 50] {
                update(&mut model, Message::Resized(columns, rows));
                drawn(&model);
            }
        }
    }
}
