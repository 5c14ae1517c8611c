//! Waiting for what another thread or program does.

use std::time::{Duration, Instant};

/// Waits until it is so, for half a minute at most.
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came about");
        std::thread::yield_now();
    }
}
