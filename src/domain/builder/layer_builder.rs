//! Layers without a layer file, and all of them together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{BuildError, check_text};
use crate::domain::{
    Desired, DesiredLayer, Experiment, FRACTION_TOLERANCE, Fraction, HashAlgorithm, LayerId,
    LeftOutKeys, MAX_TOTAL_SLOTS, Placement, decimal_sum, exceeds_by,
};

impl DesiredLayer {
    /// Builds a layer without a layer file, from its id and the salt of its hash.
    ///
    /// ```
    /// use avos::domain::{DesiredLayer, Experiment};
    ///
    /// let hero = Experiment::builder("hero").arm("blue", 0.5).arm("green", 0.5).build()?;
    /// let layer = DesiredLayer::builder("home", "home_2026")
    ///     .total_slots(1000)
    ///     .experiment(hero)
    ///     .build()?;
    /// assert_eq!(layer.experiments.len(), 1);
    /// # Ok::<(), avos::domain::BuildError>(())
    /// ```
    pub fn builder(layer_id: impl Into<LayerId>, layer_salt: impl Into<String>) -> LayerBuilder {
        LayerBuilder {
            layer_id: layer_id.into(),
            layer_salt: layer_salt.into(),
            total_slots: None,
            total_traffic_percentage: 1.0,
            hash_algorithm: None,
            placement: Placement::default(),
            experiments: Vec::new(),
        }
    }
}

/// See [`DesiredLayer::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct LayerBuilder {
    layer_id: LayerId,
    layer_salt: String,
    total_slots: Option<u32>,
    total_traffic_percentage: f64,
    hash_algorithm: Option<HashAlgorithm>,
    placement: Placement,
    experiments: Vec<Experiment>,
}

impl LayerBuilder {
    /// Sets the number of slots; see [`DesiredLayer::total_slots`].
    pub fn total_slots(mut self, slots: u32) -> Self {
        self.total_slots = Some(slots);
        self
    }

    /// Sets the most that the experiments may hold in total; 1 unless set.
    pub fn total_traffic_percentage(mut self, share: f64) -> Self {
        self.total_traffic_percentage = share;
        self
    }

    /// Sets the hash; see [`DesiredLayer::hash_algorithm`].
    pub fn hash_algorithm(mut self, algorithm: HashAlgorithm) -> Self {
        self.hash_algorithm = Some(algorithm);
        self
    }

    /// Sets which free slots its experiments take; the lowest unless set.
    pub fn placement(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// Adds an experiment.
    pub fn experiment(mut self, experiment: Experiment) -> Self {
        self.experiments.push(experiment);
        self
    }

    /// Checks the values and builds the layer.
    pub fn build(self) -> Result<DesiredLayer, BuildError> {
        check_text("layer_id", self.layer_id.as_str())?;
        check_text("layer_salt", &self.layer_salt)?;
        let is_in_range = |slots: &u32| (1..=MAX_TOTAL_SLOTS).contains(slots);
        if let Some(slots) = self.total_slots.filter(|slots| !is_in_range(slots)) {
            return Err(BuildError::TotalSlots(slots));
        }
        let total = Fraction::new(self.total_traffic_percentage)
            .filter(|total| total.value() > 0.0)
            .ok_or(BuildError::TotalTraffic(self.total_traffic_percentage))?;
        let holding = self.experiments.iter().filter(|one| one.holds_slots());
        let reserved = decimal_sum(holding.map(|one| one.reserved_percentage.value()));
        if exceeds_by(reserved, total.value(), FRACTION_TOLERANCE) {
            return Err(BuildError::Capacity {
                reserved,
                total: total.value(),
            });
        }
        Ok(DesiredLayer {
            layer_id: self.layer_id,
            layer_salt: self.layer_salt,
            total_slots: self.total_slots,
            total_traffic_percentage: total,
            hash_algorithm: self.hash_algorithm,
            placement: self.placement,
            experiments: self.experiments,
            left_out: LeftOutKeys::default(),
        })
    }
}

impl Desired {
    /// Wants exactly these layers. A layer of the database that isn't among them is reported like one
    /// without a file.
    pub fn from_layers(layers: impl IntoIterator<Item = DesiredLayer>) -> Result<Self, BuildError> {
        let mut layers: Vec<Arc<DesiredLayer>> = layers.into_iter().map(Arc::new).collect();
        layers.sort_by(|left, right| left.layer_id.cmp(&right.layer_id));
        if let Some(pair) = layers
            .windows(2)
            .find(|pair| pair[0].layer_id == pair[1].layer_id)
        {
            return Err(BuildError::DuplicateLayer(pair[1].layer_id.clone()));
        }
        let mut ids = BTreeSet::new();
        let mut experiments = layers.iter().flat_map(|layer| &layer.experiments);
        if let Some(again) = experiments.find(|one| !ids.insert(&one.experiment_id)) {
            return Err(BuildError::DuplicateExperiment(again.experiment_id.clone()));
        }
        Ok(Self {
            layers,
            is_complete: true,
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_keeps_its_limits() {
        let layer = || DesiredLayer::builder("home", "salt");
        let half = |id: &str| {
            let halves = Experiment::builder(id).arm("a", 0.5).arm("b", 0.5);
            halves.traffic_percentage(0.6).build().expect("valid")
        };
        let refused = |builder: LayerBuilder| builder.build().expect_err("refused").to_string();
        assert_eq!(
            refused(layer().total_slots(0)),
            "`total_slots`: expected a number from 1 to 1000000, found 0"
        );
        assert_eq!(
            refused(layer().total_traffic_percentage(0.0)),
            "`total_traffic_percentage`: expected a number above 0 and at most 1, found 0"
        );
        assert_eq!(
            refused(layer().experiment(half("x")).experiment(half("y"))),
            "the experiments reserve 1.2, more than `total_traffic_percentage` 1"
        );
        let built = |id| {
            DesiredLayer::builder(id, "salt")
                .experiment(half("x"))
                .build()
                .expect("valid")
        };
        assert_eq!(
            Desired::from_layers([built("home"), built("home")]).unwrap_err(),
            BuildError::DuplicateLayer("home".into())
        );
        assert_eq!(
            Desired::from_layers([built("home"), built("shop")]).unwrap_err(),
            BuildError::DuplicateExperiment("x".into())
        );
    }
}
