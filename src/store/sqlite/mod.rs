//! The state store in a SQLite file.
//!
//! Databases made by the original AVOS in Python are read as they are and extended in place by the
//! first apply.
//!
//! | file | defines |
//! |---|---|
//! | `store` | [`SqliteStore`] |
//! | `failure` | [`Failure`](failure::Failure), an error that doesn't know the path yet |
//! | `schema` | the tables; recognizing and extending databases of other programs |
//! | `encoding` | values as the Python program writes them |
//! | `row`, `read`, `slots` | from rows to state, and what a state ignores |
//! | `write` | from state to rows, only where they differ |
//! | `apply`, `create` | applies a plan to a database, and to one that doesn't exist yet |
//! | `journal` | the journal's table |
//! | `inspect` | [`Inspection`], the file itself, sound or not |
//! | `probe` | notices that some program wrote |

mod apply;
mod create;
mod encoding;
mod failure;
mod inspect;
mod journal;
mod probe;
mod read;
mod row;
mod schema;
mod slots;
mod store;
mod write;

pub use inspect::{Inside, Inspection, sqlite_version};
pub use store::SqliteStore;
