//! Every logged assignment made again.

mod bad_logs;
mod histories;
mod original;
mod reasons;
mod skipping;
mod support;
