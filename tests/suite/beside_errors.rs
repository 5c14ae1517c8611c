//! What the console does for an experiment while somebody else's error is in the same file.

use std::fs;

use avos::console::pages::{Page, PageId};

use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

const SIZE: (u16, u16) = (120, 40);
const FILE: &str = "homepage_hero.yml";

/// Errors that don't concern `hero_layout_v1`.
const ERRORS: [[&str; 2]; 3] = [
    ["traffic_percentage: 0.6\n", "trafic_percentage: 0.6\n"],
    ["blue: 0.5", "blue: 0.6"],
    [
        "  - experiment_id: hero_layout_v1",
        "  - experiment_id: begun\n    layer_id: homepage_hero\n  - experiment_id: hero_layout_v1",
    ],
];

fn file(desk: &Desk) -> String {
    fs::read_to_string(desk.configs().join(FILE)).expect("a file")
}

fn edit(desk: &Desk, [from, to]: [&str; 2]) {
    let text = file(desk);
    assert!(text.contains(from), "{from:?}");
    desk.write(FILE, &text.replacen(from, to, 1));
}

/// A desk with an error in the file, and the console on the page of another experiment there.
fn beside(error: [&str; 2]) -> (Desk, WorkingConsole) {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    edit(&desk, error);
    let console = on_page(&desk);
    (desk, console)
}

fn on_page(desk: &Desk) -> WorkingConsole {
    let mut console = WorkingConsole::open(desk, "ada@host", SIZE);
    let id = PageId::Experiment("homepage_hero".into(), "hero_layout_v1".into());
    console.model.pages.push(Page::new(id));
    console
}

#[test]
fn an_edit_says_what_it_did_and_only_a_new_error_hides_that() {
    for error in ERRORS {
        let (desk, mut console) = beside(error);
        for (keys, says) in [
            (
                "p",
                "hero_layout_v1: status active → paused in homepage_hero.yml:",
            ),
            ("U", "Undone: "),
            (
                "r right enter",
                "hero_layout_v1: traffic_percentage 0.3 → 0.31 in homepage_hero.yml:",
            ),
        ] {
            console.press(keys);
            assert!(
                console.says().starts_with(says),
                "{keys}: {}",
                console.says()
            );
        }
        // As the file changes, somebody makes another mistake in it.
        edit(&desk, ["layer_salt:", "layer_sallt:"]);
        console.notice();
        assert_eq!(console.says(), "");
    }
}

#[test]
fn a_hold_is_written_back() {
    for error in ERRORS {
        let (desk, mut console) = beside(error);
        console.press("H");
        console.type_text("night");
        console.press("enter");
        let hint = "its file says active: p writes the pause back";
        assert!(console.screen().contains(hint), "{}", console.screen());
        console.press("p");
        assert_eq!(file(&desk).matches("status: paused").count(), 1);
        assert!(!console.screen().contains(hint), "{}", console.screen());
    }
}

#[test]
fn what_its_file_has_already_is_known() {
    for error in ERRORS {
        let (_desk, mut console) = beside(error);
        console.press("P");
        assert_eq!(console.says(), "resume: it is active in the file already");
        console.press("p");
        console.press("p");
        assert_eq!(console.says(), "pause: it is paused in the file already");
    }
    // Of an experiment that is in error itself, nobody knows.
    let (_desk, mut console) = beside(["variants: [layout_a,", "variants: [layout_a, layout_a,"]);
    console.press("P");
    let says = console.says();
    assert!(
        says.starts_with("hero_layout_v1: nothing to change"),
        "{says}"
    );
}

#[test]
fn its_page_shows_what_would_change_and_leads_to_the_review() {
    for error in ERRORS {
        let (_desk, mut console) = beside(error);
        assert!(!console.screen().contains("pending"));
        console.press("p");
        let page = console.screen();
        assert!(page.contains("pending    1 change, not applied"), "{page}");
        assert!(
            page.contains("pause  active → paused, keeps 30 slots"),
            "{page}"
        );
        while !console.screen().contains("▌  pending") {
            console.press("down");
        }
        console.press("enter");
        assert!(
            console.screen().contains("Change 1 of 1 › hero_layout_v1"),
            "{}",
            console.screen()
        );
    }
}

#[test]
fn a_ramp_is_forecast_as_it_would_be_applied_alone() {
    for error in ERRORS {
        let (_desk, mut console) = beside(error);
        console.press("r 3 5");
        let form = console.screen();
        assert!(
            form.contains("30 of 100 slots active now, 35 after the ramp"),
            "{form}"
        );
        assert!(
            form.contains("5% of the layer's units join; nobody else moves"),
            "{form}"
        );
    }
    // New slots need what the layer says of itself.
    let (_desk, mut console) = beside(["total_slots: 100", "total_slots: many"]);
    console.press("r 3 5");
    let form = console.screen();
    assert!(form.contains("what else it does isn't known"), "{form}");
}

#[test]
fn a_refusal_says_that_what_is_sound_can_be_marked() {
    for error in ERRORS {
        let (desk, mut console) = beside(error);
        for key in ["a", "A"] {
            console.press(key);
            assert!(
                !console.says().contains("Space"),
                "nothing is: {}",
                console.says()
            );
        }
        console.press("p");
        let before = file(&desk);
        for (key, label) in [("a", "apply"), ("A", "apply layer")] {
            console.press(key);
            let says = console.says();
            assert!(says.starts_with(&format!("{label}: ")), "{says}");
            assert!(
                says.ends_with(
                    "in homepage_hero.yml; Space marks what is sound, to apply it alone"
                ),
                "{says}"
            );
        }
        console.press("space a");
        console.type_text("hero_layout_v1");
        console.press("enter");
        assert_eq!(console.says(), "Applied 1 change, journal 2");
        assert_eq!(file(&desk), before);
    }
}
