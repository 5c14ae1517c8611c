//! One alpha for many tests, of which nobody knows how many there will be.

/// The share of alpha that the `k`-th test of a family spends, `k` counted from 1:
/// `1/(k·(k + 1))`.
///
/// The shares of all tests sum to 1, and each depends only on the order of start. So by the union
/// bound the probability of even one false alarm, at any time, is at most `Σ alpha·wₖ = alpha`, however
/// the tests depend on each other. This is a weighted Bonferroni correction, the alpha-spending of
/// online testing (D. Foster and R. Stine, *J. R. Stat. Soc. B* 70, 2008, pp. 429–444; J. Tian and
/// A. Ramdas, *Stat. Methods Med. Res.* 30, 2021, pp. 976–993). It isn't that of group-sequential trials,
/// which divides alpha among the looks of one test. The `k`-th test needs `ln(1/wₖ)`, about `2·ln k`,
/// more log evidence than a test alone.
#[must_use]
pub fn spending_weight(order: u64) -> f64 {
    let order = order.max(1) as f64;
    1.0 / (order * (order + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_weights_together_spend_alpha_and_no_more() {
        let weights = |count: u64| (1..=count).map(spending_weight).sum::<f64>();
        assert!((spending_weight(1) - 0.5).abs() < 1e-15);
        // The sum of the first n is 1 − 1/(n + 1).
        for count in [1, 5, 100, 10_000] {
            let expected = 1.0 - 1.0 / (count as f64 + 1.0);
            assert!((weights(count) - expected).abs() < 1e-12, "{count}");
        }
    }
}
