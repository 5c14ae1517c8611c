//! The sequential test of one split, over its units in the order of writing.

use jiff::Timestamp;

use super::{Crossing, EvidencePoint};
use crate::exposure::SeriesLook;
use crate::srm::{ConfidenceSequence, Evidence, Sample, Sequential, ShareInterval};

/// Until there is a mismatch, intervals are updated whenever the number of units has grown by
/// `1/INTERVAL_GROWTH`. They cost more than the test, and any looks chosen beforehand are valid.
const INTERVAL_GROWTH: u64 = 8;

/// What a split is tested against.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TestTerms {
    /// The shares that its units should split by.
    pub(super) weights: Vec<f64>,
    /// The index of the weight by arm number; `None` for a variant of another group, or one that the
    /// allocation doesn't have.
    pub(super) arm_indices: Vec<Option<usize>>,
    /// The chance of a false alarm among all splits of the log, from 0 to 1.
    pub(super) alpha: f64,
    /// The part of alpha that this split spends.
    pub(super) weight: f64,
    /// How far a share must be off to be a mismatch, from 0 to 1.
    pub(super) least_deviation: f64,
}

/// A test that continues as its log grows.
#[derive(Clone, Debug)]
pub(super) struct SplitTest {
    terms: TestTerms,
    /// The number of the experiment's looks that were evaluated.
    look_count: usize,
    so_far: Sample,
    test: Sequential,
    /// That of the last look; `None` before the first.
    evidence: Option<Evidence>,
    confidence: ConfidenceSequence,
    next_interval: u64,
    course: Vec<EvidencePoint>,
    crossing: Option<Crossing>,
}

impl SplitTest {
    /// Creates a test before its first look; `None` if the weights can't be tested.
    pub(super) fn new(terms: TestTerms) -> Option<Self> {
        let arms = terms.weights.len();
        Some(Self {
            so_far: Sample::new(&vec![0; arms], &terms.weights).ok()?,
            confidence: ConfidenceSequence::new(arms, terms.alpha * terms.weight),
            terms,
            look_count: 0,
            test: Sequential::default(),
            evidence: None,
            next_interval: 1,
            course: Vec::new(),
            crossing: None,
        })
    }

    /// Whether the test can continue with these terms. New arms don't matter: they had no units before.
    pub(super) fn can_continue_with(&self, terms: &TestTerms) -> bool {
        let known = self.terms.arm_indices.len();
        let has_same_arms = terms.arm_indices.get(..known) == Some(&self.terms.arm_indices[..]);
        has_same_arms
            && TestTerms {
                arm_indices: self.terms.arm_indices.clone(),
                ..terms.clone()
            } == self.terms
    }

    /// Evaluates the experiment's new looks.
    pub(super) fn advance<'s>(
        &mut self,
        arm_indices: Vec<Option<usize>>,
        looks: impl Iterator<Item = SeriesLook<'s>>,
    ) {
        self.terms.arm_indices = arm_indices;
        for look in looks {
            self.look_count += 1;
            let mut has_units = false;
            for (arm, units) in look.units {
                if let Some(Some(index)) = self.terms.arm_indices.get(*arm as usize) {
                    self.so_far.add(*index, u64::from(*units));
                    has_units = true;
                }
            }
            if has_units {
                self.evaluate(look.at);
            }
        }
    }

    fn evaluate(&mut self, at: Timestamp) {
        let before = self.evidence.map_or(1.0, |evidence| evidence.p_value);
        let evidence = self.test.update(&self.so_far);
        self.evidence = Some(evidence);
        let units = self.units();
        let is_rejected = self.is_rejected();
        if is_rejected || units >= self.next_interval {
            self.next_interval = units + units / INTERVAL_GROWTH + 1;
            self.confidence.update(&self.so_far, is_rejected);
        }
        if evidence.p_value < before {
            self.course.push(EvidencePoint {
                at,
                units,
                p_value: evidence.p_value,
            });
        }
        let is_large = self.distance() > self.terms.least_deviation;
        if self.crossing.is_none() && is_rejected && is_large {
            self.crossing = Some(Crossing { since: at, units });
        }
    }

    pub(super) fn look_count(&self) -> usize {
        self.look_count
    }

    pub(super) fn evidence(&self) -> Option<Evidence> {
        self.evidence
    }

    /// The least p-value so far divided by the weight, at most 1.
    pub(super) fn corrected_p_value(&self) -> f64 {
        let p_value = self.evidence.map_or(1.0, |evidence| evidence.p_value);
        (p_value / self.terms.weight).min(1.0)
    }

    /// Whether the weights are rejected, no matter how small the deviation is.
    pub(super) fn is_rejected(&self) -> bool {
        self.corrected_p_value() <= self.terms.alpha
    }

    /// The looks at which the p-value fell, in the order of writing.
    pub(super) fn course(&self) -> &[EvidencePoint] {
        &self.course
    }

    pub(super) fn crossing(&self) -> Option<Crossing> {
        self.crossing
    }

    pub(super) fn intervals(&self) -> Vec<ShareInterval> {
        self.confidence.intervals().collect()
    }

    /// The largest certain deviation of an arm.
    fn distance(&self) -> f64 {
        self.confidence.distance(self.so_far.proportions())
    }

    fn units(&self) -> u64 {
        self.so_far.observed().iter().sum()
    }
}
