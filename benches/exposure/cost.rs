//! What work takes, and the table that says so.

use std::time::{Duration, Instant};

/// What some work took.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// Of all threads: other programs don't add to it, so it says more on a busy machine.
    processor: Duration,
}

pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Cost {
    let (start, used) = (Instant::now(), processor_time());
    std::hint::black_box(work());
    Cost {
        time: start.elapsed(),
        processor: processor_time().saturating_sub(used),
    }
}

/// What this process used so far, to a hundredth of a second; nothing where there is no `/proc`.
pub(crate) fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold anything; the times are the 12th and 13th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// A line of the table: what was done to how many rows, and what it is held against.
pub(crate) fn report((what, rows, cost): (&str, usize, Cost), (beside, other): (&str, Cost)) {
    let rate = rows as f64 / cost.time.as_secs_f64();
    let ratio = cost.time.as_secs_f64() / other.time.as_secs_f64();
    println!(
        "| {what} | {rows} | {:.2?} | {:.2?} | {rate:.0} | {beside} | {:.2?} | {:.2?} | {ratio:.2} |",
        cost.time, cost.processor, other.time, other.processor
    );
}
