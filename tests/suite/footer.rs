//! The bottom line: what can be done where the keys are, the most useful first.

use avos::console::commands::{Command, footer_commands, why_disabled};
use avos::console::message::Message;
use avos::console::model::Model;
use avos::console::pages::{Page, PageId};
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;

use crate::screens::{SIZES, text};
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

const DARK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

/// The bottom line after these keys, in the example's plan and with alarms in the log.
fn footer(desk: &Desk, size: (u16, u16), keys: &str) -> String {
    let mut model = model(desk, size);
    press(&mut model, keys);
    last_line(&model)
}

fn model(desk: &Desk, size: (u16, u16)) -> Model {
    desk.model_with_log(size, DARK, false, &counted(traffic()))
}

fn last_line(model: &Model) -> String {
    text(model).lines().last().expect("a line").to_owned()
}

fn desk() -> Desk {
    Desk::applied(EXAMPLES, "v1", "v2")
}

#[test]
fn each_place_shows_its_own_keys_first() {
    let desk = desk();
    let size = (100, 30);
    // An alarm is selected first.
    let begins = |keys: &str, first: &str| {
        let line = footer(&desk, size, keys);
        assert!(line.starts_with(first), "{keys}: {line}");
        line
    };
    begins("", " H hold   D suspect   M missing units   a apply   ");
    begins("2", " a apply   A apply layer   Space mark   Enter open   ");
    begins("i", " H hold   D suspect   M missing units   Enter open   ");
    begins("enter", " H hold   D suspect   ");
    begins("J", " m seen   J next change   ");
    for keys in ["t", "t enter"] {
        let line = footer(&desk, size, keys);
        // Without a journal there is nothing to scrub through.
        assert!(
            !line.contains("apply") && line.contains("? help   q quit"),
            "{line}"
        );
    }
    begins(
        "2 / h o m e enter enter",
        " Enter open   A apply layer   p pause   ",
    );
}

#[test]
fn an_experiments_page_shows_what_can_be_done_with_it() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    for (size, first) in [
        ((60, 16), " p pause   r ramp   "),
        (
            (80, 24),
            " p pause   r ramp   x complete   H hold   e edit   ",
        ),
    ] {
        let mut model = desk.model(size);
        let id = PageId::Experiment("homepage_hero".into(), "hero_layout_v1".into());
        model.pages.push(Page::new(id));
        let line = last_line(&model);
        assert!(line.starts_with(first), "{line}");
    }
}

#[test]
fn what_is_marked_is_applied_from_any_page() {
    let desk = desk();
    let begins = |keys: &str, first: &str| {
        for size in SIZES {
            let mut model = desk.model(size);
            press(&mut model, keys);
            let line = last_line(&model);
            assert!(line.starts_with(first), "{keys}: {line}");
        }
    };
    // The page of an experiment with a change offers to mark it; then it can be applied there.
    let layer = "2 / c h e c k o u t enter enter";
    begins(&format!("{layer} enter"), " Space mark   P resume   ");
    begins(&format!("{layer} enter space"), " a apply   Space mark   ");
    begins(&format!("{layer} space"), " a apply   Enter open   ");
    begins("4 end space 1", " a apply   ");
}

#[test]
fn it_shows_what_can_run_and_only_that_wherever_one_is() {
    let places = [
        "",
        "1 end",
        "2",
        "3",
        "4",
        "5",
        "6",
        "i",
        "i tab",
        "i j right",
        "J",
        "K",
        "t",
        "2 enter",
        "2 enter enter",
        "4 enter",
        "z",
        "2 / h e r o enter",
    ];
    let unapplied = Desk::new(EXAMPLES, "v1");
    let agreeing = Desk::applied(EXAMPLES, "v1", "v1");
    let broken = Desk::applied(EXAMPLES, "v1", "broken");
    for desk in [desk(), unapplied, agreeing, broken] {
        for keys in places {
            let mut model = model(&desk, (120, 40));
            press(&mut model, keys);
            for (columns, rows) in SIZES {
                update(&mut model, Message::Resized(columns, rows));
                check(&model, keys);
            }
        }
    }
}

fn check(model: &Model, keys: &str) {
    let commands = footer_commands(model);
    for (index, command) in commands.iter().enumerate() {
        assert_eq!(why_disabled(*command, model), None, "{keys}: {command:?}");
        assert!(!commands[..index].contains(command), "{keys}: {command:?}");
    }
    assert_eq!(
        commands[commands.len() - 2..],
        [Command::Help, Command::Quit]
    );
    let line = last_line(model);
    assert!(line.contains("? help   q quit"), "{keys}: {line}");
    // None is left out before one that is there.
    let keys_shown: Vec<&str> = line.split("   ").map(str::trim).collect();
    let hints = commands.iter().map(|command| {
        let key = model.startup.key(*command).expect("a key");
        format!("{key} {}", command.spec().label)
    });
    let shown = hints.map(|hint| keys_shown.contains(&&*hint));
    let shown: Vec<bool> = shown.take(commands.len() - 2).collect();
    assert!(shown.is_sorted_by(|a, b| a >= b), "{keys}: {line}");
}

#[test]
fn what_lies_over_the_view_has_the_keys_and_the_line_shows_none() {
    let desk = desk();
    for keys in ["?", ":", "2 a", "h", "u"] {
        let mut model = desk.model((120, 40));
        press(&mut model, keys);
        assert!(model.overlay.is_some(), "{keys}");
        assert_eq!(last_line(&model).trim(), "No errors", "{keys}");
    }
}
