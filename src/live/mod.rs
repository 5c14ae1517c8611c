//! An assigner that follows a database, for services.
//!
//! [`Assigner`](crate::assign::Assigner) answers for one state and knows no database;
//! a [`StateStore`](crate::store::StateStore) reads states and knows no assigner. Here they meet: a
//! [`LiveAssigner`] compiles what the store reads and swaps it in as a whole. This module knows no YAML,
//! terminals or clock.
//!
//! | file | defines |
//! |---|---|
//! | `assigner` | [`LiveAssigner`], which serves the newest good state |
//! | `follower` | tells whether the database changed, and compiles its next state |
//! | `error` | [`RefreshError`], why a refresh failed |
//! | `watcher` | [`Watcher`], a thread that refreshes at an interval |

mod assigner;
mod error;
mod follower;
mod watcher;

pub use assigner::LiveAssigner;
pub use error::{RefreshError, RefreshFailure};
pub use watcher::Watcher;
