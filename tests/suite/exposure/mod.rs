//! The exposure log: writing it, reading it, counting it.

mod appending;
mod counting;
mod following;
mod limits;
mod lookup;
mod refusing;
mod rows;
mod support;
mod writing;
