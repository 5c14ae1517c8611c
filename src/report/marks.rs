//! The symbols between words, which a terminal may not have.

/// Symbols between words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    /// From a value to another one.
    pub(crate) arrow: &'static str,
    /// From the first to the last of a range.
    pub(crate) dash: &'static str,
    /// In place of omitted text.
    pub(crate) ellipsis: &'static str,
    /// Between two factors.
    pub(crate) times: &'static str,
    /// The name of the chi-squared statistic.
    pub(crate) chi_squared: &'static str,
}

impl Marks {
    /// For terminals and pages with Unicode.
    pub(crate) const UNICODE: Self = Self {
        arrow: "→",
        dash: "–",
        ellipsis: "…",
        times: "×",
        chi_squared: "χ²",
    };
}
