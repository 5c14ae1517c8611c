//! What lies over the view: at most one thing at a time.

use crate::console::confirm::Confirm;
use crate::console::edits::EditForm;
use crate::console::holds::HoldForm;
use crate::console::palette::Palette;
use crate::console::time_jump::TimeJump;

/// What gets the keys instead of the view.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// An apply that waits for confirmation.
    Confirm(Confirm),
    /// Commands to choose from: the palette and the help.
    Palette(Palette),
    /// The journal of applies; its state is the model's `history`.
    History,
    /// What a unit gets in each layer; its state is the model's `lookup`.
    Lookup,
    /// The saved plans of a directory; their state is the model's `plans`.
    Plans,
    /// What an edit of an experiment needs to know.
    Edit(EditForm),
    /// The reason for a hold or a release.
    Hold(HoldForm),
    /// The filter is being typed; the text itself is the model's `filter`.
    Filter,
    /// Where to go in the journal is being typed.
    TimeJump(TimeJump),
}
