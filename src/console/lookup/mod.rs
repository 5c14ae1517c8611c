//! The unit lookup, which shows over the view what a unit gets in each layer, and what the log says it
//! got: a component.
//!
//! | file | defines |
//! |---|---|
//! | `state` | [`Lookup`]: the field for the unit's id, and the last lookup's answers |
//! | `agreement` | [`Agreement`]: whether the log says what the unit gets now |
//! | `update` | opening it, its keys, pasted text and the worker's answers |
//! | `content` | a few words for each layer |
//! | `detail` | one layer in full |
//! | `words` | what the log says of the unit, in words |

mod agreement;
mod content;
mod detail;
mod state;
mod update;
mod words;

pub use agreement::Agreement;
pub use state::{AsOf, Logged, Lookup, LookupRow, UnitAnswer, UnitAnswers, UnitGroup, UnitState};

pub(in crate::console) use agreement::is_drawn;
pub(in crate::console) use update::{
    answer, key, look_as_of, open, open_unit, paste, progress, refresh, stop_search,
};
