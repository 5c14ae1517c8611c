//! The three tests of one sample in one report.

use serde::Serialize;

use super::{
    Evidence, Exact, ExactMethod, Sample, Sequential, Significance, SrmError, chi_squared,
    chi_squared_tail, exact,
};

/// The chi-squared approximation isn't used if any arm expects fewer units than this.
const FEWEST_EXPECTED: f64 = 5.0;

/// The results of the tests on one sample. Serialized, it is the contract's `Srm`, without NaN or infinity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Srm {
    /// Pearson's statistic; `None` if an arm of weight 0 got units.
    pub chi2_stat: Option<f64>,
    /// Its p-value; 0 without a statistic.
    pub p_value: f64,
    /// The number of arms with a positive weight, minus 1.
    pub degrees_of_freedom: usize,
    /// The significance code of `p_value`.
    pub severity: Significance,
    /// Whether the deciding p-value is below alpha.
    pub reject_null: bool,
    /// The test that decides.
    pub decided_by: DecidingTest,
    /// The counts.
    pub observed_counts: Vec<u64>,
    /// The expected counts.
    pub expected_counts: Vec<f64>,
    /// The weights, normalized to sum to 1.
    pub expected_proportions: Vec<f64>,
    /// The number of units.
    pub total_sample_size: u64,
    /// The p-value of the exact multinomial test, if an arm with a positive weight expects fewer than 5
    /// units.
    pub exact_p_value: Option<f64>,
    /// How the exact p-value was computed.
    pub exact_method: Option<ExactMethod>,
    /// The sequential test, as if this were the first look.
    pub sequential: Evidence,
}

/// The test that decides on counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecidingTest {
    /// Every arm expects enough units.
    ChiSquared,
    /// An arm expects too few units for chi-squared.
    Exact,
    /// The exact test is simulated, and no simulated p-value could be below alpha. That of the sequential
    /// test can, and it is valid for a single look as well.
    Sequential,
}

impl Srm {
    /// Returns the deciding p-value.
    #[must_use]
    pub fn decisive_p_value(&self) -> f64 {
        match self.decided_by {
            DecidingTest::ChiSquared => self.p_value,
            DecidingTest::Exact => self.exact_p_value.unwrap_or(self.p_value),
            DecidingTest::Sequential => self.sequential.p_value,
        }
    }

    fn exact(&self) -> Option<Exact> {
        Some(Exact {
            p_value: self.exact_p_value?,
            method: self.exact_method?,
        })
    }
}

/// Tests counts, one per arm, against weights of any scale, at the significance level `alpha`.
pub fn test_counts(observed: &[u64], weights: &[f64], alpha: f64) -> Result<Srm, SrmError> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(SrmError::Alpha(alpha));
    }
    Ok(test_sample(&Sample::new(observed, weights)?, alpha))
}

/// Tests a sample; `alpha` only affects `reject_null` and `decided_by`.
#[must_use]
pub fn test_sample(sample: &Sample, alpha: f64) -> Srm {
    retest_sample(sample, alpha, None)
}

