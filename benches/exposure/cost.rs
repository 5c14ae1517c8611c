//! What work takes, and the table that says so.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

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

/// What this process and the programs that it ran to their ends have used so far.
fn processor_time() -> Duration {
    let usage = |who| getrusage(who).expect("a kernel that counts");
    let usages = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(usage);
    let times = usages
        .iter()
        .flat_map(|of| [of.user_time(), of.system_time()]);
    let seconds = times.map(|time| time.tv_sec() as f64 + 1e-6 * time.tv_usec() as f64);
    Duration::from_secs_f64(seconds.sum())
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
