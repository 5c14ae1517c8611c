//! A layer's page: its table, its order, its filter, and where its rows lead.

use avos::console::model::{Model, Place};
use avos::console::pages::PageId;
use avos::console::theme::{Symbols, ThemeName};

use crate::screens::{LOOKS, SIZES, picture, text};
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};

fn opened(desk: &Desk, size: (u16, u16), symbols: &'static Symbols, theme: ThemeName) -> Model {
    let mut model = desk.model_with(size, theme, symbols);
    press(&mut model, "2 o / h o m e enter enter");
    assert!(
        matches!(model.page().map(|page| &page.id), Some(PageId::Layer(id)) if *id == "homepage_hero".into())
    );
    model
}

fn listed(model: &Model) -> Vec<String> {
    let content = model.content_of(Place::Page, 118, 36);
    let rows = 0..content.row_count();
    rows.map(|row| content.row(row).key.0).collect()
}

#[test]
fn the_screens() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (columns, rows) in SIZES {
        let model = opened(&desk, (columns, rows), &Symbols::UNICODE, ThemeName::Dark);
        insta::assert_snapshot!(format!("layer_{columns}x{rows}"), picture(&model));
    }
    for (name, theme, symbols) in LOOKS {
        let model = opened(&desk, (100, 30), symbols, theme);
        insta::assert_snapshot!(format!("layer_{name}"), picture(&model));
    }
}

#[test]
fn experiments_are_ordered_and_completed_ones_are_last() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = opened(&desk, (120, 40), &Symbols::UNICODE, ThemeName::Dark);
    let (first, second, over) = (
        "hero_button_colors_v2",
        "hero_layout_v1",
        "hero_button_colors_v1",
    );
    assert_eq!(listed(&model), [first, second, over]);
    // By name the completed one would be the first.
    press(&mut model, "o");
    assert_eq!(listed(&model), [first, second, over]);
    press(&mut model, "o");
    assert_eq!(listed(&model), [first, second, over], "50% and 30%");
}

#[test]
fn a_page_has_a_filter_of_its_own() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = opened(&desk, (120, 40), &Symbols::UNICODE, ThemeName::Dark);
    press(&mut model, "/ l a y o u t enter");
    assert_eq!(listed(&model), ["hero_layout_v1"]);
    press(&mut model, "enter");
    let id = model.page().map(|page| page.id.clone());
    let expected = PageId::Experiment("homepage_hero".into(), "hero_layout_v1".into());
    assert_eq!(id, Some(expected));
    // Back: the filter, then the page, then that of the panels.
    press(&mut model, "esc esc");
    assert_eq!((model.pages.len(), listed(&model).len()), (1, 3));
    press(&mut model, "esc");
    assert_eq!((model.pages.len(), model.filter()), (0, "home"));
}

#[test]
fn a_layer_in_error_says_what_is_wrong() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.append("homepage_hero.yml", "unknown: 1\n");
    let model = opened(&desk, (120, 40), &Symbols::UNICODE, ThemeName::Dark);
    let screen = picture(&model);
    assert!(
        screen.contains("homepage_hero: unknown: unknown key"),
        "{screen}"
    );
    // What the database has is still listed.
    assert_eq!(listed(&model).len(), 2);
}

#[test]
fn an_id_that_had_to_be_cut_is_whole_where_the_keys_are() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let long = |end: &str| format!("hero_{}{end}", "x".repeat(57));
    let ids = ["v1", "v2"].map(long);
    for id in &ids {
        desk.append(
            "homepage_hero.yml",
            &format!(
                "  - experiment_id: {id}\n    layer_id: homepage_hero\n    name: Long\n    \
                 variants: [a, b]\n    traffic_allocation: {{a: 0.5, b: 0.5}}\n    \
                 traffic_percentage: 0.05\n    status: active\n"
            ),
        );
    }
    for size in SIZES {
        let mut model = opened(&desk, size, &Symbols::UNICODE, ThemeName::Dark);
        for id in &ids {
            let index = listed(&model).iter().position(|key| key == id);
            let index = index.expect("it is listed");
            press(&mut model, "home");
            for _ in 0..index {
                press(&mut model, "j");
            }
            let screen = text(&model);
            let lines = screen
                .lines()
                .map(|line| line.trim_matches(['┃', '▌', ' ']));
            let shown: String = lines.collect();
            assert!(shown.contains(id.as_str()), "{size:?} {id}: {screen}");
        }
    }
}
