//! The processor time of programs.

use std::fs;

use nix::sys::resource::{UsageWho, getrusage};

/// What the programs that this one started and that ended have used so far, in seconds.
fn of_children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a kernel that counts");
    let times = [usage.user_time(), usage.system_time()];
    times
        .iter()
        .map(|time| time.tv_sec() as f64 + 1e-6 * time.tv_usec() as f64)
        .sum()
}

/// What the programs that `work` runs to their ends use, in seconds: the median of some runs.
pub(crate) fn median_of_children(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let before = of_children();
            work();
            of_children() - before
        })
        .collect();
    median(&mut times)
}

/// The median.
pub(crate) fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What all threads of a running process have used so far, in seconds.
pub(crate) fn of_process(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
    threads
        .filter_map(|thread| of_thread(&thread.ok()?.path().join("schedstat")))
        .sum()
}

/// What the main thread of a running process has used so far, in seconds.
pub(crate) fn of_main_thread(process: u32) -> f64 {
    let path = format!("/proc/{process}/task/{process}/schedstat");
    of_thread(path.as_ref()).expect("a running process")
}

/// The first number of `schedstat`: nanoseconds on a processor. None where the thread has ended.
fn of_thread(schedstat: &std::path::Path) -> Option<f64> {
    let text = fs::read_to_string(schedstat).ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(1e-9 * nanoseconds as f64)
}

/// The most memory that a process ever had, in MB.
pub(crate) fn peak_memory(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.expect("a figure") / 1e3
}
