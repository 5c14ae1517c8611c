//! An incident as it is met: a log that other programs write, and an arm that dies in it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::place::{Place, SIZE, apply_additions, wait_until_ready};
use super::terminal::Terminal;

/// Another program that logs what units of the button colors get.
struct Writer {
    connection: Connection,
    from: Timestamp,
    units: i64,
}

impl Writer {
    /// With a write-ahead log, as loggers have it, or without.
    fn new(place: &Place, journal_mode: &str) -> Self {
        let connection = Connection::open(place.path("log.db")).expect("a log");
        let mode = connection.pragma_update(None, "journal_mode", journal_mode);
        mode.expect("a journal mode");
        let table = "CREATE TABLE user_assignments (unit_id VARCHAR, \
                     layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR, \
                     experiment_name VARCHAR, variant VARCHAR, status VARCHAR, \
                     assignment_timestamp TIMESTAMP)";
        connection.execute_batch(table).expect("a table");
        Self {
            connection,
            from: Timestamp::now() - SignedDuration::from_hours(1),
            units: 0,
        }
    }

    /// So many more units, a second apart from an hour ago on, of these variants in turn.
    fn append(&mut self, units: i64, variants: &[&str]) {
        let transaction = self.connection.transaction().expect("a transaction");
        for _ in 0..units {
            let variant = variants[usize::try_from(self.units).expect("few") % variants.len()];
            let at = self.from + SignedDuration::from_secs(self.units);
            self.units += 1;
            let row = (
                format!("user_{}", self.units),
                variant,
                at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
            );
            let insert = "INSERT INTO user_assignments VALUES (?1, 'homepage_hero', 0, \
                          'hero_button_colors_v1', 'Hero Button Colors v1', ?2, 'assigned', ?3)";
            transaction.execute(insert, row).expect("a row");
        }
        transaction.commit().expect("a commit");
    }
}

/// A place to which the examples were applied long ago, and a console that only looks at its log.
fn on_call(place: &Place) -> Terminal {
    place.apply_elsewhere();
    let database = Connection::open(place.path("avos.db")).expect("a database");
    let backdate = "UPDATE avos_journal SET applied_at = '2026-01-01 00:00:00.000000'";
    database.execute(backdate, ()).expect("a journal");
    drop(database);
    place.console_with(&["--log", "log.db", "--read-only"], &[], SIZE)
}

#[test]
fn an_arm_that_dies_is_seen_while_it_happens() {
    let place = Place::with_v1();
    let mut console = on_call(&place);
    // Nobody has logged anything yet.
    console.wait_for_text("log missing");
    console.wait_for_text("the exposure log log.db doesn't exist");

    let mut writer = Writer::new(&place, "wal");
    writer.append(1000, &["blue", "green"]);
    console.wait_for_text("✓ ok  hero_button_colors_v1");
    console.wait_for_text("no SRM");
    console.wait_for_no("log missing");

    for _ in 0..20 {
        writer.append(20, &["green"]);
    }
    console.wait_for_text("✗ SRM  hero_button_colors_v1");
    console.wait_for_text("no exposures of variant `blue` since");
    // From the main screen too, whatever is shown there.
    console.keys("i");
    console.wait_for_text("✗ SRM hero_button_colors_v1");
    console.wait_for_text("Distribution (SRM)");
    console.wait_for_text("source log");
    console.keys("s");
    console.wait_for_text("simulated");
    console.wait_for_text("✗ SRM hero_button_colors_v1");
    console.keys("i");
    console.wait_for_text("units per minute");

    console.keys("c");
    console.wait_for_text("Copied the incident report");
    assert!(console.written().contains("\x1b]52;c;"));
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    // Looking leaves no trace: what stands beside the log is the writer's.
    drop(writer);
    let names = place.names();
    assert!(!names.iter().any(|name| name.contains("-wal")), "{names:?}");
}

#[test]
fn a_log_that_goes_bad_keeps_its_last_figures_until_it_is_good_again() {
    let place = Place::with_v1();
    let mut console = on_call(&place);
    // A write-ahead log would stay behind and lend its pages to whatever takes the log's name.
    let mut writer = Writer::new(&place, "delete");
    writer.append(100, &["blue", "green"]);
    console.wait_for_text("✓ ok  hero_button_colors_v1");
    drop(writer);

    std::fs::write(place.path("bad"), "x".repeat(4096)).expect("our file");
    std::fs::rename(place.path("log.db"), place.path("good")).expect("our file");
    std::fs::rename(place.path("bad"), place.path("log.db")).expect("our file");
    console.wait_for_text("log damaged");
    console.wait_for_text("is not a SQLite database");
    console.wait_for_text("figures as of");
    assert!(console.text().contains("✓ ok  hero_button_colors_v1"));

    std::fs::rename(place.path("good"), place.path("log.db")).expect("our file");
    console.wait_for_no("log damaged");
    console.wait_for_no("figures as of");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_console_that_may_apply_starts_on_the_main_screen_and_judges_by_what_was_applied() {
    let place = Place::with_v1();
    let mut writer = Writer::new(&place, "wal");
    let mut console = place.console_with(&["--log", "log.db"], &[], (120, 50));
    wait_until_ready(&mut console);
    writer.append(100, &["blue", "green"]);
    // The database doesn't know it yet.
    console.wait_for_text("– untested  hero_button_colors_v1");
    apply_additions(&mut console);
    console.wait_for_text("✓ ok  hero_button_colors_v1");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
