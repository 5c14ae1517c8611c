//! What the list that lies over the view says, whichever it is.

use ratatui::text::Line;

use super::{Content, history, lookup, unit_detail};
use crate::console::model::{Browser, Model, Overlay};

/// A list, and the detail of its selected row.
pub struct Browsed<'a> {
    /// Where one stands in it.
    pub browser: &'a Browser,
    /// Whether the list has the keys, rather than its detail or a field above it.
    pub has_keys: bool,
    /// Its name on the border.
    pub title: &'static str,
    /// What its keys do, on the border.
    pub hint: &'static str,
    /// The line above the list.
    pub head: Option<Line<'static>>,
    /// The list.
    pub list: Content<'a>,
    /// The selected row's detail.
    pub detail: Content<'a>,
}

/// What lies over the view, this wide; none where that is no list.
#[must_use]
pub fn browsed(model: &Model, width: u16) -> Option<Browsed<'_>> {
    match model.overlay.as_ref()? {
        Overlay::History(over) => Some(Browsed {
            browser: &over.browser,
            has_keys: !over.browser.is_open,
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
        Overlay::Lookup => {
            let over = &model.lookup;
            Some(Browsed {
                browser: &over.browser,
                has_keys: !over.browser.is_open && !over.is_typing,
                title: "Unit",
                hint: if over.is_typing {
                    "Enter looks up, Esc closes"
                } else if over.browser.is_open {
                    "c copies, Esc goes back"
                } else {
                    "Enter opens, c copies, u types"
                },
                head: Some(lookup::head(model, over, width)),
                list: lookup::list(model, over, width),
                detail: Content::saying(unit_detail::detail(model, over, width)),
            })
        }
        Overlay::Confirm(_) | Overlay::Commands(_) | Overlay::Filter => None,
    }
}
