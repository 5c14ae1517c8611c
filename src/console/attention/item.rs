//! An attention item: one thing that needs somebody.

use crate::console::commands::Command;
use crate::console::model::RowKey;
use crate::console::pages::{Destination, PageId};
use crate::domain::LayerId;

/// Something that needs somebody.
#[derive(Clone, Debug)]
pub struct Attention {
    /// Its row's key.
    pub key: RowKey,
    /// Why it needs somebody.
    pub kind: AttentionKind,
    /// The id of the thing, safe to show.
    pub id: String,
    /// What is the matter, in a few words, safe to show.
    pub says: String,
    /// The layer that it belongs to.
    pub layer: Option<LayerId>,
    /// Where it is dealt with.
    pub leads: Destination,
    /// The page that Enter opens instead, if there is one.
    pub page: Option<PageId>,
    /// The command that deals with it.
    pub command: Command,
}

/// Why something needs somebody, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttentionKind {
    /// A sample ratio mismatch.
    Alarm,
    /// Exposures are missing.
    Lost,
    /// Files or database can't be read, or a file is wrong.
    Error,
    /// A saved plan that can't be applied.
    RefusedPlan,
    /// An apply would end it, or take units from it.
    DestructiveChange,
    /// An apply would change it.
    Change,
    /// Another program changed it, and no apply has set it since.
    ChangedOutside,
    /// Held: no apply makes it active.
    Held,
    /// Active, though its end has passed.
    PastEnd,
    /// A layer with little room left.
    NearlyFull,
    /// A draft that nobody has touched for long.
    StaleDraft,
}
