//! Layers and experiments built in code instead of layer files.
//!
//! The builders refuse what the rules of layer files refuse as errors. A service or a test plans what
//! they give like checked files.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Allocation, AllocationError, Arm, Desired, DesiredLayer, Experiment, ExperimentId,
    FRACTION_TOLERANCE, Fraction, GroupName, HashAlgorithm, LayerId, LeftOutKeys, MAX_TOTAL_SLOTS,
    Splitter, SplitterType, Status, VariantName, decimal_sum, exceeds_by,
};

/// Reasons a layer or an experiment can't be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A required text is blank.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A text has a NUL character, which separates the inputs of the hash.
    #[error("`{0}` holds a NUL character, which separates the inputs of the hash")]
    Nul(&'static str),
    /// A value isn't a share.
    #[error("`{key}`: expected a number from 0 to 1, found {value}")]
    Share {
        /// Its key.
        key: &'static str,
        /// The value.
        value: f64,
    },
    /// The arms, or those of a group, aren't a valid allocation.
    #[error("`{key}`: {problem}")]
    Allocation {
        /// Its key: `traffic_allocation`, or that of the group allocations.
        key: &'static str,
        /// What is wrong with it.
        problem: AllocationError,
    },
    /// A group's variants aren't those of the experiment.
    #[error("group `{0}`: its variants differ from those of `traffic_allocation`")]
    GroupVariants(GroupName),
    /// A group was added twice.
    #[error("group `{0}` was added twice")]
    DuplicateGroup(GroupName),
    /// A grouped splitter has no groups, or another one has some.
    #[error("`splitter_type` `{kind}` {}", if *has_groups { "has no groups" } else { "needs groups" })]
    Groups {
        /// The kind of splitter.
        kind: SplitterType,
        /// Whether groups were added.
        has_groups: bool,
    },
    /// Less is reserved than is active.
    #[error("`reserved_percentage` is below `traffic_percentage`")]
    ReserveBelowTraffic,
    /// The experiment doesn't end after it starts.
    #[error("`end_date` {end} is not after `start_date` {start}")]
    DateOrder {
        /// The start.
        start: Timestamp,
        /// The end.
        end: Timestamp,
    },
    /// The number of slots is out of range.
    #[error("`total_slots`: expected a number from 1 to {MAX_TOTAL_SLOTS}, found {0}")]
    TotalSlots(u32),
    /// The layer's cap is out of range.
    #[error("`total_traffic_percentage`: expected a number above 0 and at most 1, found {0}")]
    TotalTraffic(f64),
    /// The experiments reserve more than the layer may give.
    #[error("the experiments reserve {reserved}, more than `total_traffic_percentage` {total}")]
    Capacity {
        /// What they reserve together.
        reserved: f64,
        /// The layer's cap.
        total: f64,
    },
    /// Two experiments have one id.
    #[error("experiment `{0}` was added twice")]
    DuplicateExperiment(ExperimentId),
    /// Two layers have one id.
    #[error("layer `{0}` was added twice")]
    DuplicateLayer(LayerId),
}

impl Experiment {
    /// Builds an experiment without a layer file.
    ///
    /// Left out, a value is the default of layer files: a draft with all of the layer's traffic,
    /// split by `hash`, without dates.
    ///
    /// ```
    /// use avos::domain::{Experiment, SplitterType, Status};
    ///
    /// let experiment = Experiment::builder("checkout_v2")
    ///     .name("Checkout v2")
    ///     .arm("control", 0.5)
    ///     .arm("treatment", 0.5)
    ///     .splitter(SplitterType::Segment)
    ///     .group("vip", [("control", 0.9), ("treatment", 0.1)])
    ///     .traffic_percentage(0.2)
    ///     .reserved_percentage(0.5)
    ///     .status(Status::Active)
    ///     .build()?;
    /// assert_eq!(experiment.traffic_percentage.value(), 0.2);
    ///
    /// let error = Experiment::builder("half").arm("control", 0.5).build().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`traffic_allocation`: shares must sum to 1, found 0.5"
    /// );
    /// # Ok::<(), avos::domain::BuildError>(())
    /// ```
    pub fn builder(experiment_id: impl Into<ExperimentId>) -> ExperimentBuilder {
        ExperimentBuilder {
            experiment_id: experiment_id.into(),
            name: None,
            arms: Vec::new(),
            kind: SplitterType::default(),
            groups: Vec::new(),
            traffic_percentage: 1.0,
            reserved_percentage: None,
            status: Status::default(),
            start_date: None,
            end_date: None,
            priority: 0,
        }
    }
}

