//! Tests whether a layer's units spread over its slots as they should, to detect lost exposures.
//!
//! The hash spreads units evenly over the slots of a layer. So each holder of slots should get its
//! share of the units: experiments for their active and for their reserved slots, and the free slots.
//! If the log has every answer, a holder with too few units has lost rows on their way. There is one
//! sequential test per layer, over its units in the order of writing. An apply starts a new era with
//! other holders; the Bayes factors of the eras are multiplied. The product is a test martingale while
//! nothing is lost, since each unit updates only the factor of its own era.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{HolderCoverage, LayerCoverage, SlotHolder};
use crate::domain::{ExperimentId, LayerId, SlotIndex, SlotMap, SlotUse};
use crate::exposure::{LayerExposures, SeriesLook};
use crate::srm::{Sample, Sequential, ln_mixture, spending_weight};
use crate::timeline::Timeline;

/// The test of a layer, which continues as its log grows.
#[derive(Debug)]
pub(super) struct CoverageTest {
    alpha: f64,
    weight: f64,
    eras: Vec<SlotEra>,
    /// The number of looks that were evaluated.
    look_count: usize,
    test: Sequential,
    p_value: f64,
    /// The alarm, and the units of each era at that time.
    crossing: Option<(Timestamp, Vec<Option<Sample>>)>,
}

/// A span of time in which the same experiments hold the same slots of the layer.
#[derive(Clone, Debug)]
struct SlotEra {
    start: Timestamp,
    /// `None` if they aren't certain, or if there is no such layer.
    slots: Option<SlotMap>,
    holders: Vec<SlotHolder>,
    /// The last slot of each run of the map, and the index of its holder.
    run_holders: Vec<(SlotIndex, usize)>,
    /// The index of the free slots' holder.
    free_holder: Option<usize>,
    /// The units of each holder; `None` if there is nothing to compare.
    so_far: Option<Sample>,
    ln_factor: f64,
}

/// The fault of a layer that the test rejects.
pub(super) enum CoverageFault {
    /// This holder lost exposures: without it, the others fit.
    Lost(HolderCoverage),
    /// No loss of a single holder explains it.
    Uneven,
}

/// The slots of a layer over time, each with its start: `None` while they aren't certain, or while there
/// is no such layer.
pub(super) type SlotHistory<'t> = Vec<(Timestamp, Option<&'t SlotMap>)>;

/// Returns the history of a layer's slots. Applies that don't change them don't appear in it.
pub(super) fn slot_history<'t>(layer_id: &LayerId, timeline: &'t Timeline) -> SlotHistory<'t> {
    let mut history: SlotHistory = Vec::new();
    for (start, _, era) in timeline.era_spans() {
        let layer = era.layers.get(layer_id).filter(|_| era.is_certain);
        let slots = layer.map(|layer| &layer.slots);
        if history.last().is_none_or(|(_, last)| *last != slots) {
            history.push((start, slots));
        }
    }
    history
}

impl CoverageTest {
    /// Creates the test of the layer of this order, before its first look.
    pub(super) fn new(history: &SlotHistory, order: u64, alpha: f64) -> Self {
        let eras = history.iter();
        Self {
            alpha,
            weight: spending_weight(order),
            eras: eras
                .map(|(start, slots)| SlotEra::new(*start, slots.cloned()))
                .collect(),
            look_count: 0,
            test: Sequential::default(),
            p_value: 1.0,
            crossing: None,
        }
    }

    /// Whether the test can continue with this history and these terms.
    pub(super) fn can_continue_with(&self, history: &SlotHistory, order: u64, alpha: f64) -> bool {
        let eras = self.eras.iter().map(|era| (era.start, era.slots.as_ref()));
        self.alpha.to_bits() == alpha.to_bits()
            && self.weight.to_bits() == spending_weight(order).to_bits()
            && eras.eq(history.iter().copied())
    }

    /// Evaluates the new looks.
    pub(super) fn advance(&mut self, exposures: &LayerExposures) {
        for look in exposures.series.looks_from(self.look_count) {
            self.look_count += 1;
            self.evaluate(&look);
        }
    }

