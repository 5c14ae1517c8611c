//! Every logged assignment made again.

mod bad_logs;
mod histories;
mod reasons;
mod support;
