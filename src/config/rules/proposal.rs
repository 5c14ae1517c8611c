//! An allocation to propose in a help: shares that sum to 1 exactly as they are written.

use crate::config::file_report::decimal;
use crate::config::plain::scalar;
use crate::domain::decimal_sum;

/// The maximum number of shares that a help writes out.
const MAX: usize = 20;

/// Suggests what to write instead of these shares, which have wrong values or a wrong sum. None of
/// the numbers is infinite; negative ones count without their sign.
pub(super) fn instead_of(shares: &[(&str, f64)]) -> String {
    let weights: Vec<f64> = shares.iter().map(|(_, weight)| weight.abs()).collect();
    if shares.len() > MAX {
        // With twelve places, 100,000 shares sum to 1 within a millionth.
        let sum = decimal(decimal_sum(weights));
        return format!("divide each share by {sum} and keep 12 decimal places");
    }
    let names = shares.iter().map(|(name, _)| *name);
    format!("write {}", mapping(names, &weights))
}

/// Returns an allocation of equal shares; a long one is cut.
pub(in crate::config) fn equal<'n>(names: impl Iterator<Item = &'n str> + Clone) -> String {
    let weights = vec![1.0; names.clone().count()];
    let mut shown = mapping(names.take(MAX), &weights);
    if weights.len() > MAX {
        shown.truncate(shown.len() - 1);
        shown += ", …}";
    }
    shown
}

fn mapping<'n>(names: impl Iterator<Item = &'n str>, weights: &[f64]) -> String {
    let pairs = names.zip(proportional(weights));
    let pairs: Vec<String> = pairs
        .map(|(name, share)| format!("{}: {share}", scalar(name)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// Returns shares in proportion to these weights; equal shares if all weights are 0.
fn proportional(weights: &[f64]) -> Vec<String> {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    // Divide first: the sum of large numbers may be infinite.
    let relative: Vec<f64> = if largest > 0.0 {
        weights.iter().map(|weight| weight / largest).collect()
    } else {
        vec![1.0; weights.len()]
    };
    let sum: f64 = relative.iter().sum();
    let exact: Vec<f64> = relative.iter().map(|weight| weight / sum).collect();
    let is_kept = |parts: &[u64]| {
        let mut pairs = parts.iter().zip(weights);
        pairs.all(|(part, weight)| *part > 0 || *weight <= 0.0)
    };
    // More places only if a small share would become 0.
    let [coarse, fine, finest] = [6, 9, 12].map(|places| (places, apportioned(&exact, places)));
    let (places, parts) = [coarse, fine]
        .into_iter()
        .find(|(_, parts)| is_kept(parts))
        .unwrap_or(finest);
    let whole = 10_f64.powi(places);
    parts
        .into_iter()
        .map(|part| (part as f64 / whole).to_string())
        .collect()
}

/// Returns each share in units of its last decimal place, by largest remainders: together they are
/// 1.
fn apportioned(exact: &[f64], places: i32) -> Vec<u64> {
    let whole = 10_f64.powi(places);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the parts of a whole of at most 10^12"
    )]
    let mut parts: Vec<u64> = exact.iter().map(|share| (share * whole) as u64).collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of at most 10^12"
    )]
    let left = (whole as u64).saturating_sub(parts.iter().sum());
    let remainder = |at: usize| exact[at] * whole - parts[at] as f64;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|one, other| remainder(*other).total_cmp(&remainder(*one)));
    for at in order
        .into_iter()
        .cycle()
        .take(usize::try_from(left).unwrap_or_default())
    {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposed_shares_keep_the_proportions() {
        for (shares, written) in [
            (
                &[("a", 0.333), ("b", 0.333), ("c", 0.333)][..],
                "write {a: 0.333334, b: 0.333333, c: 0.333333}",
            ),
            (
                &[("a", 1.0), ("2", 2.0), ("no", 1.0)],
                "write {a: 0.25, \"2\": 0.5, \"no\": 0.25}",
            ),
            (&[("a", 60.0), ("b", 40.0)], "write {a: 0.6, b: 0.4}"),
            (&[("a", 1.2), ("b", -0.3)], "write {a: 0.8, b: 0.2}"),
            (&[("a", 0.0), ("b", 0.0)], "write {a: 0.5, b: 0.5}"),
            (
                &[("a", f64::MAX), ("b", f64::MAX)],
                "write {a: 0.5, b: 0.5}",
            ),
            (
                &[("a", 1e-8), ("b", 2.0)],
                "write {a: 0.000000005, b: 0.999999995}",
            ),
            (&[("a", 3.0), ("b", 0.0)], "write {a: 1, b: 0}"),
        ] {
            assert_eq!(instead_of(shares), written);
        }
    }

    #[test]
    fn many_shares_are_divided() {
        let shares = [("a", 0.1); 21];
        let help = "divide each share by 2.1 and keep 12 decimal places";
        assert_eq!(instead_of(&shares), help);
    }
}
