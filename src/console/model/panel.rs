//! The panels of the two screens, and the position in each; `panels::table` has the rest.

/// Which screen is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The main screen: files against database, and what an apply would change.
    #[default]
    Review,
    /// What traffic did.
    Incident,
}

/// A panel; [`Panel::Traffic`] is the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Panel {
    /// What needs somebody, the worst first.
    #[default]
    Attention,
    /// How full each layer is.
    Layers,
    /// What is wrong with the files.
    Problems,
    /// What an apply would change.
    Changes,
    /// The same as text.
    Diff,
    /// Whether traffic splits as promised.
    Distribution,
    /// In the incident view: the experiments in the log, the one that looks most wrong first.
    Experiments,
    /// In the incident view: what the traffic of the selected one did.
    Traffic,
}

impl Panel {
    /// The number of panels.
    pub const COUNT: usize = Self::Traffic.index() + 1;

    /// Returns the panel's number, below [`Panel::COUNT`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Identifies what a row shows, so that a selection follows the thing and not the row's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowKey(pub String);

/// The selection and the scroll position of one panel.
#[derive(Clone, Debug, Default)]
pub struct PanelState {
    /// The selected row.
    pub selected: Option<RowKey>,
    /// Its last index: if it disappears, its neighbor is selected.
    pub index: usize,
    /// The number of lines scrolled out above.
    pub offset: usize,
    /// Whether what belongs into it is being read for the first time: until then nothing is selected by
    /// itself, since another row may become the first one.
    pub is_filling: bool,
}

impl PanelState {
    /// Returns the index of the selected row among `count` rows; `key` identifies each.
    #[must_use]
    pub fn selected_index(&self, count: usize, key: impl Fn(usize) -> RowKey) -> Option<usize> {
        let last = count.checked_sub(1)?;
        let place = self.index.min(last);
        let Some(selected) = &self.selected else {
            return (!self.is_filling).then_some(place);
        };
        // It is usually where it was last.
        let is_it = |index: &usize| key(*index) == *selected;
        let found = Some(place).filter(is_it);
        let found = found.or_else(|| (0..count).find(is_it));
        Some(found.unwrap_or(place))
    }

    /// Selects the row at this index, which has this key.
    pub fn select(&mut self, index: usize, key: RowKey) {
        self.index = index;
        self.selected = Some(key);
    }
}

/// How much of a diff is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffDetail {
    /// A line per layer.
    Summary,
    /// The changed blocks with some context.
    #[default]
    Changed,
    /// Every line.
    Everything,
}

impl DiffDetail {
    /// Returns the next level, wrapping around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Summary => Self::Changed,
            Self::Changed => Self::Everything,
            Self::Everything => Self::Summary,
        }
    }
}
