//! Lists over the main screen: opened, looked at, closed.

use super::place::Place;

#[test]
fn the_journal_is_looked_at_and_the_screen_comes_back() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    console.keys("j");
    console.wait_for_text("No changes");
    console.wait_for_text("layout_c");
    let before = console.text();
    console.keys("h");
    console.wait_for_text(" History ");
    console.wait_for_text("checkout_flow, homepage_hero");
    console.wait_for_text("+ create        hero_button_colors_v1  60 slots");
    console.keys("\r\x1b[6~");
    console.wait_for_text("+layer_id: checkout_flow");
    console.wait_for_text("Esc goes back");
    console.keys("c");
    console.wait_for_text("Copied the entry");
    assert!(console.written().contains("\x1b]52;c;"));
    console.keys("\x1b");
    console.wait_for_text("Esc closes");
    console.keys("\x1b");
    console.wait_for_no(" History ");
    console.keys("\x1b");
    console.wait_for("the screen as before", |screen| screen.contents() == before);
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
