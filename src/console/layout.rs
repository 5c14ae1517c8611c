//! Where everything is on the screen: a pure function of the model.
//!
//! `view` draws with it, and `update` scrolls and finds what was clicked. On a wide screen all panels are open
//! in two columns, or in three; panels with little to show leave their room to others. On a smaller screen they
//! are in one column and fold to their title lines, in the reverse of their `fold_order`; the focused one stays
//! open longest. The two panels of the incident view stay open; in one column the focused one is larger. A page
//! takes the place of all panels.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::model::{Model, Panel, Place, View};
use super::panels;

/// The smallest supported screen: columns, rows.
pub(crate) const SMALLEST: (u16, u16) = (60, 16);
/// From this size on, all panels are open in two columns.
const WIDE: (u16, u16) = (100, 24);
/// From this width on, there are three columns.
const VERY_WIDE: u16 = 180;
/// The lines that a panel keeps whose height follows its content.
const MIN_CONTENT: u16 = 1;
/// The minimum height of an open panel in one column, borders included.
const MIN_OPEN: u16 = 8;
/// The height of the incident view's list in one column, borders included, while the other panel has
/// the focus.
const MIN_LIST: u16 = 5;

/// The areas of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Areas {
    /// The line above.
    pub header: Rect,
    /// The line below.
    pub footer: Rect,
    /// The page that is open, in the place of the panels.
    pub page: Option<PanelArea>,
    /// The panels with their borders, by [`Panel::index`]; `None` for panels that aren't drawn.
    pub panels: Panels,
}

/// The area of each panel, by [`Panel::index`].
type Panels = [Option<PanelArea>; Panel::COUNT];

/// The area of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PanelArea {
    /// The area with its border; one row high when folded.
    pub outer: Rect,
    /// Whether only its title line is drawn.
    pub is_folded: bool,
}

impl PanelArea {
    fn open(outer: Rect) -> Self {
        Self {
            outer,
            is_folded: false,
        }
    }

    /// Returns the area within the border.
    #[must_use]
    pub(crate) fn inner(&self) -> Rect {
        if self.is_folded {
            return Rect {
                height: 0,
                ..self.outer
            };
        }
        let Rect {
            x,
            y,
            width,
            height,
        } = self.outer;
        Rect {
            x: x + 1,
            y: y + 1,
            width: width.saturating_sub(2),
            height: height.saturating_sub(2),
        }
    }
}

impl Areas {
    /// Returns the areas, or `None` if the screen is too small.
    #[must_use]
    pub(crate) fn of(model: &Model) -> Option<Self> {
        let (width, height) = model.size;
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return None;
        }
        let screen = Rect::new(0, 0, width, height);
        let [header, body, footer] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(0),
            Constraint::Length(1),
        ])
        .areas(screen);
        let page = model.page().map(|_| PanelArea::open(body));
        let panels = match model.zoomed() {
            _ if page.is_some() => Panels::default(),
            Some(panel) => place_panels([(panel, PanelArea::open(body))]),
            None => match (model.view, width >= WIDE.0 && height >= WIDE.1) {
                (View::Review, true) => columns(model, body),
                (View::Review, false) => stacked(model, body),
                (View::Incident, is_wide) => incident(body, is_wide, model.focus),
            },
        };
        Some(Self {
            header,
            footer,
            page,
            panels,
        })
    }

    /// Returns the area of a panel or of the page, if it is on the screen.
    #[must_use]
    pub(crate) fn place(&self, place: Place) -> Option<PanelArea> {
        match place {
            Place::Panel(panel) => self.panels[panel.index()],
            Place::Page => self.page,
        }
    }

    /// Returns the panel or the page at a position.
    #[must_use]
    pub(crate) fn place_at(&self, column: u16, row: u16) -> Option<(Place, PanelArea)> {
        let position = Position { x: column, y: row };
        let panels = Panel::ALL.into_iter().chain(Panel::INCIDENT);
        let mut places = panels.map(Place::Panel).chain([Place::Page]);
        places.find_map(|place| {
            self.place(place)
                .filter(|area| area.outer.contains(position))
                .map(|area| (place, area))
        })
    }
}

fn place_panels(areas: impl IntoIterator<Item = (Panel, PanelArea)>) -> Panels {
    let mut panels = Panels::default();
    for (panel, area) in areas {
        panels[panel.index()] = Some(area);
    }
    panels
}

