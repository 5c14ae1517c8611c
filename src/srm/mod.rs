//! Sample ratio mismatch: do counts follow the weights that they should?
//!
//! It stands at the end of the data's way and judges counts; where they come from, an exposure
//! log, a simulation or a command line, it doesn't know.
//!
//! | file | defines |
//! |---|---|
//! | `report` | [`test_counts`], [`test_sample()`] and [`Srm`], the three tests of one sample in one report |
//! | `sample` | [`Sample`], counts with their checked weights; [`SrmError`] |
//! | `chi_squared` | [`chi_squared()`], [`chi_squared_tail`] |
//! | `exact` | [`exact()`], the multinomial test for small samples |
//! | `monte_carlo`, `binomial` | its estimate where there are too many outcomes |
//! | `multinomial` | probabilities of outcomes |
//! | `sequential` | [`Sequential`], a test that may be looked at all the time; [`Evidence`] |
//! | `special` | the two functions that keep large counts accurate |
//! | `change_point` | [`change_point()`], from when on counts stopped following their weights |
//! | `significance` | [`Significance`], the stars |
//! | `spending` | [`spending_weight()`], one alpha for many experiments |
//! | `confidence` | [`ConfidenceSequence`], how large the arms' shares may be |

mod binomial;
mod change_point;
mod chi_squared;
mod confidence;
mod exact;
mod monte_carlo;
mod multinomial;
mod report;
mod sample;
mod sequential;
mod significance;
mod special;
mod spending;

pub use change_point::{ChangePoint, change_point};
pub use chi_squared::{chi_squared, chi_squared_tail};
pub use confidence::{ConfidenceSequence, ShareInterval};
pub use exact::{Exact, ExactMethod, exact};
pub use report::{DecidingTest, Srm, retest_sample, test_counts, test_sample};
pub use sample::{Sample, SrmError};
pub use sequential::{Evidence, Sequential, ln_bayes_factor, ln_mixture};
pub use significance::Significance;
pub use spending::spending_weight;
