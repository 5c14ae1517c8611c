//! Experiments without a layer file.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{BuildError, check_text};
use crate::domain::{
    Allocation, Arm, Experiment, ExperimentId, Fraction, GroupName, Splitter, SplitterType, Status,
    VariantName,
};

impl Experiment {
    /// Builds an experiment without a layer file.
    ///
    /// Values that aren't set are the defaults of layer files: a draft with all of the layer's traffic,
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
    /// Sets the name that people see; its id unless set.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a variant with its share of the experiment's units. Their order matters.
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

    /// Sets its status.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Sets the first instant at which it assigns, truncated to the microsecond.
    pub fn start_date(mut self, start: Timestamp) -> Self {
        self.start_date = Some(to_microsecond(start));
        self
    }

    /// Sets the last instant at which it assigns, truncated to the microsecond.
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
            // Within the tolerance the reserve may be smaller; nothing checks this again.
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
}
