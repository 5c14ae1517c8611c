//! The console's panels, for the walk-through's files, the broken ones and unusual ones.

mod shape;
mod support;
mod texts;
