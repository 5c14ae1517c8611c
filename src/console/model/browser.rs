//! A list over whichever view, with the selected thing's detail.

use super::PanelState;

/// Where somebody stands in a list and in the detail of its selected row.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The list's selection and scroll position.
    pub list: PanelState,
    /// Whether the detail has the keys and all of the room.
    pub is_open: bool,
    /// How many lines of the detail are scrolled out above.
    pub offset: usize,
}
