//! What other programs computed: the hashing contract and the tests for sample ratio mismatch.

use avos::assign::{point, slot, variant};
use avos::domain::{Allocation, Arm, Fraction, HashAlgorithm};
use avos::srm::{
    ExactMethod, Sample, Sequential, chi_squared_tail, exact, ln_bayes_factor, ln_mixture,
};
use serde::Deserialize;
use serde_json::Value;

/// The vectors under `key` of a fixture; never none.
pub(crate) fn vectors<T: for<'de> Deserialize<'de>>(file: &str, key: &str) -> Vec<T> {
    let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a fixture");
    let mut fixture: Value = serde_json::from_str(&text).expect("JSON");
    let vectors: Vec<T> = serde_json::from_value(fixture[key].take()).expect("vectors");
    assert!(!vectors.is_empty(), "{file} has no {key}");
    vectors
}

fn assert_near(found: f64, expected: f64, tolerance: f64, context: &dyn std::fmt::Debug) {
    let error = (found - expected).abs();
    let bound = tolerance * expected.abs();
    assert!(error <= bound, "{found} is not {expected}: {context:?}");
}

pub(crate) const REFERENCE: &str = "reference/assignment_and_srm_vectors.json";
const SEQUENTIAL: &str = "reference/srm_sequential_vectors.json";

#[derive(Deserialize)]
struct SlotVector {
    layer_salt: String,
    total_slots: u32,
    units: Vec<String>,
    slots: Vec<u32>,
}

fn check_slots(algorithm: HashAlgorithm, file: &str) {
    for vector in vectors::<SlotVector>(file, "slots") {
        let (salt, total) = (&vector.layer_salt, vector.total_slots);
        let slots = vector
            .units
            .iter()
            .map(|unit| slot(algorithm, salt, unit, total).0);
        assert_eq!(slots.collect::<Vec<_>>(), vector.slots, "{salt} {total}");
    }
}

#[test]
fn md5_slots_are_those_of_the_original() {
    check_slots(HashAlgorithm::Md5, REFERENCE);
}

#[test]
fn sha256_slots_are_those_of_python() {
    check_slots(HashAlgorithm::Sha256, "sha256_vectors.json");
}

#[test]
fn sha256_points_are_those_of_python() {
    #[derive(Deserialize)]
    struct PointVector {
        experiment_id: String,
        group: Option<String>,
        units: Vec<String>,
        points: Vec<f64>,
    }
    for vector in vectors::<PointVector>("sha256_vectors.json", "points") {
        let (id, group) = (&vector.experiment_id, vector.group.as_deref());
        let points = vector.units.iter();
        let points = points.map(|unit| point(HashAlgorithm::Sha256, id, group, unit));
        // To the bit: the same unit must get the same variant everywhere.
        assert_eq!(points.collect::<Vec<_>>(), vector.points, "{id} {group:?}");
    }
}

#[test]
fn md5_variants_are_those_of_the_original() {
    #[derive(Deserialize)]
    struct VariantVector {
        experiment_id: String,
        group: Option<String>,
        variants: Vec<String>,
        allocation: std::collections::HashMap<String, f64>,
        units: Vec<String>,
        assigned: Vec<String>,
    }
    for vector in vectors::<VariantVector>(REFERENCE, "variants") {
        let arms = vector.variants.iter().map(|name| Arm {
            variant: name.as_str().into(),
            fraction: Fraction::new(vector.allocation[name]).expect("a fraction"),
        });
        let allocation = Allocation::new(arms.collect()).expect("an allocation");
        let (id, group) = (&vector.experiment_id, vector.group.as_deref());
        for (unit, expected) in vector.units.iter().zip(&vector.assigned) {
            let x = point(HashAlgorithm::Md5, id, group, unit);
            let found = variant(&allocation, x).as_str();
            assert_eq!(found, expected, "{unit} in {id} {group:?}");
        }
    }
}

#[test]
fn srm_is_that_of_the_original() {
    #[derive(Debug, Deserialize)]
    struct Tested {
        observed: Vec<u64>,
        expected: Option<Vec<f64>>,
        chi2: f64,
        df: usize,
        p_value: f64,
        severity: String,
        #[serde(rename = "reject_at_0.05")]
        reject: bool,
    }
    for vector in vectors::<Tested>(REFERENCE, "srm") {
        let equal = vec![1.0; vector.observed.len()];
        let weights = vector.expected.as_ref().unwrap_or(&equal);
        let srm = avos::srm::test_counts(&vector.observed, weights, 0.05).expect("testable");
        let statistic = srm.chi2_stat.expect("a statistic");
        assert_near(statistic, vector.chi2, 1e-9, &vector);
        assert_near(srm.p_value, vector.p_value, 1e-9, &vector);
        assert_eq!(srm.degrees_of_freedom, vector.df, "{vector:?}");
        assert_eq!(srm.severity.as_str(), vector.severity, "{vector:?}");
        assert_eq!(srm.reject_null, vector.reject, "{vector:?}");
    }
}

#[test]
fn the_sequential_test_is_that_of_ssrm_test() {
    #[derive(Deserialize)]
    struct Story {
        expected: Vec<f64>,
        batches: Vec<Vec<u64>>,
        steps: Vec<Step>,
    }
    #[derive(Debug, Deserialize)]
    struct Step {
        cumulative: Vec<u64>,
        ln_bayes_factor: f64,
        p_value: f64,
        ln_mixture: f64,
        mixture_p_value: f64,
    }
    // The reference takes differences of lnΓ near 10^6 and is itself off by some 10^-9.
    let assert_ln = |found: f64, expected: f64, step: &Step| {
        assert!(
            (found - expected).abs() < 1e-8,
            "{found} is not {expected}: {step:?}"
        );
    };
    for story in vectors::<Story>(SEQUENTIAL, "sequential") {
        assert_eq!(story.batches.len(), story.steps.len());
        let mut test = Sequential::default();
        let mut least = 1.0_f64;
        for step in &story.steps {
            let sample = Sample::new(&step.cumulative, &story.expected).expect("a sample");
            let alone = ln_bayes_factor(&sample, 1e4);
            assert_ln(alone, step.ln_bayes_factor, step);
            least = least.min((-alone).exp());
            assert_near(least, step.p_value, 1e-8, step);

            assert_ln(ln_mixture(&sample), step.ln_mixture, step);
            let evidence = test.update(&sample);
            assert_eq!(evidence.ln_bayes_factor, Some(ln_mixture(&sample)));
            assert_near(evidence.p_value, step.mixture_p_value, 1e-8, step);
        }
    }
}

#[test]
fn the_exact_test_is_that_of_scipy() {
    #[derive(Debug, Deserialize)]
    struct Tested {
        observed: Vec<u64>,
        expected: Vec<f64>,
        exact_p_value: f64,
    }
    for vector in vectors::<Tested>(SEQUENTIAL, "exact_multinomial") {
        let found = exact(&Sample::new(&vector.observed, &vector.expected).expect("a sample"));
        assert_eq!(found.method, ExactMethod::Enumerated);
        assert_near(found.p_value, vector.exact_p_value, 1e-12, &vector);
    }
}

#[test]
fn the_chi_squared_tail_is_that_of_scipy() {
    #[derive(Debug, Deserialize)]
    struct Tail {
        chi2: f64,
        df: usize,
        p_value: f64,
    }
    for vector in vectors::<Tail>(SEQUENTIAL, "chi2_tail") {
        let found = chi_squared_tail(vector.chi2, vector.df);
        assert_near(found, vector.p_value, 1e-10, &vector);
    }
}
