//! Tests for sample ratio mismatch: do counts follow their weights?
//!
//! This module doesn't know where counts come from: an exposure log, a simulation or a command line.
//!
//! | file | defines |
//! |---|---|
//! | `srm_report` | [`test_counts`], [`test_sample()`] and [`Srm`], the three tests of one sample in one report |
//! | `sample` | [`Sample`], counts with their checked weights; [`SrmError`] |
//! | `chi_squared` | [`chi_squared()`], [`chi_squared_tail`] |
//! | `exact` | [`exact()`], the multinomial test for small samples |
//! | `monte_carlo`, `binomial` | its estimate if there are too many outcomes |
//! | `multinomial` | probabilities of outcomes, and the two functions that keep large counts accurate |
//! | `sequential` | [`Sequential`], a test that may be evaluated at any time; [`Evidence`]; [`spending_weight()`], one alpha for many tests |
//! | `change_point` | [`change_point()`], when counts stopped following their weights |
//! | `holm` | [`holm()`], several p-values corrected for how many there are |
//! | `significance` | [`Significance`], the stars |
//! | `confidence` | [`ConfidenceSequence`], confidence intervals of the arms' shares |

mod binomial;
mod change_point;
mod chi_squared;
mod confidence;
mod exact;
mod holm;
mod monte_carlo;
mod multinomial;
mod sample;
mod sequential;
mod significance;
mod srm_report;

pub use change_point::{ChangePoint, change_point};
pub use chi_squared::{chi_squared, chi_squared_tail};
pub use confidence::{ConfidenceSequence, ShareInterval};
pub use exact::{Exact, ExactMethod, exact};
pub use holm::holm;
pub use sample::{Sample, SrmError};
pub use sequential::{Evidence, Sequential, ln_bayes_factor, ln_mixture, spending_weight};
pub use significance::Significance;
pub use srm_report::{DecidingTest, Srm, retest_sample, test_counts, test_sample};
