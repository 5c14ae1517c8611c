//! Where in its layer a row says that its unit is.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::row::Occasion;
use crate::domain::LayerId;

/// How many layers are told apart; rows of further ones are counted without their place.
const MOST_LAYERS: usize = 1 << 16;
/// No layer has as many slots.
const MOST_SLOTS: u32 = 1 << 20;

/// A unit's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of the layer with the reader that read it.
    pub(super) layer: u32,
    pub(super) slot: u32,
}

/// The layers that one reader met.
#[derive(Default)]
pub(super) struct LayerNumbers {
    numbers: HashMap<String, u32, RandomState>,
    /// The layer of the last row, which mostly is that of the next one too.
    last: String,
    last_number: Option<u32>,
    /// Those that nobody has asked for yet, in order of their numbers.
    fresh: Vec<LayerId>,
}

impl LayerNumbers {
    /// The place of a row; `None` unless it has a slot that a layer can have.
    pub(super) fn place(&mut self, row: &Occasion) -> Option<Place> {
        let slot = u32::try_from(row.slot?).ok()?;
        if slot >= MOST_SLOTS {
            return None;
        }
        let last = self.last_number.filter(|_| self.last == row.layer);
        let layer = match last {
            Some(number) => number,
            None => self.number(&row.layer)?,
        };
        Some(Place { layer, slot })
    }

    fn number(&mut self, id: &str) -> Option<u32> {
        let number = match self.numbers.get(id) {
            Some(number) => *number,
            None if self.numbers.len() >= MOST_LAYERS => return None,
            None => {
                let number = u32::try_from(self.numbers.len()).ok()?;
                self.numbers.insert(id.to_owned(), number);
                self.fresh.push(id.into());
                number
            }
        };
        id.clone_into(&mut self.last);
        self.last_number = Some(number);
        Some(number)
    }

    /// The layers that are new since the last call.
    pub(super) fn take_fresh(&mut self) -> Vec<LayerId> {
        std::mem::take(&mut self.fresh)
    }
}
