//! A saved plan: it is applied as it was reviewed, and readable when that can't be.

use avos::store::{JournalQuery, StateStore};
use std::fs;
use std::process::Command;

use super::place::{Place, SIZE, wait_until_ready};

#[test]
fn a_saved_plan_is_applied_once() {
    let place = Place::with_v1();
    place.save_plan();
    // The layer files are of no matter any more.
    fs::remove_dir_all(place.path("configs")).expect("our directory");
    let mut console = place.console_on_plan();
    wait_until_ready(&mut console);
    console.wait_for_text("plan.json");
    console.wait_for_text("No errors");
    console.wait_for_text("after plan");
    console.keys("a");
    console.wait_for_text("Apply 5 changes: all layers");
    console.keys("y");
    console.wait_for_text("Applied 5 changes, journal 1");
    console.wait_for_text("this plan was applied as journal 1 at");
    // Still there to be read.
    console.wait_for_text("hero_button_colors_v1");
    console.keys("a");
    console.wait_for_text("apply: Stale: this plan was applied as journal 1");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    let history = avos::store::SqliteStore::new(place.path("avos.db")).journal(JournalQuery::All);
    assert_eq!(history.map(|entries| entries.len()).ok(), Some(1));
}

#[test]
fn a_stale_plan_is_read_and_not_applied() {
    let place = Place::with_v1();
    place.save_plan();
    place.edit_config(
        "homepage_hero.yml",
        "traffic_percentage: 0.3",
        "traffic_percentage: 0.35",
    );
    place.apply_elsewhere();
    let mut console = place.console_on_plan();
    wait_until_ready(&mut console);
    console.wait_for_text("Stale: the database changed since");
    console.wait_for_text("5 changes");
    console.keys("a");
    console.wait_for_text("apply: Stale: ");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn an_apply_under_the_open_dialog_voids_it() {
    let place = Place::with_v1();
    place.save_plan();
    let mut console = place.console_on_plan();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    place.apply_elsewhere();
    console.wait_for_text("Stale: another program changed layers");
    console.keys("y");
    console.keys("\x1b");
    console.wait_for_no("another program");
    // It was this very plan.
    console.wait_for_text("this plan was applied as journal 1");
    let history = avos::store::SqliteStore::new(place.path("avos.db")).journal(JournalQuery::All);
    assert_eq!(history.map(|entries| entries.len()).ok(), Some(1));
}

#[test]
fn a_plan_that_is_missing_or_wrong_is_said_until_a_good_one_comes() {
    let place = Place::with_v1();
    let mut console = place.console_on_plan();
    wait_until_ready(&mut console);
    console.wait_for_text("the plan plan.json doesn't exist");
    fs::write(place.path("plan.json"), "{}").expect("our file");
    console.wait_for_text("it has no `format_version`");
    fs::remove_file(place.path("plan.json")).expect("our file");
    console.wait_for_text("doesn't exist");
    fs::create_dir(place.path("plan.json")).expect("a new directory");
    console.wait_for_text("it is not a file");
    fs::remove_dir(place.path("plan.json")).expect("our directory");
    place.save_plan();
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    fs::remove_file(place.path("plan.json")).expect("our file");
    console.wait_for_text("Stale: plan or database can't be read anymore");
    console.keys("\x1b");
    console.wait_for_no("Stale: ");
    console.wait_for_text("doesn't exist");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

/// The whole way of somebody who has to apply what others planned.
#[test]
fn a_directory_of_plans_is_listed_and_its_plans_are_applied() {
    let place = Place::with_v1();
    place.save_plan();
    fs::create_dir(place.path("plans")).expect("a new directory");
    let mut console = place.start_only(vec!["--db", "avos.db", "--plan", "plans"], &[], SIZE);
    wait_until_ready(&mut console);
    console.wait_for_text("no saved plans yet");
    fs::rename(place.path("plan.json"), place.path("plans/monday.json")).expect("our file");
    console.wait_for_text("Saved plans: 1 of 1 as reviewed");
    fs::write(place.path("plans/torn.json"), "{").expect("our file");
    console.wait_for_text("unreadable: it isn't a saved plan");
    console.keys("\r");
    console.wait_for_no("Saved plans");
    console.wait_for_text("plans/monday.json");
    console.wait_for_text("after plan");
    console.keys("a");
    console.wait_for_text("Apply 5 changes: all layers");
    console.keys("y");
    console.wait_for_text("Applied 5 changes, journal 1");
    console.keys("l");
    console.wait_for_text("applied as journal 1");
    fs::remove_file(place.path("plans/monday.json")).expect("our file");
    console.wait_for_text("Saved plans: 0 of 1 as reviewed");
    console.keys("q");
    console.wait_for_text("the plan plans/monday.json doesn't exist");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_plan_and_configs_exclude_each_other() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_avos-tui"))
            .args(arguments)
            .output()
            .expect("the program");
        let said = String::from_utf8(output.stderr).expect("text");
        (output.status.code(), said)
    };
    let (code, said) = run(&["--db", "avos.db"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("<--configs <DIR>|--plan <PLAN>|--demo|--target <NAME>>"),
        "{said}"
    );
    let (code, said) = run(&["--db", "avos.db", "--plan", "p", "--configs", "c"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot be used with"), "{said}");
}
