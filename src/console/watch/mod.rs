//! Watching: reports that the proposal, the database or the exposure log may have changed, and nothing
//! more.
//!
//! Readers find out what changed by comparing digests; nothing here parses. While nothing happens,
//! the thread blocks without a deadline.
//!
//! | file | defines |
//! |---|---|
//! | `event` | [`WatchEvent`], [`WatchMode`] |
//! | `watcher` | [`FileWatcher`], the thread's owner; [`probe_mode`] |
//! | `server_watch` | [`ServerWatcher`], which asks a database on a server once a second |
//! | `input` | what wakes the thread |
//! | `run` | the thread: kernel events or polling, to watch events |
//! | `kernel` | the kernel's watches, kept in step with the paths |
//! | `targets` | which directories to watch |
//! | `relevance` | what an event in them affects |
//! | `burst` | combines many events into one report |
//! | `snapshot` | what polling compares |
//! | `mounts` | file systems that send no events |

mod burst;
mod event;
mod input;
mod kernel;
mod mounts;
mod relevance;
mod run;
mod server_watch;
mod snapshot;
mod targets;
mod watcher;

pub use event::{WatchEvent, WatchMode};
pub use server_watch::ServerWatcher;
pub use watcher::{FileWatcher, probe_mode};
