//! A split by the values of further columns, such as the platform: which value explains a deviation.
//!
//! A value is left out, and the rest tested again. If one value is at fault, the rest fits; if the fault is everywhere,
//! no value explains more than its share. These tests look once at counts that were chosen for being suspicious, so
//! they only say where to look: whether there is a mismatch, the split's own sequential test says.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::SplitTraffic;
use crate::exposure::{Dimension, DimensionUnits};
use crate::srm::{Sample, chi_squared, holm, test_sample};

/// The most values of a column that are looked at one by one: those with the most units.
const MAX_VALUES: usize = 50;

/// A split by the values of some columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// The columns, in the order in which they were asked for.
    pub dimensions: Vec<DimensionBreakdown>,
}

/// A split by the values of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionBreakdown {
    /// The column.
    pub name: String,
    /// The values that were looked at; the one that explains most of the deviation first.
    pub values: Vec<ValueDeviation>,
    /// The number of units of all values, looked at or not.
    pub units: u64,
    /// The number of values that weren't looked at one by one: those with the fewest units.
    pub other_values: u64,
}

/// What a value has to do with the deviation of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueDeviation {
    /// The value; `None` for NULL and for an empty text.
    pub value: Option<String>,
    /// The number of units by arm, in the order of the allocation.
    pub units: Vec<u64>,
    /// The part of the split's chi-squared statistic that goes if the value is left out: at most 1, below 0 if the
    /// rest deviates even more.
    pub explained: f64,
    /// The p-value of the units with this value alone, corrected by Holm's method for all values of all columns.
    pub corrected_p_value: f64,
    /// The p-value of the units without it; `None` if there are no others.
    pub p_value_without: Option<f64>,
}

impl Breakdown {
    /// Breaks a split down by columns of its log; `None` if it wasn't tested. `alpha` decides only which test a small
    /// count is given, see [`test_sample`].
    #[must_use]
    pub fn new(split: &SplitTraffic, dimensions: &[Dimension], alpha: f64) -> Option<Self> {
        let weights = &split.test.as_ref().ok()?.srm.expected_proportions;
        let sample = |units: &[u64]| Sample::new(units, weights).ok();
        let p_value = |sample: &Sample| test_sample(sample, alpha).decisive_p_value();
        let counts = dimensions.iter();
        let counts: Vec<ValueCounts> = counts
            .map(|dimension| ValueCounts::new(split, weights.len(), &dimension.units))
            .collect();
        // All that is looked at is one family, whichever column it is of.
        let own = counts.iter().flat_map(|counts| &counts.values);
        let own: Option<Vec<f64>> = own
            .map(|(_, units)| Some(p_value(&sample(units)?)))
            .collect();
        let mut corrected = holm(&own?).into_iter();
        let dimensions = dimensions.iter().zip(counts);
        let dimensions = dimensions.map(|(dimension, counts)| {
            let whole = sample(&counts.total)?;
            let deviations = counts.values.into_iter().zip(corrected.by_ref());
            let deviations = deviations.map(|((value, units), corrected_p_value)| {
                let rest = counts.total.iter().zip(&units);
                let rest: Vec<u64> = rest.map(|(all, units)| all - units).collect();
                let rest = sample(&rest)?;
                Some(ValueDeviation {
                    value: value.clone(),
                    explained: explained(&whole, &rest),
                    corrected_p_value,
                    p_value_without: (rest.total() > 0.0).then(|| p_value(&rest)),
                    units,
                })
            });
            let mut values: Vec<ValueDeviation> = deviations.collect::<Option<_>>()?;
            values.sort_by(|a, b| b.explained.total_cmp(&a.explained));
            Some(DimensionBreakdown {
                name: dimension.name.clone(),
                values,
                units: counts.total.iter().sum(),
                other_values: counts.other_values,
            })
        });
        let dimensions = dimensions.collect::<Option<_>>()?;
        Some(Self { dimensions })
    }

    /// Returns the values of all columns, each with its column; the one that explains most of the deviation first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&DimensionBreakdown, &ValueDeviation)> {
        let dimensions = self.dimensions.iter();
        let values = dimensions.flat_map(|of| of.values.iter().map(move |value| (of, value)));
        let mut values: Vec<_> = values.collect();
        values.sort_by(|(_, a), (_, b)| b.explained.total_cmp(&a.explained));
        values
    }
}

/// The units of a split's arms by the values of a column.
struct ValueCounts<'c> {
    /// Those that are looked at, the one with the most units first.
    values: Vec<(&'c Option<String>, Vec<u64>)>,
    /// The units of all values.
    total: Vec<u64>,
    other_values: u64,
}

impl<'c> ValueCounts<'c> {
    /// Takes those of the split's first arms out of the units of a whole log.
    fn new(split: &SplitTraffic, arms: usize, units: &'c [DimensionUnits]) -> Self {
        let arms = &split.arms[..arms];
        let mut by_value: BTreeMap<&Option<String>, Vec<u64>> = BTreeMap::new();
        for counted in units {
            // An experiment that isn't split by group has one split for all of them.
            let is_of_split = counted.experiment_id == split.experiment_id
                && (split.group.is_none() || counted.group == split.group);
            let arm = arms.iter().position(|arm| arm.variant == counted.variant);
            if let Some(arm) = arm.filter(|_| is_of_split) {
                let of_value = by_value.entry(&counted.value);
                of_value.or_insert_with(|| vec![0; arms.len()])[arm] += counted.units;
            }
        }
        let mut total = vec![0; arms.len()];
        for units in by_value.values() {
            add(&mut total, units);
        }
        let mut values: Vec<(&Option<String>, Vec<u64>)> = by_value.into_iter().collect();
        values.sort_by_key(|(_, units)| Reverse(units.iter().sum::<u64>()));
        let other_values = values.len().saturating_sub(MAX_VALUES) as u64;
        values.truncate(MAX_VALUES);
        Self {
            values,
            total,
            other_values,
        }
    }
}

fn add(total: &mut [u64], units: &[u64]) {
    for (total, units) in total.iter_mut().zip(units) {
        *total += units;
    }
}

/// Returns the part of the statistic that goes without a value. It is infinite while an arm of weight 0 has units.
fn explained(whole: &Sample, rest: &Sample) -> f64 {
    match (chi_squared(whole), chi_squared(rest)) {
        (Some(whole), Some(rest)) if whole > 0.0 => 1.0 - rest / whole,
        (None, Some(_)) => 1.0,
        _ => 0.0,
    }
}