    fn evaluate(&mut self, look: &SeriesLook) {
        let index = era_at(&self.eras, look.at);
        if !self.eras[index].add_units(look.units) {
            return;
        }
        let ln_factor = self.eras.iter().map(|era| era.ln_factor).sum();
        self.p_value = self.test.update_with(ln_factor).p_value;
        if self.crossing.is_none() && self.is_rejected() {
            let units = self.eras.iter().map(|era| era.so_far.clone());
            self.crossing = Some((look.at, units.collect()));
        }
    }

    fn corrected_p_value(&self) -> f64 {
        (self.p_value / self.weight).min(1.0)
    }

    fn is_rejected(&self) -> bool {
        self.corrected_p_value() <= self.alpha
    }

    /// Whether there was anything to test.
    pub(super) fn is_tested(&self) -> bool {
        let mut samples = self.eras.iter().filter_map(|era| era.so_far.as_ref());
        samples.any(|sample| sample.total() > 0.0)
    }

    /// Reports the verdict as of the last look, with all units up to the end of the log.
    pub(super) fn report(&self, layer_id: &LayerId, exposures: &LayerExposures) -> LayerCoverage {
        let mut units = self.units();
        let (at, since_last_look) = exposures.series.since_last_look();
        let era = era_at(&self.eras, at);
        if let Some((era, Some(sample))) = self.eras.get(era).zip(units.get_mut(era)) {
            era.add_units_to(sample, since_last_look);
        }
        let holders = cover_holders(&self.eras, &units);
        LayerCoverage {
            layer_id: layer_id.clone(),
            units: units.iter().flatten().flat_map(Sample::observed).sum(),
            corrected_p_value: self.corrected_p_value(),
            is_rejected: self.is_rejected(),
            since: self.crossing.as_ref().map(|(since, _)| *since),
            holders,
        }
    }

    /// Returns the fault; `None` unless the test rejects.
    pub(super) fn fault(&self) -> Option<CoverageFault> {
        let (_, at_alarm) = self.crossing.as_ref()?;
        let now = self.units();
        // Late rows may have evened out what was wrong at the alarm.
        let evidence =
            |units: &[Option<Sample>]| units.iter().flatten().map(ln_mixture).sum::<f64>();
        let units = if evidence(&now) >= evidence(at_alarm) {
            &now
        } else {
            at_alarm
        };
        let limit = -(self.alpha * self.weight).ln();
        let lost = cover_holders(&self.eras, units)
            .into_iter()
            .filter(|holder| holder.lost.is_some_and(|lost| lost > 0.0));
        let explained = lost.map(|holder| (self.ln_factor_without(&holder.holder, units), holder));
        let least = explained.min_by(|(a, _), (b, _)| a.total_cmp(b));
        Some(match least.filter(|(ln_factor, _)| *ln_factor < limit) {
            Some((_, holder)) => CoverageFault::Lost(holder),
            None => CoverageFault::Uneven,
        })
    }

    /// The log evidence of the other holders against their shares of the remaining slots.
    fn ln_factor_without(&self, holder: &SlotHolder, units: &[Option<Sample>]) -> f64 {
        let eras = self.eras.iter().zip(units);
        let others = eras.filter_map(|(era, sample)| {
            let sample = sample.as_ref()?;
            let arms = era.holders.iter().zip(sample.observed());
            let arms = arms.zip(sample.proportions());
            let (counts, shares): (Vec<u64>, Vec<f64>) = arms
                .filter(|((other, _), _)| *other != holder)
                .map(|((_, units), share)| (*units, *share))
                .unzip();
            Sample::new(&counts, &shares).ok()
        });
        others.map(|sample| ln_mixture(&sample)).sum()
    }

    fn units(&self) -> Vec<Option<Sample>> {
        self.eras.iter().map(|era| era.so_far.clone()).collect()
    }

    /// Returns the chance that none of the units since then is on a slot that was active for the
    /// experiment, and the number of these units.
    pub(super) fn chance_of_none(
        &self,
        id: &ExperimentId,
        since: Timestamp,
        exposures: &LayerExposures,
    ) -> (f64, u64) {
        let mut units_of_eras = vec![0_u64; self.eras.len()];
        for look in exposures
            .series
            .looks_from(0)
            .filter(|look| look.at >= since)
        {
            let units = look.units.iter().map(|(_, units)| u64::from(*units));
            units_of_eras[era_at(&self.eras, look.at)] += units.sum::<u64>();
        }
        let eras = self.eras.iter().zip(&units_of_eras);
        // An era without units says nothing, even if the experiment held all slots.
        let ln_chance: f64 = eras
            .filter(|(_, units)| **units > 0)
            .filter_map(|(era, units)| {
                let slots = era.slots.as_ref()?;
                let active = slots.count(id, SlotUse::Active);
                let share = f64::from(active) / f64::from(slots.total());
                Some(*units as f64 * (-share).ln_1p())
            })
            .sum();
        (ln_chance.exp(), units_of_eras.iter().sum())
    }
}

