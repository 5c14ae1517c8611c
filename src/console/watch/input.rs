//! What wakes the watching thread.

/// What wakes the thread.
#[derive(Debug)]
pub(super) enum Input {
    /// The kernel saw something.
    Kernel(notify::Result<notify::Event>),
    /// The watcher was dropped.
    Stop,
}