/// See [`Experiment::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ExperimentBuilder {
    experiment_id: ExperimentId,
    name: Option<String>,
    arms: Vec<(VariantName, f64)>,
    kind: SplitterType,
    groups: Vec<(GroupName, Vec<(VariantName, f64)>)>,
    traffic_percentage: f64,
    reserved_percentage: Option<f64>,
    status: Status,
    start_date: Option<Timestamp>,
    end_date: Option<Timestamp>,
    priority: i64,
}

impl ExperimentBuilder {
    /// Sets what people call it; its id unless set.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a variant with its share of the experiment's units. Their order is part of the meaning.
    pub fn arm(mut self, variant: impl Into<VariantName>, share: f64) -> Self {
        self.arms.push((variant.into(), share));
        self
    }

    /// Sets how units find their variant.
    pub fn splitter(mut self, kind: SplitterType) -> Self {
        self.kind = kind;
        self
    }

    /// Adds a group of a grouped splitter with its own shares of the same variants.
    pub fn group<V: Into<VariantName>>(
        mut self,
        name: impl Into<GroupName>,
        arms: impl IntoIterator<Item = (V, f64)>,
    ) -> Self {
        let arms = arms.into_iter();
        let arms = arms.map(|(variant, share)| (variant.into(), share));
        self.groups.push((name.into(), arms.collect()));
        self
    }

    /// Sets the share of the layer's slots that is active, from 0 to 1.
    pub fn traffic_percentage(mut self, share: f64) -> Self {
        self.traffic_percentage = share;
        self
    }

    /// Sets the share of the layer's slots that is held; the active one unless set.
    pub fn reserved_percentage(mut self, share: f64) -> Self {
        self.reserved_percentage = Some(share);
        self
    }

    /// Sets where it is in its life.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Sets the first instant at which it assigns; what is below a microsecond is cut.
    pub fn start_date(mut self, start: Timestamp) -> Self {
        self.start_date = Some(to_microsecond(start));
        self
    }

    /// Sets the last instant at which it assigns; what is below a microsecond is cut.
    pub fn end_date(mut self, end: Timestamp) -> Self {
        self.end_date = Some(to_microsecond(end));
        self
    }

    /// Sets the priority, which is stored and shown.
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }

    /// Checks the values and builds the experiment.
    pub fn build(self) -> Result<Experiment, BuildError> {
        check_text("experiment_id", self.experiment_id.as_str())?;
        let name = match self.name {
            Some(name) => name,
            None => self.experiment_id.to_string(),
        };
        check_text("name", &name)?;
        let allocation = allocation("traffic_allocation", &self.arms)?;
        let groups = groups(self.kind, &self.groups, &allocation)?;
        let traffic_percentage = share("traffic_percentage", self.traffic_percentage)?;
        let reserved_percentage = match self.reserved_percentage {
            None => traffic_percentage,
            Some(value) => share("reserved_percentage", value)?,
        };
        if traffic_percentage.exceeds(reserved_percentage) {
            return Err(BuildError::ReserveBelowTraffic);
        }
        if let (Some(start), Some(end)) = (self.start_date, self.end_date)
            && start >= end
        {
            return Err(BuildError::DateOrder { start, end });
        }
        Ok(Experiment {
            experiment_id: self.experiment_id,
            name,
            traffic_allocation: allocation,
            splitter: Splitter::new(self.kind, groups),
            traffic_percentage,
            // Within the tolerance the reserve may be the smaller one; nothing after this asks again.
            reserved_percentage: if reserved_percentage.value() < traffic_percentage.value() {
                traffic_percentage
            } else {
                reserved_percentage
            },
            status: self.status,
            start_date: self.start_date,
            end_date: self.end_date,
            priority: self.priority,
        })
    }
}

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
    experiments: Vec<Experiment>,
}

impl LayerBuilder {
    /// Sets the number of slots; see [`DesiredLayer::total_slots`].
    pub fn total_slots(mut self, slots: u32) -> Self {
        self.total_slots = Some(slots);
        self
    }

    /// Sets the most that the experiments may hold together; everything unless set.
    pub fn total_traffic_percentage(mut self, share: f64) -> Self {
        self.total_traffic_percentage = share;
        self
    }

    /// Sets the hash; see [`DesiredLayer::hash_algorithm`].
    pub fn hash_algorithm(mut self, algorithm: HashAlgorithm) -> Self {
        self.hash_algorithm = Some(algorithm);
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
            experiments: self.experiments,
            left_out: LeftOutKeys::default(),
        })
    }
}

impl Desired {
    /// Wants these layers, which are all there are: a layer of the database that isn't among them is
    /// reported as a layer without a file is.
    pub fn from_layers(layers: impl IntoIterator<Item = DesiredLayer>) -> Result<Self, BuildError> {
        let mut layers: Vec<DesiredLayer> = layers.into_iter().collect();
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
            in_error: BTreeSet::new(),
            is_complete: true,
        })
    }
}