/// Tests a sample like [`test_sample`], but reuses the exact p-value of an earlier report on the same
/// counts and weights: it can take 60 ms to compute.
#[must_use]
pub fn retest_sample(sample: &Sample, alpha: f64, before: Option<&Srm>) -> Srm {
    let known = before.filter(|before| {
        before.observed_counts == sample.observed()
            && before.expected_proportions == sample.proportions()
    });
    let known = known.and_then(Srm::exact);
    let degrees_of_freedom = sample.arm_count() - 1;
    let chi2_stat = chi_squared(sample);
    let p_value = chi2_stat.map_or(0.0, |stat| chi_squared_tail(stat, degrees_of_freedom));
    let is_small = sample
        .arms()
        .any(|(_, share)| sample.total() * share < FEWEST_EXPECTED);
    // Without a statistic the sample is rejected, and no finer test could change that.
    let is_exact = is_small && chi2_stat.is_some();
    let exact = is_exact.then(|| known.unwrap_or_else(|| exact(sample)));
    let decided_by = match exact {
        None => DecidingTest::ChiSquared,
        Some(exact) if exact.method.can_reject(alpha, sample.arm_count()) => DecidingTest::Exact,
        Some(_) => DecidingTest::Sequential,
    };
    let expected = sample.proportions().iter();
    let mut srm = Srm {
        chi2_stat,
        p_value,
        degrees_of_freedom,
        severity: Significance::new(p_value),
        reject_null: false,
        decided_by,
        observed_counts: sample.observed().to_vec(),
        expected_counts: expected.map(|share| sample.total() * share).collect(),
        expected_proportions: sample.proportions().to_vec(),
        total_sample_size: sample.observed().iter().sum(),
        exact_p_value: exact.map(|exact| exact.p_value),
        exact_method: exact.map(|exact| exact.method),
        sequential: Sequential::default().update(sample),
    };
    srm.reject_null = srm.decisive_p_value() < alpha;
    srm
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::srm::monte_carlo;

    fn tested(observed: &[u64], weights: &[f64]) -> Srm {
        test_counts(observed, weights, 0.05).expect("testable")
    }

    #[test]
    fn a_report_is_written_as_the_contract_says() {
        let json = |srm: &Srm| serde_json::to_string(srm).expect("JSON");
        // All of its numbers are exact, so that the text is the same everywhere.
        let impossible = tested(&[50, 50, 1], &[0.5, 0.5, 0.0]);
        let expected = r#"{"chi2_stat":null,"p_value":0.0,"degrees_of_freedom":1,"severity":"***","reject_null":true,"decided_by":"chi_squared","observed_counts":[50,50,1],"expected_counts":[50.5,50.5,0.0],"expected_proportions":[0.5,0.5,0.0],"total_sample_size":101,"exact_p_value":null,"exact_method":null,"sequential":{"ln_bayes_factor":null,"p_value":0.0}}"#;
        assert_eq!(json(&impossible), expected);
        let small = json(&tested(&[3, 1], &[0.5, 0.5]));
        assert!(
            small.contains(r#","exact_method":"enumerated","#),
            "{small}"
        );
    }

    #[test]
    fn the_exact_test_decides_where_counts_are_small() {
        // Chi-squared finds 0.046 here, the exact test 0.125.
        let srm = tested(&[4, 0], &[0.5, 0.5]);
        assert!(srm.p_value < 0.05);
        assert!(srm.exact_p_value.is_some_and(|p| (p - 0.125).abs() < 1e-12));
        assert!(!srm.reject_null);
        // The severity says how the statistic beside it reads.
        assert_eq!(srm.severity, Significance::new(srm.p_value));
    }

    /// Counts of arms of which one expects a single unit, and the others what they get; the rare
    /// arm and an other one are off by so much.
    fn rare_arm(arms: usize, off: u64) -> (Vec<u64>, Vec<f64>) {
        let each = 10_000_000 / arms as u64;
        let mut observed = vec![each; arms];
        observed[0] = 1 + off;
        observed[1] += 100 * off;
        let mut weights = vec![each as f64; arms];
        weights[0] = 1.0;
        (observed, weights)
    }

    #[test]
    fn a_verdict_rests_on_a_p_value_that_can_reach_alpha() {
        for arms in [2, 600] {
            let least = monte_carlo::least_p_value(arms);
            for (off, is_broken) in [(0, false), (20_000, true)] {
                let (observed, weights) = rare_arm(arms, off);
                let sample = Sample::new(&observed, &weights).expect("testable");
                let first = test_sample(&sample, 0.05);
                assert_eq!(first.exact_method, Some(ExactMethod::MonteCarlo));
                for alpha in [0.05, 1e-3, 1e-4, 1e-5, 1e-6, 1e-12, 1e-100, 1e-300] {
                    let srm = retest_sample(&sample, alpha, Some(&first));
                    assert_eq!(
                        srm.reject_null, is_broken,
                        "{arms} arms at {alpha}: {srm:?}"
                    );
                    let is_simulated = srm.decided_by == DecidingTest::Exact;
                    assert_eq!(is_simulated, least < alpha, "{arms} arms at {alpha}");
                }
            }
        }
    }

    #[test]
    fn the_sequential_test_decides_as_carefully_as_ever() {
        // Nine units where one is expected: a chance of a millionth, which no sequential test
        // finds at once.
        let srm = test_counts(&[9_999_991, 9], &[9_999_999.0, 1.0], 1e-6).expect("testable");
        assert_eq!(srm.decided_by, DecidingTest::Sequential);
        assert!((1e-6..1e-2).contains(&srm.sequential.p_value), "{srm:?}");
        assert!(!srm.reject_null);
    }

    #[test]
    fn an_exact_p_value_stands_while_counts_and_weights_do() {
        let mut before = tested(&[4, 0], &[0.5, 0.5]);
        before.exact_p_value = Some(0.25);
        let again = |observed: &[u64], weights: &[f64]| {
            let sample = Sample::new(observed, weights).expect("testable");
            retest_sample(&sample, 0.05, Some(&before)).exact_p_value
        };
        assert_eq!(again(&[4, 0], &[2.0, 2.0]), Some(0.25));
        for (observed, weights) in [([4, 1], [0.5, 0.5]), ([4, 0], [0.6, 0.4])] {
            assert_eq!(
                again(&observed, &weights),
                tested(&observed, &weights).exact_p_value
            );
        }
        // The chi-squared test suffices here, whatever there was before.
        assert_eq!(again(&[400, 0], &[0.5, 0.5]), None);
    }

    #[test]
    fn an_idle_arm_without_traffic_does_not_count() {
        let (with, without) = (
            tested(&[60, 40, 0], &[0.5, 0.5, 0.0]),
            tested(&[60, 40], &[0.5, 0.5]),
        );
        assert_eq!(with.chi2_stat, without.chi2_stat);
        assert_eq!(with.degrees_of_freedom, 1);
        assert_eq!(with.exact_p_value, None);
        assert_eq!(with.sequential, without.sequential);
    }

    #[test]
    fn nothing_observed_and_a_single_arm_fit() {
        let nothing = tested(&[0, 0], &[0.3, 0.7]);
        assert_eq!((nothing.chi2_stat, nothing.p_value), (Some(0.0), 1.0));
        assert_eq!(nothing.exact_p_value, Some(1.0));
        assert!(!nothing.reject_null);
        let alone = tested(&[100], &[2.0]);
        assert_eq!((alone.degrees_of_freedom, alone.p_value), (0, 1.0));
    }

    #[test]
    fn alpha_is_a_level() {
        for alpha in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(test_counts(&[1, 1], &[1.0, 1.0], alpha).is_err(), "{alpha}");
        }
    }

    #[test]
    fn the_largest_counts_are_borne() {
        let half = 1 << 52;
        let srm = tested(&[half, half, 0], &[1.0, 1.0, 1e-99]);
        assert_eq!(srm.total_sample_size, 1 << 53);
        assert_eq!(srm.exact_method, Some(ExactMethod::MonteCarlo));
        assert!(!srm.reject_null);
        let skewed = tested(&[half, 0, 1], &[1.0, 1.0, 1e-99]);
        assert!(skewed.reject_null && is_sound(&skewed));
        for beyond in [[half, half, 1], [u64::MAX, u64::MAX, 0]] {
            let refused = test_counts(&beyond, &[1.0; 3], 0.05);
            assert!(matches!(refused, Err(SrmError::TooMany)), "{refused:?}");
        }
    }

    /// No NaN, no infinity, and probabilities within 0 and 1.
    fn is_sound(srm: &Srm) -> bool {
        let is_probability = |p: f64| (0.0..=1.0).contains(&p);
        is_probability(srm.p_value)
            && srm.exact_p_value.is_none_or(is_probability)
            && is_probability(srm.sequential.p_value)
            && srm.chi2_stat.is_none_or(f64::is_finite)
            && srm.sequential.ln_bayes_factor.is_none_or(f64::is_finite)
            && srm.expected_counts.iter().all(|count| count.is_finite())
    }

    /// Counts with weights: small and huge, and now and then an arm that should get nothing.
    fn arms() -> impl Strategy<Value = Vec<(u64, f64)>> {
        let count = prop_oneof![0..8_u64, 0..1_000_000_u64, 0..1_u64 << 51];
        let weight = prop_oneof![4 => 0.01..10.0, 1 => Just(0.0), 1 => 1e-300..1e300];
        vec((count, weight), 1..5).prop_filter("some weight", |arms| {
            arms.iter().any(|(_, weight)| *weight > 0.0)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_report_is_sound(arms in arms()) {
            let (observed, weights): (Vec<u64>, Vec<f64>) = arms.into_iter().unzip();
            prop_assert!(is_sound(&tested(&observed, &weights)));
        }

        #[test]
        fn the_order_of_arms_does_not_matter(
            (arms, shuffled) in vec((0..30_u64, 1..20_u32), 1..5)
                .prop_flat_map(|arms| (Just(arms.clone()), Just(arms).prop_shuffle()))
        ) {
            let srm = |arms: Vec<(u64, u32)>| {
                let (observed, weights): (Vec<u64>, Vec<f64>) =
                    arms.into_iter().map(|(n, w)| (n, f64::from(w))).unzip();
                tested(&observed, &weights)
            };
            let (one, other) = (srm(arms), srm(shuffled));
            let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
            prop_assert!(is_near(one.p_value, other.p_value));
            prop_assert_eq!(one.exact_method, other.exact_method);
            let exact = one.exact_p_value.zip(other.exact_p_value);
            prop_assert!(exact.is_none_or(|(a, b)| is_near(a, b)));
            let factors = one.sequential.ln_bayes_factor.zip(other.sequential.ln_bayes_factor);
            prop_assert!(factors.is_none_or(|(a, b)| is_near(a, b)));
            prop_assert_eq!(one.degrees_of_freedom, other.degrees_of_freedom);
        }
    }
}
