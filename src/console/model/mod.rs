//! What the console knows and shows, as plain values.
//!
//! `update` changes a [`Model`] and `view` draws it; nothing here does I/O, reads a clock or knows
//! SQL or YAML. What was read from files and database arrives whole, as a [`Loaded`].
//!
//! | file | defines |
//! |---|---|
//! | `loaded` | [`Loaded`], what the worker read; [`Trouble`], why it couldn't |
//! | `standing` | [`Standing`], [`Refused`]: whether a saved plan can still be applied |
//! | `distribution` | [`Distribution`], how a simulated sample splits; [`Source`] |
//! | `place` | [`Place`]: a panel, or the page that is open in their place |
//! | `panel` | [`View`], [`Panel`], [`PanelState`], [`RowKey`] |
//! | `order` | the orders of layers and experiments |
//! | `overlay` | [`Overlay`]: the dialog, the command list, the journal, the unit lookup, the filter field |
//! | `startup` | [`Startup`], what doesn't change while the console runs; times in words |
//! | `outcome` | [`Outcome`], how an action ended |
//! | `state` | [`Model`] itself |

mod distribution;
mod loaded;
mod order;
mod outcome;
mod overlay;
mod panel;
mod place;
mod standing;
mod startup;
mod state;

pub use distribution::{Distribution, Measured, Sampled, Source};
pub use loaded::{
    Contents, DatabaseInfo, FileVersions, FilesInfo, LayerRow, Loaded, Problem, States, Trouble,
    file_version,
};
pub use order::{ExperimentOrder, LayerOrder};
pub use outcome::{Outcome, Tone};
pub use overlay::Overlay;
pub use panel::{DiffDetail, Panel, PanelState, RowKey, View};
pub use place::Place;
pub use standing::{Refused, Standing};
pub use startup::{Startup, TargetName};
pub use state::{Model, Running};
