//! What has the keys of the view: a panel, or the page that is open in their place.

use super::{Model, Panel, PanelState};
use crate::console::layout::Areas;
use crate::console::pages::{self, Page};
use crate::console::panels::{self, Content, Row};

/// A panel, or the page that is open in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A panel of the view.
    Panel(Panel),
    /// The page that was opened last.
    Page,
}

impl Model {
    /// Returns the page that is open, if one is.
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        self.pages.last()
    }

    /// Returns whether the page that is open shows the past.
    #[must_use]
    pub fn is_in_the_past(&self) -> bool {
        self.page().is_some_and(|page| page.id.is_past())
    }

    /// Returns what has the keys, unless something lies over the view.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.page() {
            Some(_) => Place::Page,
            None => Place::Panel(self.focus),
        }
    }

    /// Returns the places that are on the screen, in the order of Tab.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        if self.page().is_some() {
            return vec![Place::Page];
        }
        let panels = self.view.panels().iter().copied();
        panels.map(Place::Panel).collect()
    }

    /// Returns the selection and the scroll position of a place. A page that isn't open is at its top.
    #[must_use]
    pub fn state_of(&self, place: Place) -> PanelState {
        match place {
            Place::Panel(panel) => self.panel(panel).clone(),
            Place::Page => self
                .page()
                .map(|page| page.list.clone())
                .unwrap_or_default(),
        }
    }

    /// Returns the state of a place, mutably; `None` for a page that isn't open.
    pub fn state_of_mut(&mut self, place: Place) -> Option<&mut PanelState> {
        match place {
            Place::Panel(panel) => Some(self.panel_mut(panel)),
            Place::Page => self.pages.last_mut().map(|page| &mut page.list),
        }
    }

    /// Returns the content of a place in an area of this size.
    #[must_use]
    pub fn content_of(&self, place: Place, width: u16, height: u16) -> Content<'_> {
        match (place, self.page()) {
            (Place::Panel(panel), _) => panels::content(self, panel, width, height),
            (Place::Page, Some(page)) => pages::content(self, page, width, height),
            (Place::Page, None) => Content::saying(Vec::new()),
        }
    }

    /// Returns the selected row of what has the keys; `None` if it isn't on the screen or has no rows.
    #[must_use]
    pub fn selected_row(&self) -> Option<Row> {
        let place = self.place();
        let inner = Areas::of(self)?.place(place)?.inner();
        let content = self.content_of(place, inner.width, inner.height);
        Some(content.row(content.selected(&self.state_of(place))?))
    }

    /// Returns the text that listed rows must contain, of the page if one is open; empty for all.
    #[must_use]
    pub fn filter(&self) -> &str {
        self.page().map_or(&self.panel_filter, |page| &page.filter)
    }

    /// Returns the filter, mutably.
    pub fn filter_mut(&mut self) -> &mut String {
        match self.pages.last_mut() {
            Some(page) => &mut page.filter,
            None => &mut self.panel_filter,
        }
    }
}
