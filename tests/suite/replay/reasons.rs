//! Each reason, on and just not on.

use avos::domain::{HashAlgorithm, Splitter, State, Status};
use avos::replay::{ReplayOptions, Said};
use insta::assert_snapshot;
use jiff::SignedDuration;

use super::support::{Desk, altered, minute, serve, shown, time};
use crate::support::layers::{LayerYaml, experiment, layer};

/// A layer with an experiment on half of its slots.
fn home() -> LayerYaml {
    layer("home").with(experiment("hero").set("traffic_percentage", 0.5))
}

/// The same with the experiment paused.
fn paused() -> LayerYaml {
    let hero = experiment("hero").set("traffic_percentage", 0.5);
    layer("home").with(hero.set("status", "paused"))
}

/// In `home`: `u1` is on slot 22 with variant b, `u2` on slot 35 with a, `u4` on slot 71.
const UNITS: [&str; 3] = ["u1", "u2", "u4"];

/// One state, and a log of what it says.
fn served() -> (Desk, State) {
    let desk = Desk::empty();
    let state = desk.apply(&[home(), layer("cart")], minute(0));
    desk.serve(&state, &UNITS, minute(30));
    desk.sql("DELETE FROM user_assignments WHERE layer_id = 'cart'");
    (desk, state)
}

#[test]
fn what_was_logged_matches() {
    let (desk, _) = served();
    assert_snapshot!(shown(&desk.replay()), @"");
}
