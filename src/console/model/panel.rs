//! The panels of the main screen, and where each of them stands.

/// A panel of the main screen, in the order of Tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Panel {
    /// How full each layer is.
    #[default]
    Layers,
    /// What is wrong with the files.
    Problems,
    /// What an apply would change.
    Changes,
    /// The same as text.
    Diff,
    /// Whether traffic splits as promised.
    Distribution,
}

impl Panel {
    /// All, in the order of Tab.
    pub const ALL: [Self; 5] = [
        Self::Layers,
        Self::Problems,
        Self::Changes,
        Self::Diff,
        Self::Distribution,
    ];

    /// The panel's place in [`Panel::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Layers => 0,
            Self::Problems => 1,
            Self::Changes => 2,
            Self::Diff => 3,
            Self::Distribution => 4,
        }
    }

    /// The panel's name on its border.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Layers => "Layers",
            Self::Problems => "Problems",
            Self::Changes => "Changes",
            Self::Diff => "Diff",
            Self::Distribution => "Distribution (SRM)",
        }
    }

    /// The panel `step` further on, around the end.
    #[must_use]
    pub fn neighbour(self, step: isize) -> Self {
        let count = Self::ALL.len();
        let index = self.index().wrapping_add_signed(step).wrapping_add(count) % count;
        Self::ALL[index]
    }
}

/// What a row is about, so that a selection follows the thing and not the row's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowKey(pub String);

/// The selection and the scroll position of one panel.
#[derive(Clone, Debug, Default)]
pub struct PanelState {
    /// The selected row.
    pub selected: Option<RowKey>,
    /// Where it last stood: when it is gone, its neighbour takes its place.
    pub index: usize,
    /// How many lines are scrolled out above.
    pub offset: usize,
}

impl PanelState {
    /// The selected row's index among these, if there are any.
    #[must_use]
    pub fn selected_index(&self, rows: &[RowKey]) -> Option<usize> {
        let found = self
            .selected
            .as_ref()
            .and_then(|key| rows.iter().position(|row| row == key));
        let last = rows.len().checked_sub(1)?;
        Some(found.unwrap_or_else(|| self.index.min(last)))
    }

    /// Selects a row among these.
    pub fn select(&mut self, rows: &[RowKey], index: usize) {
        let Some(last) = rows.len().checked_sub(1) else {
            return;
        };
        self.index = index.min(last);
        self.selected = Some(rows[self.index].clone());
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
    /// The next degree, around the end.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Summary => Self::Changed,
            Self::Changed => Self::Everything,
            Self::Everything => Self::Summary,
        }
    }
}
