//! The verdicts on traffic: how it split, and what else isn't as it should be.

mod again;
mod anomalies;
mod coverage;
mod model;
mod splits;
mod support;
