//! How traffic looks, at every size and in every look.

use avos::console::theme::{Symbols, ThemeName};

use crate::screens::{SIZES, picture, press};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

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
    for (name, theme, symbols) in [
        ("incident_light", ThemeName::Light, &Symbols::UNICODE),
        ("incident_none", ThemeName::None, &Symbols::UNICODE),
        ("incident_ascii", ThemeName::None, &Symbols::ASCII),
    ] {
        let model = desk.model_with_log((100, 30), (theme, symbols), true, &counted);
        insta::assert_snapshot!(name, picture(&model));
    }
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
fn the_log_on_the_main_screen() {
    let (desk, counted) = (desk(), counted(traffic()));
    for (columns, rows) in [(120, 40), (60, 16)] {
        let mut model = desk.model_with_log((columns, rows), DARK, false, &counted);
        press(&mut model, "shift-tab");
        insta::assert_snapshot!(format!("log_{columns}x{rows}"), picture(&model));
    }
}
