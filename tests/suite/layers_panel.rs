//! The list of layers: a line each, their order, and the selected one unfolded.

use std::sync::Arc;

use avos::console::message::Message;
use avos::console::model::{LayerOrder, Model, Panel};
use avos::console::panels::{self, Content};
use avos::console::update::update;

use crate::screens::{SIZES, picture, text};
use crate::support::console::now;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::layers::{experiment, layer};

/// A layer for each of these shares, named `layer_00` and so on, all in the database.
fn layers_of(shares: impl IntoIterator<Item = u32>) -> Desk {
    let desk = Desk::empty();
    for (index, percent) in shares.into_iter().enumerate() {
        let share = f64::from(percent) / 100.0;
        let held = experiment(&format!("exp_{index:02}"))
            .set("traffic_percentage", share)
            .set("reserved_percentage", share);
        let (name, text) = layer(&format!("layer_{index:02}")).with(held).file();
        desk.write(&name, &text);
    }
    desk.apply();
    desk
}

/// A model of these layers, without the sample of units, which takes long for many layers.
fn model_of(desk: &Desk, size: (u16, u16)) -> Model {
    let mut model = Desk::empty().model(size);
    take(&mut model, desk);
    model
}

/// Lets the model know what the desk has now.
fn take(model: &mut Model, desk: &Desk) {
    let mut loaded = desk.load();
    loaded.at = now();
    model.loaded = Some(Arc::new(loaded));
    update(model, Message::Resized(model.size.0, model.size.1));
}

fn list(model: &Model, width: u16, height: u16) -> Content<'_> {
    panels::content(model, Panel::Layers, width, height)
}

fn ids(model: &Model) -> Vec<String> {
    let content = list(model, 56, 20);
    let ids = (0..content.row_count()).map(|index| content.row(index).key.0);
    ids.collect()
}

/// The layer that keys act on.
fn selected(model: &Model) -> Option<String> {
    model.selected_row().map(|row| row.key.0)
}

#[test]
fn thirty_layers_fit_on_forty_rows() {
    let desk = layers_of((0..30).map(|_| 20));
    let mut model = model_of(&desk, (120, 40));
    press(&mut model, "2 z");
    let shown = picture(&model);
    for index in 0..30 {
        let id = format!("layer_{index:02} ");
        assert!(shown.contains(&id), "{id}:\n{shown}");
    }
}

#[test]
fn the_selected_layer_is_unfolded_and_in_sight_wherever_the_keys_go() {
    let desk = layers_of((0..30).map(|_| 20));
    for size in [(120, 40), (80, 24), (60, 16)] {
        let mut model = model_of(&desk, size);
        press(&mut model, "2");
        for key in ["j"; 29].into_iter().chain(["k"; 29]).chain(["G", "g"]) {
            press(&mut model, key);
            let id = model.panel(Panel::Layers).selected.clone().expect("one");
            let shown = picture(&model);
            let whole = [format!("{} ", id.0), format!("exp_{}", &id.0[6..])];
            for text in whole.iter().map(String::as_str).chain(["20% held"]) {
                assert!(shown.contains(text), "{size:?} {key} {text}:\n{shown}");
            }
            assert_eq!(shown.matches("% held").count(), 1, "{size:?} {key}");
        }
    }
}

#[test]
fn without_the_keys_no_layer_is_unfolded() {
    let desk = layers_of((0..30).map(|_| 20));
    let mut model = model_of(&desk, (120, 40));
    assert!(!picture(&model).contains("% held"));
    press(&mut model, "2");
    assert!(picture(&model).contains("% held"));
    press(&mut model, "4");
    assert!(!picture(&model).contains("% held"));
}

#[test]
fn the_order_is_by_attention_name_or_fullness() {
    let desk = layers_of([20, 80, 50]);
    // An apply would change it.
    let paused = experiment("exp_02")
        .set("traffic_percentage", 0.5)
        .set("reserved_percentage", 0.5)
        .set("status", "paused");
    let (name, text) = layer("layer_02").with(paused).file();
    desk.write(&name, &text);
    let mut model = model_of(&desk, (120, 40));
    press(&mut model, "2");
    let badge = |model: &Model| list(model, 60, 20).badge.to_string();
    assert_eq!(ids(&model), ["layer_02", "layer_00", "layer_01"]);
    assert_eq!(badge(&model), "3 layers · % with drafts · by attention");
    press(&mut model, "o");
    assert_eq!(ids(&model), ["layer_00", "layer_01", "layer_02"]);
    press(&mut model, "o");
    assert_eq!(ids(&model), ["layer_01", "layer_02", "layer_00"]);
    assert_eq!(badge(&model), "3 layers · % with drafts · by fullness");
    press(&mut model, "o");
    assert_eq!(model.layer_order, LayerOrder::Attention);
}

