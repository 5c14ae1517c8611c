//! A page: what it is about, and the position on it.

use crate::console::breakdown::SplitId;
use crate::console::model::{Panel, PanelState, RowKey};
use crate::domain::{ExperimentId, LayerId};
use crate::exposure::LoggedArm;
use crate::plan::ChangedThing;

/// What a page is about; also what Enter on a row opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PageId {
    /// A layer: its experiments as a table.
    Layer(LayerId),
    /// An experiment: everything known about it.
    Experiment(LayerId, ExperimentId),
    /// The changes of an experiment, or of the layer itself.
    Change(ChangedThing),
    /// The units that an arm which lacks units got last.
    MissingArm(LayerId, LoggedArm),
    /// A split by the values of the settings' dimensions.
    Breakdown(LayerId, SplitId),
    /// The journal over time: the layers as of each entry.
    Time,
    /// A layer as of an entry, and what the entry did to it.
    PastLayer(LayerId),
}

/// Where Enter on a row leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A page.
    Page(PageId),
    /// A row of a panel.
    Row(Panel, RowKey),
    /// A panel that fills the screen.
    Zoomed(Panel),
    /// The journal.
    History,
    /// An entry of the journal, by its number.
    Entry(i64),
    /// The unit lookup: what this unit gets, first in this layer.
    Unit(String, LayerId),
    /// Nowhere: the row is unfolded, or folded again.
    Unfolded,
}

impl PageId {
    /// Returns the layer that it belongs to, if it belongs to one.
    #[must_use]
    pub fn layer(&self) -> Option<&LayerId> {
        match self {
            Self::Layer(layer_id)
            | Self::Experiment(layer_id, _)
            | Self::MissingArm(layer_id, _)
            | Self::Breakdown(layer_id, _)
            | Self::PastLayer(layer_id) => Some(layer_id),
            Self::Change(thing) => Some(&thing.layer_id),
            Self::Time => None,
        }
    }

    /// Returns whether it shows the past, to which nothing can be applied.
    #[must_use]
    pub fn is_past(&self) -> bool {
        matches!(self, Self::Time | Self::PastLayer(_))
    }

    /// Returns the experiment that it is about, if it is about one.
    #[must_use]
    pub fn experiment(&self) -> Option<&ExperimentId> {
        match self {
            Self::Layer(_) | Self::Time | Self::PastLayer(_) => None,
            Self::Experiment(_, experiment_id) => Some(experiment_id),
            Self::MissingArm(_, arm) => Some(&arm.experiment_id),
            Self::Breakdown(_, split) => Some(&split.experiment_id),
            Self::Change(thing) => thing.experiment_id.as_ref(),
        }
    }
}

/// A page that was opened.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is about.
    pub id: PageId,
    /// The selection and the scroll position.
    pub list: PanelState,
    /// Only rows that contain this are listed; empty for all.
    pub filter: String,
}

impl Page {
    /// Returns the page, scrolled to its top.
    #[must_use]
    pub fn new(id: PageId) -> Self {
        Self {
            id,
            list: PanelState::default(),
            filter: String::new(),
        }
    }
}
