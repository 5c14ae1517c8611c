//! The panels of the two screens, and where each of them stands.

/// Which screen is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The main screen: files against database, and what an apply would change.
    #[default]
    Review,
    /// What traffic did.
    Incident,
}

impl View {
    /// Its panels, in the order of Tab.
    #[must_use]
    pub fn panels(self) -> &'static [Panel] {
        match self {
            Self::Review => &Panel::ALL,
            Self::Incident => &Panel::INCIDENT,
        }
    }

    /// The panel `step` further on, around the end.
    #[must_use]
    pub fn neighbour(self, panel: Panel, step: isize) -> Panel {
        let panels = self.panels();
        let count = panels.len();
        let at = panels.iter().position(|other| *other == panel);
        let index = at
            .unwrap_or(0)
            .wrapping_add_signed(step)
            .wrapping_add(count)
            % count;
        panels[index]
    }
}

/// A panel.
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
    /// Of the incident view: the experiments of the log, the one that looks most wrong first.
    Experiments,
    /// Of the incident view: what the traffic of the selected one did.
    Traffic,
}

impl Panel {
    /// Those of the main screen, in the order of Tab.
    pub const ALL: [Self; 5] = [
        Self::Layers,
        Self::Problems,
        Self::Changes,
        Self::Diff,
        Self::Distribution,
    ];

    /// Those of the incident view, in the order of Tab.
    pub const INCIDENT: [Self; 2] = [Self::Experiments, Self::Traffic];

    /// How many there are.
    pub const COUNT: usize = Self::ALL.len() + Self::INCIDENT.len();

    /// The panel's number, below [`Panel::COUNT`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Layers => 0,
            Self::Problems => 1,
            Self::Changes => 2,
            Self::Diff => 3,
            Self::Distribution => 4,
            Self::Experiments => 5,
            Self::Traffic => 6,
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
            Self::Experiments => "Experiments",
            Self::Traffic => "Traffic",
        }
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
    /// The selected row's index among so many, if there are any; `key` says what each is about.
    #[must_use]
    pub fn selected_index(&self, count: usize, key: impl Fn(usize) -> RowKey) -> Option<usize> {
        let last = count.checked_sub(1)?;
        let place = self.index.min(last);
        let Some(selected) = &self.selected else {
            return Some(place);
        };
        // It mostly stands where it last stood.
        let is_it = |index: &usize| key(*index) == *selected;
        let found = Some(place).filter(is_it);
        let found = found.or_else(|| (0..count).find(is_it));
        Some(found.unwrap_or(place))
    }

    /// Selects the row at this index, which is about this.
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
