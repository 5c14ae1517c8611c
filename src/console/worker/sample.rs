//! The simulated sample.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use jiff::Timestamp;

use crate::assign::{Assigner, Groups, simulate};
use crate::console::model::{Distribution, Measured, States};
use crate::domain::{HashAlgorithm, LayerId, LayerState, Layers, State};

/// The significance level of the library call; the console judges by its own thresholds.
const ALPHA: f64 = 0.05;

/// Sends a sample of units through states. It keeps the outcome of each layer, also of a sample that
/// was abandoned, and samples again only layers that changed.
#[derive(Debug)]
pub struct Sampler {
    sample_size: u64,
    /// The layers of the last states: one, or two where the plan changes it.
    sampled: HashMap<LayerId, Vec<SampledLayer>>,
}

/// A layer with the outcome of its sample.
#[derive(Debug)]
struct SampledLayer {
    layer: Arc<LayerState>,
    at: Timestamp,
    experiments: Vec<Arc<Measured>>,
}

impl SampledLayer {
    /// Samples a layer; `None` when `cancel` says to stop.
    fn new(
        layer: &Arc<LayerState>,
        sample_size: u64,
        at: Timestamp,
        cancel: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let id = &layer.layer.layer_id;
        // No layer is created, so none takes the default hash.
        let state = State::empty(HashAlgorithm::Sha256);
        let state = state.with_layers([(id.clone(), Arc::clone(layer))].into());
        let assigner = Assigner::new(&state);
        let groups = Groups::default();
        let simulation = simulate(&assigner, id, sample_size, &groups, at, cancel);
        // The layer is the assigner's own.
        let arms = simulation.ok().flatten()?.experiments;
        let measured = arms.iter().map(|arms| Measured::new(id, arms, ALPHA));
        Some(Self {
            layer: Arc::clone(layer),
            at,
            experiments: measured.map(Arc::new).collect(),
        })
    }

    /// Whether sampling this layer at this time would give the same.
    fn holds_for(&self, layer: &Arc<LayerState>, at: Timestamp) -> bool {
        Arc::ptr_eq(&self.layer, layer) && layer.is_alike_at(self.at, at)
    }
}

impl Sampler {
    /// A sampler with this many units for each layer.
    #[must_use]
    pub fn new(sample_size: u64) -> Self {
        Self {
            sample_size,
            sampled: HashMap::new(),
        }
    }

    /// Samples both states, beginning with the layer `first`; `None` when `is_outdated` says to stop.
    /// What is known so far goes to `report`, after the first layer and whenever there is twice as
    /// much.
    pub fn sample(
        &mut self,
        states: &States,
        first: Option<&LayerId>,
        at: Timestamp,
        is_outdated: &(dyn Fn() -> bool + Sync),
        report: &mut dyn FnMut(Distribution),
    ) -> Option<Distribution> {
        let missing = self.missing(states, first, at);
        let (next, sample_size) = (AtomicUsize::new(0), self.sample_size);
        thread::scope(|scope| {
            let (sender, done) = channel();
            for _ in 0..threads() {
                let (sender, next, missing) = (sender.clone(), &next, &missing);
                scope.spawn(move || {
                    let next = || missing.get(next.fetch_add(1, Ordering::Relaxed));
                    while let Some(layer) = next()
                        && let Some(sampled) =
                            SampledLayer::new(layer, sample_size, at, is_outdated)
                        && sender.send(sampled).is_ok()
                    {}
                });
            }
            drop(sender);
            let mut reported_at = 1;
            for (count, sampled) in (1..).zip(done) {
                let id = sampled.layer.layer.layer_id.clone();
                self.sampled.entry(id).or_default().push(sampled);
                if count == reported_at && count < missing.len() {
                    reported_at *= 2;
                    report(self.distribution(states));
                }
            }
        });
        (!is_outdated()).then(|| self.distribution(states))
    }

