//! A list over the view, with the detail of its selected row below it or in its place: shared by the
//! history and the unit lookup.
//!
//! | file | defines |
//! |---|---|
//! | `content` | [`Browser`], the position; [`Browsed`], what is shown; [`Browse`], what has both |
//! | `list_filter` | [`ListFilter`], the field that filters the list |
//! | `moving` | keys that move in the list and in its detail |
//! | `layout` | `areas`, where its parts are on the screen |

mod content;
mod layout;
mod list_filter;
mod moving;

pub use content::{Browse, Browsed, Browser};
pub(super) use layout::{Parts, areas, outer};
pub use list_filter::ListFilter;

pub(in crate::console) use content::hint;
pub(in crate::console) use moving::{keep_in_sight, key, paste};