fn check_text(key: &'static str, text: &str) -> Result<(), BuildError> {
    if text.trim().is_empty() {
        return Err(BuildError::Empty(key));
    }
    if text.contains('\0') {
        return Err(BuildError::Nul(key));
    }
    Ok(())
}

fn share(key: &'static str, value: f64) -> Result<Fraction, BuildError> {
    Fraction::new(value).ok_or(BuildError::Share { key, value })
}

fn allocation(key: &'static str, arms: &[(VariantName, f64)]) -> Result<Allocation, BuildError> {
    let arm = |(variant, value): &(VariantName, f64)| {
        check_text("variants", variant.as_str())?;
        Ok(Arm {
            variant: variant.clone(),
            fraction: share(key, *value)?,
        })
    };
    let arms = arms.iter().map(arm).collect::<Result<_, BuildError>>()?;
    Allocation::new(arms).map_err(|problem| BuildError::Allocation { key, problem })
}

/// The groups with their allocations in the order of the experiment's variants.
fn groups(
    kind: SplitterType,
    groups: &[(GroupName, Vec<(VariantName, f64)>)],
    of_experiment: &Allocation,
) -> Result<Vec<(GroupName, Allocation)>, BuildError> {
    let has_groups = !groups.is_empty();
    let key = match kind.allocations_key() {
        Some(key) if has_groups => key,
        None if !has_groups => return Ok(Vec::new()),
        _ => return Err(BuildError::Groups { kind, has_groups }),
    };
    let mut names = BTreeSet::new();
    let group = |(name, arms): &(GroupName, Vec<(VariantName, f64)>)| {
        check_text(key, name.as_str())?;
        if !names.insert(name.clone()) {
            return Err(BuildError::DuplicateGroup(name.clone()));
        }
        let given = allocation(key, arms)?;
        let arm = |variant: &VariantName| given.arms().iter().find(|arm| arm.variant == *variant);
        let ordered: Option<Vec<Arm>> = of_experiment
            .variants()
            .map(|variant| arm(variant).cloned())
            .collect();
        let ordered = ordered
            .filter(|arms| arms.len() == given.arms().len())
            .ok_or_else(|| BuildError::GroupVariants(name.clone()))?;
        let ordered = Allocation::new(ordered);
        Ok((
            name.clone(),
            ordered.map_err(|problem| BuildError::Allocation { key, problem })?,
        ))
    };
    groups.iter().map(group).collect()
}

fn to_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(id: &str) -> ExperimentBuilder {
        Experiment::builder(id).arm("a", 0.5).arm("b", 0.5)
    }

    #[test]
    fn a_group_takes_the_order_of_the_variants() {
        let built = halves("x")
            .splitter(SplitterType::Geo)
            .group("de", [("b", 0.9), ("a", 0.1)])
            .build()
            .expect("valid");
        let (_, allocation) = &built.splitter.groups()[0];
        assert!(allocation.has_variants_of(&built.traffic_allocation));
    }

    #[test]
    fn what_layer_files_may_not_say_is_refused() {
        let time = |text: &str| text.parse().expect("a time");
        let cases = [
            (halves(" "), "`experiment_id` is empty"),
            (
                halves("x").name("a\0b"),
                "`name` holds a NUL character, which separates the inputs of the hash",
            ),
            (
                halves("x").arm("c", -0.1),
                "`traffic_allocation`: expected a number from 0 to 1, found -0.1",
            ),
            (
                halves("x").arm("a", 0.0),
                "`traffic_allocation`: duplicate variant `a`",
            ),
            (
                halves("x").traffic_percentage(30.0),
                "`traffic_percentage`: expected a number from 0 to 1, found 30",
            ),
            (
                halves("x").reserved_percentage(0.5),
                "`reserved_percentage` is below `traffic_percentage`",
            ),
            (
                halves("x").splitter(SplitterType::Geo),
                "`splitter_type` `geo` needs groups",
            ),
            (
                halves("x").group("de", [("a", 1.0), ("b", 0.0)]),
                "`splitter_type` `hash` has no groups",
            ),
            (
                halves("x")
                    .splitter(SplitterType::Geo)
                    .group("de", [("a", 1.0)]),
                "group `de`: its variants differ from those of `traffic_allocation`",
            ),
            (
                halves("x")
                    .start_date(time("2026-02-01T00:00:00Z"))
                    .end_date(time("2026-01-01T00:00:00Z")),
                "`end_date` 2026-01-01T00:00:00Z is not after `start_date` 2026-02-01T00:00:00Z",
            ),
        ];
        for (builder, message) in cases {
            let error = builder.build().expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_layer_keeps_its_limits() {
        let layer = || DesiredLayer::builder("home", "salt");
        let half = |id| halves(id).traffic_percentage(0.6).build().expect("valid");
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
