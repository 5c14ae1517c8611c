//! Lists over the main screen: opened, looked at, closed.

use rusqlite::Connection;

use super::place::{Place, SIZE};

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

#[test]
fn a_unit_is_looked_up_and_the_screen_comes_back() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    console.keys("j");
    console.wait_for_text("No changes");
    console.wait_for_text("layout_c");
    let before = console.text();
    console.keys("u");
    console.wait_for_text("type or paste a unit's id");
    // The keys of the main screen are letters here, and nothing of a paste is obeyed.
    console.keys("quit\x15\x1b[200~user\x07_1\x1b[201~\r");
    console.wait_for_text("Unit: user\\u{7}_1");
    console.wait_for_text("homepage_hero  slot ");
    console.wait_for_text("modulo the layer's slots.");
    console.keys("uuser_1\r");
    console.wait_for_text("checkout_flow  slot 14  card_first  checkout_payment_v1");
    console.keys("j\r");
    console.wait_for_text("083d589f8ae1937f0b95f9fb1fe8b881a24808270b6321a4a3692341843a16f0");
    console.wait_for_text("Answer: variant `blue` (assigned)");
    console.keys("c");
    console.wait_for_text("Copied the explanation");
    console.keys("\x1b");
    console.wait_for_text("Enter opens");
    console.keys("\x1b");
    console.wait_for_no(" Unit ");
    console.keys("\x1b");
    console.wait_for("the screen as before", |screen| screen.contents() == before);
    // The last one is still there.
    console.keys("u");
    console.wait_for_text("checkout_flow  slot 14  card_first  checkout_payment_v1");
    console.keys("\x03q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn what_the_log_says_stands_beside_what_the_unit_gets() {
    let place = Place::with_v1();
    place.apply_elsewhere();
    let log = Connection::open(place.path("log.db")).expect("a log");
    let rows = "CREATE TABLE user_assignments (unit_id VARCHAR, layer_id VARCHAR, slot_index \
                INTEGER, experiment_id VARCHAR, experiment_name VARCHAR, variant VARCHAR, status \
                VARCHAR, assignment_timestamp TIMESTAMP); \
                INSERT INTO user_assignments VALUES ('user_1', 'homepage_hero', 9, \
                'hero_button_colors_v1', '', 'green', 'assigned', '2026-01-01 10:00:00.000000'), \
                ('user_1', 'checkout_flow', 14, 'checkout_payment_v1', '', 'card_first', \
                'assigned', '2026-01-01 10:00:00.000000')";
    log.execute_batch(rows).expect("rows");
    let mut console = place.console_with(&["--log", "log.db", "--read-only"], &[], SIZE);
    // The incident view.
    console.wait_for_text("2 rows");
    console.keys("uuser_1\r");
    console.wait_for_text("2 rows in the log");
    console.wait_for_text("log: 1 row, all as now");
    console.wait_for_text("log differs: 1 of 1 row, newest green");
    console.keys("jc");
    console.wait_for_text("Copied the explanation");
    console.keys("\x1b");
    console.wait_for_no("2 rows in the log");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
