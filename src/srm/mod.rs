//! Sample ratio mismatch: do counts follow the weights that they should?
//!
//! It stands at the end of the data's way and judges counts; where they come from, an exposure
//! log, a simulation or a command line, it doesn't know.
//!
//! | file | defines |
//! |---|---|
//! | `report` | [`test()`], [`test_sample()`] and [`Srm`], the three tests of one sample in one report |
//! | `sample` | [`Sample`], counts with their checked weights; [`SrmError`] |
//! | `chi_squared` | [`chi_squared()`], [`chi_squared_tail`] |
//! | `exact` | [`exact()`], the multinomial test for small samples |
//! | `monte_carlo`, `binomial` | its estimate where there are too many outcomes |
//! | `multinomial` | probabilities of outcomes |
//! | `sequential` | [`Sequential`], a test that may be looked at all the time; [`Evidence`] |
//! | `special` | the two functions that keep large counts accurate |
//! | `significance` | [`Significance`], the stars |
//! | `holm` | [`holm()`] and [`holm_factors()`], for many experiments at once |

mod binomial;
mod chi_squared;
mod exact;
mod holm;
mod monte_carlo;
mod multinomial;
mod report;
mod sample;
mod sequential;
mod significance;
mod special;

pub use chi_squared::{chi_squared, chi_squared_tail};
pub use exact::{Exact, ExactMethod, exact};
pub use holm::{holm, holm_factors};
pub use report::{DecidingTest, Srm, test, test_sample, test_sample_again};
pub use sample::{Sample, SrmError};
pub use sequential::{Evidence, Sequential, ln_bayes_factor, ln_mixture};
pub use significance::Significance;
