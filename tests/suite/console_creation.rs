//! New experiments from the console: written into the layer's file, opened in the editor, and taken back.

use std::fs;

use avos::console::pages::{Page, PageId};
use avos::domain::Status;

use crate::support::console::{press, says};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

fn file(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.configs().join(name)).expect("a file")
}

/// The console on the page of a layer.
fn on_page(desk: &Desk, layer: &str) -> WorkingConsole {
    let mut console = WorkingConsole::open(desk, "ada@host", (100, 30));
    console
        .model
        .pages
        .push(Page::new(PageId::Layer(layer.into())));
    console
}

#[test]
fn a_draft_is_written_opened_and_taken_back() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let before = file(&desk, "checkout_flow.yml");
    let mut console = on_page(&desk, "checkout_flow");
    console.press("E");
    let after = file(&desk, "checkout_flow.yml");
    let line = after
        .lines()
        .position(|line| line.contains("- experiment_id: checkout_flow_v1"));
    let line = line.expect("the experiment") + 1;
    assert_eq!(console.edited, [("checkout_flow.yml".to_owned(), line)]);
    assert_eq!(
        console.says(),
        format!("Created checkout_flow_v1 in checkout_flow.yml:{line}; U undoes it")
    );
    // The plan has it, without an error, and nobody joins it.
    let loaded = console.model.loaded.clone().expect("it is read");
    assert_eq!(loaded.error_count(), 0);
    let row = loaded.layer_row(&"checkout_flow".into()).expect("a row");
    let planned = row.after.as_ref().expect("a plan");
    let new = planned
        .experiment(&"checkout_flow_v1".into())
        .expect("the new one");
    assert_eq!(new.status, Status::Draft);
    assert_eq!(new.traffic_percentage.to_string(), "0.1");
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
    assert_eq!(
        console.says(),
        format!("Undone: checkout_flow_v1 taken out of checkout_flow.yml:{line}; U redoes it")
    );
    console.press("U");
    assert_eq!(file(&desk, "checkout_flow.yml"), after);
    assert_eq!(console.edited.len(), 1, "only the new one is opened");
    // The next one has another id.
    console.press("E");
    assert!(file(&desk, "checkout_flow.yml").contains("checkout_flow_v2"));
}

#[test]
fn it_gets_the_slots_that_are_left() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    for (cap, share) in [("0.56", Some("0.06")), ("0.51", None), ("0.5", None)] {
        let text = file(&desk, "checkout_flow.yml");
        let old = text
            .lines()
            .find(|line| line.starts_with("total_traffic_percentage"));
        let new = format!("total_traffic_percentage: {cap}");
        desk.write(
            "checkout_flow.yml",
            &text.replace(old.expect("a cap"), &new),
        );
        let mut console = on_page(&desk, "checkout_flow");
        console.press("E");
        match share {
            Some(share) => {
                let text = file(&desk, "checkout_flow.yml");
                assert!(
                    text.contains(&format!("traffic_percentage: {share}\n")),
                    "{text}"
                );
                console.press("U");
            }
            // 51% of 50 slots is half a slot more than the 25 that are held.
            None => assert_eq!(
                console.says(),
                "new experiment: the layer has no free slots"
            ),
        }
    }
}

#[test]
fn where_there_is_no_place_for_one_it_says_why() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.append("checkout_flow.yml", "unknown: 1\n");
    let mut console = on_page(&desk, "checkout_flow");
    console.press("E");
    assert_eq!(
        console.says(),
        "new experiment: an error concerns the layer: see Problems"
    );
    fs::remove_file(desk.configs().join("checkout_flow.yml")).expect("gone");
    console.notice();
    console.press("E");
    assert_eq!(
        console.says(),
        "new experiment: the layer isn't in any file"
    );
    desk.save_plan();
    let mut model = desk.model_of_plan((100, 30));
    assert!(press(&mut model, "E").is_empty());
    assert_eq!(
        says(&model),
        "new experiment: a saved plan has no files to edit"
    );
}
