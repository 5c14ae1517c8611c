//! What moves under an open dialog voids it; what another program writes is noticed.

use super::place::{Place, wait_until_ready};
use avos::store::{JournalQuery, StateStore};

const RENAME: &str =
    "UPDATE experiments SET name = 'Renamed' WHERE experiment_id = 'hero_layout_v1'";

#[test]
fn files_that_change_under_a_dialog_void_it() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    place.edit_config(
        "homepage_hero.yml",
        "traffic_percentage: 0.3",
        "traffic_percentage: 0.35",
    );
    console.wait_for_text("Stale: changed meanwhile: homepage_hero.yml");
    // What was to be applied can still be read, but not be applied.
    console.keys("y");
    console.keys("\x1b");
    console.wait_for_no("Stale");
    assert!(!place.path("avos.db").exists());

    console.keys("a");
    console.wait_for_text("Apply (y)");
    console.keys("y");
    console.wait_for_text("Applied");
}

#[test]
fn a_database_that_changes_under_a_dialog_voids_it() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    place.edit_config(
        "homepage_hero.yml",
        "status: active\n    splitter_type",
        "status: completed\n    splitter_type",
    );
    console.wait_for_text("complete");
    console.keys("a");
    console.wait_for_text("Type hero_button_colors_v1 to apply");
    console.keys("hero_button_colors_v1");
    place
        .other_program()
        .execute_batch(RENAME)
        .expect("a write");
    console.wait_for_text("Stale: another program changed layer");
    console.keys("\r");
    console.wait_for_no("Stale");
    let history = avos::store::SqliteStore::new(place.path("avos.db")).journal(JournalQuery::All);
    assert_eq!(history.map(|entries| entries.len()).ok(), Some(1));

    // The new plan takes the other program's change back, and can be applied.
    console.keys("a");
    console.wait_for_text("changed, outside, since journal 1; this plan changes it again");
    console.keys("homepage_hero\r");
    console.wait_for_text("Applied 2 changes");
}

#[test]
fn what_another_program_writes_is_planned_anew() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    console.keys("j");
    console.wait_for_text("No changes");
    let other = place.other_program();
    other.execute_batch(RENAME).expect("a write");
    console.wait_for_text("No errors");
    console.wait_for_no("No changes");
    other
        .execute_batch(&RENAME.replace("Renamed", "Hero Layout v1"))
        .expect("a write");
    console.wait_for_text("No changes");
}

#[test]
fn a_database_that_is_deleted_counts_as_new() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    console.keys("j");
    console.wait_for_text("No changes");
    std::fs::remove_file(place.path("avos.db")).expect("our file");
    console.wait_for_text("database new");
    console.wait_for_text("No errors");
}
