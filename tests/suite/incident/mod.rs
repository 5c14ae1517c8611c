//! The exposure log in the console: as a source of the distribution, and in the incident view.
//!
//! | file | what of |
//! |---|---|
//! | `coverage` | how the coverage of layers is listed, shown and copied |
//! | `screens` | how it looks |
//! | `update` | what messages about it do |
//! | `missing_arm` | the units that a missing arm got last |
//! | `breakdown` | a split by the values of dimensions |
//! | `report` | what is copied |
//! | `worker` | real logs, counted and judged |

mod breakdown;
mod coverage;
mod missing_arm;
mod report;
mod screens;
mod update;
mod worker;
