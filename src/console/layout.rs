//! Where everything stands on the screen: a pure function of its size and of what has the focus.
//!
//! `view` draws by it, `update` scrolls and hits by it. On a wide screen all panels are open in two
//! columns. On a smaller one they stand in one column and fold to their title lines, in the
//! reverse of `OPEN_ORDER`; the focused one stays open longest.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::model::{Model, Panel};

/// The smallest screen that can be drawn: columns, rows.
pub const SMALLEST: (u16, u16) = (60, 16);
/// From this size on, all panels are open in two columns.
const WIDE: (u16, u16) = (100, 24);
/// Which panels stay open longest in one column, after the focused one.
const OPEN_ORDER: [Panel; 5] = [
    Panel::Layers,
    Panel::Changes,
    Panel::Problems,
    Panel::Distribution,
    Panel::Diff,
];
/// The least rows that an open panel needs in one column, borders included.
const LEAST_OPEN: u16 = 8;

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The line above.
    pub header: Rect,
    /// The line below.
    pub footer: Rect,
    /// The panels with their borders, by [`Panel::index`]; none for one that isn't drawn.
    pub panels: [Option<PanelArea>; 5],
}

/// Where a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelArea {
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

    /// The area within the border.
    #[must_use]
    pub fn inner(&self) -> Rect {
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
    /// The areas, or none when the screen is too small.
    #[must_use]
    pub fn of(model: &Model) -> Option<Self> {
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
        let panels = match model.zoomed() {
            Some(panel) => {
                let mut panels = [None; 5];
                panels[panel.index()] = Some(PanelArea::open(body));
                panels
            }
            None if width >= WIDE.0 && height >= WIDE.1 => columns(body),
            None => stacked(body, model.focus),
        };
        Some(Self {
            header,
            footer,
            panels,
        })
    }

    /// Where a panel stands.
    #[must_use]
    pub fn panel(&self, panel: Panel) -> Option<PanelArea> {
        self.panels[panel.index()]
    }

    /// The panel at a position.
    #[must_use]
    pub fn panel_at(&self, column: u16, row: u16) -> Option<(Panel, PanelArea)> {
        let position = Position { x: column, y: row };
        Panel::ALL.into_iter().find_map(|panel| {
            self.panel(panel)
                .filter(|area| area.outer.contains(position))
                .map(|area| (panel, area))
        })
    }
}

fn columns(body: Rect) -> [Option<PanelArea>; 5] {
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(body);
    let [layers, problems, distribution] = Layout::vertical([
        Constraint::Percentage(40),
        Constraint::Percentage(22),
        Constraint::Percentage(38),
    ])
    .areas(left);
    let [changes, diff] =
        Layout::vertical([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(right);
    [layers, problems, changes, diff, distribution].map(|area| Some(PanelArea::open(area)))
}

fn stacked(body: Rect, focus: Panel) -> [Option<PanelArea>; 5] {
    let others = OPEN_ORDER.into_iter().filter(|panel| *panel != focus);
    let mut open = [false; 5];
    // Every panel takes at least its title line; an open one takes more.
    let mut spare = body.height.saturating_sub(5);
    for panel in std::iter::once(focus).chain(others) {
        if spare + 1 >= LEAST_OPEN {
            open[panel.index()] = true;
            spare -= LEAST_OPEN - 1;
        }
    }
    let rows = Panel::ALL.map(|panel| match open[panel.index()] {
        false => Constraint::Length(1),
        true if panel == focus => Constraint::Fill(2),
        true => Constraint::Fill(1),
    });
    let areas: [Rect; 5] = Layout::vertical(rows).areas(body);
    let mut panels = [None; 5];
    for panel in Panel::ALL {
        let index = panel.index();
        panels[index] = Some(PanelArea {
            outer: areas[index],
            is_folded: !open[index],
        });
    }
    panels
}
