//! An incident at night, by keys alone: the console opens on the alarm, and everything that one person does until
//! the experiment ramps up again is done there, while a colleague's unfinished edit stays in the same file.

use std::fs;

use avos::domain::{Experiment, Status};
use avos::store::{EntryKind, SqliteStore, StateStore};

use super::place::Place;
use super::terminal::Terminal;

const ID: &str = "hero_layout_v1";
const FILE: &str = "homepage_hero.yml";
/// Reasons of the night.
const HELD: &str = "layout_b stays blank";
const RELEASED: &str = "fixed with 4.2.1";
const RESUMED: &str = "4.2.1 is out";
const RAMPED: &str = "the split holds";

/// What the colleague begins: a ramp-up, and an experiment with a misspelled key.
const RAMP_UP: (&str, &str) = ("traffic_percentage: 0.6\n", "traffic_percentage: 0.62\n");
const BEGUN: &str = "
  - experiment_id: hero_image_v1   # next week
    layer_id: homepage_hero
    name: Hero Image v1
    variants: [photo, drawing]
    trafic_allocation: {photo: 0.5, drawing: 0.5}
    traffic_percentage: 0.02
";

fn units(numbers: std::ops::Range<u32>) -> String {
    numbers
        .map(|number| format!("user_{number}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Lets a service assign these units, and log them all or without an arm. Returns what it logged.
fn log_units(place: &Place, log: &str, units: &str, dead: Option<&str>) {
    fs::write(place.path("units.txt"), units).expect("our file");
    let words = [
        "assign",
        "--db",
        "avos.db",
        "--layer",
        "homepage_hero",
        "--units",
        "units.txt",
    ];
    let answers = place.avos(&words);
    let arrives = |line: &&str| dead.is_none_or(|dead| !line.contains(dead));
    let arriving = answers
        .lines()
        .filter(|line| line.starts_with("user_"))
        .filter(arrives);
    let ids: Vec<&str> = arriving
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    fs::write(place.path("units.txt"), ids.join("\n")).expect("our file");
    place.avos(&[&words[..], &["--log", log]].concat());
}

/// The experiment as the database has it.
fn stored(place: &Place, id: &str) -> Experiment {
    let state = place.read().expect("a database").state;
    let (_, experiment) = state.experiment(&id.into()).expect("it is there");
    experiment.clone()
}

/// Asserts that the database has these, and of the colleague's experiment what it had.
#[track_caller]
fn assert_stored(place: &Place, status: Status, percent: u32) {
    let mine = stored(place, ID);
    assert_eq!(mine.status, status);
    assert_eq!(
        mine.traffic_percentage.to_string(),
        format!("0.{percent}").trim_end_matches('0')
    );
    let theirs = stored(place, "hero_button_colors_v1");
    assert_eq!(
        (
            theirs.status,
            theirs.traffic_percentage.to_string().as_str()
        ),
        (Status::Active, "0.6")
    );
    assert_eq!(place.read().expect("a database").state.layers.len(), 2);
}

/// Types a reason into the dialog of an apply, and confirms it.
fn confirm_because(console: &mut Terminal, reason: &str) {
    console.keys("\t\t");
    console.wait_for_text("Ticket:");
    console.keys(&format!("{reason}\r"));
    console.keys("y");
}

#[test]
fn a_night_is_handled_by_keys_alone() {
    for size in [(120, 40), (80, 24), (60, 16)] {
        handle_a_night(size);
    }
}

fn handle_a_night(size: (u16, u16)) {
    let place = Place::with_v1();
    place.apply_elsewhere();
    log_units(&place, "log.db", &units(0..2000), None);
    log_units(&place, "log.db", &units(2000..4000), Some("layout_b"));
    place.edit_config(FILE, RAMP_UP.0, RAMP_UP.1);
    place.write_config(FILE, &(place.config(FILE) + BEGUN));
    let left = place.config(FILE);
    let with = |from: &str, to: &str| {
        let (before, mine) = left.split_once(ID).expect("it is there");
        format!("{before}{ID}{}", mine.replacen(from, to, 1))
    };

    // The alarm, on which it opens.
    let mut console = place.console_with(&["--log", "log.db"], &[], size);
    console.wait_for_text(&format!("▌✗ {ID}"));

    // Two keys and the reason.
    console.keys("H");
    console.wait_for_text(&format!("Hold {ID}"));
    console.keys(HELD);
    console.keys("\r");
    console.wait_for_text(&format!("{ID} is held, journal 2"));
    assert_stored(&place, Status::Paused, 30);
    assert_eq!(place.config(FILE), left);

    // What waits, what is wrong, and that it is held.
    console.keys("4");
    console.wait_for_text("60% → 62%, 60 → 62 slots");
    console.keys("3");
    console.wait_for_text("unknown key");
    console.keys("1\r");
    console.wait_for_text(&format!("Experiment › {ID}"));
    console.wait_for_text("p writes the pause back");
    console.keys("p");
    console.wait_for_text("status active → paused in");
    console.wait_for_no("p writes the pause back");
    assert_eq!(place.config(FILE), with("status: active", "status: paused"));
    assert_stored(&place, Status::Paused, 30);

    // In the morning: the release, and back as it was.
    console.keys("L");
    console.wait_for_text(&format!("Release {ID}"));
    console.keys(RELEASED);
    console.keys("\r");
    console.wait_for_text("is released, journal 3");
    assert_stored(&place, Status::Paused, 30);
    console.keys("P");
    console.wait_for_text("status paused → active in");
    console.wait_for_text("1 change, not applied");
    assert_eq!(place.config(FILE), left);
    console.keys(" ");
    console.wait_for_text("◉ 1 marked");
    console.keys("a");
    console.wait_for_text("Apply 1 change");
    confirm_because(&mut console, RESUMED);
    console.wait_for_text("Applied 1 change, journal 4");
    assert_stored(&place, Status::Active, 30);

    // It ramps up on evidence from after the fix; the log of the night has none.
    console.keys("r35\r");
    console.wait_for_text("traffic_percentage 0.3 → 0.35 in");
    console.wait_for_text("1 change, not applied");
    console.keys(" a");
    console.wait_for_text("mismatch");
    console.wait_for_text(&format!("Type {ID} to apply"));
    console.keys("\x1b");
    console.wait_for_no("to apply");
    log_units(&place, "since.db", &units(0..4000), None);
    fs::rename(place.path("log.db"), place.path("night.db")).expect("our file");
    fs::rename(place.path("since.db"), place.path("log.db")).expect("our file");
    console.wait_for_text("✓ ok");
    console.keys("a");
    console.wait_for_text("its split holds");
    confirm_because(&mut console, RAMPED);
    console.wait_for_text("Applied 1 change, journal 5");
    assert_stored(&place, Status::Active, 35);

    // The colleague's edit is as they left it, and the journal tells the night.
    assert_eq!(
        place.config(FILE),
        with("traffic_percentage: 0.3", "traffic_percentage: 0.35")
    );
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    let heads = SqliteStore::new(place.path("avos.db")).journal_heads();
    let heads = heads.expect("a journal");
    let told: Vec<_> = heads.iter().rev().skip(1).collect();
    let told: Vec<_> = told
        .iter()
        .map(|head| (head.kind, head.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (EntryKind::Hold, Some(HELD)),
            (EntryKind::Release, Some(RELEASED)),
            (EntryKind::Apply, Some(RESUMED)),
            (EntryKind::Apply, Some(RAMPED)),
        ]
    );
}
