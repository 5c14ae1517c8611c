//! What counted units say about an experiment: its arms, what each should get, and their test.
//!
//! Here `assign`, which counts, meets `srm`, which judges; neither knows the other. It serves `avos
//! preview` and the console's simulated samples.

use crate::assign::ArmCounts;
use crate::domain::{ExperimentId, GroupName, LayerId, SplitterType, VariantName};
use crate::srm::{self, Srm};

/// The counts of one experiment, or of one of its groups, and their test.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The layer.
    pub layer_id: LayerId,
    /// The experiment.
    pub experiment_id: ExperimentId,
    /// The group, for a grouped splitter.
    pub group: Option<GroupName>,
    /// The arms in order.
    pub variants: Vec<VariantName>,
    /// Units per arm.
    pub counts: Vec<u64>,
    /// The share that each arm should have, from 0 to 1.
    pub fractions: Vec<f64>,
    /// The test of counts against fractions; `None` for the `random` splitter, which has nothing
    /// fixed to test.
    pub srm: Option<Srm>,
}

impl Measured {
    /// Tests the counts of a layer's experiment at the significance level `alpha`.
    pub(crate) fn new(layer_id: &LayerId, arms: &ArmCounts, alpha: f64) -> Self {
        let (variants, counts): (Vec<_>, Vec<u64>) = arms.counts.iter().cloned().unzip();
        let shares = arms.allocation.arms().iter();
        let fractions: Vec<f64> = shares.map(|arm| arm.fraction.value()).collect();
        let is_testable = arms.splitter != SplitterType::Random;
        let srm = is_testable.then(|| srm::test_counts(&counts, &fractions, alpha).ok());
        Self {
            layer_id: layer_id.clone(),
            experiment_id: arms.experiment_id.clone(),
            group: arms.group.clone(),
            variants,
            counts,
            fractions,
            srm: srm.flatten(),
        }
    }

    /// Returns the number of its units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.counts.iter().sum()
    }
}
