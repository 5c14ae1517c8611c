//! The database: reading, applying, refusing, and what survives a crash.
//!
//! | file | about |
//! |---|---|
//! | `support` | places for databases, hand-made plans, looks at raw rows |
//! | `conformance` | what every store does |
//! | `reading` | databases of the Python AVOS, opened in place |
//! | `revision` | what changes the revision and what doesn't |
//! | `creating` | an apply where there is no database |
//! | `applying` | an apply on a database that is there |
//! | `refusing` | files that aren't databases of ours, locks, permissions |
//! | `corrupt` | rows that contradict themselves |
//! | `crash` | programs that die while they write |
//! | `probe` | noticing other programs' writes |
//! | `postgres` | databases on a server (feature `postgres`) |
//! | `live` | assigners that follow a database |

mod applying;
mod conformance;
mod corrupt;
mod crash;
mod creating;
mod holds;
mod live;
#[cfg(feature = "postgres")]
mod postgres;
mod probe;
mod reading;
mod refusing;
mod revision;
pub(crate) mod support;
