//! What lies over the view: at most one thing at a time.

use crate::console::confirm::Confirm;
use crate::console::palette::Palette;

/// What has the keys instead of the view.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// An apply waits for its confirmation.
    Confirm(Confirm),
    /// Commands to choose from: the palette and the help.
    Palette(Palette),
    /// What was applied, by the journal; the rest is the model's `history`.
    History,
    /// What a unit gets in each layer; the rest is the model's `lookup`.
    Lookup,
    /// The filter is being typed; the text itself is the model's `filter`.
    Filter,
}
