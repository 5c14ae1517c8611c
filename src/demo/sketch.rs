//! Layers and experiments in shorthand, with what happened to them in each apply, and what their layer
//! files say after a given number of applies. Percentages are whole numbers of the layer's slots.

use jiff::{SignedDuration, Timestamp};

use crate::config::layer_file_text;
use crate::domain::{
    Experiment, ExperimentBuilder, Fraction, HashAlgorithm, Layer, LayerState, SlotMap,
    SplitterType, Status,
};

/// A layer of the company.
pub(super) struct LayerSketch {
    pub(super) id: &'static str,
    /// The comment on top of its file.
    pub(super) about: &'static str,
    pub(super) slots: u32,
    /// How many of a hundred visits ask for this layer.
    pub(super) reach: u32,
    pub(super) experiments: &'static [ExperimentSketch],
}

/// An experiment, and its life.
#[derive(Clone, Copy)]
pub(super) struct ExperimentSketch {
    pub(super) id: &'static str,
    /// Variants with their shares, in percent.
    arms: &'static [(&'static str, u32)],
    splitter: SplitterType,
    /// The shares of the arms in each group, in percent.
    groups: &'static [(&'static str, &'static [u32])],
    /// Ends this many days before the demo begins.
    ended_days_ago: Option<i64>,
    /// What happened to it, by the number of the apply.
    life: &'static [(usize, Step)],
}

/// What an apply does to an experiment.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// It is created as a draft, with this traffic.
    Draft(u32),
    /// It is created with this traffic, and runs.
    Start(u32),
    /// The same, with this much more in reserve.
    StartWithReserve(u32, u32),
    /// A draft runs.
    Activate,
    /// It gets this traffic.
    Ramp(u32),
    /// It is paused.
    Pause,
    /// It is over, and nothing wins.
    Complete,
    /// It is over, and this variant wins.
    Win(&'static str),
}

impl ExperimentSketch {
    /// An experiment that splits by `hash`.
    pub(super) const fn new(
        id: &'static str,
        arms: &'static [(&'static str, u32)],
        life: &'static [(usize, Step)],
    ) -> Self {
        Self {
            id,
            arms,
            splitter: SplitterType::Hash,
            groups: &[],
            ended_days_ago: None,
            life,
        }
    }

    /// Draws a variant for every call.
    pub(super) const fn at_random(self) -> Self {
        Self {
            splitter: SplitterType::Random,
            ..self
        }
    }

    /// Splits each group by its own shares.
    pub(super) const fn by(
        self,
        splitter: SplitterType,
        groups: &'static [(&'static str, &'static [u32])],
    ) -> Self {
        Self {
            splitter,
            groups,
            ..self
        }
    }

    /// Sets its end this many days before the demo begins.
    pub(super) const fn ended(self, days_ago: i64) -> Self {
        Self {
            ended_days_ago: Some(days_ago),
            ..self
        }
    }

    /// Returns the experiment after so many applies; `None` before it is created.
    pub(super) fn after(&self, applies: usize, now: Timestamp) -> Option<Experiment> {
        let steps = self.life.iter().filter(|(apply, _)| *apply <= applies);
        let (mut status, mut traffic, mut reserve, mut winner) = (Status::Draft, 0, 0, None);
        let mut exists = false;
        for (_, step) in steps {
            exists = true;
            match *step {
                Step::Draft(share) | Step::Ramp(share) => traffic = share,
                Step::Start(share) => (status, traffic) = (Status::Active, share),
                Step::StartWithReserve(share, more) => {
                    (status, traffic, reserve) = (Status::Active, share, share + more);
                }
                Step::Activate => status = Status::Active,
                Step::Pause => status = Status::Paused,
                Step::Complete => status = Status::Completed,
                Step::Win(variant) => (status, winner) = (Status::Completed, Some(variant)),
            }
        }
        if !exists {
            return None;
        }
        let mut builder = Experiment::builder(self.id)
            .name(name_of(self.id))
            .splitter(self.splitter)
            .status(status)
            .traffic_percentage(share(traffic))
            .reserved_percentage(share(reserve.max(traffic)));
        for (variant, percent) in self.arms {
            let percent = match winner {
                None => *percent,
                Some(winner) if winner == *variant => 100,
                Some(_) => 0,
            };
            builder = builder.arm(*variant, share(percent));
        }
        Some(build(self.with_groups_and_end(builder, now)))
    }

    fn with_groups_and_end(
        &self,
        mut builder: ExperimentBuilder,
        now: Timestamp,
    ) -> ExperimentBuilder {
        for (group, percents) in self.groups {
            let arms = self.arms.iter().zip(*percents);
            builder = builder.group(
                *group,
                arms.map(|((variant, _), percent)| (*variant, share(*percent))),
            );
        }
        match self.ended_days_ago {
            Some(days) => builder.end_date(midnight(now) - SignedDuration::from_hours(24 * days)),
            None => builder,
        }
    }
}

impl LayerSketch {
    /// Returns the text of its layer file after so many applies.
    pub(super) fn file_after(&self, applies: usize, now: Timestamp) -> String {
        let experiments = self.experiments.iter();
        let experiments = experiments.filter_map(|experiment| experiment.after(applies, now));
        let layer = Layer {
            layer_id: self.id.into(),
            layer_salt: format!("{}_salt", self.id),
            total_slots: self.slots,
            total_traffic_percentage: Fraction::ONE,
            hash_algorithm: HashAlgorithm::Sha256,
        };
        let state = LayerState {
            experiments: experiments.collect(),
            // A file doesn't say which slots are held.
            slots: SlotMap::free(self.slots),
            layer,
            holds: [].into(),
        };
        format!("# {}\n{}", self.about, layer_file_text(&state))
    }
}

/// Returns a name for people: `hero_video` is `Hero video`.
fn name_of(id: &str) -> String {
    let words = id.replace('_', " ");
    let (first, rest) = words.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// Returns the beginning of the day in UTC.
fn midnight(now: Timestamp) -> Timestamp {
    let seconds = now.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(24 * 60 * 60)).unwrap_or(now)
}

fn share(percent: u32) -> f64 {
    f64::from(percent) / 100.0
}

fn build(builder: ExperimentBuilder) -> Experiment {
    builder
        .build()
        .expect("the company's experiments are valid: a test builds all of them")
}