#[test]
fn a_change_of_the_order_keeps_the_selection() {
    let desk = layers_of([20, 80, 50]);
    let mut model = model_of(&desk, (120, 40));
    press(&mut model, "2 j j");
    let selected = model.panel(Panel::Layers).selected.clone();
    press(&mut model, "o o");
    assert_eq!(model.panel(Panel::Layers).selected, selected);
    assert_eq!(
        model.layer.as_ref().map(ToString::to_string),
        Some("layer_02".to_owned())
    );
}

#[test]
fn the_filter_lists_layers_by_their_ids_and_those_of_their_experiments() {
    let desk = layers_of((0..12).map(|_| 20));
    for size in SIZES {
        let mut model = model_of(&desk, size);
        press(&mut model, "2 end / 1");
        // While it is typed, what is listed follows, and so does what is selected.
        assert_eq!(ids(&model), ["layer_01", "layer_10", "layer_11"]);
        let shown = text(&model);
        assert!(shown.contains("3 of 12"), "{size:?}\n{shown}");
        assert!(!shown.contains("layer_07"), "{size:?}\n{shown}");
        assert_eq!(selected(&model), Some("layer_11".to_owned()));
        press(&mut model, "ctrl-u E X P _ 0 7");
        assert_eq!(
            ids(&model),
            ["layer_07"],
            "by an experiment's id, in any case"
        );
        assert_eq!(selected(&model), Some("layer_07".to_owned()));
        // Kept, it stays in sight, and keys go to what is listed.
        press(&mut model, "enter enter");
        assert_eq!(
            text(&model).matches("Layer › layer_07").count(),
            1,
            "{size:?}"
        );
        press(&mut model, "esc");
        assert!(text(&model).contains("filter: EXP_07"), "{size:?}");
        // Gone, all is listed again and the selection stays.
        press(&mut model, "esc");
        assert_eq!(ids(&model).len(), 12);
        assert_eq!(selected(&model), Some("layer_07".to_owned()));
        let shown = text(&model);
        assert!(shown.contains("layer_07"), "{size:?}\n{shown}");
        press(&mut model, "/ x x");
        assert!(ids(&model).is_empty());
        assert_eq!(selected(&model), None);
        let shown = text(&model);
        assert!(
            shown.contains("no layers match the filter"),
            "{size:?}\n{shown}"
        );
    }
}

#[test]
fn until_somebody_chooses_the_first_layer_is_the_one_that_looks_worst() {
    let desk = layers_of([20, 80, 50]);
    let mut model = model_of(&desk, (120, 40));
    assert_eq!(ids(&model)[0], "layer_00");
    let (name, text) = layer("layer_01").set("total_slots", 0).file();
    desk.write(&name, &text);
    take(&mut model, &desk);
    let content = list(&model, 56, 20);
    let selected = content
        .selected(model.panel(Panel::Layers))
        .map(|index| content.row(index).key.0);
    assert_eq!(selected.as_deref(), Some("layer_01"));
}

#[test]
fn nothing_held_is_dim_and_a_long_id_is_whole_where_it_is_unfolded() {
    let id = format!("{}_the_end", "very_long_layer_name".repeat(3));
    let desk = Desk::empty();
    let (name, text) = layer(&id).file();
    desk.write(&name, &text);
    let model = model_of(&desk, (120, 40));
    let lines = list(&model, 58, 20).lines(0..usize::MAX);
    let zero = lines[0]
        .spans
        .iter()
        .find(|span| span.content.trim() == "0%");
    assert_eq!(zero.map(|span| span.style), Some(model.startup.theme.dim));
    assert!(lines[0].to_string().contains("_the_end"), "{lines:?}");
    let unfolded: String = lines[1..].iter().map(ToString::to_string).collect();
    assert!(unfolded.replace(' ', "").contains(&id), "{unfolded}");
    assert!(unfolded.contains("nothing held"), "{unfolded}");
}

#[test]
fn an_error_says_how_many_and_unfolded_which() {
    let desk = Desk::applied(EXAMPLES, "v1", "broken");
    let mut model = model_of(&desk, (120, 40));
    press(&mut model, "2");
    let shown = picture(&model);
    assert!(shown.contains("see Problems"), "{shown}");
    assert!(shown.contains("✗ 5 errors"), "{shown}");
}

#[test]
fn of_a_thousand_layers_those_in_sight_are_drawn() {
    let desk = layers_of((0..1_000).map(|index| index % 90 + 1));
    let mut model = model_of(&desk, (120, 40));
    press(&mut model, "2 G");
    let content = list(&model, 58, 22);
    // A line each, but for the selected one.
    assert_eq!(content.row_count(), 1_000);
    let selected = content.selected(model.panel(Panel::Layers)).expect("one");
    let unfolded = content.row(selected).lines.len();
    assert_eq!(content.total(), 999 + unfolded);
    assert!(
        picture(&model).contains(&model.panel(Panel::Layers).selected.as_ref().expect("one").0)
    );
}
