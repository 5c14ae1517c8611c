//! No key is lost, whatever comes together with it.

use super::place::{Place, SIZE, wait_until_ready};

#[test]
fn a_key_that_comes_with_a_resize_is_heard() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    for round in 0..20 {
        console.resize((SIZE.0 - round % 3, SIZE.1));
        console.keys("?");
        console.wait_for_text(" Help ");
        console.keys("?");
        console.resize((SIZE.0 + round % 3, SIZE.1));
        console.wait_for_no(" Help ");
    }
}

#[test]
fn a_long_paste_arrives_whole() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("/");
    console.wait_for_text("Enter keeps the filter");
    let text = "x".repeat(3000);
    console.keys(&format!("\x1b[200~{text}\nzebra\x1b[201~"));
    // Nothing is like that; the field is longer than the line.
    console.wait_for_text("no layers match the filter");
    console.keys("\x15hero\r");
    console.wait_for_text("filter: hero");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
