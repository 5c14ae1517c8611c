//! Draws the whole screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Block;

use super::{browser, footer, frame as panel_frame, header};
use crate::console::layout::{Areas, SMALLEST};
use crate::console::model::{Model, Overlay};
use crate::console::palette;
use crate::console::{confirm, edits, holds, long_outcome};

/// Draws the model.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    let theme = &model.startup.theme;
    let screen = frame.area();
    frame.render_widget(Block::new().style(theme.text), screen);
    // The terminal may have been resized before the model was.
    let Some(areas) = Areas::of(model).filter(|_| (screen.width, screen.height) == model.size)
    else {
        too_small(model, frame);
        return;
    };
    header::draw(model, areas.header, frame);
    for place in model.places() {
        if let Some(area) = areas.place(place) {
            panel_frame::draw(model, place, area, frame);
        }
    }
    footer::draw(model, areas.footer, frame);
    long_outcome::draw(model, areas.footer, frame);
    match &model.overlay {
        Some(Overlay::Confirm(dialog)) => confirm::draw(model, dialog, frame),
        Some(Overlay::Palette(palette)) => palette::draw(model, palette, frame),
        Some(Overlay::Hold(form)) => holds::draw(model, form, frame),
        Some(Overlay::Edit(form)) => edits::draw(model, form, frame),
        Some(Overlay::History) => browser::draw(model, &model.history, frame),
        Some(Overlay::Plans) => browser::draw(model, &model.plans, frame),
        Some(Overlay::Lookup) => browser::draw(model, &model.lookup, frame),
        // These are typed in the footer.
        Some(Overlay::Filter | Overlay::TimeJump(_)) | None => {}
    }
}

fn too_small(model: &Model, frame: &mut Frame<'_>) {
    let (columns, rows) = (frame.area().width, frame.area().height);
    let times = model.startup.symbols.times;
    let (least_columns, least_rows) = SMALLEST;
    let text = format!(
        "{columns}{times}{rows} is too small: AVOS needs {least_columns}{times}{least_rows}"
    );
    let line = Line::styled(text, model.startup.theme.warning);
    frame.render_widget(
        line,
        Rect {
            height: 1.min(rows),
            ..frame.area()
        },
    );
}
