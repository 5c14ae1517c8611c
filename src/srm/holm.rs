//! Many tests at once.

/// Holm's correction: p-values adjusted for being looked at together, in the order given, each at
/// most 1. Rejecting those below α keeps the chance of even one false alarm below α, whatever the
/// tests have to do with each other.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (rank, index) in ascending.into_iter().enumerate() {
        let remaining = (p_values.len() - rank) as f64;
        // Never below a smaller p-value's: what was accepted stops the ones after it.
        greatest = greatest.max(remaining * p_values[index]).min(1.0);
        adjusted[index] = greatest;
    }
    adjusted
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
    }
}
