//! What is known about a unit besides its id.

use crate::domain::SplitterType;

/// The groups of a unit, as far as they are known. A splitter asks only for its own kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Groups<'a> {
    /// For `segment` splitters.
    pub segment: Option<&'a str>,
    /// For `geo` splitters.
    pub geo: Option<&'a str>,
    /// For `stratified` splitters.
    pub stratum: Option<&'a str>,
}

impl<'a> Groups<'a> {
    /// Returns the group that a splitter of this kind asks for, if it is known.
    #[must_use]
    pub fn of(&self, kind: SplitterType) -> Option<&'a str> {
        match kind {
            SplitterType::Hash | SplitterType::Random => None,
            SplitterType::Segment => self.segment,
            SplitterType::Geo => self.geo,
            SplitterType::Stratified => self.stratum,
        }
    }
}
