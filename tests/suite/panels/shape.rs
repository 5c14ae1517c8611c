//! What holds for all panels at any size, and the styles that mean something.

use std::collections::HashSet;
use std::ops::Range;

use avos::console::model::{DiffDetail, Model, Panel, RowKey};
use avos::console::pages::{self, Page, PageId};
use avos::console::panels::{Content, Row, content};
use avos::plan::ChangedThing;
use ratatui::style::Style;

use super::support::{broken, in_agreement, model_of_nothing, unusual, walk_through};

#[test]
fn no_line_is_too_wide_and_every_row_is_its_own() {
    let zoomed = || {
        let mut model = unusual();
        model.diff_detail = DiffDetail::Everything;
        model
    };
    let models: [&dyn Fn() -> Model; 5] = [
        &walk_through,
        &broken,
        &zoomed,
        &in_agreement,
        &model_of_nothing,
    ];
    for model in models {
        let model = model();
        for panel in Panel::ALL {
            for width in [0, 1, 2, 3, 4, 6, 9, 13, 20, 30, 38, 58, 98, 200] {
                let said = content(&model, panel, width, 20);
                check_lines(&said, width);
                check_rows(&said);
            }
        }
    }
}

#[test]
fn no_line_of_the_page_of_a_change_is_too_wide() {
    for model in [walk_through(), unusual(), broken()] {
        let review = model
            .loaded
            .as_ref()
            .and_then(|loaded| loaded.review.as_ref());
        let changes = review.map_or(&[][..], |review| &review.changes);
        assert!(!changes.is_empty());
        for change in changes {
            let page = Page::new(PageId::Change(ChangedThing::of(change)));
            for width in [0, 1, 2, 3, 4, 6, 9, 13, 20, 30, 38, 58, 98, 200] {
                check_lines(&pages::content(&model, &page, width, 20), width);
            }
        }
    }
}

fn check_lines(said: &Content<'_>, width: u16) {
    for line in said.lines(0..said.total()) {
        let text = line.to_string();
        assert!(line.width() <= usize::from(width), "{width}: {text:?}");
        assert!(
            text.is_empty() || text.starts_with(' '),
            "{width}: {text:?}"
        );
        assert!(!text.contains(char::is_control), "{width}: {text:?}");
    }
}

fn check_rows(said: &Content<'_>) {
    let rows: Vec<Row> = (0..said.row_count()).map(|index| said.row(index)).collect();
    let keys: HashSet<&RowKey> = rows.iter().map(|row| &row.key).collect();
    assert_eq!(keys.len(), rows.len(), "{rows:?}");
    let all = said.lines(0..said.total());
    let mut end = 0;
    for (index, row) in rows.iter().enumerate() {
        let Range { start, end: next } = row.lines.clone();
        assert!(start >= end && next <= all.len(), "{row:?}");
        end = next;
        // Whatever is seen of it, a row says the same, and is hit where it stands.
        for line in row.lines.clone() {
            assert_eq!(said.lines(line..line + 1), all[line..=line]);
            assert_eq!(said.row_at(line), Some(index));
        }
    }
}

/// The styles of the pieces that hold this text, in order.
fn styles(model: &Model, panel: Panel, text: &str) -> Vec<Style> {
    let said = content(model, panel, 98, 20);
    let spans = said.lines(0..said.total()).into_iter().flatten();
    spans
        .filter(|span| span.content.contains(text))
        .map(|span| span.style)
        .collect()
}

#[test]
fn an_experiment_has_one_style_in_every_panel() {
    let model = walk_through();
    let theme = &model.startup.theme;
    // In both bars and in the legend.
    let [first, second, third] = [0, 1, 2].map(|position| theme.experiment(position));
    let keys = styles(&model, Panel::Layers, "■");
    assert_eq!(keys, [first, first, second, third]);
    let bars = styles(&model, Panel::Layers, "█");
    assert_eq!(bars, [first, first, second, third, second]);
    let arms = styles(&model, Panel::Distribution, "██");
    let (layout, colors) = (theme.experiment(1), theme.experiment(2));
    assert_eq!(arms, [layout, layout, layout, colors, colors]);
    assert_eq!(styles(&model, Panel::Layers, "╎"), [theme.bar_capped; 3]);
    // Reserved slots keep the color of who reserved them.
    let reserved = styles(&unusual(), Panel::Layers, "╱");
    let expected = theme.experiment(0).patch(theme.bar_reserved);
    assert!(!reserved.is_empty() && reserved.iter().all(|style| *style == expected));
}

#[test]
fn changed_words_are_marked_over_their_lines() {
    let model = walk_through();
    let theme = &model.startup.theme;
    let word = theme.removed.patch(theme.removed_word);
    assert!(styles(&model, Panel::Diff, "active").contains(&word));
    let word = theme.added.patch(theme.added_word);
    assert_eq!(styles(&model, Panel::Diff, "paused"), [word]);
    assert_eq!(
        styles(&model, Panel::Diff, "blue"),
        [theme.dim, theme.added, theme.added]
    );
}

#[test]
fn trouble_has_its_colors_and_a_sample_has_none() {
    let model = walk_through();
    let theme = model.startup.theme.clone();
    assert_eq!(styles(&model, Panel::Changes, "leaves"), [theme.warning; 2]);
    assert_eq!(
        styles(&model, Panel::Changes, "switches"),
        [theme.dim, theme.error]
    );
    assert_eq!(styles(&model, Panel::Changes, "⚠"), [theme.warning; 2]);
    let said = content(&model, Panel::Distribution, 98, 20);
    let lines = said.lines(0..said.total());
    for span in lines.iter().chain([&said.badge]).flatten() {
        assert!(
            ![theme.error, theme.warning].contains(&span.style),
            "{span:?}"
        );
    }
    let broken = broken();
    assert_eq!(styles(&broken, Panel::Problems, "✗").len(), 26);
    assert_eq!(styles(&broken, Panel::Problems, "^^"), [theme.error]);
}
