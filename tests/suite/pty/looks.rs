//! Sizes and colors.

use vt100::{Cell, Color, Screen};

use super::place::{Place, SIZE, wait_until_ready};
use super::terminal::Terminal;

#[test]
fn without_color_the_selection_is_still_seen() {
    let place = Place::with_v1();
    let mut console = place.console_with(&[], &[("NO_COLOR", "1")], SIZE);
    console.wait_for_text("simulated");
    wait_until_ready(&mut console);
    assert_eq!(colored(console.screen()), None);
    assert!(is_marked(&console, "checkout_flow"), "{}", console.text());

    console.keys("?");
    console.wait_for_text(" Help ");
    assert_eq!(colored(console.screen()), None);
    assert!(is_marked(&console, "Open the page"), "{}", console.text());
    assert!(
        !is_marked(&console, "Go to the next panel"),
        "{}",
        console.text()
    );
}

#[test]
fn with_color_there_is_some() {
    let place = Place::with_v1();
    for variables in [&[][..], &[("NO_COLOR", "")]] {
        let mut console = place.console_with(&[], variables, SIZE);
        console.wait_for_text("simulated");
        assert!(colored(console.screen()).is_some());
    }
    let mut console = place.console_with(&["--color", "never"], &[], SIZE);
    console.wait_for_text("simulated");
    assert_eq!(colored(console.screen()), None);
}

#[test]
fn any_size_will_do_and_one_too_small_says_so() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("simulated");
    for (size, text) in [
        ((60, 16), "homepage_hero"),
        ((59, 16), "59×16 is too small: AVOS needs 60×16"),
        ((60, 15), "60×15 is too small"),
        ((10, 2), "10×2 is to"),
        ((1, 1), "1"),
        ((80, 24), "homepage_hero"),
        ((300, 90), "homepage_hero"),
        (SIZE, "simulated"),
    ] {
        console.resize(size);
        console.wait_for_text(text);
    }
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn the_smallest_screen_does_the_whole_job() {
    let place = Place::with_v1();
    let mut console = place.console_with(&[], &[], (60, 16));
    super::place::apply_additions(&mut console);
    place.edit_config(
        "homepage_hero.yml",
        "status: active\n    splitter_type",
        "status: completed\n    splitter_type",
    );
    console.wait_for_text("complete");
    console.keys("a");
    console.wait_for_text("Type hero_button_colors_v1 to apply");
    console.keys("hero_button_colors_v1\r");
    console.wait_for_text("Applied");
}

/// The first text in a color of its own.
fn colored(screen: &Screen) -> Option<String> {
    cells(screen)
        .find(|cell| cell.fgcolor() != Color::Default || cell.bgcolor() != Color::Default)
        .map(|cell| {
            format!(
                "{:?} {:?} {:?}",
                cell.contents(),
                cell.fgcolor(),
                cell.bgcolor()
            )
        })
}

/// Whether the text stands out without a color.
fn is_marked(console: &Terminal, text: &str) -> bool {
    let Some((row, column)) = console.find(text) else {
        return false;
    };
    let cell = console.screen().cell(row, column);
    cell.is_some_and(Cell::inverse)
}

fn cells(screen: &Screen) -> impl Iterator<Item = &Cell> {
    let (rows, columns) = screen.size();
    (0..rows.get())
        .flat_map(move |row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)))
}
