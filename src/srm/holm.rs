//! Many tests at once.

/// Holm's correction: p-values adjusted for being looked at together, in the order given, each at
/// most 1. Rejecting those of at most α keeps the chance of even one false alarm at most α, whatever
/// the tests have to do with each other.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let factors = holm_factors(p_values);
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for index in ascending {
        // Never below a smaller p-value's: what was accepted stops the ones after it.
        greatest = greatest.max(factors[index] * p_values[index]).min(1.0);
        adjusted[index] = greatest;
    }
    adjusted
}

/// By what Holm's correction multiplies each p-value: how many are at least as large.
#[must_use]
pub fn holm_factors(p_values: &[f64]) -> Vec<f64> {
    let mut ascending = p_values.to_vec();
    ascending.sort_by(f64::total_cmp);
    let smaller = |p: &f64| ascending.partition_point(|other| other.total_cmp(p).is_lt());
    let factors = p_values.iter();
    factors
        .map(|p| (p_values.len() - smaller(p)) as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_as_in_the_textbook() {
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
        assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
        assert_eq!(holm(&[0.02]), [0.02]);
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[0.02, 0.5, 0.02]), [0.06, 0.5, 0.06]);
        assert_eq!(holm_factors(&[0.02, 0.5, 0.02]), [3.0, 1.0, 3.0]);
    }
}
