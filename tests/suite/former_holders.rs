//! Who held the slots that a change takes, however long ago that was.

use std::sync::Arc;

use avos::console::model::Model;
use avos::console::pages::{Page, PageId};
use avos::console::past::PastRead;
use avos::plan::ChangedThing;
use avos::store::StateStore;
use jiff::SignedDuration;

use crate::screens::text;
use crate::support::console::now;
use crate::support::desk::Desk;
use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};

const DAYS: i64 = 24;

fn holding(id: &str, percent: u32) -> ExperimentYaml {
    let share = f64::from(percent) / 100.0;
    experiment(id)
        .set("traffic_percentage", share)
        .set("reserved_percentage", share)
}

fn completed(id: &str, percent: u32) -> ExperimentYaml {
    holding(id, percent)
        .set("status", "completed")
        .set("traffic_allocation", "{a: 1.0, b: 0.0}")
}

fn write(desk: &Desk, experiments: &[ExperimentYaml]) {
    let start = layer("hero");
    let hero = experiments.iter().cloned().fold(start, LayerYaml::with);
    let (name, text) = hero.file();
    desk.write(&name, &text);
}

/// Applies this so many days ago.
fn apply(desk: &Desk, days: i64, experiments: &[ExperimentYaml]) {
    write(desk, experiments);
    desk.apply_as("test@host", now() - SignedDuration::from_hours(days * DAYS));
}

/// The review of what happens to an experiment, with the journal read.
fn review_of(desk: &Desk, id: &str) -> String {
    let mut model: Model = desk.model((120, 60));
    let (snapshot, entries) = desk.store().snapshot_with_journal().expect("a journal");
    model.past.known = Some(Ok(Arc::new(PastRead::new(&snapshot.state, entries))));
    model.pages.push(Page::new(PageId::Change(ChangedThing {
        layer_id: "hero".into(),
        experiment_id: Some(id.into()),
    })));
    text(&model)
}

#[test]
fn a_former_holder_is_named_though_ten_applies_lie_between() {
    let desk = Desk::empty();
    apply(&desk, 60, &[holding("early", 30)]);
    apply(&desk, 50, &[completed("early", 30)]);
    // Of the same layer and of another one, by turns.
    for step in 0..10_u32 {
        let days = 40 - 3 * i64::from(step);
        if step % 2 == 0 {
            // It takes the lowest free slots at once, and keeps them.
            apply(
                &desk,
                days,
                &[completed("early", 30), holding("steady", 10 + step)],
            );
        } else {
            let (name, text) = layer("other").with(holding("aside", step)).file();
            desk.write(&name, &text);
            desk.apply_as("test@host", now() - SignedDuration::from_hours(days * DAYS));
        }
    }
    let entries = desk.store().journal_heads().expect("a journal").len();
    assert_eq!(entries, 12);
    // `steady` has 18 of the slots by now.
    write(
        &desk,
        &[
            completed("early", 30),
            holding("steady", 18),
            holding("late", 20),
        ],
    );
    let said = review_of(&desk, "late");
    let former = said.lines().find(|line| line.contains("until journal 2"));
    let former = former.unwrap_or_else(|| panic!("{said}"));
    assert!(former.contains("early  12 slots"), "{former}");
    assert!(former.contains("2026-03-17 07:08, 50 d ago"), "{former}");
    assert!(said.contains("8 slots: nobody held them before"), "{said}");
}

#[test]
fn each_former_holder_has_the_end_of_its_own() {
    let desk = Desk::empty();
    apply(&desk, 90, &[holding("first", 10), holding("second", 10)]);
    apply(&desk, 80, &[completed("first", 10), holding("second", 10)]);
    let over = [completed("first", 10), completed("second", 10)];
    apply(&desk, 70, &over);
    for step in 0..10 {
        let (name, text) = layer("other").with(holding("aside", step + 1)).file();
        desk.write(&name, &text);
        let days = 60 - 5 * i64::from(step);
        desk.apply_as("test@host", now() - SignedDuration::from_hours(days * DAYS));
    }
    let late = [over.as_slice(), &[holding("late", 20)]].concat();
    write(&desk, &late);
    let said = review_of(&desk, "late");
    for (id, end) in [
        ("first", "until journal 2, 2026-02-15 07:08, 80 d ago"),
        ("second", "until journal 3, 2026-02-25 07:08, 70 d ago"),
    ] {
        let found = said
            .lines()
            .any(|line| line.contains(&format!("{id}  10 slots")) && line.contains(end));
        assert!(found, "{id} {end}:\n{said}");
    }
    assert!(!said.contains("nobody held them"), "{said}");
}
