//! Several p-values, corrected for how many there are.

/// Corrects p-values by Holm's method: the chance that any of them is at most alpha after it, although none of their
/// deviations is real, is at most alpha, however they depend on each other.
///
/// Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979),
/// pages 65 to 70; as adjusted p-values: the `k`-th smallest of `n` is multiplied by `n − k + 1`, is at most 1, and
/// isn't below a smaller one.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (place, index) in order.into_iter().enumerate() {
        let others = (p_values.len() - place) as f64;
        least = least.max((p_values[index] * others).min(1.0));
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.5: `p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")`, and others by hand.
    #[test]
    fn p_values_are_adjusted_as_in_r() {
        for (p_values, expected) in [
            (
                &[0.01, 0.04, 0.03, 0.005][..],
                &[0.03, 0.06, 0.06, 0.02][..],
            ),
            (&[0.5, 0.6], &[1.0, 1.0]),
            (&[0.02], &[0.02]),
            (&[0.0, 0.2, 0.2], &[0.0, 0.4, 0.4]),
            (&[], &[]),
        ] {
            let corrected = holm(p_values);
            let pairs = corrected.iter().zip(expected);
            assert!(
                corrected.len() == expected.len()
                    && pairs.clone().all(|(a, b)| (a - b).abs() < 1e-12),
                "{p_values:?}: {corrected:?}"
            );
        }
    }
}
