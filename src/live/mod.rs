//! An assigner that follows a database, for services.
//!
//! [`Assigner`](crate::assign::Assigner) answers for one state and knows no database;
//! [`StateStore`](crate::store::StateStore) reads states and knows no assigner. Here they meet: a
//! [`LiveAssigner`] compiles what the store reads and swaps it in whole. It knows no YAML, no
//! terminals and no clock.
//!
//! | file | defines |
//! |---|---|
//! | `assigner` | [`LiveAssigner`], the newest good state, ready to answer |
//! | `follower` | what must be known to tell whether the database moved on |
//! | `error` | [`RefreshError`], why the newest state isn't served |
//! | `watcher` | [`Watcher`], a thread that refreshes |

mod assigner;
mod error;
mod follower;
mod watcher;

pub use assigner::LiveAssigner;
pub use error::{RefreshError, RefreshFailure};
pub use watcher::Watcher;
