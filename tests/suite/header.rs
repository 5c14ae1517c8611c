//! The top line: what may not fall off, at every width.

use std::slice;

use avos::console::model::{Model, TargetName};
use avos::console::theme::{Symbols, TargetColor, ThemeName};
use avos::traffic::Traffic;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr as _;

use crate::screens::{SIZES, drawn};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

fn header(model: &Model) -> String {
    let buffer = drawn(model);
    let mut line = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, 0)].symbol();
        line.push_str(symbol);
        x += u16::try_from(symbol.width().max(1)).expect("a cell");
    }
    line.trim_end().to_owned()
}

fn target(name: &str) -> TargetName {
    TargetName {
        name: name.to_owned(),
        color: Some(TargetColor::Red),
        is_read_only: true,
    }
}

/// Traffic whose worst split is a group of an experiment with a long id.
fn alarmed() -> Traffic {
    let mut traffic = traffic();
    let worst = &mut traffic.splits[0];
    worst.experiment_id = "homepage_hero_button_colors_and_layouts_of_2026_v12".into();
    worst.group = Some("DE".into());
    let mut other = worst.clone();
    other.experiment_id = "another".into();
    traffic.splits.insert(1, other);
    traffic
}

#[test]
fn target_permission_and_alarm_never_fall_off() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let long = "the-production-database-of-the-whole-company-eu-2";
    let sizes = SIZES.into_iter().chain([(61, 16), (70, 20), (300, 60)]);
    let sizes: Vec<(u16, u16)> = sizes.collect();
    for (symbols, ellipsis) in [(&Symbols::UNICODE, "…"), (&Symbols::ASCII, "..")] {
        let look = (ThemeName::Dark, symbols);
        let mut model = desk.model_with_log((100, 30), look, false, &counted(alarmed()));
        for (name, shown) in [
            ("prod", "PROD"),
            ("首页", "首页"),
            (
                long,
                &*format!(
                    "THE-PRODU{ellipsis}{}",
                    if ellipsis.len() == 2 {
                        "PANY-EU-2"
                    } else {
                        "MPANY-EU-2"
                    }
                ),
            ),
        ] {
            model.startup.target = Some(target(name));
            for (is_read_only, may) in [(true, " read-only "), (false, " writable ")] {
                model.startup.is_read_only = is_read_only;
                for size in &sizes {
                    model.size = *size;
                    let (line, columns) = (header(&model), size.0);
                    let start = format!(" {shown} {may}");
                    assert!(line.starts_with(&start), "{columns}: {line}");
                    let alarm = format!("{} SRM ", symbols.cross);
                    let (_, alarm) = line.split_once(&alarm).expect("an alarm");
                    assert!(alarm.starts_with("home") || columns < 70, "{line}");
                    assert!(alarm.contains("[DE] +2"), "{columns}: {line}");
                }
            }
        }
    }
}

#[test]
fn without_a_target_or_an_alarm_there_is_room_for_names() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model((60, 16));
    assert_eq!(
        header(&model),
        " AVOS  writable  configs ⇄ avos.db               ✓ watching"
    );
    model.startup.database = "/srv/production/of/the/company/avos.db".to_owned();
    assert_eq!(
        header(&model),
        " AVOS  writable  configs ⇄ avos.db               ✓ watching"
    );
    model.size = (120, 40);
    assert_eq!(
        header(&model),
        " AVOS  writable  configs ⇄ /srv/production/of/the/company/avos.db         ✓ watching  files 07:08:09  database 07:08:09"
    );
}

#[test]
fn a_target_is_a_block_in_every_theme() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    for theme in ThemeName::ALL {
        for color in TargetColor::ALL
            .map(Some)
            .iter()
            .chain(slice::from_ref(&None))
        {
            let mut model = desk.model_with((100, 30), theme, &Symbols::UNICODE);
            let (color, is_read_only) = (*color, false);
            model.startup.target = Some(TargetName {
                name: "prod".to_owned(),
                color,
                is_read_only,
            });
            let buffer = drawn(&model);
            for x in 0..6 {
                let style = buffer[(x, 0)].style();
                let block = Modifier::REVERSED | Modifier::BOLD;
                assert!(style.add_modifier.contains(block), "{theme} {color:?}");
            }
            let next = buffer[(7, 0)].style();
            assert!(!next.add_modifier.contains(Modifier::REVERSED), "{theme}");
        }
    }
}
