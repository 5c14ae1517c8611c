//! Whatever is wrong at the start is said on the screen, and gone when it is mended.

use std::fs;

use rusqlite::Connection;

use super::place::{Place, wait_until_ready};
use super::terminal::Terminal;

/// All can be read: both layers are planned.
#[track_caller]
fn wait_until_mended(console: &mut Terminal) {
    console.wait_for_text("No errors");
    console.wait_for_text("homepage_hero");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    console.keys("\x1b");
    console.wait_for_no("Apply (y)");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

/// `a` is refused with the same reason as stands on the screen.
#[track_caller]
fn expect(console: &mut Terminal, message: &str) {
    wait_until_ready(console);
    console.wait_for_text(message);
    console.wait_for_text("1 error");
    console.keys("a");
    console.wait_for_text("apply: ");
    console.keys("\x1b");
    console.wait_for_no("apply: ");
}

#[test]
fn a_missing_configs_directory() {
    let place = Place::without_configs();
    let mut console = place.console();
    expect(&mut console, "configs");
    let full = Place::with_v1();
    fs::rename(full.path("configs"), place.path("configs")).expect("our directory");
    wait_until_mended(&mut console);
}

#[test]
fn an_empty_configs_directory() {
    let place = Place::without_configs();
    fs::create_dir(place.path("configs")).expect("a new directory");
    let mut console = place.console();
    expect(&mut console, "has no layer files");
    place.copy_example("v1", "homepage_hero.yml");
    wait_until_mended(&mut console);
}

#[test]
fn only_a_broken_file() {
    let place = Place::without_configs();
    fs::create_dir(place.path("configs")).expect("a new directory");
    place.write_config("homepage_hero.yml", "layer_id: [\n");
    let mut console = place.console();
    expect(&mut console, "this is not valid YAML");
    place.copy_example("v1", "homepage_hero.yml");
    wait_until_mended(&mut console);
}

#[test]
fn a_database_that_is_none() {
    let place = Place::with_v1();
    fs::write(
        place.path("avos.db"),
        "a text, and a long one at that\n".repeat(100),
    )
    .expect("our file");
    let mut console = place.console();
    expect(&mut console, "avos.db is not a SQLite database");
    fs::remove_file(place.path("avos.db")).expect("our file");
    wait_until_mended(&mut console);
}

#[test]
fn a_directory_instead_of_a_database() {
    let place = Place::with_v1();
    fs::create_dir(place.path("avos.db")).expect("a new directory");
    let mut console = place.console();
    expect(&mut console, "avos.db is not a file");
    fs::remove_dir(place.path("avos.db")).expect("our directory");
    wait_until_mended(&mut console);
}

#[test]
fn a_database_of_a_newer_version() {
    let place = Place::with_v1();
    let database = applied_database(&place);
    let set = |version: i64| database.pragma_update(None, "user_version", version);
    let version: i64 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    set(9999).expect("a write");
    let mut console = place.console();
    expect(&mut console, "schema version 9999");
    set(version).expect("a write");
    wait_until_mended(&mut console);
}

#[test]
fn a_locked_database() {
    let place = Place::with_v1();
    let database = applied_database(&place);
    database.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let mut console = place.console();
    expect(&mut console, "locked by another program");
    database.execute_batch("ROLLBACK").expect("no lock");
    wait_until_mended(&mut console);
}

#[test]
fn the_configs_directory_is_deleted_and_made_again() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    fs::rename(place.path("configs"), place.path("elsewhere")).expect("our directory");
    // A frame may arrive in parts: the last line is the last.
    console.wait_for_no("No errors");
    fs::rename(place.path("elsewhere"), place.path("configs")).expect("our directory");
    wait_until_mended(&mut console);
}

#[test]
fn wrong_settings_are_said_before_the_screen_is_taken() {
    let place = Place::with_v1();
    fs::write(place.path("settings.yml"), "mouse: perhaps\n").expect("our file");
    let arguments = ["--settings", "settings.yml"];
    let mut console = place.console_with(&arguments, &[], super::place::SIZE);
    assert_eq!(console.exit_code(), 2);
    assert!(
        console.text().contains("error: settings.yml:1:8: `mouse`"),
        "{}",
        console.text()
    );
    assert!(!console.written().contains("?1049h"));
}

/// A database to which all but a ramp-up was applied, opened by another program.
fn applied_database(place: &Place) -> Connection {
    let mut console = place.console_with_applied();
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    place.edit_config(
        "homepage_hero.yml",
        "traffic_percentage: 0.3",
        "traffic_percentage: 0.35",
    );
    place.other_program()
}
