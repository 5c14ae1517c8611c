//! How the coverage of layers is listed, shown and copied.

use avos::console::effect::Effect;
use avos::console::message::Message;
use avos::console::model::{Model, Panel};
use avos::console::panels::content;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::traffic::{HolderCoverage, LayerCoverage, SlotHolder, Traffic};

use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

fn holder(holder: SlotHolder, units: u64, expected_units: f64) -> HolderCoverage {
    HolderCoverage {
        holder,
        units,
        expected_units,
        lost: (expected_units > 0.0).then(|| 1.0 - units as f64 / expected_units),
    }
}

fn with_coverage() -> Traffic {
    let active = |id: &str| SlotHolder::Active(id.into());
    let reserved = |id: &str| SlotHolder::Reserved(id.into());
    let rejected = LayerCoverage {
        layer_id: "checkout_flow".into(),
        units: 9_287,
        corrected_p_value: 3.9e-76,
        is_rejected: true,
        since: None,
        holders: vec![
            holder(active("checkout_payment_v1"), 5_286, 4_045.4),
            holder(reserved("checkout_payment_v1"), 0, 12.0),
            holder(active("wallet_v2"), 1, 0.0),
            holder(reserved("wallet_v2"), 0, 0.0),
            holder(SlotHolder::Free, 4_000, 5_286.0),
        ],
    };
    let fitting = LayerCoverage {
        layer_id: "homepage_hero".into(),
        units: 8_000,
        corrected_p_value: 1.0,
        is_rejected: false,
        since: None,
        holders: vec![
            holder(active("hero_button_colors_v1"), 4_000, 4_000.0),
            holder(SlotHolder::Free, 4_000, 4_000.0),
        ],
    };
    Traffic {
        coverage: vec![rejected, fitting],
        ..traffic()
    }
}

fn model() -> Model {
    let look = (ThemeName::Dark, &Symbols::UNICODE);
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.model_with_log((100, 30), look, true, &counted(with_coverage()))
}

fn lines(model: &Model, panel: Panel) -> Vec<String> {
    let content = content(model, panel, 100, 30);
    let lines = content.lines(0..content.total());
    lines.iter().map(ToString::to_string).collect()
}

/// The layers whose coverage is listed.
fn listed(model: &Model) -> Vec<String> {
    let lines = lines(model, Panel::Experiments);
    let words = lines.iter().map(|line| line.split_whitespace());
    words
        .filter_map(|mut words| (words.nth(1)? == "coverage").then(|| words.next()))
        .flatten()
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn the_coverage_row_says_what_each_holder_got_and_should_have_got() {
    let mut model = model();
    press(&mut model, "end k");
    let lines = lines(&model, Panel::Traffic);
    let text = lines.join("\n");
    insta::assert_snapshot!(text);
    assert!(text.contains("5,286   4,045.4"), "{text}");
    assert!(!text.contains("wallet_v2 (reserved)"), "{text}");
}

#[test]
fn a_layers_coverage_is_copied_as_its_detail_shows_it() {
    let mut model = model();
    press(&mut model, "end k");
    let effects = update(&mut model, Message::Key("c".parse().expect("a key")));
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(*what, "the traffic report");
    assert!(text.contains("coverage  checkout_flow"), "{text}");
    assert!(text.contains("5,286   4,045.4"), "{text}");
    assert!(!text.contains("homepage_hero"), "{text}");
}

#[test]
fn the_filter_keeps_the_coverage_of_a_layer_whose_holder_matches() {
    let mut model = model();
    assert_eq!(listed(&model), ["checkout_flow", "homepage_hero"]);
    press(&mut model, "/ w a l l e t enter");
    assert_eq!(listed(&model), ["checkout_flow"]);
    let text = lines(&model, Panel::Traffic).join("\n");
    assert!(text.contains("5,286   4,045.4"), "{text}");
    press(&mut model, "esc / h e r o _ b enter");
    assert_eq!(listed(&model), ["homepage_hero"]);
}