fn incident(body: Rect, is_wide: bool, focus: Panel) -> Panels {
    let [list, traffic] = if is_wide {
        Layout::horizontal([Constraint::Percentage(40), Constraint::Percentage(60)]).areas(body)
    } else {
        let rows = if focus == Panel::Traffic {
            MIN_LIST
        } else {
            (body.height * 2 / 5).max(MIN_LIST)
        };
        Layout::vertical([Constraint::Length(rows), Constraint::Fill(1)]).areas(body)
    };
    let areas = [list, traffic].map(PanelArea::open);
    place_panels(Panel::INCIDENT.into_iter().zip(areas))
}

/// Places all panels open, in two columns or in three.
fn columns(model: &Model, body: Rect) -> Panels {
    let widths = if body.width >= VERY_WIDE {
        vec![Constraint::Fill(1); 3]
    } else {
        vec![Constraint::Fill(1); 2]
    };
    let columns = Layout::horizontal(widths).split(body);
    let (left, middle, right) = (columns[0], columns[1], columns[columns.len() - 1]);
    let wanted = |panel, width, most| {
        // The one that has the keys may take more.
        let most = if model.focus == panel {
            body.height / 2
        } else {
            most
        };
        Constraint::Length(wanted(model, panel, width, most))
    };
    let [attention, layers] = Layout::vertical([
        wanted(Panel::Attention, left.width, body.height * 2 / 5),
        Constraint::Fill(1),
    ])
    .areas(left);
    // Warnings need less attention than what would change.
    let has_errors = model
        .loaded
        .as_ref()
        .is_some_and(|loaded| loaded.has_errors());
    let part = if has_errors { 4 } else { 6 };
    let problems = wanted(Panel::Problems, middle.width, body.height / part);
    let (changes, problems, diff, distribution) = if columns.len() == 3 {
        let [changes, problems] = Layout::vertical([Constraint::Fill(1), problems]).areas(middle);
        let [diff, distribution] = Layout::vertical([Constraint::Fill(1); 2]).areas(right);
        (changes, problems, diff, distribution)
    } else {
        let changes = wanted(Panel::Changes, right.width, body.height * 2 / 5);
        let [changes, problems, diff, distribution] =
            Layout::vertical([changes, problems, Constraint::Fill(1), Constraint::Fill(1)])
                .areas(right);
        (changes, problems, diff, distribution)
    };
    let areas = [
        (Panel::Attention, attention),
        (Panel::Layers, layers),
        (Panel::Problems, problems),
        (Panel::Changes, changes),
        (Panel::Diff, diff),
        (Panel::Distribution, distribution),
    ];
    place_panels(areas.map(|(panel, area)| (panel, PanelArea::open(area))))
}

/// Returns the height of a panel that shows all of its lines, up to `most`.
fn wanted(model: &Model, panel: Panel, width: u16, most: u16) -> u16 {
    let lines = panels::content(model, panel, width.saturating_sub(2), u16::MAX).total();
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    lines.saturating_add(2).min(most).max(MIN_CONTENT + 2)
}

fn stacked(model: &Model, body: Rect) -> Panels {
    const COUNT: usize = Panel::ALL.len();
    let focus = model.focus;
    // The focused one stays open longest.
    let mut by_rank = Panel::ALL;
    by_rank.sort_by_key(|panel| (*panel != focus, panel.spec().fold_order));
    // Every panel takes at least its title line; an open one takes more.
    let spare = usize::from(body.height).saturating_sub(COUNT);
    let open = &by_rank[..COUNT.min(spare / usize::from(MIN_OPEN - 1))];
    let is_open = |panel: Panel| open.contains(&panel);
    let rows = Panel::ALL.map(|panel| match is_open(panel) {
        false => Constraint::Length(1),
        true if panel == Panel::Attention && open.len() > 1 => {
            Constraint::Length(wanted(model, panel, body.width, body.height / 2))
        }
        true if panel == focus => Constraint::Fill(2),
        true => Constraint::Fill(1),
    });
    let areas: [Rect; COUNT] = Layout::vertical(rows).areas(body);
    place_panels(Panel::ALL.into_iter().zip(areas).map(|(panel, outer)| {
        let is_folded = !is_open(panel);
        (panel, PanelArea { outer, is_folded })
    }))
}

/// Returns an area of this size in the middle of the screen.
pub(in crate::console) fn centered(screen: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}
