//! A verdict that is given again: the slow test isn't made anew where no unit came.

use avos::domain::GroupName;
use avos::traffic::{Judge, Traffic};

use super::support::{Desk, Row, at, row};
use crate::support::layers::{experiment, layer};

/// The exact p-values, by group.
fn exact(traffic: &Traffic) -> Vec<String> {
    let splits = traffic.splits.iter();
    let mut values: Vec<String> = splits
        .map(|split| {
            let tested = split.test.as_ref().expect("tested");
            let group = split.group.as_ref().map_or("", GroupName::as_str);
            let p_value = tested.srm.exact_p_value.expect("small counts");
            format!("{group} {p_value:.3}")
        })
        .collect();
    values.sort();
    values
}

#[test]
fn the_exact_test_is_made_again_for_the_split_that_got_a_unit_only() {
    let grouped = experiment("exp").set("splitter_type", "segment").set(
        "segment_allocations",
        "{x: {a: 0.5, b: 0.5}, y: {a: 0.5, b: 0.5}}",
    );
    let desk = Desk::with(&[layer("web").with(grouped)]);
    let of = |unit: &'static str, group, variant| Row {
        group: Some(group),
        ..row(unit, variant, 0)
    };
    desk.log(&[
        of("1", "x", "a"),
        of("2", "x", "a"),
        of("3", "y", "a"),
        of("4", "y", "a"),
    ]);
    let mut judge = Judge::default();
    let timeline = desk.timeline();
    let before = judge.judge(desk.counts().summary(), &timeline, &at(0.05));
    assert_eq!(exact(&before), ["x 0.500", "y 0.500"]);
    // A unit that is seen again is none that came.
    desk.log(&[of("2", "x", "a"), of("5", "y", "a")]);
    let again = judge.judge(desk.counts().summary(), &timeline, &at(0.05));
    assert_eq!(exact(&again), ["x 0.500", "y 0.250"]);
    assert_eq!(exact(&desk.judge()), ["x 0.500", "y 0.250"]);
}
