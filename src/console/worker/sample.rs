//! The simulated sample.

use jiff::Timestamp;

use crate::assign::{Assigner, Groups, simulate as simulate_layer};
use crate::console::model::{Distribution, Measured, States};
use crate::domain::State;

/// The significance level of the library call; the console judges by its own thresholds.
const ALPHA: f64 = 0.05;

/// Sends a sample of units through both states; none when `is_outdated` says to stop.
#[must_use]
pub fn simulate(
    states: &States,
    sample_size: u64,
    at: Timestamp,
    is_outdated: &dyn Fn() -> bool,
) -> Option<Distribution> {
    let planned = through(&states.after, sample_size, at, is_outdated)?;
    let database = through(&states.before, sample_size, at, is_outdated)?;
    Some(Distribution {
        sample_size,
        database,
        planned,
    })
}

fn through(
    state: &State,
    sample_size: u64,
    at: Timestamp,
    is_outdated: &dyn Fn() -> bool,
) -> Option<Vec<Measured>> {
    let assigner = Assigner::new(state);
    let mut measured = Vec::new();
    for layer in state.layers.keys() {
        let groups = Groups::default();
        let simulation = simulate_layer(&assigner, layer, sample_size, &groups, at, is_outdated);
        // The layer is one of the assigner's own.
        let simulation = simulation.ok().flatten()?;
        let experiments = simulation.experiments.iter();
        measured.extend(experiments.map(|arms| Measured::new(layer, arms, ALPHA)));
    }
    Some(measured)
}
