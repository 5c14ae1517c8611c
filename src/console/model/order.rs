//! The orders of what is listed.

/// The order of the layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerOrder {
    /// What needs somebody first, then by name.
    #[default]
    Attention,
    /// By id.
    Name,
    /// The fullest first.
    Fullness,
}

impl LayerOrder {
    /// Returns the next order, wrapping around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Attention => Self::Name,
            Self::Name => Self::Fullness,
            Self::Fullness => Self::Attention,
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "name",
            Self::Fullness => "fullness",
        }
    }
}

/// The order of a layer's experiments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExperimentOrder {
    /// Active ones first, then paused ones, drafts and completed ones.
    #[default]
    Status,
    /// By id.
    Name,
    /// The largest active share first.
    Share,
    /// The next to end first.
    End,
}

impl ExperimentOrder {
    /// Returns the next order, wrapping around.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Status => Self::Name,
            Self::Name => Self::Share,
            Self::Share => Self::End,
            Self::End => Self::Status,
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Name => "name",
            Self::Share => "share",
            Self::End => "end",
        }
    }
}
