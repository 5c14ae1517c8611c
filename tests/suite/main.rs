//! The integration tests: one binary, a module per subject.

mod allocations;
#[cfg(feature = "console")]
mod apply_why;
#[cfg(feature = "console")]
mod beside_errors;
#[cfg(feature = "console")]
mod cli;
mod config;
mod config_codes;
mod config_examples;
mod config_helps;
mod config_texts;
#[cfg(feature = "console")]
mod console_creation;
#[cfg(feature = "console")]
mod console_edits;
#[cfg(feature = "console")]
mod console_holds;
#[cfg(feature = "console")]
mod console_kept;
#[cfg(feature = "console")]
mod console_marks;
#[cfg(feature = "console")]
mod console_undo;
#[cfg(feature = "console")]
mod console_update;
#[cfg(feature = "console")]
mod console_worker;
#[cfg(feature = "console")]
mod demo;
#[cfg(feature = "console")]
mod docs;
#[cfg(feature = "console")]
mod edits;
#[cfg(feature = "console")]
mod evidence_dialog;
mod examples;
#[cfg(feature = "console")]
mod experiment_page;
mod explain;
mod export;
#[cfg(feature = "store")]
mod exposure;
#[cfg(feature = "console")]
mod first_selection;
#[cfg(feature = "console")]
mod footer;
mod forged_plans;
#[cfg(feature = "console")]
mod former_holders;
#[cfg(feature = "console")]
mod header;
#[cfg(feature = "console")]
mod incident;
mod independence;
#[cfg(feature = "console")]
mod layer_page;
#[cfg(feature = "console")]
mod layers_panel;
mod left_out;
#[cfg(feature = "console")]
mod long_ids;
#[cfg(feature = "console")]
mod new_experiments;
#[cfg(feature = "console")]
mod note_ages;
mod outside_writes;
#[cfg(feature = "console")]
mod over;
#[cfg(feature = "console")]
mod panels;
mod past_states;
mod placement;
mod plan;
mod plan_properties;
mod plan_rules;
#[cfg(feature = "console")]
mod pty;
mod renewals;
#[cfg(feature = "store")]
mod replay;
mod review;
mod saved_plans;
mod schemas;
#[cfg(feature = "console")]
mod screens;
mod staged;
mod staged_properties;
#[cfg(feature = "store")]
mod store;
mod stories;
mod support;
#[cfg(feature = "console")]
mod time_page;
#[cfg(feature = "store")]
mod timeline;
#[cfg(feature = "store")]
mod traffic;
#[cfg(feature = "console")]
mod type_ahead;
mod vectors;
#[cfg(feature = "console")]
mod watch;