    /// The layers of both states that weren't sampled yet, beginning with `first`; forgets those of
    /// other states.
    fn missing(
        &mut self,
        states: &States,
        first: Option<&LayerId>,
        at: Timestamp,
    ) -> Vec<Arc<LayerState>> {
        let mut known = std::mem::take(&mut self.sampled);
        let mut missing = Vec::new();
        let after = &states.after.layers;
        // What the plan leaves alone is the same layer in both, and is sampled once.
        let is_changed = |before: &&Arc<LayerState>| {
            let after = after.get(&before.layer.layer_id);
            after.is_none_or(|after| !Arc::ptr_eq(after, before))
        };
        let before = states.before.layers.values().filter(is_changed);
        for layer in after.values().chain(before) {
            let id = &layer.layer.layer_id;
            let sampled = known.get_mut(id).and_then(|sampled| {
                let index = sampled.iter().position(|it| it.holds_for(layer, at))?;
                Some(sampled.swap_remove(index))
            });
            match sampled {
                Some(sampled) => self.sampled.entry(id.clone()).or_default().push(sampled),
                None => missing.push(Arc::clone(layer)),
            }
        }
        // Stable: the others stay in order.
        missing.sort_by_key(|layer| Some(&layer.layer.layer_id) != first);
        missing
    }

    /// What is known of these states.
    fn distribution(&self, states: &States) -> Distribution {
        let [planned, database] = [&states.after.layers, &states.before.layers];
        let of = |layers: &Layers| -> Vec<Arc<Measured>> {
            let sampled = layers.values().filter_map(|layer| self.of_layer(layer));
            sampled.flatten().cloned().collect()
        };
        let layers = || planned.values().chain(database.values());
        let sampled = layers().filter(|layer| self.of_layer(layer).is_some());
        Distribution {
            sample_size: self.sample_size,
            progress: sampled.count() as f64 / layers().count().max(1) as f64,
            database: of(database),
            planned: of(planned),
        }
    }

    fn of_layer(&self, layer: &Arc<LayerState>) -> Option<&Vec<Arc<Measured>>> {
        let sampled = self.sampled.get(&layer.layer.layer_id)?;
        let mut sampled = sampled.iter();
        let found = sampled.find(|sampled| Arc::ptr_eq(&sampled.layer, layer))?;
        Some(&found.experiments)
    }
}

/// One core is left to the screen.
fn threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    cores.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::assign::testing::{experiment, state};
    use crate::domain::SlotUse;

    /// Three layers that the plan leaves alone.
    fn states() -> States {
        let layers = ["a", "b", "c"].map(|id| {
            let mut layer = state(vec![experiment(id)], &[(0, 9, id, SlotUse::Active)]);
            let mut layer = layer.layers.remove("home").expect("the layer");
            Arc::make_mut(&mut layer).layer.layer_id = id.into();
            (LayerId::from(id), layer)
        });
        let before = State::empty(HashAlgorithm::Sha256).with_layers(layers.into());
        let after = before.clone();
        States { before, after }
    }

    #[test]
    fn the_layer_that_is_looked_at_comes_first() {
        let (states, at) = (states(), Timestamp::UNIX_EPOCH);
        let missing = Sampler::new(100).missing(&states, Some(&"b".into()), at);
        let ids: Vec<&str> = missing
            .iter()
            .map(|it| it.layer.layer_id.as_str())
            .collect();
        assert_eq!(ids, ["b", "a", "c"]);
    }

    #[test]
    fn what_an_abandoned_sample_has_done_is_kept() {
        let (states, at) = (states(), Timestamp::UNIX_EPOCH);
        let mut sampler = Sampler::new(100);
        let is_outdated = AtomicBool::new(false);
        let stop = || is_outdated.load(Ordering::Relaxed);
        let mut report = |known: Distribution| {
            assert!(known.progress > 0.0 && known.progress < 1.0);
            is_outdated.store(true, Ordering::Relaxed);
        };
        let abandoned = sampler.sample(&states, None, at, &stop, &mut report);
        assert!(abandoned.is_none());
        let done: usize = sampler.sampled.values().map(Vec::len).sum();
        assert!(done > 0);
        assert_eq!(sampler.missing(&states, None, at).len(), 3 - done);
        let whole = sampler.sample(&states, None, at, &|| false, &mut |_| {});
        assert_eq!(whole.expect("a sample").planned.len(), 3);
        assert!(sampler.missing(&states, None, at).is_empty());
    }
}
