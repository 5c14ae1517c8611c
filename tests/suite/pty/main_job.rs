//! The main job: see what is wrong, see what would change, apply it.

use super::place::{Place, apply_additions, wait_until_ready};

const COMPLETION: (&str, &str) = (
    "status: active\n    splitter_type",
    "status: completed\n    splitter_type",
);

#[test]
fn a_new_database_is_reviewed_and_applied() {
    let place = Place::with_v1();
    let mut console = place.console();
    for text in ["homepage_hero", "checkout_flow", "hero_button_colors_v1"] {
        console.wait_for_text(text);
    }
    wait_until_ready(&mut console);
    console.wait_for_text("database new");
    console.wait_for_text("simulated");
    apply_additions(&mut console);
    console.wait_for_text("Applied 5 changes, journal 1");
    // The outcome stays until the next key; then the state is said.
    console.keys("j");
    console.wait_for_text("No changes");

    let snapshot = place.read().expect("a database");
    assert_eq!(snapshot.state.layers.len(), 2);
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn saved_files_show_what_they_would_change() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    place.copy_example("v2", "homepage_hero.yml");
    console.wait_for_text("hero_button_colors_v2");
    place.copy_example("v2", "checkout_flow.yml");
    console.wait_for_text("pause");

    console.keys("a");
    console.wait_for_text("Type all to apply");
    console.keys("yes\r");
    console.wait_for_text("that is not the name");
    console.keys("\x15all\r");
    console.wait_for_text("Applied");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert_eq!(status(&place, "checkout_payment_v1"), "paused");
    assert_eq!(status(&place, "hero_button_colors_v2"), "active");
}

#[test]
fn completing_an_experiment_asks_for_its_name() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    place.edit_config("homepage_hero.yml", COMPLETION.0, COMPLETION.1);
    console.wait_for_text("complete");

    console.keys("a");
    console.wait_for_text("Type hero_button_colors_v1 to apply");
    // One key does nothing here but type.
    console.keys("y\r");
    console.wait_for_text("that is not the name");
    console.keys("\x7f");
    console.wait_for_no("that is not the name");
    console.keys("hero_button_colors_v2\r");
    console.wait_for_text("that is not the name");
    assert_eq!(status(&place, "hero_button_colors_v1"), "active");

    console.keys("\x7f1\r");
    console.wait_for_text("Applied");
    console.wait_for_no("Type hero_button_colors_v1");
    assert_eq!(status(&place, "hero_button_colors_v1"), "completed");
}

#[test]
fn escape_leaves_everything_as_it_was() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    for way_out in ["\x1b", "n", "\r", "\x03"] {
        console.keys("a");
        console.wait_for_text("Apply (y)");
        console.keys(way_out);
        console.wait_for_no("Apply (y)");
    }
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert!(!place.path("avos.db").exists());
}

#[test]
fn only_the_selected_layer_is_applied() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    place.edit_config("homepage_hero.yml", "total_slots: 100", "total_slots: many");
    console.wait_for_text("1 error");
    // In order of the ids: the checkout comes first.
    console.keys("2ogA");
    console.wait_for_text("checkout_flow ");
    console.wait_for_text("Apply (y)");
    console.keys("y");
    console.wait_for_text("Applied");
    let layers = place.read().expect("a database").state.layers;
    let layers: Vec<String> = layers.keys().map(ToString::to_string).collect();
    assert_eq!(layers, ["checkout_flow"]);
}

#[test]
fn a_broken_file_is_shown_and_mended() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    let good = place.config("homepage_hero.yml");
    place.edit_config(
        "homepage_hero.yml",
        "traffic_percentage: 0.6",
        "trafic_percentage: 0.6",
    );
    console.wait_for_text("unknown key");
    // The panel says the rest when it has the keys and the room.
    console.keys("3z");
    console.wait_for_text("did you mean");
    console.keys("z");
    console.keys("a");
    console.wait_for_text("apply: 1 error in homepage_hero.yml");

    place.write_config("homepage_hero.yml", &good);
    console.wait_for_no("unknown key");
    console.keys("a");
    console.wait_for_text("nothing to apply");
}

#[test]
fn nothing_is_created_before_an_apply() {
    let place = Place::with_v1();
    let before = place.names();
    let mut console = place.console();
    console.wait_for_text("simulated");
    // Through every panel and list.
    console.keys("\t\t\t\t\tzz?");
    console.wait_for_text(" Help ");
    console.keys("\x1b");
    console.wait_for_no(" Help ");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert_eq!(place.names(), before);
}

#[test]
fn read_only_refuses_to_apply() {
    let place = Place::with_v1();
    let mut console = place.console_with(&["--read-only"], &[], super::place::SIZE);
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.wait_for_text("read-only");
    for (key, label) in [("a", "apply"), ("A", "apply layer")] {
        console.keys(key);
        console.wait_for_text(&format!(
            "{label}: the console was started with --read-only"
        ));
    }
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert!(!place.path("avos.db").exists());
}

fn status(place: &Place, experiment: &str) -> String {
    let state = place.read().expect("a database").state;
    let mut experiments = state.layers.values().flat_map(|layer| &layer.experiments);
    experiments
        .find(|known| known.experiment_id.as_str() == experiment)
        .map(|known| known.status.to_string())
        .unwrap_or_default()
}

#[test]
fn an_experiment_is_paused_in_its_file_and_undone() {
    let place = Place::with_v1();
    let mut console = place.console_with_applied();
    let before = place.config("homepage_hero.yml");
    // The order of the layers changes with what is pending.
    console.keys("2/homepage\r");
    console.wait_for_no("checkout_flow  ");
    console.keys("\r");
    console.wait_for_text("Layer › homepage_hero");
    console.keys("\r");
    console.wait_for_text("Experiment › hero_");
    console.keys("p");
    console.wait_for_text("status active → paused in");
    assert_eq!(
        place.config("homepage_hero.yml"),
        before.replacen("status: active", "status: paused", 1)
    );
    console.keys("U");
    console.wait_for_text("Undone: ");
    assert_eq!(place.config("homepage_hero.yml"), before);
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
