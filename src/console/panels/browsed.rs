//! What the list that lies over the main screen says, whichever it is.

use ratatui::text::Line;

use super::{Content, history};
use crate::console::model::{Browser, Model, Overlay};

/// A list, and the detail of its selected row.
#[derive(Clone, Debug)]
pub struct Browsed<'a> {
    /// Where one stands in it.
    pub browser: &'a Browser,
    /// Its name on the border.
    pub title: &'static str,
    /// What its keys do, on the border.
    pub hint: &'static str,
    /// The line above the list.
    pub head: Option<Line<'static>>,
    /// The list.
    pub list: Content,
    /// The selected row's detail.
    pub detail: Vec<Line<'static>>,
}

/// What lies over the main screen, this wide; none where that is no list.
#[must_use]
pub fn browsed(model: &Model, width: u16) -> Option<Browsed<'_>> {
    match model.overlay.as_ref()? {
        Overlay::History(over) => Some(Browsed {
            browser: &over.browser,
            title: "History",
            hint: if over.browser.is_open {
                "c copies, Esc goes back"
            } else {
                "Enter opens, c copies, Esc closes"
            },
            head: None,
            list: history::list(model, over, width),
            detail: history::detail(model, over, width),
        }),
        Overlay::Confirm(_) | Overlay::Commands(_) | Overlay::Filter => None,
    }
}
