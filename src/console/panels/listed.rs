//! How the experiments of a sample are listed: computed once for many frames.

use std::sync::Arc;

use super::arms::ArmColumns;
use crate::console::model::{Distribution, Sampled};

/// Which experiments are listed, and how: there may be thousands, and every key and every frame
/// asks.
#[derive(Debug)]
pub(in crate::console) struct Listed {
    /// The index of each among all.
    pub(super) shown: Vec<usize>,
    /// The height of each in lines.
    pub(super) heights: Vec<usize>,
    pub(super) columns: ArmColumns,
}

/// What a list of experiments is made from.
#[derive(Debug)]
pub(in crate::console) struct ListedFrom {
    pub(super) distribution: Arc<Distribution>,
    pub(super) sampled: Sampled,
    pub(super) filter: String,
    pub(super) columns: usize,
}

impl PartialEq for ListedFrom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.distribution, &other.distribution)
            && self.sampled == other.sampled
            && self.filter == other.filter
            && self.columns == other.columns
    }
}
