//! The SQLite database: what runs now, and the one way to change it.
//!
//! [`Store::read`] turns the database into a [`State`](crate::domain::State) for the planner and
//! the assigner; [`Store::apply`] carries out a [`Plan`](crate::plan::Plan) in one transaction.
//! Nobody else writes. Databases made by the original AVOS in Python are read as they are and
//! extended in place by the first apply. This module knows no YAML and no terminals.
//!
//! | file | defines |
//! |---|---|
//! | `database` | [`Store`], a database by its path |
//! | `snapshot` | [`Snapshot`], what one look at the database saw |
//! | `error` | [`StoreError`] with its help |
//! | `open` | connections, and whether the file is still the same one |
//! | `schema` | the tables; telling and extending databases of other makes |
//! | `encoding` | values as the Python program writes them |
//! | `row`, `read`, `slots` | from rows to state |
//! | `unread` | [`UnreadAllocations`], what a state leaves out |
//! | `revision` | the digest that tells states apart |
//! | `write` | from state to rows, only where they differ |
//! | `apply`, `create` | a plan on a database, and on one that isn't there yet |
//! | `journal` | [`JournalEntry`], what was applied, when and by whom |
//! | `inspect` | [`Inspection`], the file itself, sound or not |
//! | `probe` | [`ChangeProbe`], noticing other programs' writes |

mod apply;
mod create;
mod database;
mod encoding;
mod error;
mod inspect;
mod journal;
mod open;
mod probe;
mod read;
mod revision;
mod row;
mod schema;
mod slots;
mod snapshot;
mod unread;
mod write;

pub(crate) use encoding::time_text;
pub(crate) use error::Failure;
pub(crate) use open::{FileId, FileStamp, directory, reader, stamp, writer};

pub use apply::Applied;
pub use database::Store;
pub use error::StoreError;
pub use inspect::{Inside, Inspection, sqlite_version};
pub use journal::{JournalEntry, JournalHead, LastApplied, LayerSlots};
pub use probe::ChangeProbe;
pub use schema::SCHEMA_VERSION;
pub use snapshot::{Origin, Snapshot};
pub use unread::UnreadAllocations;