impl SlotEra {
    fn new(start: Timestamp, slots: Option<SlotMap>) -> Self {
        let mut holders = Vec::new();
        let mut counts: Vec<f64> = Vec::new();
        let mut run_holders = Vec::new();
        let mut free_holder = None;
        if let Some(slots) = &slots {
            let mut indices = HashMap::new();
            for run in slots.runs() {
                let holder = SlotHolder::of_run(run);
                let index = *indices.entry(holder.clone()).or_insert_with(|| {
                    holders.push(holder);
                    counts.push(0.0);
                    holders.len() - 1
                });
                counts[index] += f64::from(run.slot_count());
                run_holders.push((run.last, index));
            }
            if slots.unused() > 0 {
                free_holder = Some(holders.len());
                holders.push(SlotHolder::Free);
                counts.push(f64::from(slots.unused()));
            }
        }
        // A single holder always has its share.
        let is_comparable = holders.len() > 1;
        Self {
            start,
            so_far: is_comparable
                .then(|| Sample::new(&vec![0; holders.len()], &counts).ok())
                .flatten(),
            slots,
            holders,
            run_holders,
            free_holder,
            ln_factor: 0.0,
        }
    }

    /// Adds the units of these slots; returns whether there is a new look.
    fn add_units(&mut self, units: &[(u32, u32)]) -> bool {
        let Some(mut so_far) = self.so_far.take() else {
            return false;
        };
        let has_units = self.add_units_to(&mut so_far, units.iter().copied());
        if has_units {
            self.ln_factor = ln_mixture(&so_far);
        }
        self.so_far = Some(so_far);
        has_units
    }

    /// Adds the units of these slots to a sample of the holders; returns whether any belong to one.
    fn add_units_to(&self, sample: &mut Sample, units: impl Iterator<Item = (u32, u32)>) -> bool {
        let mut has_units = false;
        for (slot, units) in units {
            if let Some(holder) = self.holder_at(slot) {
                sample.add(holder, u64::from(units));
                has_units = true;
            }
        }
        has_units
    }

    /// Returns the index of a slot's holder; `None` if the layer doesn't have the slot.
    fn holder_at(&self, slot: u32) -> Option<usize> {
        let slots = self.slots.as_ref()?;
        if slots.run_at(SlotIndex(slot)).is_none() {
            return self.free_holder.filter(|_| slot < slots.total());
        }
        let run = self.run_holders.partition_point(|(last, _)| last.0 < slot);
        Some(self.run_holders[run].1)
    }
}

/// Returns the index of the era at this time; the first era has no start.
fn era_at(eras: &[SlotEra], at: Timestamp) -> usize {
    eras.partition_point(|era| era.start <= at)
        .saturating_sub(1)
}

/// Sums up what each holder got over all eras, and what it should have got judging by the others.
fn cover_holders(eras: &[SlotEra], units: &[Option<Sample>]) -> Vec<HolderCoverage> {
    let mut found: Vec<HolderCoverage> = Vec::new();
    for (era, sample) in eras.iter().zip(units) {
        let Some(sample) = sample else { continue };
        let arms = sample.observed().iter().zip(sample.proportions());
        for (holder, (units, share)) in era.holders.iter().zip(arms) {
            let others = sample.total() - *units as f64;
            let expected = share / (1.0 - share) * others;
            let known = found.iter_mut().find(|known| known.holder == *holder);
            match known {
                Some(known) => {
                    known.units += units;
                    known.expected_units += expected;
                }
                None => found.push(HolderCoverage {
                    holder: holder.clone(),
                    units: *units,
                    expected_units: expected,
                    lost: None,
                }),
            }
        }
    }
    for holder in &mut found {
        let expected = holder.expected_units;
        holder.lost = (expected > 0.0).then(|| 1.0 - holder.units as f64 / expected);
    }
    found
}
