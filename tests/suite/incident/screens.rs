//! How traffic looks, at every size and in every look.

use std::sync::Arc;

use avos::console::incident::Axis;
use avos::console::message::Message;
use avos::console::model::Panel;
use avos::console::panels::content;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::traffic::{ArmTraffic, Traffic};
use jiff::SignedDuration;
use ratatui::buffer::Cell;

use crate::screens::{LOOKS, SIZES, at_every_size, drawn, in_every_look, picture};
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic, traffic_with_untested};

const DARK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

fn desk() -> Desk {
    Desk::applied(EXAMPLES, "v1", "v1")
}

#[test]
fn the_incident_view() {
    let (desk, counted) = (desk(), counted(traffic()));
    for (columns, rows) in SIZES {
        let model = desk.model_with_log((columns, rows), DARK, true, &counted);
        let name = format!("incident_{columns}x{rows}");
        insta::assert_snapshot!(name, picture(&model));
    }
}

#[test]
fn the_incident_view_in_other_looks() {
    let (desk, counted) = (desk(), counted(traffic()));
    for (name, theme, symbols) in LOOKS {
        let model = desk.model_with_log((100, 30), (theme, symbols), true, &counted);
        insta::assert_snapshot!(format!("incident_{name}"), picture(&model));
    }
}

#[test]
fn the_detail_of_a_split() {
    let (desk, counted) = (desk(), counted(traffic()));
    let open = |size, look| {
        let mut model = desk.model_with_log(size, look, true, &counted);
        press(&mut model, "tab z");
        model
    };
    insta::assert_snapshot!("detail_sizes", at_every_size(|size| open(size, DARK)));
    let looks = in_every_look(|theme, symbols| open((80, 24), (theme, symbols)));
    insta::assert_snapshot!("detail_looks", looks);
}

#[test]
fn the_groups_of_an_experiment_and_an_untested_one() {
    let (desk, counted) = (desk(), counted(traffic()));
    let mut model = desk.model_with_log((100, 30), DARK, true, &counted);
    press(&mut model, "j right j");
    insta::assert_snapshot!("incident_groups", picture(&model));
    press(&mut model, "end");
    insta::assert_snapshot!("incident_untested", picture(&model));
}

#[test]
fn experiments_that_could_not_be_tested() {
    let (desk, counted) = (desk(), counted(traffic_with_untested()));
    let mut model = desk.model_with_log((100, 30), DARK, true, &counted);
    press(&mut model, "end");
    insta::assert_snapshot!("incident_folded", picture(&model));
    press(&mut model, "enter j");
    insta::assert_snapshot!("incident_unfolded", picture(&model));
}

#[test]
fn the_log_on_the_main_screen() {
    let (desk, counted) = (desk(), counted(traffic()));
    for (columns, rows) in [(120, 40), (60, 16)] {
        let mut model = desk.model_with_log((columns, rows), DARK, false, &counted);
        press(&mut model, "shift-tab");
        insta::assert_snapshot!(format!("log_{columns}x{rows}"), picture(&model));
    }
}

/// Long, wide and hidden characters, many arms, many applies, and windows far apart.
fn odd() -> Traffic {
    let mut odd = traffic();
    let long = "首页\u{202e}".repeat(40);
    for split in &mut odd.splits {
        split.experiment_id = format!("{}{long}", split.experiment_id).as_str().into();
    }
    let worst = &mut odd.splits[0];
    worst.layer_id = Some(long.as_str().into());
    let arm = worst.arms[0].clone();
    let arms = (0..20).map(|number| ArmTraffic {
        variant: format!("{number}{long}").as_str().into(),
        ..arm.clone()
    });
    worst.arms.extend(arms);
    let mut window = worst.windows[0];
    window.start += SignedDuration::from_hours(24 * 365 * 1000);
    worst.windows.push(window);
    let mut apply = odd.applies[0].clone();
    apply.actor.clone_from(&long);
    odd.applies = (0..90)
        .map(|number| {
            apply.at = odd.span.expect("exposures").0 + SignedDuration::from_secs(number * 40);
            apply.journal_id = number * number * number;
            apply.clone()
        })
        .collect();
    odd
}

#[test]
fn no_line_is_too_wide_whatever_there_is_to_say() {
    let desk = desk();
    for traffic in [traffic(), odd()] {
        let model = desk.model_with_log((100, 30), DARK, false, &counted(traffic));
        for panel in [Panel::Distribution, Panel::Experiments, Panel::Traffic] {
            for width in [0, 1, 2, 3, 9, 20, 25, 30, 38, 58, 98, 200] {
                let said = content(&model, panel, width, 40);
                for line in said.lines(0..said.total()) {
                    let text = line.to_string();
                    assert!(line.width() <= usize::from(width), "{width}: {text:?}");
                    assert!(!text.contains(char::is_control), "{width}: {text:?}");
                }
            }
        }
    }
}

#[test]
fn every_size_can_be_drawn() {
    let mut model = desk().model_with_log((60, 16), DARK, true, &counted(odd()));
    for keys in ["z", "tab", "i"] {
        press(&mut model, keys);
        for size in [
            (60, 16),
            (99, 24),
            (100, 23),
            (100, 24),
            (133, 50),
            (60, 200),
        ] {
            update(&mut model, Message::Resized(size.0, size.1));
            drawn(&model);
        }
    }
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    let look = (ThemeName::None, &Symbols::ASCII);
    let mut model = desk().model_with_log((100, 40), look, true, &counted(traffic()));
    for keys in ["tab", "j", "i shift-tab"] {
        press(&mut model, keys);
        let text: String = drawn(&model).content().iter().map(Cell::symbol).collect();
        let other = text.chars().filter(|character| !character.is_ascii());
        // The name of a group.
        let other: String = other
            .filter(|character| !"首页".contains(*character))
            .collect();
        assert_eq!(other, "", "after {keys}");
    }
}

#[test]
fn the_times_below_the_charts_are_told_apart() {
    let desk = desk();
    let times = |start: &str, end: &str| {
        let mut counted = counted(traffic());
        let mut judged = (**counted.judged.as_ref().expect("a judged log")).clone();
        judged.axis = Some(Axis {
            start: start.parse().expect("a time"),
            end: end.parse().expect("a time"),
            outside: 0,
        });
        counted.judged = Some(Arc::new(judged));
        let model = desk.model_with_log((120, 40), DARK, true, &counted);
        let said = content(&model, Panel::Traffic, 100, 30);
        let lines = said.lines(0..said.total()).into_iter();
        let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
        let is_axis = |line: &&String| {
            let is_of_time = |char: char| char.is_ascii_digit() || " :-".contains(char);
            line.contains(':') && line.chars().all(is_of_time)
        };
        let axis = lines.iter().find(is_axis).expect("an axis");
        axis.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let day = |time: &str| format!("2026-05-06T{time}Z");
    for (start, end, expected) in [
        ("06:00:00", "06:01:00", "06:00:00 06:00:30 06:01:00"),
        ("06:00:00", "06:02:00", "06:00 06:01 06:02"),
    ] {
        assert_eq!(times(&day(start), &day(end)), expected);
    }
    assert_eq!(
        times("2026-05-05T23:59:30Z", "2026-05-06T00:00:30Z"),
        "2026-05-05 23:59:30 2026-05-06 00:00:00 2026-05-06 00:00:30"
    );
}
