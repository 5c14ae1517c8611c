//! The exposure log in the console: as a source of the distribution, and in the incident view.
//!
//! | file | what of |
//! |---|---|
//! | `screens` | how it looks |
//! | `update` | what messages about it do |
//! | `report` | what is copied |
//! | `worker` | real logs, counted and judged |

mod report;
mod screens;
mod update;
mod worker;
