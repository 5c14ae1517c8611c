//! The integration tests: one binary, a module per subject.

mod config;
mod config_codes;
mod config_examples;
mod plan;
mod plan_properties;
mod plan_rules;
mod review;
mod stories;
mod support;
mod vectors;
